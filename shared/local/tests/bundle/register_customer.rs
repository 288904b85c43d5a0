//! `POST /registration`.

use std::sync::Arc;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use wattbook_api::verification::LIFETIME;

use crate::{
    registration::PASSWORD,
    support::{Running, body, with, without},
};

#[tokio::test]
async fn verifies_the_email_and_keeps_the_password_as_a_hash_that_nobody_sees() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let path = format!("/account/{id}");
    assert_eq!(running.get(running.admin(), &path).await.json()["status"], "provisioned");
    let token = running.verification_token(&id).await;
    let answer = running.register(&token, PASSWORD).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"status": "active"})));
    let kept = running.stored(&id).await.customer.registration.unwrap();
    assert!(kept.password_hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    let seen = running.get(running.admin(), &path).await;
    assert_eq!((seen.json()["status"].as_str(), seen.header("etag")), (Some("active"), Some("\"2\"")));
    assert_eq!(seen.json()["customer_info"]["email_verified"], true);
    let changed = json!({"contact_info": {"firstname": "Jane"}});
    let changed = running.change(Method::PUT, running.admin(), &format!("{path}/customer-info"), Some(changed)).await;
    for answer in [answer, seen, changed] {
        assert!(!answer.text.contains("argon2") && !answer.text.contains(PASSWORD) && !answer.text.contains(&token));
    }
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn without_a_meter_the_account_is_registered_but_not_active() {
    let running = Running::start().await;
    let bare = with(body(1), "/installation_info/0/service_information/service_type", "RT-HR-NILM-HW");
    let id = running.provisioned(running.admin(), &without(bare, "/installation_info/0/meters")).await;
    let token = running.verification_token(&id).await;
    assert_eq!(running.register(&token, PASSWORD).await.json(), json!({"status": "registered"}));
    running.bundle.stop().await;
}

/// Expired, altered, foreign, used, replaced, unknown and no token at all: not a byte tells them apart.
#[tokio::test]
async fn every_token_that_does_not_work_answers_the_same() {
    let running = Running::start().await;
    let mut ids = Vec::new();
    for seed in 1..=5 {
        ids.push(running.provisioned(running.admin(), &body(seed)).await);
    }
    let good = running.verification_token(&ids[0]).await;
    let (head, signature) = good.rsplit_once('.').unwrap();
    let foreign = running.verification_token(&ids[1]).await;
    let used = running.verification_token(&ids[2]).await;
    assert_eq!(running.register(&used, PASSWORD).await.status, 200);
    running.asked_before(&ids[3], LIFETIME + SignedDuration::from_secs(1)).await;
    let expired = running.verification_token(&ids[3]).await;
    let replaced = running.verification_token(&ids[4]).await;
    running.asked_before(&ids[4], SignedDuration::from_mins(2)).await;
    running.resend(&json!({"email": "jo-5@example.com"})).await;
    let bad = [
        used,
        expired,
        replaced,
        format!("{head}.{}", foreign.rsplit_once('.').unwrap().1),
        format!("{}.{signature}", foreign.rsplit_once('.').unwrap().0),
        good.replace(&ids[0], &ids[2]),
        good.replace(&ids[0], "11111111-2222-4333-8444-555555555555"),
        format!("{good}A"),
        format!("{good}."),
        head.to_owned(),
        "nonsense".to_owned(),
        "....".to_owned(),
        "\u{1f50c}".to_owned(),
        String::new(),
    ];
    let expected = running.register("no token", PASSWORD).await;
    assert_eq!((expected.status, expected.faults()), (400, vec!["invalid_token /token".to_owned()]));
    for token in bad {
        let answer = running.register(&token, PASSWORD).await;
        assert_eq!((answer.status, &answer.text), (400, &expected.text), "{token}");
    }
    assert_eq!(running.register(&good, PASSWORD).await.status, 200);
    running.bundle.stop().await;
}

#[tokio::test]
async fn hears_of_every_fault_at_once_and_a_refusal_leaves_the_token_good() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let token = running.verification_token(&id).await;
    for (body, faults) in [
        (json!({}), vec!["required /token", "required /password"]),
        (json!({"password": "short", "token": "x"}), vec!["too_short /password", "invalid_token /token"]),
        (json!({"token": token, "password": "x".repeat(129)}), vec!["too_long /password"]),
        (json!({"token": token, "password": "a\tb\tc\td\te\tf"}), vec!["control_character /password"]),
        (
            json!({"token": 1, "password": null, "x": 1}),
            vec!["wrong_type /token", "wrong_type /password", "unknown_member /x"],
        ),
        (json!({"token": token, "password": "password1234"}), vec!["password_too_weak /password"]),
        // Who the customer is, is known to whoever guesses.
        (json!({"token": token, "password": "jo-1@example.com"}), vec!["password_too_weak /password"]),
        // How strong a password is depends on the customer, of whom a bad token must tell nothing.
        (json!({"token": "x", "password": "password1234"}), vec!["invalid_token /token"]),
        (json!([]), vec!["wrong_type "]),
    ] {
        let answer = running.post_openly("/registration", &body).await;
        assert_eq!((answer.status, answer.faults()), (400, faults.iter().map(|f| (*f).to_owned()).collect()), "{body}");
        assert!(!answer.text.contains(&token));
    }
    let unknown = running.post_openly("/registration?x=1", &json!({"token": token, "password": PASSWORD})).await;
    assert_eq!(unknown.faults(), ["unknown_parameter ?x"]);
    assert_eq!(running.register(&token, PASSWORD).await.status, 200);
    running.bundle.stop().await;
}

/// Fifty with one token: one registers, the others find it used.
#[tokio::test]
async fn a_token_works_once_in_parallel_too() {
    let running = Arc::new(Running::start().await);
    let id = running.provisioned(running.admin(), &body(1)).await;
    let token = running.verification_token(&id).await;
    let refused = running.register("no token", PASSWORD).await.text;
    let tasks: Vec<_> = (0..50)
        .map(|i| {
            let (running, token) = (Arc::clone(&running), token.clone());
            tokio::spawn(async move { running.register(&token, &format!("{PASSWORD} {i}")).await })
        })
        .collect();
    let mut registered = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        if answer.status == 200 {
            registered += 1;
        } else {
            assert_eq!((answer.status, &answer.text), (400, &refused));
        }
    }
    assert_eq!((registered, running.stored(&id).await.version), (1, 2));
}

/// Somebody else's change of the account is no use of the token.
#[tokio::test]
async fn other_changes_at_the_same_time_do_not_cost_the_token() {
    let running = Arc::new(Running::start().await);
    for round in 0..5 {
        let id = running.provisioned(running.admin(), &body(round)).await;
        let token = running.verification_token(&id).await;
        let changes = (0..6).map(|i| {
            let (running, path) = (Arc::clone(&running), format!("/account/{id}/customer-info"));
            let change = json!({"contact_info": {"firstname": format!("Name {i}")}});
            tokio::spawn(async move { running.change(Method::PUT, running.admin(), &path, Some(change)).await })
        });
        let changes: Vec<_> = changes.collect();
        assert_eq!(running.register(&token, PASSWORD).await.status, 200);
        for change in changes {
            assert_eq!(change.await.unwrap().status, 200);
        }
        assert!(running.stored(&id).await.customer.registration.is_some());
    }
}
