//! `POST|GET /webhooks`, `GET|PUT|DELETE /webhooks/{id}` and `POST /webhooks/{id}/secret`.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::Receiver;
use crate::support::{Answered, Running, at_once, send};

const URL: &str = "https://hooks.example.com/wattbook";

async fn create(running: &Running, body: &Value) -> Answered {
    send(running.post(running.admin(), "/webhooks", body)).await
}

async fn put(running: &Running, path: &str, body: Value) -> Answered {
    running.change(Method::PUT, running.admin(), path, Some(body)).await
}

#[tokio::test]
async fn a_webhook_is_created_read_changed_and_deleted() {
    let running = Running::start().await;
    let body = json!({"url": "https://Hooks.Example.com:443/wattbook", "event_types": ["account.created"], "description": "Billing"});
    let answer = create(&running, &body).await;
    let view = answer.json();
    let path = format!("/webhooks/{}", view["id"].as_str().unwrap());
    assert_eq!((answer.status, answer.header("location"), answer.header("etag")), (201, Some(&*path), Some("\"1\"")));
    assert!(view["secret"].as_str().unwrap().starts_with("whsec_"));
    let mut shown = view.clone();
    shown.as_object_mut().unwrap().remove("secret");
    let expected = json!({
        "id": view["id"], "url": URL, "event_types": ["account.created"], "description": "Billing", "enabled": true,
        "created_at": view["created_at"], "updated_at": view["created_at"],
    });
    assert_eq!(shown, expected);
    let read = running.get(running.admin(), &path).await;
    assert_eq!((read.status, read.json()), (200, shown));
    let known = running.request(Method::GET, &path).header("if-none-match", "\"1\"");
    let known = known.basic_auth(&running.admin().app_id, Some(&running.admin().app_key));
    assert_eq!(send(known).await.status, 304);

    let rehearsed = put(&running, &format!("{path}?dryRun=true"), json!({"description": null})).await;
    assert_eq!((rehearsed.status, &rehearsed.json()["description"]), (200, &Value::Null));
    let changed = put(&running, &path, json!({"url": "https://a.example/", "enabled": false})).await;
    let view = changed.json();
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")));
    assert_eq!((&view["url"], &view["disabled"]["by"]), (&json!("https://a.example/"), &json!("caller")));
    assert_eq!((&view["description"], &view["event_types"]), (&json!("Billing"), &json!(["account.created"])));
    // What changes nothing is no new version.
    let same = put(&running, &path, json!({"enabled": false, "event_types": ["account.created"]})).await;
    assert_eq!((same.header("etag"), &same.json()), (Some("\"2\""), &view));
    let enabled = put(&running, &path, json!({"enabled": true, "event_types": ["*"]})).await.json();
    assert_eq!(
        (&enabled["enabled"], &enabled["disabled"], &enabled["event_types"]),
        (&json!(true), &Value::Null, &json!(["*"]))
    );

    for (method, body) in [(Method::PUT, Some(json!({"enabled": true}))), (Method::DELETE, None)] {
        let request = running.request(method, &path).header("if-match", "\"1\"");
        let request = request.basic_auth(&running.admin().app_id, Some(&running.admin().app_key));
        let answer = send(match &body {
            Some(body) => request.json(body),
            None => request,
        });
        assert_eq!(answer.await.status, 412);
    }
    assert_eq!(running.change(Method::DELETE, running.admin(), &path, None).await.status, 204);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(running.change(method, running.admin(), &path, None).await.status, 404);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_fault_is_told_at_once() {
    let running = Running::start_with(wattbook_local::Options::default()).await;
    let body = json!({
        "url": "https://169.254.169.254/latest", "event_types": [], "description": "", "label_partner": "WEST", "secret": "mine",
    });
    let answer = create(&running, &body).await;
    let told = [
        "url_not_allowed /url",
        "too_few /event_types",
        "empty /description",
        "unknown_label_partner /label_partner",
        "unknown_member /secret",
    ];
    assert_eq!((answer.status, answer.faults()), (400, told.map(str::to_owned).to_vec()));
    for (body, faults) in [
        (json!({}), vec!["required /url", "required /event_types"]),
        (json!({"url": 1, "event_types": "*"}), vec!["wrong_type /url", "wrong_type /event_types"]),
        (json!({"url": "http://hooks.example.com", "event_types": ["account.created"]}), vec!["invalid_url /url"]),
        (json!({"url": URL, "event_types": ["*", "*"]}), vec!["repeated_value /event_types"]),
        (json!({"url": URL, "event_types": ["account.*", "*"]}), vec!["not_allowed /event_types/0"]),
    ] {
        assert_eq!(create(&running, &body).await.faults(), faults, "{body}");
    }
    // The same of a change.
    let made = create(&running, &json!({"url": URL, "event_types": ["*"]})).await.json();
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    let answer = put(&running, &path, json!({"url": "https://[::1]/", "event_types": null, "enabled": "no"})).await;
    assert_eq!(answer.faults(), ["url_not_allowed /url", "wrong_type /enabled"]);
    let answer = put(&running, &path, json!({"url": "https://0x7f.1/"})).await;
    assert_eq!(answer.faults(), ["url_not_allowed /url"]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_secret_is_shown_once_and_kept_sealed() {
    let running = Running::start().await;
    let body = json!({"url": URL, "event_types": ["*"]});
    let keyed = |path: &str| running.post(running.admin(), path, &body).header("idempotency-key", format!("k{path}"));
    let first = send(keyed("/webhooks")).await.json();
    let again = send(keyed("/webhooks")).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, Some("true")));
    assert_eq!((&again.json()["id"], &again.json()["secret"]), (&first["id"], &Value::Null));
    let path = format!("/webhooks/{}", first["id"].as_str().unwrap());
    let rehearsed = send(running.post(running.admin(), &format!("{path}/secret?dryRun=true"), &json!({}))).await;
    assert_eq!((rehearsed.status, &rehearsed.json()["secret"]), (200, &Value::Null));
    let rotated = send(keyed(&format!("{path}/secret"))).await;
    assert_eq!((rotated.status, rotated.header("etag")), (200, Some("\"2\"")));
    let rotated = rotated.json();
    assert!(rotated["secret"].is_string() && rotated["secret"] != first["secret"]);
    assert!(rotated["previous_secret_until"].is_string());
    let again = send(keyed(&format!("{path}/secret"))).await;
    assert_eq!((again.header("idempotent-replayed"), &again.json()["secret"]), (Some("true"), &Value::Null));
    let read = running.get(running.admin(), &path).await;
    assert_eq!((read.header("etag"), &read.json()["secret"]), (Some("\"2\""), &Value::Null));
    for secret in [&first["secret"], &rotated["secret"]] {
        let kept = format!("{:?}", running.scan().await);
        assert!(!kept.contains(secret.as_str().unwrap().trim_start_matches("whsec_")));
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn they_are_listed_the_newest_first_and_there_are_at_most_twenty() {
    let running = Running::start().await;
    let body = |i: usize| json!({"url": format!("https://hooks.example.com/{i}"), "event_types": ["*"]});
    // Of a crowd as many are taken as there is room for.
    let answers = at_once((0..25).map(|i| running.post(running.admin(), "/webhooks", &body(i)))).await;
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status != 201).collect();
    assert!(refused.iter().all(|answer| [409, 503].contains(&answer.status)), "{refused:?}");
    while running.get(running.admin(), "/webhooks").await.json()["data"].as_array().unwrap().len() < 20 {
        assert!([201, 503].contains(&create(&running, &body(26)).await.status));
    }
    let full = create(&running, &body(27)).await;
    assert_eq!((full.status, full.faults()), (409, vec!["too_many ".to_owned()]));
    let (mut all, mut next) = (Vec::new(), Some("/webhooks?page_size=7".to_owned()));
    while let Some(path) = next {
        let page = running.get(running.admin(), &path).await.json();
        assert!(page["data"].as_array().unwrap().len() <= 7);
        assert_eq!(page["meta"]["page_size"], 7);
        all.extend(page["data"].as_array().unwrap().clone());
        next = page["links"]["next"].as_str().map(str::to_owned);
    }
    let time = |it: &Value| it["created_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let times: Vec<_> = all.iter().map(time).collect();
    assert_eq!(all.len(), 20);
    assert!(times.is_sorted_by(|one, other| one >= other), "{times:?}");
    let path = format!("/webhooks/{}", all[0]["id"].as_str().unwrap());
    assert_eq!(running.change(Method::DELETE, running.admin(), &path, None).await.status, 204);
    assert_eq!(create(&running, &body(28)).await.status, 201);
    // Another organisation has its own twenty.
    assert_eq!(send(running.post(running.other(), "/webhooks", &body(0))).await.status, 201);
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_another_brands_or_organisations_is_as_if_it_were_not_there() {
    let running = Running::start_for_webhooks(&[]).await;
    let receiver = Receiver::start().await;
    let all = running.webhook(&receiver, &["*"]).await;
    let of_brand = running.webhook_of(running.brand(), &receiver, &["*"]).await;
    assert_eq!(running.get(running.admin(), &of_brand.path()).await.json()["label_partner"], "NORTH");
    let ids = async |credential| {
        let list = running.get(credential, "/webhooks").await.json();
        list["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(running.brand()).await, std::slice::from_ref(&of_brand.id));
    assert_eq!(ids(running.admin()).await.len(), 2);
    assert!(ids(running.other()).await.is_empty());
    let south = json!({"url": receiver.url(), "event_types": ["*"], "label_partner": "SOUTH"});
    let refused = send(running.post(running.brand(), "/webhooks", &south)).await;
    assert_eq!((refused.status, refused.faults()), (400, vec!["unknown_label_partner /label_partner".to_owned()]));
    let missing = "/webhooks/0b5c1c0e-6a53-4d0c-9d5e-1f6f6b7f9c11";
    let delivery = "deliveries/0b5c1c0e-6a53-8d0c-9d5e-1f6f6b7f9c11/resend";
    for (credential, webhook) in [(running.brand(), &all), (running.other(), &all), (running.other(), &of_brand)] {
        for (method, below, body) in [
            (Method::GET, String::new(), None),
            (Method::PUT, String::new(), Some(json!({"enabled": false}))),
            (Method::DELETE, String::new(), None),
            (Method::GET, "/deliveries".into(), None),
            (Method::POST, "/secret".into(), None),
            (Method::POST, "/test".into(), None),
            (Method::POST, format!("/{delivery}"), None),
        ] {
            let foreign = running.change(method.clone(), credential, &(webhook.path() + &below), body.clone()).await;
            let absent = running.change(method.clone(), credential, &format!("{missing}{below}"), body).await;
            assert_eq!((foreign.status, &foreign.text), (404, &absent.text), "{method} {below}");
        }
    }
    assert_eq!(running.get(running.admin(), "/webhooks/no-id").await.status, 404);
    running.bundle.stop().await;
}
