//! `POST|PUT|DELETE /account/{account_id}/installation/{installation_id}/meter[/{meter_id}]`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Running, body};

async fn call(running: &Running, method: Method, path: &str, body: Option<Value>) -> Answered {
    let path = format!("/account/account-1/installation/installation-1/meter{path}?id_type=external");
    running.change(method, running.admin(), &path, body).await
}

#[tokio::test]
async fn a_meter_comes_changes_and_goes() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    let added =
        call(&running, Method::POST, "", Some(json!({"external_meter_id": "m 2", "meter_energy_type": "HEAT"}))).await;
    assert_eq!((added.status, added.header("etag")), (201, Some("\"2\"")));
    assert_eq!(added.json()["external_meter_id"], "m 2");
    let change = json!({"meter_serial_number": "S", "meter_input_method": "DEVICE", "external_meter_id": "m 2"});
    let changed = call(&running, Method::PUT, "/m%202", Some(change)).await.json();
    let meter = &changed["installation_info"][0]["meters"][1];
    assert_eq!((meter["meter_serial_number"].as_str(), meter["meter_energy_type"].as_str()), (Some("S"), Some("HEAT")));
    assert_eq!(call(&running, Method::DELETE, "/m%202", None).await.status, 204);
    assert_eq!(call(&running, Method::DELETE, "/m%202", None).await.status, 404);
    // What was removed is free.
    assert_eq!(call(&running, Method::POST, "", Some(json!({"external_meter_id": "m 2"}))).await.status, 201);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn names_the_rule_that_stands_in_the_way() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    running.provisioned(running.admin(), &body(9)).await;
    for (method, path, body, status, faults) in [
        (Method::POST, "", Some(json!({"external_meter_id": "meter-9"})), 409, vec!["taken /external_meter_id"]),
        (
            Method::POST,
            "",
            Some(json!({"external_meter_id": "meter-1"})),
            409,
            vec!["repeated_value /external_meter_id"],
        ),
        (
            Method::POST,
            "",
            Some(json!({"meter_energy_type": "HEAT"})),
            409,
            vec!["meter_id_required /external_meter_id"],
        ),
        (
            Method::POST,
            "",
            Some(json!({"external_meter_id": "new", "meter_energy_type": "GAS", "meter_input_method": "IMPORT"})),
            409,
            vec!["repeated_meter "],
        ),
        (
            Method::POST,
            "",
            Some(json!({"meter_energy_type": "LIGHT", "x": 1})),
            400,
            vec!["not_allowed /meter_energy_type", "unknown_member /x"],
        ),
        (Method::PUT, "/meter-1", Some(json!({"external_meter_id": "x"})), 409, vec!["immutable /external_meter_id"]),
        (Method::DELETE, "/meter-1", None, 409, vec!["meter_required "]),
        (Method::PUT, "/meter-9", Some(json!({})), 404, vec![]),
    ] {
        let answer = call(&running, method.clone(), path, body.clone()).await;
        let found = (answer.status, answer.faults());
        assert_eq!(found, (status, faults.iter().map(|f| (*f).to_owned()).collect()), "{method} {path} {body:?}");
    }
    running.consistent_accounts().await;
    running.bundle.stop().await;
}
