//! `Idempotency-Key`.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Running, body, day, send, text, with, without};

async fn keyed(running: &Running, key: &str, body: &Value) -> Answered {
    send(running.post(running.admin(), "/account", body).header("Idempotency-Key", key)).await
}

#[tokio::test]
async fn fifty_equal_requests_make_one_account_and_one_answer() {
    let running = Arc::new(Running::start().await);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let running = Arc::clone(&running);
            tokio::spawn(async move { keyed(&running, "same", &body(1)).await })
        })
        .collect();
    let (mut first, mut replayed, mut running_still) = (Vec::new(), Vec::new(), 0);
    for task in tasks {
        let answer = task.await.unwrap();
        match (answer.status, answer.header("idempotent-replayed")) {
            (201, None) => first.push(answer),
            (201, Some("true")) => replayed.push(answer),
            (409, _) => {
                assert_eq!(answer.json()["code"], "request_in_progress");
                assert!(answer.header("retry-after").is_some());
                running_still += 1;
            }
            _ => panic!("{answer:?}"),
        }
    }
    assert_eq!((first.len(), replayed.len() + running_still), (1, 49));
    for replay in &replayed {
        assert_eq!(replay.text, first[0].text);
        for name in ["location", "etag", "content-type"] {
            assert_eq!(replay.header(name), first[0].header(name));
        }
    }
    assert_eq!(running.consistent_accounts().await.len(), 1);
}

