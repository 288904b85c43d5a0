//! A store that loses answers, is contended, or fails: what the caller hears, and what is stored.

use std::sync::{Arc, Mutex, atomic::Ordering};

use serde_json::{Value, json};
use wattbook_local::{Options, StoreAccess};

use crate::{
    move_installation::{call, moves_in},
    proxy::{Conduct, Proxy, Script},
    support::{Running, body, day, send, with},
};

/// A bundle whose transactions go through a proxy that follows `script`, with the bundle that
/// holds the table.
pub(crate) async fn behind(script: Arc<Script>) -> (Running, Running, Proxy) {
    behind_for("TransactWriteItems", script).await
}

/// The same for another operation of the store.
async fn behind_for(operation: &'static str, script: Arc<Script>) -> (Running, Running, Proxy) {
    let holding = Running::start().await;
    // The organisations are made before the proxy begins to misbehave.
    let armed = Arc::new(std::sync::atomic::AtomicUsize::new(usize::MAX));
    let from = Arc::clone(&armed);
    let script: Arc<Script> = Arc::new(move |n, body: &str| match n.checked_sub(from.load(Ordering::SeqCst)) {
        Some(n) => script(n, body),
        None => Conduct::Pass,
    });
    let proxy = Proxy::start(holding.bundle.store_endpoint(), operation, script).await;
    let store = Some(StoreAccess::unsigned(&*proxy.endpoint));
    let running = Running::start_with(Options { store, ..Options::default() }).await;
    armed.store(proxy.seen.load(Ordering::SeqCst), Ordering::SeqCst);
    (running, holding, proxy)
}

fn cancelled(codes: &[&str]) -> Conduct {
    let reasons: Vec<_> = codes.iter().map(|code| json!({"Code": code})).collect();
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    Conduct::Answer(400, json!({"__type": kind, "Message": "cancelled", "CancellationReasons": reasons}).to_string())
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_is_found_again() {
    let script = |n, _: &str| if n == 0 { Conduct::LoseAnswer } else { Conduct::Pass };
    let (running, holding, proxy) = behind(Arc::new(script)).await;
    let before = proxy.seen.load(Ordering::SeqCst);
    let answer = running.provision(running.admin(), &body(1)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(proxy.seen.load(Ordering::SeqCst) - before, 2);
    let accounts = holding.consistent_accounts().await;
    assert_eq!(accounts.len(), 1);
    assert_eq!(answer.json()["account_id"], json!(accounts[0].id));
}

/// Even where the store does not know the client token any more.
#[tokio::test]
async fn ones_own_write_is_recognised_without_the_token() {
    let script = |n, body: &str| {
        if n == 0 {
            return Conduct::LoseAnswer;
        }
        let mut other: Value = serde_json::from_str(body).unwrap();
        other["ClientRequestToken"] = json!("00000000-0000-4000-8000-000000000000");
        assert_eq!(other.to_string().len(), body.len());
        Conduct::Replace(other.to_string())
    };
    let (running, holding, _) = behind(Arc::new(script)).await;
    let keyed = running.post(running.admin(), "/account", &body(1)).header("idempotency-key", "k");
    let answer = send(keyed).await;
    assert_eq!((answer.status, answer.header("idempotent-replayed")), (201, None), "{answer:?}");
    assert_eq!(holding.consistent_accounts().await.len(), 1);
}

#[tokio::test]
async fn contention_that_passes_is_waited_out() {
    // The account and most claims stand free; at the last one there is a crowd.
    let none = ["None"; 5];
    let script = move |n, _: &str| match n {
        0 => cancelled(&[&none[..], &["TransactionConflict"]].concat()),
        1 => cancelled(&[&none[..], &["ThrottlingError"]].concat()),
        _ => Conduct::Pass,
    };
    let (running, holding, _) = behind(Arc::new(script)).await;
    assert_eq!(running.provision(running.admin(), &body(1)).await.status, 201);
    assert_eq!(holding.consistent_accounts().await.len(), 1);
}

#[tokio::test]
async fn contention_that_lasts_is_told_with_a_time_to_wait() {
    let script = |_, _: &str| cancelled(&["None", "None", "TransactionConflict", "None", "None", "None", "None"]);
    let (running, holding, _) = behind(Arc::new(script)).await;
    let keyed = running.post(running.admin(), "/account", &body(1)).header("idempotency-key", "k");
    let answer = send(keyed).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("busy")), "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(holding.consistent_accounts().await.is_empty());
}

#[tokio::test]
async fn a_twin_under_the_same_key_is_told_to_wait() {
    let script = |_, _: &str| {
        let mut codes = vec!["TransactionConflict"; 6];
        codes.insert(0, "None");
        cancelled(&codes)
    };
    let (running, _holding, _) = behind(Arc::new(script)).await;
    let keyed = running.post(running.admin(), "/account", &body(1)).header("idempotency-key", "k");
    let answer = send(keyed).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (409, Some("request_in_progress")), "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some("1"));
}

/// One value is taken, and somebody is at another: not tried again, and both are looked into.
#[tokio::test]
async fn a_conflict_beside_contention_is_still_told_whole() {
    let script = |_, body: &str| {
        let request: Value = serde_json::from_str(body).unwrap();
        let email = request["TransactItems"][2]["Put"]["Item"]["pk"]["S"].as_str().unwrap().to_owned();
        let holder = json!({
            "pk": {"S": email}, "sk": {"S": "CLAIM"},
            "organisation": {"S": "0b5c1c0e-6a53-4d0c-9d5e-1f6f6b7f9c11"},
            "account_id": {"S": "0b5c1c0e-6a53-4d0c-9d5e-1f6f6b7f9c12"}, "label_partner": {"S": "EAST"},
        });
        let reasons = json!([
            {"Code": "None"}, {"Code": "TransactionConflict"}, {"Code": "ConditionalCheckFailed", "Item": holder},
            {"Code": "None"}, {"Code": "TransactionConflict"}, {"Code": "None"},
        ]);
        let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
        Conduct::Answer(400, json!({"__type": kind, "Message": "x", "CancellationReasons": reasons}).to_string())
    };
    let (running, holding, proxy) = behind(Arc::new(script)).await;
    // The external id is held for good; the meter's id is not, whoever was at it.
    holding.provisioned(holding.admin(), &with(body("other"), "/customer_info/external_account_id", "account-1")).await;
    let before = proxy.seen.load(Ordering::SeqCst);
    let answer = running.provision(running.admin(), &body(1)).await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.faults(), ["taken /customer_info/external_account_id", "taken /customer_info/email"]);
    assert_eq!(proxy.seen.load(Ordering::SeqCst) - before, 1);
}

