//! Requests whose time is up are ended by the clock.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use wattbook_domain::{
    OrganisationId,
    onboarding::{FailureCode, OnboardingStatus},
};
use wattbook_store::Store;

use crate::{
    onboarding::made::{VIN, agree, agreed, request, vin},
    support::{BY, Running},
};

async fn running() -> (Running, Store, OrganisationId) {
    let running = Running::start().await;
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    (running, store, organisation)
}

/// Calls the function at that time.
async fn expire(running: &Running, time: Timestamp) -> Value {
    running.bundle.invoke("expire-onboardings", &json!({"time": time})).await.unwrap()
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);

#[tokio::test]
async fn what_is_due_ends_and_its_device_is_free() {
    let (running, store, organisation) = running().await;
    let first = request(organisation, VIN);
    store.create_onboarding(&first, BY, None).await.unwrap();
    let second = request(organisation, &vin(46));
    store.create_onboarding(&second, BY, None).await.unwrap();
    let second = agree(&store, &second).await;
    let due = first.expires_at.unwrap();
    assert!(due < second.expires_at.unwrap());
    assert_eq!(expire(&running, due - SECOND).await, json!({"expired": 0}));
    assert_eq!(expire(&running, due).await, json!({"expired": 1}));
    assert_eq!(expire(&running, due).await, json!({"expired": 0}));
    let devices = running.consistent_devices().await;
    assert_eq!(devices.live().map(|it| it.id).collect::<Vec<_>>(), [second.id]);
    let ended = devices.requests.iter().find(|it| it.id == first.id).unwrap();
    assert_eq!((ended.status, ended.failure), (OnboardingStatus::Failed, Some(FailureCode::Expired)));
    let third = request(organisation, VIN);
    store.create_onboarding(&third, BY, None).await.unwrap();
    // What its owner has agreed to ends as well, when it could not be connected in time.
    let last = second.expires_at.max(third.expires_at).unwrap();
    assert_eq!(expire(&running, last).await, json!({"expired": 2}));
    assert_eq!(running.consistent_devices().await.live().count(), 0);
    running.bundle.stop().await;
}

/// The clock is what it is, so that nothing of other tests is due.
#[tokio::test]
async fn a_request_is_over_when_its_day_is() {
    let (running, store, organisation) = running().await;
    let mut stale = request(organisation, VIN);
    stale.expires_at = Some(Timestamp::now() - SECOND);
    store.create_onboarding(&stale, BY, None).await.unwrap();
    let fresh = request(organisation, &vin(46));
    store.create_onboarding(&fresh, BY, None).await.unwrap();
    expire(&running, Timestamp::now()).await;
    let devices = running.consistent_devices().await;
    assert_eq!(devices.live().map(|it| it.id).collect::<Vec<_>>(), [fresh.id]);
    running.bundle.stop().await;
}

/// More than it looks up at once, and only what is due.
#[tokio::test]
async fn it_goes_on_until_nothing_is_due() {
    let (running, store, organisation) = running().await;
    let mut made = JoinSet::new();
    for number in 0..250 {
        let (store, request) = (store.clone(), request(organisation, &format!("WAUZZZGE1NB012{number:03}")));
        made.spawn(async move { store.create_onboarding(&request, BY, None).await.map(|()| request.expires_at) });
    }
    let due = made.join_all().await.into_iter().map(|it| it.unwrap().unwrap()).max().unwrap();
    let other = request(organisation, "WAUZZZGE1NB099999");
    let other = wattbook_domain::onboarding::OnboardingRequest { expires_at: Some(due + SECOND), ..other };
    store.create_onboarding(&other, BY, None).await.unwrap();
    assert_eq!(expire(&running, due).await, json!({"expired": 250}));
    let devices = running.consistent_devices().await;
    assert_eq!((devices.requests.len(), devices.live().count()), (251, 1));
    running.bundle.stop().await;
}

/// Whoever agrees at the last moment either has, or is too late: nothing is in between.
#[tokio::test]
async fn a_request_that_changes_meanwhile_is_left_as_it_is() {
    let (running, store, organisation) = running().await;
    let mut made = Vec::new();
    for number in 0..40 {
        let request = request(organisation, &vin(number));
        store.create_onboarding(&request, BY, None).await.unwrap();
        made.push(request);
    }
    let due = made.iter().filter_map(|it| it.expires_at).max().unwrap();
    let mut agreeing = JoinSet::new();
    for request in made {
        let store = store.clone();
        agreeing.spawn(async move { store.replace_onboarding(&request, &agreed(&request), BY).await.is_ok() });
    }
    let expired = async { expire(&running, due).await["expired"].as_u64().unwrap() };
    let (expired, again, answers) =
        tokio::join!(expired, async { expire(&running, due).await["expired"].as_u64().unwrap() }, agreeing.join_all());
    let in_time = answers.into_iter().filter(|done| *done).count();
    let rest = expire(&running, due).await["expired"].as_u64().unwrap();
    let devices = running.consistent_devices().await;
    assert_eq!(devices.live().count(), in_time);
    assert_eq!(usize::try_from(expired + again + rest).unwrap() + in_time, 40);
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_not_a_call_of_the_clock_is_an_error() {
    let (running, ..) = running().await;
    assert!(running.bundle.invoke("expire-onboardings", &json!({})).await.is_err());
    running.bundle.stop().await;
}
