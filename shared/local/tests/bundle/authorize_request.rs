//! The authorizer, through the gateway.

use reqwest::Method;
use serde_json::json;
use wattbook_local::Options;

use crate::support::{Running, body, send};

#[tokio::test]
async fn whoever_is_not_known_gets_one_answer() {
    let running = Running::start().await;
    let admin = running.admin();
    let other = running.other();
    let known = |id: &str, key: &str| running.request(Method::GET, "/account/x").basic_auth(id, Some(key));
    assert_eq!(send(known(&admin.app_id, &admin.app_key)).await.status, 404);
    let mut answers = Vec::new();
    for (id, key) in [
        ("", ""),
        (admin.app_id.as_str(), ""),
        (admin.app_id.as_str(), "wrong"),
        (admin.app_id.as_str(), other.app_key.as_str()),
        ("nobody", admin.app_key.as_str()),
        (&*format!("{}x", &admin.app_id[..admin.app_id.len() - 1]), admin.app_key.as_str()),
    ] {
        answers.push(send(known(id, key)).await);
    }
    for authorization in
        ["Basic", "Basic ???", "Bearer", "Bearer a.b.c", "Digest x", "x", "Basic Og==", "Bearer \u{e9}"]
    {
        answers.push(send(running.request(Method::GET, "/account/x").header("authorization", authorization)).await);
    }
    for answer in &answers {
        assert_eq!((answer.status, answer.text.as_str()), (403, r#"{"message":"Forbidden"}"#));
    }
    let nothing = send(running.request(Method::GET, "/account/x")).await;
    assert_eq!((nothing.status, nothing.text.as_str()), (401, r#"{"message":"Unauthorized"}"#));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_bearer_token_stands_for_its_credential() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    for (credential, status) in [(running.admin(), 200), (running.brand(), 200), (running.other(), 404)] {
        let request = json!({"clientId": credential.app_id, "clientSecret": credential.app_key});
        let answer = send(running.request(Method::POST, "/v1/authentication").json(&request)).await;
        let token = answer.json()["accessToken"].as_str().unwrap().to_owned();
        let get = running.request(Method::GET, &format!("/account/{id}")).bearer_auth(token);
        assert_eq!(send(get).await.status, status);
    }
    running.bundle.stop().await;
}

/// With the gateway's cache off: with it, a change takes effect when the cached result expires.
#[tokio::test]
async fn a_revoked_credential_ends_with_its_tokens() {
    let options = Options { reauthorize_every: Some(std::time::Duration::ZERO), ..Options::default() };
    let running = Running::start_with(options).await;
    let brand = running.brand();
    let request = json!({"clientId": brand.app_id, "clientSecret": brand.app_key});
    let answer = send(running.request(Method::POST, "/v1/authentication").json(&request)).await;
    let token = answer.json()["accessToken"].as_str().unwrap().to_owned();
    let by_token = || running.request(Method::GET, "/account/x").bearer_auth(&token);
    assert_eq!(send(by_token()).await.status, 404);
    running.operate(json!({"action": "revoke-credential", "app_id": brand.app_id})).await;
    assert_eq!(send(by_token()).await.status, 403);
    assert_eq!(running.get(brand, "/account/x").await.status, 403);
    assert_eq!(running.get(running.admin(), "/account/x").await.status, 404);
    running.bundle.stop().await;
}
