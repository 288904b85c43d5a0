//! The authorizer, through the gateway.

use base64::prelude::{BASE64_STANDARD, Engine};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;
use wattbook_api::{Entry, secret::KeyRing, token};
use wattbook_local::{Options, functions::FUNCTIONS};

use crate::support::{Running, body, send};

/// What nobody is told to show.
const CHALLENGE: &str = r#"Bearer realm="wattbook", error="invalid_token", Basic realm="wattbook", charset="UTF-8""#;

#[tokio::test]
async fn whoever_is_not_known_gets_one_answer() {
    let running = Running::start().await;
    let admin = running.admin();
    let other = running.other();
    let known = |id: &str, key: &str| running.request(Method::GET, "/account/x").basic_auth(id, Some(key));
    assert_eq!(send(known(&admin.app_id, &admin.app_key)).await.status, 404);
    // One character is another one.
    let last = if admin.app_id.ends_with('x') { "y" } else { "x" };
    let another = admin.app_id[..admin.app_id.len() - 1].to_owned() + last;
    let mut answers = Vec::new();
    for (id, key) in [
        ("", ""),
        (admin.app_id.as_str(), ""),
        (admin.app_id.as_str(), "wrong"),
        (admin.app_id.as_str(), other.app_key.as_str()),
        ("nobody", admin.app_key.as_str()),
        (another.as_str(), admin.app_key.as_str()),
    ] {
        answers.push(send(known(id, key)).await);
    }
    for authorization in
        ["Basic", "Basic ???", "Bearer", "Bearer a.b.c", "Digest x", "x", "Basic Og==", "Bearer \u{e9}"]
    {
        answers.push(send(running.request(Method::GET, "/account/x").header("authorization", authorization)).await);
    }
    for answer in &answers {
        assert_eq!(answer.status, 401, "{answer:?}");
        assert_eq!(answer.json()["code"], "unauthenticated");
        assert_eq!((&answer.text, answer.header("www-authenticate")), (&answers[0].text, Some(CHALLENGE)));
        assert!(answer.header("x-request-id").is_some());
    }
    // API Gateway asks nobody about a request that shows nothing.
    let nothing = send(running.request(Method::GET, "/account/x")).await;
    assert_eq!((nothing.status, nothing.text.as_str()), (401, r#"{"message":"Unauthorized"}"#));
    running.bundle.stop().await;
}

/// By the time, too, nobody can be told from nobody: each way of it is one read.
#[tokio::test]
async fn every_way_of_being_nobody_costs_the_same() {
    let running = Running::start().await;
    let admin = running.admin().clone();
    let keys = KeyRing::parse(running.bundle.secret("SigningKeys").unwrap()).unwrap();
    let now = Timestamp::now();
    let of_strangers = KeyRing::parse(&json!({"current": "k1", "k1": "x".repeat(64)}).to_string()).unwrap();
    let wrong_key = "Basic ".to_owned() + &BASE64_STANDARD.encode(format!("{}:wrong", admin.app_id));
    for authorization in [
        "Bearer a.b.c".to_owned(),
        "Digest x".to_owned(),
        "Basic bm9ib2R5OnNlY3JldA==".to_owned(),
        wrong_key,
        format!("Bearer {}", token::issue(&keys, &admin.app_id, now - SignedDuration::from_hours(2)).unwrap()),
        format!("Bearer {}", token::issue(&of_strangers, &admin.app_id, now).unwrap()),
        format!("Bearer {}", token::issue(&keys, "nobody", now).unwrap()),
    ] {
        let before = running.bundle.usage("authorize-request");
        let answers = [
            send(running.request(Method::GET, "/account/x").header("authorization", &authorization)).await,
            send(running.request(Method::GET, "/rest/v1/accounts/x").header("authorization", &authorization)).await,
        ];
        let after = running.bundle.usage("authorize-request");
        // Each of the two APIs remembers for itself.
        assert_eq!(after.round_trips - before.round_trips, 2, "{authorization}");
        assert_eq!(answers.each_ref().map(|answer| answer.status), [401, 401], "{answers:?}");
        assert_eq!(answers[0].json()["code"], "unauthenticated");
        assert_eq!(answers[1].json()["results"][0]["code"], "Unauthorized");
        assert!(answers.iter().all(|answer| answer.header("www-authenticate") == Some(CHALLENGE)));
    }
    running.bundle.stop().await;
}

/// Default-deny: no handler runs for a caller of whom the gateway says nothing, or nothing complete.
#[tokio::test]
async fn every_function_that_is_not_open_is_closed_to_nobody() {
    let running = Running::start().await;
    let mut closed = 0;
    for (name, mut event) in crate::events::samples() {
        let function = FUNCTIONS.iter().find(|function| function.name == name).unwrap();
        let Entry::Http { .. } = function.entry else { continue };
        closed += 1;
        let before = running.bundle.usage(&name).round_trips;
        for authorizer in [json!({}), json!({"lambda": {}}), json!({"lambda": {"app_id": "a", "access": "admin"}})] {
            event["requestContext"]["authorizer"] = authorizer;
            let answer = running.bundle.invoke(&name, &event).await.unwrap();
            assert_eq!(answer["statusCode"], 401, "{name}: {answer}");
            assert_eq!(answer["headers"]["www-authenticate"], CHALLENGE);
            assert_eq!(answer["headers"]["x-request-id"], event["requestContext"]["requestId"]);
        }
        assert_eq!(running.bundle.usage(&name).round_trips, before, "{name}");
    }
    assert!(closed > 20, "{closed}");
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
    assert_eq!(send(by_token()).await.status, 401);
    assert_eq!(running.get(brand, "/account/x").await.status, 401);
    assert_eq!(running.get(running.admin(), "/account/x").await.status, 404);
    running.bundle.stop().await;
}
