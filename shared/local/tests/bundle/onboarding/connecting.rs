//! The sign-in at a manufacturer and what comes of it, against one that is there.

use std::time::Duration;

use serde_json::{Value, json};
use wattbook_domain::{
    entity::DisconnectReason,
    onboarding::{FailureCode, OnboardingStatus},
};

use super::{
    owner::{heading, linked},
    requests::{REQUESTS, VIN},
    sign_in::{CLIENT_SECRET, Manufacturer, Reply, table, taking_over},
};
use crate::support::{BY, Running, send, without};

const CONNECTED: &str = "Your device is connected";
const NOT_CONNECTED: &str = "Your device could not be connected";

#[tokio::test]
async fn an_owner_signs_in_and_his_car_is_connected() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Signing Cars").await;
    let (mut owner, request, led) = cars.signing_in(&running).await;
    assert_eq!((led.query["response_type"].as_str(), led.query["scope"].as_str()), ("code", "vehicles"));
    let callback = running.bundle.url_of("/onboarding/callback");
    assert_eq!(led.query["redirect_uri"], callback);
    assert_eq!(running.seen(&request).await["steps"][1]["state"], "Current");
    // Whoever goes back, or looks again, goes on where he was.
    assert_eq!(cars.led(&owner.opens_link().await).address, led.address);
    assert_eq!(owner.elsewhere().opens_link().await.status, 410);

    let answer = owner.opens(&led.back("the-code-of-jo")).await;
    assert_eq!(answer.header("location"), Some(format!("{}?lang=en", owner.link).as_str()));
    let page = owner.follows(&answer).await;
    assert_eq!(heading(&page), CONNECTED);
    let [asked] = cars.asked().try_into().unwrap();
    assert_eq!((asked["code"].as_str(), asked["redirect_uri"].as_str()), ("the-code-of-jo", callback.as_str()));
    assert!(led.is_verified_by(&asked["code_verifier"]));
    let devices = running.consistent_devices().await;
    let [entity] = devices.connected().collect::<Vec<_>>().try_into().unwrap();
    let (organisation, id) = (entity.organisation, entity.id);
    let kept = running.store().tokens(organisation, id).await.unwrap().unwrap();
    assert!(kept.refresh_at.is_some());

    // What is secret is told to nobody, and cannot be read in the table.
    let seen = running.seen(&request).await.to_string();
    let withdrawal = linked(&page, "/onboarding/withdrawal/").remove(0);
    for secret in [
        "the-code-of-jo",
        "access-token-",
        "refresh-token-",
        CLIENT_SECRET,
        &asked["code_verifier"],
        &led.query["state"],
        owner.cookie.as_ref().unwrap().split_once('=').unwrap().1,
        owner.link.rsplit_once('/').unwrap().1,
        withdrawal.rsplit_once('/').unwrap().1,
    ] {
        assert!(!table(&running).await.contains(secret), "the table has {secret}");
        // The links are the caller's to hand on.
        let is_link = owner.link.contains(secret) || withdrawal.contains(secret);
        assert!(is_link || !seen.contains(secret), "the API tells {secret}");
    }
    // Withdrawing takes the tokens.
    owner.posts(&withdrawal, &[("decision", "withdraw")]).await;
    assert_eq!(running.store().tokens(organisation, id).await.unwrap(), None);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn who_refuses_at_the_manufacturer_is_not_connected() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Refusing Cars").await;
    for (error, code) in [("access_denied", "refused_by_owner"), ("invalid_scope", "sign_in_failed")] {
        let (mut owner, request, led) = cars.signing_in(&running).await;
        let answer = owner.opens(&led.back_with(&[("error", error), ("error_description", "no")])).await;
        let page = owner.follows(&answer).await;
        assert_eq!((page.status, heading(&page)), (200, NOT_CONNECTED), "{error}");
        let seen = running.seen(&request).await;
        assert_eq!((&seen["status"], &seen["errors"][0]["code"]), (&json!("Failed"), &json!(code)));
        // A code that comes after that changes nothing.
        let late = owner.opens(&led.back("late")).await;
        assert_eq!(heading(&owner.follows(&late).await), NOT_CONNECTED);
    }
    assert!(cars.asked().is_empty());
    assert_eq!(running.consistent_devices().await.live().count(), 0);
    running.bundle.stop().await;
}

