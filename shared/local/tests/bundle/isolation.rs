//! What is foreign answers exactly like what does not exist.

use serde_json::json;

use crate::support::{Answered, Running, body, with};

/// An answer without what differs between any two requests.
fn bytes(answer: &Answered) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "apigw-requestid", "date"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (answer.status, headers, answer.text.clone())
}

#[tokio::test]
async fn a_foreign_account_answers_like_a_missing_one() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let demo = running.bundle.demo();
    let south = running
        .operate(json!({
            "action": "issue-credential", "organisation_id": demo.organisation_id,
            "access": "labelpartner", "label_partner": "SOUTH",
        }))
        .await;
    let south = wattbook_local::demo::Credential {
        app_id: south["app_id"].as_str().unwrap().to_owned(),
        app_key: south["app_key"].as_str().unwrap().to_owned(),
    };
    for credential in [running.other(), &south] {
        let missing = running.get(credential, "/account/5e3bb9a4-1f0b-4b52-9d55-7a2a2ad5e0b1").await;
        assert_eq!(missing.status, 404);
        for path in [
            format!("/account/{id}"),
            "/account/account-1?id_type=external".into(),
            "/account/no-such-id?id_type=external".into(),
            "/account/not-a-uuid".into(),
        ] {
            assert_eq!(bytes(&running.get(credential, &path).await), bytes(&missing), "{path}");
        }
    }
    // Those who can see it do.
    for credential in [running.admin(), running.brand()] {
        assert_eq!(running.get(credential, &format!("/account/{id}")).await.status, 200);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_brand_cannot_use_or_probe_another_brand() {
    let running = Running::start().await;
    let refused = |brand: &str| with(body(1), "/labelpartner", brand);
    let existing = running.provision(running.brand(), &refused("SOUTH")).await;
    let invented = running.provision(running.brand(), &refused("NOWHERE")).await;
    assert_eq!(bytes(&existing), bytes(&invented));
    assert_eq!(existing.faults(), ["unknown_label_partner /labelpartner"]);
    let installation = with(body(1), "/installation_info/0/labelpartner", "SOUTH");
    let answer = running.provision(running.brand(), &installation).await;
    assert_eq!(answer.faults(), ["unknown_label_partner /installation_info/0/labelpartner"]);
    // Nor can one organisation use a brand of another.
    let foreign = running.provision(running.admin(), &refused("EAST")).await;
    assert_eq!(foreign.faults(), ["unknown_label_partner /labelpartner"]);
    running.bundle.stop().await;
}

/// An account of one brand may have an installation that is served under another.
#[tokio::test]
async fn a_brand_is_not_shown_the_installations_of_others() {
    let running = Running::start().await;
    let mut request = body(1);
    let mut second = request["installation_info"][0].clone();
    second["external_installation_id"] = json!("installation-2");
    second["meters"][0]["external_meter_id"] = json!("meter-2");
    second["labelpartner"] = json!("SOUTH");
    request["installation_info"].as_array_mut().unwrap().push(second);
    let id = running.provisioned(running.admin(), &request).await;
    let count = |answer: &Answered| answer.json()["installation_info"].as_array().unwrap().len();
    assert_eq!(count(&running.get(running.admin(), &format!("/account/{id}")).await), 2);
    let seen = running.get(running.brand(), &format!("/account/{id}")).await;
    assert_eq!(count(&seen), 1);
    assert!(!seen.text.contains("SOUTH"));
    running.bundle.stop().await;
}
