//! An import whose program is killed again and again.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;

use super::{NDJSON, counts, gzip, whole};
use crate::{
    process::{Started, start},
    support::send,
};

/// The whole report of an import.
async fn report(started: &Started, id: &str) -> Vec<Value> {
    let (mut lines, mut next) = (Vec::new(), Some(format!("/imports/{id}/report?page_size=100")));
    while let Some(path) = next {
        let page = started.get(&path).await.json();
        lines.extend(page["data"].as_array().unwrap().iter().cloned());
        next = page["links"]["next"].as_str().map(str::to_owned);
    }
    lines
}

/// Ten times at any moment, each after a little of the file: what comes of it is what would have come of it anyway.
#[tokio::test]
async fn what_is_killed_ten_times_comes_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut started = start(&data).await;
    let (file, expected) = whole::file(2000, "taken@example.com");
    let holder = crate::support::with(crate::support::body("holder"), "/customer_info/email", "taken@example.com");
    assert_eq!(send(started.request(Method::POST, "/account").json(&holder)).await.status, 201);
    let order = started.request(Method::POST, "/imports?dialect=provisioning").body(gzip(file.as_bytes()));
    let order = send(order.header("content-type", NDJSON).header("content-encoding", "gzip")).await;
    let id = super::ordered(&order);
    let path = format!("/imports/{id}");
    for kill in 0..10_u64 {
        // From the first moment on, and later in the middle of parts.
        tokio::time::sleep(Duration::from_millis(kill * 73)).await;
        assert!(started.get(&path).await.json()["ended_at"].is_null(), "it ended before it was killed ten times");
        started.child.kill().await.unwrap();
        started = start(&data).await;
    }
    let mut ended = Value::Null;
    while ended["ended_at"].is_null() {
        tokio::time::sleep(Duration::from_millis(200)).await;
        ended = started.get(&path).await.json();
    }
    assert_eq!(counts(&ended), whole::sums(&expected), "{ended:#}");
    assert_eq!(whole::outcomes(&report(&started, &id).await), whole::words(&expected));
}