#[tokio::test]
async fn who_did_not_begin_a_sign_in_cannot_end_it() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Guarded Cars").await;
    let (mut owner, request, led) = cars.signing_in(&running).await;
    let before = running.kept(&request).await;
    let state = &led.query["state"];
    let other = if state.ends_with('A') { 'B' } else { 'A' };
    let (head, _) = state.split_at(state.len() - 1);
    let stranger = state.replace(&before.id.to_string(), "709c222a-3d68-4f64-9275-3115817347c6");
    let callback = |state: &str| format!("/onboarding/callback?code=x&state={state}");
    for (path, status) in [
        ("/onboarding/callback?code=x".to_owned(), 404),
        (callback(""), 404),
        (callback("x"), 404),
        (callback(&format!("{head}{other}")), 404),
        (callback(&stranger), 404),
        (callback(head), 404),
        ("/onboarding/callback?error=access_denied".to_owned(), 404),
        (led.back_with(&[]), 400),
        (led.back(""), 400),
        (led.back(&"x".repeat(5000)), 400),
    ] {
        assert_eq!(owner.opens(&path).await.status, status, "{path}");
    }
    // Another browser: that of somebody who was sent the address, or one with the cookie of another request.
    let mut others = [owner.elsewhere(), owner.elsewhere()];
    others[1].cookie = owner.cookie.as_ref().map(|cookie| format!("{}x", &cookie[..cookie.len() - 1]));
    for stranger in &mut others {
        for path in [led.back("x"), led.back_with(&[("error", "access_denied")])] {
            assert_eq!(stranger.opens(&path).await.status, 403);
        }
    }
    assert_eq!(running.kept(&request).await, before);
    assert!(cars.asked().is_empty());
    let answer = owner.opens(&led.back("the-code")).await;
    assert_eq!(heading(&owner.follows(&answer).await), CONNECTED);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_callback_that_comes_twice_is_exchanged_once() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Twice Cars").await;
    cars.is_slow(Duration::from_millis(300));
    let (mut owner, request, led) = cars.signing_in(&running).await;
    let mut twins = [(); 4].map(|()| owner.clone());
    let [a, b, c, d] = &mut twins;
    let path = led.back("the-code");
    let answers = tokio::join!(a.opens(&path), b.opens(&path), c.opens(&path), d.opens(&path));
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        assert_eq!(heading(&owner.follows(&answer).await), CONNECTED);
    }
    let again = owner.opens(&path).await;
    assert_eq!(heading(&owner.follows(&again).await), CONNECTED);
    assert_eq!((cars.asked().len(), running.seen(&request).await["status"].as_str()), (1, Some("Succeeded")));
    assert_eq!(running.consistent_devices().await.connected().count(), 1);
    running.bundle.stop().await;
}

/// A message of the queue, as it is handed over for the `receipt`th time.
fn message(request: &Value, receipt: u32) -> Value {
    let body = json!({"organisation_id": request["data"]["tenant"]["id"], "onboarding_id": request["id"]});
    json!({"Records": [{
        "messageId": "m", "receiptHandle": "r", "body": body.to_string(),
        "attributes": {"ApproximateReceiveCount": receipt.to_string()},
    }]})
}