/// What is erased is gone, from what a repetition would hear, too: however the account came, and whatever was done to it.
#[tokio::test]
async fn a_repetition_hears_that_the_account_is_erased() {
    let running = Running::start().await;
    let admin = running.admin();
    let home = json!({"providerAccountId": "account-1", "accountName": "Marie Curie", "email": "jo-1@example.com"});
    let moves = json!({"move_date": day(2), "to": {"customer_info": body(1)["customer_info"]}});
    let (add, installation) = ("/account/account-1/installation?id_type=external", "second");
    let (set, owner) =
        ("/rest/v1/accounts/pid/account-1/properties", json!({"keyName": "owner", "dataValue": "Curie"}));
    for (make, made, change, changed) in [
        ("/account", body(1), add, json!({"external_installation_id": installation})),
        ("/rest/v1/accounts", home, set, owner),
        ("/installation/installation-2/move", moves, add, json!({"external_installation_id": installation})),
    ] {
        let other = running.provisioned(admin, &body(2)).await;
        let requests = [(make, &made, format!("{make} made")), (change, &changed, format!("{make} changed"))];
        let send_once = async |(path, body, key): &(&str, &Value, String)| {
            send(running.post(admin, path, body).header("Idempotency-Key", key)).await
        };
        for request in &requests {
            let first = send_once(request).await;
            assert!([200, 201].contains(&first.status), "{first:?}");
            let again = send_once(request).await;
            assert_eq!((again.header("idempotent-replayed"), &again.text), (Some("true"), &first.text));
        }
        // Whoever looks into the table does not see in a record what was answered.
        let items = running.scan().await;
        let records: Vec<_> = items.iter().filter(|item| text(item, "sk") == "IDEMPOTENCY").collect();
        let seen = format!("{records:?}");
        assert!(records.len() >= 2 && !["account-1", "Curie", "jo-1"].iter().any(|word| seen.contains(word)), "{seen}");

        let erased = running.change(Method::DELETE, admin, "/account/account-1?id_type=external", None).await;
        assert_eq!(erased.status, 204);
        for request in &requests {
            let again = send_once(request).await;
            let code = if request.0.starts_with("/rest") { "ObjectErased" } else { "erased" };
            assert_eq!((again.status, again.header("idempotent-replayed")), (410, None), "{again:?}");
            assert!(again.text.contains(code) && !again.text.contains("account-1"), "{again:?}");
        }
        running.change(Method::DELETE, admin, &format!("/account/{other}"), None).await;
        assert!(running.consistent_accounts().await.is_empty());
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn another_request_under_the_key_is_refused() {
    let running = Running::start().await;
    assert_eq!(keyed(&running, "k", &body(1)).await.status, 201);
    let other = keyed(&running, "k", &body(2)).await;
    assert_eq!((other.status, other.json()["code"].as_str()), (422, Some("idempotency_key_reused")));
    // Even if it would conflict, or comes from a credential that reaches less far.
    let conflicting = keyed(&running, "k", &with(body(1), "/customer_info/email", "x@example.com")).await;
    assert_eq!(conflicting.status, 422);
    let brand = send(running.post(running.brand(), "/account", &body(1)).header("idempotency-key", "k")).await;
    assert_eq!(brand.status, 422);
    // Another organisation has keys of its own.
    let foreign = with(body(3), "/labelpartner", "EAST");
    let foreign = send(running.post(running.other(), "/account", &foreign).header("idempotency-key", "k")).await;
    assert_eq!((foreign.status, foreign.header("idempotent-replayed")), (201, None));
    assert_eq!(running.consistent_accounts().await.len(), 2);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_refusal_leaves_the_key_free() {
    let running = Running::start().await;
    assert_eq!(keyed(&running, "k", &without(body(1), "/labelpartner")).await.status, 400);
    running.provisioned(running.admin(), &body("holder")).await;
    let conflict = with(body(1), "/customer_info/email", "jo-holder@example.com");
    assert_eq!(keyed(&running, "k", &conflict).await.status, 409);
    assert!(running.scan().await.iter().all(|item| text(item, "sk") != "IDEMPOTENCY"));
    let answer = keyed(&running, "k", &body(1)).await;
    assert_eq!((answer.status, answer.header("idempotent-replayed")), (201, None));
    assert_eq!(keyed(&running, "k", &body(1)).await.header("idempotent-replayed"), Some("true"));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_record_expires_after_a_day_and_holds_no_key_in_clear() {
    let running = Running::start().await;
    keyed(&running, "a key of the caller", &body(1)).await;
    let items = running.scan().await;
    let record = items.iter().find(|item| text(item, "sk") == "IDEMPOTENCY").unwrap();
    let expires_at: i64 = record["expires_at"].as_n().unwrap().parse().unwrap();
    let in_seconds = expires_at - jiff::Timestamp::now().as_second();
    assert!((86_000..=86_400).contains(&in_seconds), "{in_seconds}");
    assert!(!format!("{record:?}").contains("a key of the caller"));
    assert_eq!(record["fingerprint"].as_s().unwrap().len(), 43);
    assert_eq!(json!(record["pk"].as_s().unwrap()).as_str().unwrap().matches('#').count(), 3);
    running.bundle.stop().await;
}

/// The table removes what has expired only after a while; until then it must not stand in the way.
#[tokio::test]
async fn a_record_that_has_expired_counts_as_absent() {
    let running = Running::start().await;
    keyed(&running, "k", &body(1)).await;
    let record = running.scan().await.into_iter().find(|item| text(item, "sk") == "IDEMPOTENCY").unwrap();
    let client = running.table_client();
    let put = |seconds: i64| {
        let mut record = record.clone();
        let expires_at = jiff::Timestamp::now().as_second() + seconds;
        record.insert("expires_at".into(), aws_sdk_dynamodb::types::AttributeValue::N(expires_at.to_string()));
        client.put_item().table_name(running.bundle.table()).set_item(Some(record)).send()
    };
    put(5).await.unwrap();
    assert_eq!(keyed(&running, "k", &body(2)).await.status, 422);
    put(-5).await.unwrap();
    let answer = keyed(&running, "k", &body(2)).await;
    assert_eq!((answer.status, answer.header("idempotent-replayed")), (201, None));
    assert_eq!(keyed(&running, "k", &body(2)).await.header("idempotent-replayed"), Some("true"));
    running.bundle.stop().await;
}
