//! Requests that no honest client sends: each gets a precise 4xx, none a 5xx.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Running, body, send, with};

async fn raw(running: &Running, media_type: Option<&str>, bytes: impl Into<reqwest::Body>) -> Answered {
    let admin = running.admin();
    let mut request = running.request(Method::POST, "/account").basic_auth(&admin.app_id, Some(&admin.app_key));
    if let Some(media_type) = media_type {
        request = request.header("content-type", media_type);
    }
    send(request.body(bytes)).await
}

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let running = Running::start().await;
    let json = Some("application/json");
    let deep = format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40));
    let cases: Vec<(Option<&str>, Vec<u8>, u16, &str)> = vec![
        (json, b"{".to_vec(), 400, "malformed_json"),
        (json, b"".to_vec(), 400, "malformed_json"),
        (json, b"{\"labelpartner\":\"NO\0RTH\"}".to_vec(), 400, "malformed_json"),
        (json, b"\xff\xfe{}".to_vec(), 400, "malformed_json"),
        (json, br#"{"labelpartner":"\ud800"}"#.to_vec(), 400, "malformed_json"),
        (json, deep.into_bytes(), 400, "too_deep"),
        (json, vec![b'['; 100_000], 400, "too_deep"),
        (json, vec![b' '; 2 * 1024 * 1024], 413, "body_too_large"),
        (Some("text/plain"), body(1).to_string().into_bytes(), 415, "unsupported_media_type"),
        (Some("application/jsonp"), body(1).to_string().into_bytes(), 415, "unsupported_media_type"),
        (None, body(1).to_string().into_bytes(), 415, "unsupported_media_type"),
        (Some("multipart/form-data"), b"\x00\x01".to_vec(), 415, "unsupported_media_type"),
    ];
    for (media_type, bytes, status, code) in cases {
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        let answer = raw(&running, media_type, bytes).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{shown}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert!(answer.header("x-request-id").is_some());
    }
    // A charset, and capitals, are fine.
    let answer = raw(&running, Some("Application/JSON; charset=UTF-8"), body(1).to_string()).await;
    assert_eq!(answer.status, 201);
    running.bundle.stop().await;
}

#[tokio::test]
async fn members_that_stand_twice_are_each_named() {
    let running = Running::start().await;
    let twice = body(1).to_string().replacen('{', "{\"labelpartner\":\"SOUTH\",", 1);
    let twice = twice.replace("\"firstname\":\"John\"", "\"firstname\":\"John\",\"firstname\":\"Jane\"");
    let answer = raw(&running, Some("application/json"), twice).await;
    assert_eq!(answer.status, 400);
    let faults = answer.faults();
    assert!(faults.contains(&"repeated_member /labelpartner".to_owned()), "{faults:?}");
    assert!(faults.contains(&"repeated_member /customer_info/contact_info/firstname".to_owned()), "{faults:?}");
    running.bundle.stop().await;
}

#[tokio::test]
async fn values_of_every_wrong_type_and_bodies_that_are_no_object() {
    let running = Running::start().await;
    for value in [json!(null), json!(true), json!(7), json!("x"), json!([]), json!({})] {
        let answer = running.provision(running.admin(), &value).await;
        assert_eq!(answer.status, 400, "{value}");
        for path in
            ["/labelpartner", "/customer_info", "/installation_info", "/installation_info/0", "/customer_info/email"]
        {
            let request = with(body(1), path, value.clone());
            let answer = running.provision(running.admin(), &request).await;
            assert_eq!(answer.status, 400, "{path} {value}: {answer:?}");
            let (_, place) = answer.errors().remove(0);
            assert!(place.starts_with(path), "{path} {value}: {answer:?}");
        }
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_megabyte_of_faults_is_answered_with_a_list_that_ends() {
    let running = Running::start().await;
    let many: serde_json::Map<String, Value> = (0..60_000).map(|i| (format!("unknown{i}"), json!(0))).collect();
    let answer = running.provision(running.admin(), &Value::Object(many)).await;
    assert_eq!((answer.status, answer.errors().len()), (400, 500));
    assert!(answer.json()["errors_omitted"].as_u64().unwrap() > 59_000);
    running.bundle.stop().await;
}

#[tokio::test]
async fn odd_paths_queries_and_headers() {
    let running = Running::start().await;
    let admin = running.admin();
    for path in [
        "/account/%00",
        "/account/%ff%fe",
        "/account/..%2f..%2fetc",
        "/account/%20",
        "/account/a%2Fb",
        "/account/%F0%9F%92%A9?id_type=external",
        "/account/x?id_type=external&id_type=internal",
        "/account/x?id_type=",
        "/account/x?%ff=%fe",
        "/account/x?a=%zz",
        "/account/x?q=\"{}|^`",
    ] {
        let answer = running.get(admin, path).await;
        assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
    }
    let long = format!("/account/{}?id_type=external", "x".repeat(4000));
    assert_eq!(running.get(admin, &long).await.status, 404);
    for key in [&[b'k'; 256][..], b"", b"\xc3\xa9", b"a\tb"] {
        let answer = send(running.post(admin, "/account", &body(1)).header("idempotency-key", key)).await;
        assert_eq!((answer.status, answer.faults()), (400, vec!["invalid_idempotency_key ?idempotency-key".into()]));
    }
    assert!(running.consistent_accounts().await.is_empty());
    running.bundle.stop().await;
}
