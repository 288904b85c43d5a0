//! Addresses that nothing is sent to, in every notation that a URL has.

use serde_json::json;

use super::{Receiver, eventually};
use crate::support::{Running, send};

/// Each leads to this machine, or to where machines ask who they are, unless somebody looks.
const RESERVED: &[&str] = &[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0X7F.1",
    "017700000001",
    "0177.0.0.01",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "%31%32%37.0.0.1",
    "localhost",
    "LocalHost",
    "localhost.",
    "app.localhost",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "0xa9fea9fe",
    "[::ffff:169.254.169.254]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "metadata.google.internal",
    "metadata",
    "printer.local",
];

#[tokio::test]
async fn no_webhook_is_made_that_leads_to_one() {
    let running = Running::start_with(wattbook_local::Options::default()).await;
    let made = send(running.post(
        running.admin(),
        "/webhooks",
        &json!({"url": "https://hooks.example.com/", "event_types": ["*"]}),
    ))
    .await;
    let path = format!("/webhooks/{}", made.json()["id"].as_str().unwrap());
    for host in RESERVED {
        for url in [format!("https://{host}/"), format!("https://{host}:8443/a?b"), format!("https://{host}")] {
            let body = json!({"url": url, "event_types": ["*"]});
            let answer = send(running.post(running.admin(), "/webhooks", &body)).await;
            assert_eq!((answer.status, answer.faults()), (400, vec!["url_not_allowed /url".to_owned()]), "{url}");
        }
        for url in [format!("http://{host}/"), format!("https://jo@{host}/"), format!("https://a.example@{host}/")] {
            let body = json!({"url": url, "event_types": ["*"]});
            let answer = send(running.post(running.admin(), "/webhooks", &body)).await;
            assert_eq!((answer.status, answer.faults()), (400, vec!["invalid_url /url".to_owned()]), "{url}");
        }
        let body = json!({"url": format!("https://{host}/")});
        let changed = running.change(reqwest::Method::PUT, running.admin(), &path, Some(body)).await;
        assert_eq!(changed.faults(), ["url_not_allowed /url"], "{host}");
    }
    running.bundle.stop().await;
}

/// Where a name leads can change after the webhook was made, and a deployment may have sent anywhere once: it is looked at
/// again each time.
#[tokio::test]
async fn nothing_is_sent_to_one_whatever_is_stored() {
    let running = Running::start_for_webhooks(&[("WebhookReceivers", "public"), ("WebhookGiveUpAfter", "1")]).await;
    let receiver = Receiver::start().await;
    let port = receiver.url().rsplit_once(':').unwrap().1.to_owned();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let stored = running.stored_webhook(&format!("http://{host}:{port}")).await;
        let tested = send(running.post(running.admin(), &stored.below("test"), &json!({}))).await;
        assert_eq!(tested.status, 202, "{tested:?}");
        let seen = running.seen_deliveries(&stored, |all| all[0]["failure"].is_string()).await;
        assert_eq!(seen[0]["failure"], "address_not_allowed", "{host}");
        assert_eq!(seen[0]["response_status"], serde_json::Value::Null);
        let path = stored.path();
        let disabled = async || running.get(running.admin(), &path).await.json();
        eventually(disabled, |webhook| webhook["disabled"]["by"] == "failures").await;
    }
    assert!(receiver.told().is_empty(), "{:?}", receiver.told());
    running.bundle.stop().await;
}
