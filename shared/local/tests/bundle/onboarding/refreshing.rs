//! Tokens that run out: new ones are got, or the connection ends.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wattbook_domain::entity::{DisconnectReason, Entity};
use wattbook_store::SealedTokens;

use super::sign_in::{Manufacturer, Reply, table};
use crate::support::Running;

impl Running {
    async fn refresh(&self, now: Timestamp) -> Value {
        self.bundle.invoke("refresh-sign-ins", &json!({"time": now})).await.unwrap()
    }

    /// The one entity that there is, with its tokens if it has any.
    async fn only(&self) -> (Entity, Option<SealedTokens>) {
        let [entity] = self.consistent_devices().await.entities.try_into().unwrap();
        let tokens = self.store().tokens(entity.organisation, entity.id).await.unwrap();
        (entity, tokens)
    }
}

fn done(refreshed: u32, ended: u32, put_off: u32) -> Value {
    json!({"refreshed": refreshed, "ended": ended, "put_off": put_off})
}

fn in_minutes(minutes: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_mins(minutes)
}

#[tokio::test]
async fn tokens_are_refreshed_before_they_end_and_by_one_alone() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Refreshing Cars").await;
    cars.connected(&running, 3600).await;
    let (_, before) = running.only().await;
    assert_eq!(running.refresh(in_minutes(40)).await, done(0, 0, 0));
    cars.is_slow(Duration::from_millis(300));
    let now = in_minutes(50);
    let (one, other) = tokio::join!(running.refresh(now), running.refresh(now));
    let refreshed = |answer: &Value| answer["refreshed"].as_u64().unwrap();
    assert_eq!(refreshed(&one) + refreshed(&other), 1, "{one} {other}");
    let asked = cars.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        (asked[1]["grant_type"].as_str(), asked[1]["refresh_token"].as_str()),
        ("refresh_token", "refresh-token-1")
    );
    let (entity, after) = running.only().await;
    assert!(entity.is_connected());
    assert_ne!(before.unwrap().sealed, after.unwrap().sealed);
    // The next time it is with the new one.
    running.refresh(now + SignedDuration::from_mins(1)).await;
    assert_eq!(cars.asked().last().unwrap()["refresh_token"], "refresh-token-2");
    for secret in ["access-token-", "refresh-token-"] {
        assert!(!table(&running).await.contains(secret));
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_refresh_that_is_refused_ends_the_connection() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Ending Cars").await;
    let (mut owner, request) = cars.connected(&running, 3600).await;
    // What is wrong with us is nothing that is wrong with the owner's sign-in.
    for (minutes, word) in [(50, "invalid_client"), (60, "unauthorized_client"), (70, "server_error")] {
        cars.replies(&[Reply::Refusal(word)]);
        assert_eq!(running.refresh(in_minutes(minutes)).await, done(0, 0, 1), "{word}");
    }
    cars.replies(&[Reply::Refusal("invalid_grant")]);
    assert_eq!(running.refresh(in_minutes(90)).await, done(0, 1, 0));
    let (entity, tokens) = running.only().await;
    assert_eq!(entity.disconnected.map(|it| it.reason), Some(DisconnectReason::SignInEnded));
    assert_eq!(tokens, None);
    assert_eq!(running.refresh(in_minutes(120)).await, done(0, 0, 0));
    assert_eq!(running.seen(&request).await["status"], "Succeeded");
    assert_eq!(owner.opens_link().await.status, 200);
    // His car can be connected anew.
    cars.signing_in(&running).await;
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_manufacturer_who_is_not_reached_is_waited_for_a_week() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Silent Cars").await;
    cars.connected(&running, 3600).await;
    cars.replies(&[Reply::Dead; 20]);
    let asked = cars.asked().len();
    assert_eq!(running.refresh(in_minutes(50)).await, done(0, 0, 1));
    // Not at once again.
    assert_eq!(running.refresh(in_minutes(52)).await, done(0, 0, 0));
    assert_eq!(running.refresh(in_minutes(56)).await, done(0, 0, 1));
    // Nor without a sign-in, which an operator may put back.
    cars.has_no_sign_in(&running).await;
    assert_eq!(running.refresh(in_minutes(80)).await, done(0, 0, 1));
    assert_eq!(cars.asked().len(), asked + 2);
    cars.has_sign_in(&running, cars.settings()).await;
    assert_eq!(running.refresh(in_minutes(6 * 24 * 60)).await, done(0, 0, 1));
    assert!(running.only().await.0.is_connected());
    cars.replies(&[]);
    assert_eq!(running.refresh(in_minutes(7 * 24 * 60)).await, done(1, 0, 0));
    cars.replies(&[Reply::Dead; 20]);
    assert_eq!(running.refresh(in_minutes(8 * 24 * 60)).await, done(0, 1, 0));
    assert!(!running.only().await.0.is_connected());
    running.bundle.stop().await;
}

/// An operator may find it again.
#[tokio::test]
async fn a_key_that_is_gone_ends_no_connection() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Sealed Cars").await;
    let store = running.store();
    let (_, first) = cars.connected(&running, 3600).await;
    let first = running.kept(&first).await;
    let tokens = store.tokens(first.organisation, first.entity).await.unwrap().unwrap();
    let entity = store.entity(first.organisation, first.entity).await.unwrap().unwrap();
    let (_, sealed) = tokens.sealed.split_once(':').unwrap();
    let sealed = format!("gone:{sealed}");
    let lost = SealedTokens { sealed, version: tokens.version + 1, ..tokens.clone() };
    assert!(store.replace_tokens(entity.organisation, entity.id, (&tokens, &lost)).await.unwrap());
    let asked = cars.asked().len();
    assert_eq!(running.refresh(in_minutes(50)).await, done(0, 0, 1));
    assert_eq!(running.refresh(in_minutes(60 * 24 * 30)).await, done(0, 0, 1));
    assert_eq!(cars.asked().len(), asked);
    assert!(running.only().await.0.is_connected());
    running.bundle.stop().await;
}