/// A queue hands a message over at least once.
#[tokio::test]
async fn a_message_that_comes_twice_connects_once() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Repeated Cars").await;
    cars.is_slow(Duration::from_millis(500));
    let (mut owner, request, led) = cars.signing_in(&running).await;
    let event = message(&request, 1);
    let repeated = async {
        // While the first one waits for the manufacturer.
        while cars.asked().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        running.bundle.invoke("connect-entity", &event).await.unwrap()
    };
    let path = led.back("the-code");
    let (answer, turned_away) = tokio::join!(owner.opens(&path), repeated);
    assert_eq!(turned_away, json!({"batchItemFailures": [{"itemIdentifier": "m"}]}));
    assert_eq!(heading(&owner.follows(&answer).await), CONNECTED);
    for late in [1, 5] {
        let handled = running.bundle.invoke("connect-entity", &message(&request, late)).await.unwrap();
        assert_eq!(handled, json!({"batchItemFailures": []}));
    }
    assert_eq!(cars.asked().len(), 1);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_token_end_point_that_is_dead_for_a_while_is_asked_again() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Late Cars").await;
    cars.replies(&[Reply::Dead, Reply::Dead]);
    let (mut owner, request, led) = cars.signing_in(&running).await;
    owner.opens(&led.back("the-code")).await;
    running.seen_as(&request, "Succeeded").await;
    assert_eq!(cars.asked().len(), 3);
    // And one that stays dead is not asked for ever.
    cars.replies(&[Reply::Dead; 20]);
    let (mut other, failing, led) = {
        owner.posts("/onboarding/withdrawal/x", &[("decision", "withdraw")]).await;
        let request = running.kept(&request).await;
        let entity = running.store().entity(request.organisation, request.entity).await.unwrap().unwrap();
        let now = jiff::Timestamp::now();
        running.store().disconnect_device(&entity, DisconnectReason::Offboarded, BY, now).await.unwrap();
        cars.signing_in(&running).await
    };
    other.opens(&led.back("the-code")).await;
    let seen = running.seen_as(&failing, "Failed").await;
    assert_eq!(seen["errors"][0]["code"], "manufacturer_unreachable");
    assert_eq!(cars.asked().len(), 3 + 4);
    assert_eq!(heading(&other.opens_link().await), NOT_CONNECTED);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_manufacturer_who_is_slow_is_waited_for_elsewhere() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Slow Cars").await;
    cars.is_slow(Duration::from_secs(4));
    let (mut owner, request, led) = cars.signing_in(&running).await;
    let answer = owner.opens(&led.back("the-code")).await;
    let waiting = owner.follows(&answer).await;
    assert_eq!((waiting.status, running.seen(&request).await["status"].as_str()), (200, Some("InProgress")));
    assert_ne!(heading(&waiting), CONNECTED);
    running.seen_as(&request, "Succeeded").await;
    assert_eq!(heading(&owner.opens_link().await), CONNECTED);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_the_manufacturer_says_decides() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Deciding Cars").await;
    for (reply, devices, fail, code) in [
        (Reply::Refusal("invalid_grant"), &[VIN][..], &[][..], FailureCode::SignInFailed),
        (Reply::Refusal("invalid_client"), &[VIN], &[], FailureCode::SignInFailed),
        (Reply::Tokens(60), &["WAUZZZGE1NB012346"], &[], FailureCode::NotYourDevice),
        (Reply::Tokens(60), &[], &[404], FailureCode::NotYourDevice),
        (Reply::Tokens(60), &[VIN], &[403], FailureCode::SignInFailed),
        (Reply::Tokens(60), &[VIN], &[503, 503], FailureCode::ManufacturerUnreachable),
    ] {
        cars.replies(&[reply]);
        cars.has_devices(devices, fail);
        let (mut owner, request, led) = cars.signing_in(&running).await;
        owner.opens(&led.back("the-code")).await;
        running.seen_as(&request, "Failed").await;
        assert_eq!(running.kept(&request).await.failure, Some(code), "{reply:?} {devices:?} {fail:?}");
        assert_eq!(running.consistent_devices().await.live().count(), 0);
    }
    // The code is spent; the list alone is asked for again.
    cars.has_devices(&[VIN], &[503]);
    let before = cars.asked().len();
    let (mut owner, request, led) = cars.signing_in(&running).await;
    owner.opens(&led.back("the-code")).await;
    running.seen_as(&request, "Succeeded").await;
    assert_eq!(cars.asked().len(), before + 1);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_sign_in_that_an_operator_takes_away_ends_what_waits_for_it() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Vanishing Cars").await;
    let (mut owner, request) = running.asked(&cars.car()).await;
    owner.opens_link().await;
    cars.has_no_sign_in(&running).await;
    let posted = owner.posts(&owner.link.clone(), &[("decision", "agree")]).await;
    assert_eq!(heading(&owner.follows(&posted).await), NOT_CONNECTED);
    assert_eq!(running.kept(&request).await.failure, Some(FailureCode::SignInFailed));

    cars.has_sign_in(&running, cars.settings()).await;
    let (mut owner, request, led) = cars.signing_in(&running).await;
    cars.has_no_sign_in(&running).await;
    owner.opens(&led.back("the-code")).await;
    running.seen_as(&request, "Failed").await;
    assert!(cars.asked().is_empty());
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn who_signs_in_takes_his_car_over_where_the_manufacturer_lists_it() {
    let running = Running::start().await;
    let cars = Manufacturer::of(&running, "Handed Cars").await;
    let (_, lost) = cars.connected(&running, 3600).await;
    let take = async || {
        let (mut owner, request) = running.asked(&taking_over(cars.car())).await;
        let posted = owner.agrees().await;
        let led = cars.led(&owner.follows(&posted).await);
        (owner, request, led)
    };
    // He has it no longer: the one who has it keeps it.
    cars.has_devices(&[], &[]);
    let (mut owner, request, led) = take().await;
    owner.opens(&led.back("the-code")).await;
    running.seen_as(&request, "Failed").await;
    assert_eq!(running.kept(&request).await.failure, Some(FailureCode::NotYourDevice));
    assert_eq!(running.consistent_devices().await.connected().count(), 1);
    // Nor is it taken where the list went away between the wish and the proof.
    cars.has_devices(&[VIN], &[]);
    let (mut owner, request, led) = take().await;
    cars.has_sign_in(&running, without(cars.settings(), "/devicesUrl")).await;
    let asked = cars.asked().len();
    owner.opens(&led.back("the-code")).await;
    running.seen_as(&request, "Failed").await;
    assert_eq!((running.kept(&request).await.failure, cars.asked().len()), (Some(FailureCode::NotYourDevice), asked));
    // Who wishes it now is told at once.
    let refused = send(running.post(running.admin(), REQUESTS, &taking_over(cars.car()))).await;
    assert_eq!((refused.status, refused.faults()), (400, vec!["not_proved /takeOver".to_owned()]));
    cars.has_sign_in(&running, cars.settings()).await;
    let (mut owner, request, led) = take().await;
    owner.opens(&led.back("the-code")).await;
    running.seen_as(&request, "Succeeded").await;
    let devices = running.consistent_devices().await;
    let connected: Vec<_> = devices.connected().map(|it| it.onboarding.to_string()).collect();
    assert_eq!(connected, [request["id"].as_str().unwrap()]);
    let lost = running.kept(&lost).await;
    let before = running.store().entity(lost.organisation, lost.entity).await.unwrap().unwrap();
    assert_eq!(before.disconnected.map(|it| it.reason), Some(DisconnectReason::TakenOver));
    assert_eq!(lost.status, OnboardingStatus::Succeeded);
    running.bundle.stop().await;
}
