//! `POST /v1/token` and `POST /v1/authentication`.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answered, Running, send};

async fn token(running: &Running, form: &[(&str, &str)]) -> Answered {
    send(running.request(Method::POST, "/v1/token").form(form)).await
}

#[tokio::test]
async fn a_credential_gets_a_token_in_every_way_there_is() {
    let running = Running::start().await;
    let admin = running.admin();
    let grant = ("grant_type", "client_credentials");
    let in_form = token(&running, &[grant, ("client_id", &admin.app_id), ("client_secret", &admin.app_key)]).await;
    let in_header = running.request(Method::POST, "/v1/token").basic_auth(&admin.app_id, Some(&admin.app_key));
    let in_header = send(in_header.form(&[grant])).await;
    for answer in [in_form, in_header] {
        assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
        let token = answer.json();
        assert_eq!((token["token_type"].as_str(), token["expires_in"].as_i64()), (Some("Bearer"), Some(3600)));
        let get = running.request(Method::GET, "/account/x").bearer_auth(token["access_token"].as_str().unwrap());
        assert_eq!(send(get).await.status, 404);
    }
    let request = json!({"clientId": admin.app_id, "clientSecret": admin.app_key});
    let answer = send(running.request(Method::POST, "/v1/authentication").json(&request)).await;
    assert_eq!((answer.status, answer.json()["expiresIn"].as_i64()), (200, Some(3600)));
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_oauth_end_point_refuses_in_its_own_words() {
    let running = Running::start().await;
    let admin = running.admin();
    let (id, key) = (("client_id", admin.app_id.as_str()), ("client_secret", admin.app_key.as_str()));
    let grant = ("grant_type", "client_credentials");
    for (form, status, error) in [
        (vec![], 400, "invalid_request"),
        (vec![grant], 400, "invalid_request"),
        (vec![grant, id], 400, "invalid_request"),
        (vec![grant, id, id, key], 400, "invalid_request"),
        (vec![("grant_type", "authorization_code"), id, key], 400, "unsupported_grant_type"),
        (vec![("grant_type", "password"), id, key], 400, "invalid_request"),
        (vec![("grant_type", "password"), ("username", "no@example.com"), ("password", "x")], 400, "invalid_grant"),
        (vec![grant, id, ("client_secret", "wrong")], 401, "invalid_client"),
        (vec![grant, ("client_id", "nobody"), key], 401, "invalid_client"),
    ] {
        let answer = token(&running, &form).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (status, Some(error)), "{answer:?}");
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let json = send(running.request(Method::POST, "/v1/token").json(&json!({}))).await;
    assert_eq!((json.status, json.json()["error"].as_str()), (415, Some("invalid_request")));
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_json_end_point_lists_every_fault() {
    let running = Running::start().await;
    let post = |body: serde_json::Value| send(running.request(Method::POST, "/v1/authentication").json(&body));
    let answer = post(json!({"clientId": 1, "extra": 2})).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.faults(), ["wrong_type /clientId", "unknown_member /extra", "required /clientSecret"]);
    // An unknown id and a wrong key answer alike.
    let admin = running.admin();
    let unknown = post(json!({"clientId": "nobody", "clientSecret": admin.app_key})).await;
    let wrong = post(json!({"clientId": admin.app_id, "clientSecret": "wrong"})).await;
    assert_eq!((unknown.status, &unknown.text), (401, &wrong.text));
    assert!(wrong.header("www-authenticate").is_some());
    running.bundle.stop().await;
}