#[tokio::test]
async fn a_failing_store_is_a_500_that_tells_nothing() {
    let secret = "the internal message";
    let script = move |_, _: &str| {
        let kind = "com.amazonaws.dynamodb.v20120810#AccessDeniedException";
        Conduct::Answer(400, json!({"__type": kind, "Message": secret}).to_string())
    };
    let (running, holding, _) = behind(Arc::new(script)).await;
    let answer = running.provision(running.admin(), &body(1)).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (500, Some("internal")));
    assert!(!answer.text.contains(secret) && !answer.text.contains("AccessDenied"));
    assert!(holding.consistent_accounts().await.is_empty());
}

/// A throttled table takes a part of a batch and gives the rest back: that is sent again.
#[tokio::test]
async fn what_a_batch_leaves_over_is_written_all_the_same() {
    let left_over = |body: &str| {
        let request: Value = serde_json::from_str(body).unwrap();
        let (table, items) = request["RequestItems"].as_object().unwrap().iter().next().unwrap();
        Conduct::Answer(200, json!({"UnprocessedItems": {table: [items[0].clone()]}}).to_string())
    };
    let rows = "NL,1011AB,Amsterdam,,52.3,4.9,,\n";
    for (times, written) in [(2, true), (usize::MAX, false)] {
        let script = move |n, body: &str| if n < times { left_over(body) } else { Conduct::Pass };
        let (running, _holding, proxy) = behind_for("BatchWriteItem", Arc::new(script)).await;
        let before = proxy.seen.load(Ordering::SeqCst);
        let csv = format!("country,postal_code,city,state,latitude,longitude,time_zone,source\n{rows}");
        let loaded = running.bundle.invoke("load-reference-data", &json!({"table": "places", "csv": csv})).await;
        match loaded {
            Ok(answer) => assert!(written && answer["written"] == 1, "{answer}"),
            Err(error) => assert!(!written && error.code() == "busy", "{error}"),
        }
        assert_eq!(proxy.seen.load(Ordering::SeqCst) - before, if written { 3 } else { 8 });
    }
}

/// The index may know an account that a read for half the price does not show yet: it is on its page all the same.
#[tokio::test]
async fn an_account_that_the_index_has_first_is_on_its_page() {
    let behind_the_index = |_, body: &str| {
        let is_late = body.contains(r#""ConsistentRead":false"#);
        if is_late { Conduct::Answer(200, json!({"Responses": {}}).to_string()) } else { Conduct::Pass }
    };
    let (running, _holding, proxy) = behind_for("BatchGetItem", Arc::new(behind_the_index)).await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let before = proxy.seen.load(Ordering::SeqCst);
    let page = running.get(running.admin(), "/rest/v1/accounts").await.json();
    assert_eq!(page["results"][0]["accountId"], json!(id), "{page}");
    assert!(proxy.seen.load(Ordering::SeqCst) - before >= 2);
}

/// Its claim is read before the account that has it: what moves on in between is not missing.
#[tokio::test]
async fn an_installation_that_moves_on_meanwhile_is_looked_for_again() {
    let swap: Arc<Mutex<Option<(String, String)>>> = Arc::default();
    let told = Arc::clone(&swap);
    let script = move |_, body: &str| {
        let mut told = told.lock().unwrap();
        match told.take() {
            Some((now, before)) if body.contains(&now) => Conduct::Replace(body.replace(&now, &before)),
            other => {
                *told = other;
                Conduct::Pass
            }
        }
    };
    let (running, holding, _proxy) = behind_for("GetItem", Arc::new(script)).await;
    let first = running.provisioned(running.admin(), &body(1)).await;
    let moved = call(&running, "", moves_in("second", &day(2))).await;
    let second = moved.json()["account_id"].as_str().unwrap().to_owned();
    // Once, the account that had it before is answered in place of the one that the claim names.
    *swap.lock().unwrap() = Some((second, first));
    let again = call(&running, "", moves_in("third", &day(3))).await;
    assert_eq!((again.status, swap.lock().unwrap().is_none()), (201, true), "{again:?}");
    holding.consistent_accounts().await;
}
