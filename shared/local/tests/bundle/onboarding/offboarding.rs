//! `POST /offboarding/entities`, `GET /offboarding/entities/{id}`.

use reqwest::Method;
use serde_json::{Value, json};
use wattbook_domain::entity::DisconnectReason;

use super::{
    entities::brands,
    made::{self, VIN, agreed, collective, entity, request, running},
};
use crate::support::{Answered, BY, Running, at_once, body, send};

const PATH: &str = "/offboarding/entities";

async fn offboard(running: &Running, body: &Value) -> Answered {
    send(running.post(running.admin(), PATH, body)).await
}

#[tokio::test]
async fn offboarding_disconnects_and_frees_the_device() {
    let (running, store, organisation) = running().await;
    let account = running.provisioned(running.admin(), &body(1)).await;
    let home = collective(organisation, Some("NORTH"));
    store.create_collective(&home, None).await.unwrap();
    let mut request = request(organisation, VIN);
    (request.account, request.collective) = (Some(account.parse().unwrap()), Some(home.id));
    request.label_partner = home.label_partner.clone();
    let car = made::connected(&store, &request).await;
    let wanted = json!({"entityId": car.id, "reason": "The lease has ended."});
    let rehearsed = send(running.post(running.admin(), &format!("{PATH}?dryRun=true"), &wanted)).await;
    assert_eq!((rehearsed.status, rehearsed.json().get("id")), (200, None));
    assert_eq!(running.consistent_devices().await.connected().count(), 1);
    let answer = offboard(&running, &wanted).await;
    let view = answer.json();
    let path = format!("{PATH}/{}", view["id"].as_str().unwrap());
    assert_eq!((answer.status, answer.header("location")), (201, Some(&*path)), "{answer:?}");
    let expected = json!({
        "id": view["id"], "requestType": "Offboarding", "status": "Succeeded", "entityId": car.id,
        "reason": "The lease has ended.", "tenant": {"id": organisation}, "labelPartner": "NORTH", "created": view["created"],
    });
    assert_eq!(view, expected);
    for credential in [running.admin(), running.brand()] {
        assert_eq!(running.get(credential, &path).await.json(), view);
    }
    let entity = running.get(running.admin(), &format!("/entities/{}", car.id)).await.json();
    assert_eq!(
        [
            &entity["status"],
            &entity["disconnectReason"],
            &entity["offboardingId"],
            &entity["disconnectedAt"],
            &entity["collectives"]
        ],
        [&json!("Disconnected"), &json!("Offboarded"), &view["id"], &view["created"], &json!([])]
    );
    assert_eq!(running.consistent_devices().await.connected().count(), 0);
    // Again, and a dry run: it has ended, by this offboarding.
    for query in ["", "?dryRun=true"] {
        let again = send(running.post(running.admin(), &format!("{PATH}{query}"), &wanted)).await;
        assert_eq!((again.status, again.faults()), (409, vec!["ended /entityId".to_owned()]));
        assert_eq!(again.json()["errors"][0]["offboarding_id"], view["id"]);
    }
    // The device is free.
    made::entity(&store, organisation, VIN, None).await;
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_ended_otherwise_is_told_without_an_offboarding() {
    let (running, store, organisation) = running().await;
    let car = entity(&store, organisation, VIN, None).await;
    store.disconnect_device(&car, DisconnectReason::ConsentWithdrawn, BY, jiff::Timestamp::now()).await.unwrap();
    let answer = offboard(&running, &json!({"entityId": car.id})).await;
    assert_eq!((answer.status, answer.faults()), (409, vec!["ended /entityId".to_owned()]));
    assert_eq!(answer.json()["errors"][0].get("offboarding_id"), None);
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_fault_is_told_at_once_and_what_is_foreign_is_not_there() {
    let (running, store, organisation) = running().await;
    let (north, south) = brands(&store, organisation).await;
    for (body, expected) in [
        (json!({}), vec!["required /entityId"]),
        (
            json!({"entityId": "x", "reason": "", "force": true}),
            vec!["invalid_id /entityId", "empty /reason", "unknown_member /force"],
        ),
        (json!({"entityId": 7, "reason": "x".repeat(501)}), vec!["wrong_type /entityId", "too_long /reason"]),
        (json!(null), vec!["wrong_type "]),
    ] {
        let answer = offboard(&running, &body).await;
        assert_eq!(
            (answer.status, answer.faults()),
            (400, expected.iter().map(|it| (*it).to_owned()).collect()),
            "{body}"
        );
    }
    let ask = async |credential, id: &str| {
        let answer = send(running.post(credential, PATH, &json!({"entityId": id}))).await;
        (answer.status, answer.text)
    };
    let missing = ask(running.brand(), "5e3bb9a4-1f0b-8b52-9d55-7a2a2ad5e0b1").await;
    assert_eq!(missing.0, 404);
    assert_eq!(ask(running.brand(), &south.id.to_string()).await, missing);
    assert_eq!(ask(running.other(), &north.id.to_string()).await, missing);
    let id = offboard(&running, &json!({"entityId": south.id})).await.json()["id"].as_str().unwrap().to_owned();
    let missing = running.get(running.brand(), &format!("{PATH}/5e3bb9a4-1f0b-4b52-9d55-7a2a2ad5e0b1")).await;
    for (credential, id) in [(running.brand(), &*id), (running.other(), &*id), (running.admin(), "not-an-id")] {
        let answer = running.get(credential, &format!("{PATH}/{id}")).await;
        assert_eq!((answer.status, &answer.text), (404, &missing.text));
    }
    assert_eq!(running.consistent_devices().await.connected().count(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_repetition_is_answered_as_before_until_it_is_erased() {
    let (running, store, organisation) = running().await;
    let car = entity(&store, organisation, VIN, None).await;
    let post = |body: &Value| running.post(running.admin(), PATH, body).header("idempotency-key", "once");
    let wanted = json!({"entityId": car.id, "reason": "Sold"});
    let answers = at_once((0..20).map(|_| post(&wanted))).await;
    let first = answers.iter().find(|it| it.status == 201 && it.header("idempotent-replayed").is_none()).unwrap();
    for answer in &answers {
        let replayed = (answer.status, &answer.text) == (201, &first.text);
        assert!(replayed || answer.json()["code"] == "request_in_progress", "{answer:?}");
    }
    let again = send(post(&wanted)).await;
    assert_eq!((again.status, again.header("idempotent-replayed"), &again.text), (201, Some("true"), &first.text));
    assert_eq!(send(post(&json!({"entityId": car.id}))).await.status, 422);
    store.erase_onboarding(organisation, car.onboarding).await.unwrap();
    let erased = send(post(&wanted)).await;
    assert_eq!((erased.status, erased.json()["code"].as_str()), (410, Some("erased")), "{erased:?}");
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn of_many_at_once_one_offboards() {
    let (running, store, organisation) = running().await;
    let account = running.provisioned(running.admin(), &body(1)).await;
    let mut request = request(organisation, VIN);
    request.account = Some(account.parse().unwrap());
    let car = made::connected(&store, &request).await;
    let home = collective(organisation, None);
    store.create_collective(&home, None).await.unwrap();
    let wanted = json!({"entityId": car.id});
    let (members, entity) = (format!("/collectives/{}/entities", home.id), format!("/entities/{}", car.id));
    let admin = running.admin();
    let update = || running.request(Method::PUT, &entity).basic_auth(&admin.app_id, Some(&admin.app_key));
    let requests = (0..50).map(|number| match number % 5 {
        3 => running.post(admin, &members, &wanted),
        4 => update().json(&json!({"name": format!("Car {number}")})),
        _ => running.post(admin, PATH, &wanted),
    });
    let answers = at_once(requests).await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(won.len(), 1, "{:?}", answers.iter().map(|it| it.status).collect::<Vec<_>>());
    let id = &won[0].json()["id"];
    for answer in &answers {
        let lost = answer.status == 409 && answer.json()["errors"][0]["offboarding_id"] == *id;
        assert!(lost || [200, 201].contains(&answer.status), "{answer:?}");
    }
    let devices = running.consistent_devices().await;
    assert_eq!((devices.connected().count(), devices.entities.len()), (0, 1));
    // A new request can have the device.
    let next = super::made::request(organisation, VIN);
    store.create_onboarding(&next, BY, None).await.unwrap();
    store.replace_onboarding(&next, &agreed(&next), BY).await.unwrap();
    running.consistent_devices().await;
    running.bundle.stop().await;
}
