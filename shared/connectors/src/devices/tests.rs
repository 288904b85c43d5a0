use serde_json::json;
use wattbook_domain::IdentifierKind;

use super::*;
use crate::{
    settings::tests::settings,
    stub::{Question, http, json_text, server},
};

fn vin() -> Identifier {
    Identifier::parse(IdentifierKind::Vin, "WAUZZZGE1NB012345").unwrap()
}

/// Whether a device is proved by this list.
async fn proved(identifier: &Identifier, answer: &Value) -> Result<bool, SignInError> {
    let (base, _) = server(json_text(&answer.to_string())).await;
    let devices = settings(&base).devices_url.unwrap();
    proves(&http(), &devices, &Secret::new("a1"), identifier).await
}

#[tokio::test]
async fn a_device_is_proved_by_its_identifier_wherever_it_stands() {
    for list in [
        json!("WAUZZZGE1NB012345"),
        json!(["WAUZZZGE1NB054321", "wauzzzge1nb012345"]),
        json!({"data": {"vehicles": [{"vin": "WAU-ZZZ GE1 NB 012345", "model": "e-tron"}]}}),
        json!({"value": [[{"id": {"vin": "\u{ff37}AUZZZGE1NB012345"}}]]}),
    ] {
        assert_eq!(proved(&vin(), &list).await, Ok(true), "{list}");
    }
    for list in [
        json!([]),
        json!(null),
        json!({"WAUZZZGE1NB012345": true}),
        json!(["WAUZZZGE1NB054321"]),
        json!("no WAUZZZGE1NB012345 here"),
        json!(["WAUZZZGE1NB0123456", "WAUZZZGE1NB01234"]),
    ] {
        assert_eq!(proved(&vin(), &list).await, Ok(false), "{list}");
    }
    let serial = Identifier::parse(IdentifierKind::Serial, "4711000815").unwrap();
    assert_eq!(proved(&serial, &json!([{"sn": 4_711_000_815_u64}])).await, Ok(true));
    assert_eq!(proved(&serial, &json!([{"sn": 4_711_000_816_u64}, {"sn": -4711}, {"sn": 0.5}])).await, Ok(false));
}

#[tokio::test]
async fn the_list_is_asked_with_the_token_and_may_be_of_one_device() {
    let (base, asked) = server(json_text("[]")).await;
    let devices = DevicesAddress::parse(&format!("{base}/v1/cars/{{identifier}}?full=1")).unwrap();
    assert_eq!(proves(&http(), &devices, &Secret::new("a1"), &vin()).await, Ok(false));
    let Question { path, authorization, .. } = asked.all()[0].clone();
    assert_eq!((path.as_str(), authorization.as_deref()), ("/v1/cars/WAUZZZGE1NB012345?full=1", Some("Bearer a1")));
    let unsendable = proves(&http(), &devices, &Secret::new("a\n1"), &vin()).await.unwrap_err();
    assert!(matches!(unsendable, SignInError::Unintelligible { .. }));
    assert_eq!(asked.all().len(), 1);
}

#[tokio::test]
async fn a_list_that_is_none_proves_nothing() {
    for (status, body, expected) in [
        (404, "", Ok(false)),
        (401, "", Err("refused")),
        (403, "", Err("refused")),
        (500, "", Err("unreachable")),
        (204, "", Err("unintelligible")),
        (400, "\"WAUZZZGE1NB012345\"", Err("unintelligible")),
        (302, "\"WAUZZZGE1NB012345\"", Err("unintelligible")),
        (200, "WAUZZZGE1NB012345", Err("unintelligible")),
        (200, "", Err("unintelligible")),
        (200, &"[".repeat(5000), Err("unintelligible")),
        (200, &format!("[\"WAUZZZGE1NB012345\",\"{}\"]", "x".repeat(70_000)), Err("unintelligible")),
    ] {
        let (base, _) = server((StatusCode::from_u16(status).unwrap(), body.to_owned())).await;
        let outcome = proves(&http(), &settings(&base).devices_url.unwrap(), &Secret::new("a1"), &vin()).await;
        let outcome = outcome.map_err(|error| match error {
            SignInError::Refused { .. } => "refused",
            SignInError::Unreachable { .. } => "unreachable",
            SignInError::Unintelligible { .. } => "unintelligible",
        });
        assert_eq!(outcome, expected, "{status} {body:.40}");
    }
}
