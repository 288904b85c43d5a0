//! Parts that a deployment leaves out.

use reqwest::Method;
use wattbook_local::Options;

use crate::{
    onboarding::made::{VIN, request},
    support::{Running, body, send},
};

async fn without(part: &str) -> Running {
    let parameters = [(format!("With{part}"), "false".to_owned())].into();
    Running::start_with(Options { parameters, ..Options::default() }).await
}

#[tokio::test]
async fn without_accounts_its_paths_are_unknown_and_the_rest_works() {
    let running = without("Accounts").await;
    for path in ["/rest/v1/accounts", "/openapi/accounts.json"] {
        let answer = running.get(running.admin(), path).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("unknown_path")), "{path}");
    }
    assert_eq!(running.provision(running.admin(), &body(1)).await.status, 201);
    running.bundle.stop().await;
}

#[tokio::test]
async fn without_onboarding_its_paths_are_unknown_and_the_rest_works() {
    let running = without("Onboarding").await;
    for path in ["/onboarding/entities/types", "/openapi/onboarding.json"] {
        let answer = running.get(running.admin(), path).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("unknown_path")), "{path}");
    }
    let event = serde_json::json!({"action": "list-manufacturers"});
    assert!(running.bundle.invoke("administer-catalogue", &event).await.is_err());
    assert!(
        running
            .bundle
            .invoke("expire-onboardings", &serde_json::json!({"time": "2026-11-02T09:35:00Z"}))
            .await
            .is_err()
    );
    // What an account had of devices before still goes with it.
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    let before = running.uncounted().await;
    let account = running.provisioned(running.admin(), &body("erased")).await;
    let mut onboarded = request(organisation, VIN);
    onboarded.account = Some(account.parse().unwrap());
    running.connected(&store, &onboarded).await;
    let erased = running.change(Method::DELETE, running.admin(), &format!("/account/{account}"), None).await;
    assert_eq!(erased.status, 204);
    running.only_left(before).await;
    assert_eq!(running.provision(running.admin(), &body(1)).await.status, 201);
    running.bundle.stop().await;
}

#[tokio::test]
async fn without_events_its_paths_are_unknown_and_the_rest_works() {
    let running = without("Events").await;
    for path in ["/webhooks", "/openapi/events.json"] {
        let answer = running.get(running.admin(), path).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("unknown_path")), "{path}");
    }
    assert_eq!(running.provision(running.admin(), &body(1)).await.status, 201);
    running.bundle.stop().await;
}

#[tokio::test]
async fn without_customers_its_paths_are_unknown_and_the_rest_works() {
    let running = without("Customers").await;
    for path in ["/api/ping", "/openapi/customers.json"] {
        let answer = running.get(running.admin(), path).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("unknown_path")), "{path}");
    }
    assert_eq!(running.provision(running.admin(), &body(1)).await.status, 201);
    running.bundle.stop().await;
}

/// It has the token end points, too.
#[tokio::test]
async fn onboarding_can_be_all_there_is() {
    let parameters = ["Provisioning", "Accounts"].map(|part| (format!("With{part}"), "false".to_owned())).into();
    let running = Running::start_with(Options { parameters, ..Options::default() }).await;
    let admin = running.admin();
    let request = serde_json::json!({"clientId": admin.app_id, "clientSecret": admin.app_key});
    let token = send(running.request(Method::POST, "/v1/authentication").json(&request)).await.json();
    let bearer = token["accessToken"].as_str().unwrap();
    let list = send(running.request(Method::GET, "/onboarding/entities/types").bearer_auth(bearer)).await;
    assert_eq!(list.status, 200, "{list:?}");
    let unknown = running.provision(admin, &body(1)).await;
    assert_eq!((unknown.status, unknown.json()["code"].as_str()), (404, Some("unknown_path")));
    running.bundle.stop().await;
}

/// The other part has the token end points, too, and speaks its own dialect.
#[tokio::test]
async fn without_provisioning_its_paths_are_unknown_and_tokens_are_issued_all_the_same() {
    let running = without("Provisioning").await;
    let answer = running.provision(running.admin(), &body(1)).await;
    assert_eq!((answer.status, answer.json()["results"][0]["code"].as_str()), (404, Some("UnknownPath")));
    let admin = running.admin();
    let form =
        [("grant_type", "client_credentials"), ("client_id", &*admin.app_id), ("client_secret", &*admin.app_key)];
    let token = send(running.request(Method::POST, "/v1/token").form(&form)).await.json();
    let bearer = token["access_token"].as_str().unwrap();
    let list = send(running.request(Method::GET, "/rest/v1/accounts").bearer_auth(bearer)).await;
    assert_eq!(list.status, 200, "{list:?}");
    running.bundle.stop().await;
}
