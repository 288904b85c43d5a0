//! `DELETE /account/{account_id}`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Running, body};

#[tokio::test]
async fn leaves_nothing_behind_and_frees_every_value() {
    let running = Running::start().await;
    let before = running.uncounted().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let path = format!("/account/{id}");
    let erased = running.change(Method::DELETE, running.admin(), &path, None).await;
    assert_eq!((erased.status, erased.text.as_str()), (204, ""));
    // What is left tells of nobody: a counter, of which every number is nought, and that there was something.
    assert_eq!(running.uncounted().await, before);
    for word in ["account-1", "jo-1@example.com", "Doe", "installation-1", "meter-1"] {
        running.forgotten(word).await;
    }
    assert!(running.consistent_accounts().await.is_empty());
    assert_eq!(running.change(Method::DELETE, running.admin(), &path, None).await.status, 404);
    running.provisioned(running.admin(), &body(1)).await;
    let by_theirs = "/account/account-1?id_type=external";
    assert_eq!(running.change(Method::DELETE, running.admin(), by_theirs, None).await.status, 204);
    running.bundle.stop().await;
}

/// A brand cannot erase what it cannot see.
#[tokio::test]
async fn an_account_with_installations_of_another_brand_takes_an_admin() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let path = format!("/account/{id}");
    let south =
        json!({"external_installation_id": "s", "labelpartner": "SOUTH", "meters": [{"external_meter_id": "s"}]});
    let added = running.change(Method::POST, running.admin(), &format!("{path}/installation"), Some(south)).await;
    assert_eq!(added.status, 201);
    let refused = running.change(Method::DELETE, running.brand(), &path, None).await;
    assert_eq!((refused.status, refused.faults()), (409, vec!["other_brands ".into()]));
    let hidden = format!("{path}/installation/s/primary?id_type=external");
    assert_eq!(running.change(Method::PUT, running.brand(), &hidden, None).await.status, 404);
    assert_eq!(running.change(Method::DELETE, running.admin(), &path, None).await.status, 204);
    running.bundle.stop().await;
}
