//! `POST /registration/resend`.

use std::{collections::BTreeMap, sync::Arc};

use jiff::SignedDuration;
use serde_json::json;
use wattbook_api::verification::RESET_LIFETIME;
use wattbook_local::Options;

use crate::{
    registration::PASSWORD,
    support::{Running, body, with},
};

#[tokio::test]
async fn answers_the_same_whatever_there_is_to_do() {
    let running = Running::start().await;
    let owing = running.provisioned(running.admin(), &body(1)).await;
    let recent = running.provisioned(running.admin(), &body(2)).await;
    let verified = running.provisioned(running.admin(), &with(body(3), "/create_verified_user", true)).await;
    running.asked_before(&owing, SignedDuration::from_secs(61)).await;
    let before = running.verification_token(&owing).await;
    let expected = running.resend(&json!({"email": "nobody@example.com"})).await;
    assert_eq!((expected.status, expected.json()), (202, json!({"status": "accepted"})));
    for email in ["JO-1@Example.com", "jo-2@example.com", "jo-3@example.com", "jo-1@example.com"] {
        let answer = running.resend(&json!({"email": email})).await;
        assert_eq!((answer.status, &answer.text), (202, &expected.text), "{email}");
    }
    // Two of them had something to do, once.
    let mut versions = Vec::new();
    for id in [&owing, &recent, &verified] {
        versions.push(running.stored(id).await.version);
    }
    assert_eq!(versions, [2, 1, 2]);
    let after = running.verification_token(&owing).await;
    assert_ne!(before, after);
    assert_eq!(running.register(&before, PASSWORD).await.faults(), ["invalid_token /token"]);
    assert_eq!(running.register(&after, PASSWORD).await.status, 200);
    running.bundle.stop().await;
}

/// Who is verified from the start can set a password, and who has forgotten one can set another: the old one is void
/// only then, and a token is good once.
#[tokio::test]
async fn whoever_is_verified_is_invited_and_who_has_a_password_can_reset_it() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &with(body(1), "/create_verified_user", true)).await;
    let path = format!("/account/{id}");
    assert_eq!(running.get(running.admin(), &path).await.json()["status"], "provisioned");
    let whose = json!({"email": "Jo-1@example.com", "organisation_id": running.bundle.demo().organisation_id});
    let asked = async || {
        assert_eq!(running.resend(&whose).await.status, 202);
        running.verification_token(&id).await
    };
    let invited = asked().await;
    let another = format!("{PASSWORD} once more");
    assert_eq!(running.register(&invited, PASSWORD).await.json(), json!({"status": "active"}));
    let first = running.stored(&id).await.customer.registration.unwrap();
    assert_eq!(running.register(&invited, &another).await.faults(), ["invalid_token /token"]);

    let reset = asked().await;
    assert_eq!(running.get(running.admin(), &path).await.json()["status"], "active");
    assert_eq!(running.stored(&id).await.customer.registration.unwrap(), first);
    assert_eq!(running.register(&reset, "password1234").await.faults(), ["password_too_weak /password"]);
    assert_eq!(running.register(&reset, &another).await.status, 200);
    let second = running.stored(&id).await.customer.registration.unwrap();
    assert_eq!(second.registered_at, first.registered_at);
    assert_ne!(second.password_hash, first.password_hash);
    assert_eq!(running.register(&reset, PASSWORD).await.faults(), ["invalid_token /token"]);
    // One that sets another password is good for a day.
    asked().await;
    running.asked_before(&id, RESET_LIFETIME + SignedDuration::from_secs(1)).await;
    let expired = running.verification_token(&id).await;
    assert_eq!(running.register(&expired, PASSWORD).await.faults(), ["invalid_token /token"]);
    running.bundle.stop().await;
}

/// Whether there is such a customer must not be measured either.
#[tokio::test]
async fn an_unknown_email_costs_as_much_as_a_known_one() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    running.provisioned(running.admin(), &with(body(2), "/create_verified_user", true)).await;
    let mut costs = Vec::new();
    for email in ["nobody@example.com", "jo-1@example.com", "jo-2@example.com", "jo-2@example.com"] {
        let before = running.bundle.usage("resend-verification").round_trips;
        running.resend(&json!({"email": email})).await;
        costs.push(running.bundle.usage("resend-verification").round_trips - before);
    }
    assert_eq!(costs, [3, 3, 3, 3]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_crowd_makes_one_request() {
    let running = Arc::new(Running::start().await);
    let id = running.provisioned(running.admin(), &body(1)).await;
    running.asked_before(&id, SignedDuration::from_mins(2)).await;
    let tasks: Vec<_> = (0..30)
        .map(|_| {
            let running = Arc::clone(&running);
            tokio::spawn(async move { running.resend(&json!({"email": "jo-1@example.com"})).await.status })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 202);
    }
    assert_eq!(running.stored(&id).await.version, 2);
}

#[tokio::test]
async fn what_is_wrong_with_the_request_is_named() {
    let running = Running::start().await;
    for (body, faults) in [
        (json!({}), vec!["required /email"]),
        (
            json!({"email": "x", "organisation_id": "y", "z": 1}),
            vec!["invalid_email /email", "invalid_organisation_id /organisation_id", "unknown_member /z"],
        ),
        (json!({"email": null, "organisation_id": 1}), vec!["wrong_type /email", "wrong_type /organisation_id"]),
    ] {
        let answer = running.resend(&body).await;
        assert_eq!((answer.status, answer.faults()), (400, faults.iter().map(|f| (*f).to_owned()).collect()), "{body}");
    }
    // Stated though not needed, the organisation must be the account's, or nothing happens.
    let id = running.provisioned(running.admin(), &body(1)).await;
    running.asked_before(&id, SignedDuration::from_mins(2)).await;
    let demo = running.bundle.demo();
    for (organisation, version) in [(&demo.other_organisation_id, 1), (&demo.organisation_id, 2)] {
        let body = json!({"email": "jo-1@example.com", "organisation_id": organisation});
        assert_eq!(running.resend(&body).await.status, 202);
        assert_eq!(running.stored(&id).await.version, version);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn where_an_email_is_unique_within_an_organisation_that_must_be_named() {
    let parameters = BTreeMap::from([("UniquenessScope".to_owned(), "organisation".to_owned())]);
    let running = Running::start_with(Options { parameters, ..Options::default() }).await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let elsewhere = running.provisioned(running.other(), &with(body(1), "/labelpartner", "EAST")).await;
    for id in [&id, &elsewhere] {
        running.asked_before(id, SignedDuration::from_mins(2)).await;
    }
    let answer = running.resend(&json!({"email": "jo-1@example.com"})).await;
    assert_eq!((answer.status, answer.faults()), (400, vec!["required /organisation_id".to_owned()]));
    let organisation_id = &running.bundle.demo().organisation_id;
    let answer = running.resend(&json!({"email": "jo-1@example.com", "organisation_id": organisation_id})).await;
    assert_eq!(answer.status, 202);
    assert_eq!((running.stored(&id).await.version, running.stored(&elsewhere).await.version), (2, 1));
    let token = running.verification_token(&id).await;
    assert_eq!(running.register(&token, PASSWORD).await.status, 200);
    running.bundle.stop().await;
}
