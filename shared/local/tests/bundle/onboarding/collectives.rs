//! `POST|GET /collectives`, `GET /collectives/{id}`, `GET|POST /collectives/{id}/entities` and `DELETE` of one of these.

use reqwest::Method;
use serde_json::{Value, json};
use wattbook_domain::entity::{CollectiveId, Entity};

use super::{
    entities::brands,
    made::{VIN, collective, entity, offboarding, running, wanted},
};
use crate::support::{Answered, BY, Running, at_once, send};

async fn create(running: &Running, body: &Value) -> Answered {
    send(running.post(running.admin(), "/collectives", body)).await
}

/// Creates a collective that must be taken, and gives its id.
async fn created(running: &Running, body: &Value) -> String {
    let answer = create(running, body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn add(running: &Running, collective: &str, entity: &Entity) -> Answered {
    send(running.post(running.admin(), &format!("/collectives/{collective}/entities"), &json!({"entityId": entity.id})))
        .await
}

async fn remove(running: &Running, collective: &str, entity: &Entity) -> Answered {
    let path = format!("/collectives/{collective}/entities/{}", entity.id);
    running.change(Method::DELETE, running.admin(), &path, None).await
}

async fn members(running: &Running, collective: &str) -> Vec<String> {
    let (mut all, mut next) = (Vec::new(), Some(format!("/collectives/{collective}/entities?pageSize=2")));
    while let Some(path) = next {
        let page = running.get(running.admin(), &path).await.json();
        all.extend(page["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()));
        next = page["links"]["next"].as_str().map(str::to_owned);
    }
    all
}

#[tokio::test]
async fn a_collective_is_created_read_and_listed() {
    let (running, _, organisation) = running().await;
    let answer = create(&running, &json!({"name": "Home"})).await;
    let view = answer.json();
    let path = format!("/collectives/{}", view["id"].as_str().unwrap());
    assert_eq!((answer.status, answer.header("location")), (201, Some(&*path)));
    let expected = json!({
        "id": view["id"], "name": "Home", "type": "Household", "tenant": {"id": organisation}, "created": view["created"],
    });
    assert_eq!(view, expected);
    let read = running.get(running.admin(), &path).await;
    assert_eq!((read.status, read.json()), (200, view));
    let known = running.request(Method::GET, &path).header("if-none-match", read.header("etag").unwrap());
    let known = known.basic_auth(&running.admin().app_id, Some(&running.admin().app_key));
    assert_eq!(send(known).await.status, 304);
    let whole = json!({
        "name": "Street", "type": "Community", "tenantId": organisation, "reference": "street-4", "labelPartner": "NORTH",
    });
    let street = created(&running, &whole).await;
    let rehearsed = send(running.post(running.admin(), "/collectives?dryRun=true", &whole)).await;
    assert_eq!((rehearsed.status, rehearsed.json().get("id")), (200, None));
    // A brand's own credential creates for that brand.
    let own = send(running.post(running.brand(), "/collectives", &json!({"name": "Own"}))).await.json();
    assert_eq!(own["labelPartner"], "NORTH");
    let list = async |credential, query: &str| {
        let page = running.get(credential, &format!("/collectives{query}")).await.json();
        page["data"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list(running.admin(), "").await, ["Own", "Street", "Home"]);
    assert_eq!(list(running.admin(), "?type=Community").await, ["Street"]);
    assert_eq!(list(running.brand(), "").await, ["Own", "Street"]);
    assert!(list(running.other(), "").await.is_empty());
    assert_eq!(running.get(running.brand(), &format!("/collectives/{street}")).await.status, 200);
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_fault_of_a_new_collective_is_told_at_once() {
    let (running, store, organisation) = running().await;
    let other = running.bundle.demo().other_organisation_id.clone();
    for (body, status, expected) in [
        (json!({}), 400, vec!["required /name"]),
        (
            json!({"type": "Village", "tenantId": "x", "labelPartner": "EAST", "members": []}),
            400,
            vec!["not_allowed /type", "invalid_organisation_id /tenantId", "unknown_member /members", "required /name"],
        ),
        (json!({"labelPartner": "EAST", "name": "Home"}), 400, vec!["unknown_label_partner /labelPartner"]),
        (json!({"name": "Home", "tenantId": other}), 404, vec!["unknown /tenantId"]),
        (json!("Home"), 400, vec!["wrong_type "]),
    ] {
        let answer = create(&running, &body).await;
        assert_eq!(
            (answer.status, answer.faults()),
            (status, expected.iter().map(|it| (*it).to_owned()).collect()),
            "{body}"
        );
    }
    let south =
        send(running.post(running.brand(), "/collectives", &json!({"name": "Home", "labelPartner": "SOUTH"}))).await;
    assert_eq!(south.faults(), ["unknown_label_partner /labelPartner"]);
    assert!(store.list_collectives(wanted(organisation)).await.unwrap().entries.is_empty());
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_repeated_creation_makes_one_collective() {
    let (running, store, organisation) = running().await;
    let post = |body: Value| running.post(running.admin(), "/collectives", &body).header("idempotency-key", "once");
    let first = send(post(json!({"name": "Home"}))).await;
    let again = send(post(json!({"name": "Home"}))).await;
    assert_eq!((again.status, again.header("idempotent-replayed"), &again.text), (201, Some("true"), &first.text));
    assert_eq!(again.headers.get("location"), first.headers.get("location"));
    let other = send(post(json!({"name": "House"}))).await;
    assert_eq!((other.status, other.json()["code"].as_str()), (422, Some("idempotency_key_reused")));
    assert_eq!(store.list_collectives(wanted(organisation)).await.unwrap().entries.len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn entities_come_and_go_and_again_does_no_harm() {
    let (running, store, organisation) = running().await;
    let home = created(&running, &json!({"name": "Home"})).await;
    let mut cars = Vec::new();
    for number in 0..5 {
        cars.push(entity(&store, organisation, &format!("WAUZZZGE1NB09001{number}"), None).await);
    }
    for car in &cars {
        let answer = add(&running, &home, car).await;
        assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
        assert_eq!(answer.json()["collectives"], json!([home]));
        let again = add(&running, &home, car).await;
        assert_eq!((again.status, again.text), (200, answer.text));
    }
    let mut expected: Vec<_> = cars.iter().map(|car| car.id.to_string()).collect();
    expected.sort();
    assert_eq!(members(&running, &home).await, expected);
    for _ in 0..2 {
        let answer = remove(&running, &home, &cars[0]).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    }
    expected.retain(|id| *id != cars[0].id.to_string());
    assert_eq!(members(&running, &home).await, expected);
    let path = format!("/collectives/{home}/entities?dryRun=true");
    let rehearsed = send(running.post(running.admin(), &path, &json!({"entityId": cars[0].id}))).await;
    assert_eq!((rehearsed.status, &rehearsed.json()["collectives"]), (200, &json!([home])));
    assert_eq!(members(&running, &home).await, expected);
    // What is offboarded is in no collective any more.
    let now = store.entity(organisation, cars[1].id).await.unwrap().unwrap();
    let gone = offboarding(&now);
    store.offboard(&now, &gone, BY, None).await.unwrap();
    expected.retain(|id| *id != cars[1].id.to_string());
    assert_eq!(members(&running, &home).await, expected);
    assert_eq!(remove(&running, &home, &cars[1]).await.status, 204);
    let late = add(&running, &home, &cars[1]).await;
    assert_eq!((late.status, late.faults()), (409, vec!["ended /entityId".to_owned()]));
    assert_eq!(late.json()["errors"][0]["offboarding_id"], json!(gone.id));
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_entity_is_in_collectives_of_its_own_brand_and_in_ten_at_most() {
    let (running, store, organisation) = running().await;
    let (north, south) = brands(&store, organisation).await;
    let unbranded = entity(&store, organisation, "WAUZZZGE1NB090017", None).await;
    let mut last = String::new();
    for number in 0..=Entity::MAX_COLLECTIVES {
        last = created(&running, &json!({"name": format!("Home {number}"), "labelPartner": "NORTH"})).await;
        let answer = add(&running, &last, &north).await;
        let expected = if number < Entity::MAX_COLLECTIVES { 200 } else { 409 };
        assert_eq!(answer.status, expected, "{answer:?}");
        if expected == 409 {
            assert_eq!(answer.faults(), ["too_many /entityId"]);
        }
    }
    for other in [&south, &unbranded] {
        assert_eq!(add(&running, &last, other).await.faults(), ["another_brand /entityId"]);
    }
    let of_none = created(&running, &json!({"name": "Of none"})).await;
    // So is one that is yet to be connected.
    for (brand, home, fault) in [("SOUTH", &last, true), ("SOUTH", &of_none, true), ("NORTH", &last, false)] {
        let mut asked = json!({"type": "EV", "manufacturer": "Sandbox", "vin": "WAUZZZGE1NB090018"});
        (asked["labelPartner"], asked["collectiveId"]) = (json!(brand), json!(home));
        let answer = send(running.post(running.admin(), "/onboarding/entities?dryRun=true", &asked)).await;
        let expected = if fault { vec!["another_brand /collectiveId".to_owned()] } else { vec![] };
        assert_eq!((answer.status, answer.faults()), (if fault { 409 } else { 200 }, expected));
    }
    assert_eq!(add(&running, &of_none, &south).await.faults(), ["another_brand /entityId"]);
    assert_eq!(add(&running, &of_none, &unbranded).await.status, 200);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_foreign_collective_or_entity_answers_like_a_missing_one() {
    let (running, store, organisation) = running().await;
    let (north, south) = brands(&store, organisation).await;
    let mut homes = Vec::new();
    for brand in [Some("NORTH"), Some("SOUTH"), None] {
        let home = collective(organisation, brand);
        store.create_collective(&home, None).await.unwrap();
        homes.push(home.id);
    }
    let [of_north, of_south, of_none] = homes[..] else { panic!() };
    let missing = CollectiveId::new_random();
    let ask =
        async |credential: &wattbook_local::demo::Credential, method: &Method, path: String, body: Option<&Value>| {
            let answer = running.change(method.clone(), credential, &path, body.cloned()).await;
            (answer.status, answer.text)
        };
    for (method, below, body) in [
        (Method::GET, String::new(), None),
        (Method::GET, "/entities".to_owned(), None),
        (Method::POST, "/entities".to_owned(), Some(json!({"entityId": north.id}))),
        (Method::DELETE, format!("/entities/{}", north.id), None),
    ] {
        let path = |id: &dyn std::fmt::Display| format!("/collectives/{id}{below}");
        let expected = ask(running.brand(), &method, path(&missing), body.as_ref()).await;
        assert_eq!(expected.0, 404);
        for id in [&of_south.to_string(), &of_none.to_string(), "not-an-id"] {
            assert_eq!(ask(running.brand(), &method, path(&id), body.as_ref()).await, expected, "{method} {id}");
        }
        assert_eq!(ask(running.other(), &method, path(&of_north), body.as_ref()).await, expected, "{method}");
        assert!(ask(running.brand(), &method, path(&of_north), body.as_ref()).await.0 < 300, "{method}");
    }
    // An entity that the body names, or the path.
    let path = format!("/collectives/{of_north}/entities");
    let none = json!({"entityId": "5e3bb9a4-1f0b-8b52-9d55-7a2a2ad5e0b1"});
    let expected = send(running.post(running.brand(), &path, &none)).await;
    assert_eq!((expected.status, expected.faults()), (404, vec!["unknown /entityId".to_owned()]));
    let foreign = send(running.post(running.brand(), &path, &json!({"entityId": south.id}))).await;
    assert_eq!((foreign.status, foreign.text), (404, expected.text));
    let missing =
        ask(running.brand(), &Method::DELETE, format!("{path}/5e3bb9a4-1f0b-8b52-9d55-7a2a2ad5e0b1"), None).await;
    assert_eq!(missing.0, 404);
    assert_eq!(ask(running.brand(), &Method::DELETE, format!("{path}/{}", south.id), None).await, missing);
    for (body, fault) in [
        (json!({}), "required /entityId"),
        (json!({"entityId": "x"}), "invalid_id /entityId"),
        (json!({"entityId": null}), "wrong_type /entityId"),
        (json!({"entityId": south.id, "since": 1}), "unknown_member /since"),
    ] {
        let answer = send(running.post(running.brand(), &path, &body)).await;
        assert_eq!((answer.status, answer.faults()), (400, vec![fault.to_owned()]), "{body}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_repeated_addition_is_answered_as_before_until_the_entity_is_erased() {
    let (running, store, organisation) = running().await;
    let car = entity(&store, organisation, VIN, None).await;
    let (home, house) =
        (created(&running, &json!({"name": "Home"})).await, created(&running, &json!({"name": "House"})).await);
    let post = |collective: &str, key: &'static str| {
        let path = format!("/collectives/{collective}/entities");
        running.post(running.admin(), &path, &json!({"entityId": car.id})).header("idempotency-key", key)
    };
    let first = send(post(&home, "once")).await;
    assert_eq!((first.status, first.header("etag")), (200, Some("\"2\"")), "{first:?}");
    add(&running, &house, &car).await;
    let again = send(post(&home, "once")).await;
    assert_eq!((again.status, again.header("idempotent-replayed"), &again.text), (200, Some("true"), &first.text));
    assert_eq!(again.header("etag"), Some("\"2\""));
    assert_eq!(send(post(&house, "once")).await.status, 422);
    // It was in it already: there is a record all the same.
    for replayed in [None, Some("true")] {
        let answer = send(post(&house, "another")).await;
        assert_eq!((answer.status, answer.header("idempotent-replayed")), (200, replayed));
    }
    let twins = at_once((0..10).map(|_| post(&home, "twins"))).await;
    for twin in &twins {
        assert!(twin.status == 200 || twin.json()["code"] == "request_in_progress", "{twin:?}");
    }
    store.erase_onboarding(organisation, car.onboarding).await.unwrap();
    let erased = send(post(&home, "once")).await;
    assert_eq!((erased.status, erased.json()["code"].as_str()), (410, Some("erased")));
    assert!(members(&running, &home).await.is_empty());
    running.consistent_devices().await;
    running.bundle.stop().await;
}

/// Many add one entity to collectives of which it can be in ten, and take it out of others.
#[tokio::test]
async fn of_many_additions_at_once_ten_are_kept() {
    let (running, store, organisation) = running().await;
    let car = entity(&store, organisation, VIN, None).await;
    let mut homes = Vec::new();
    for _ in 0..50 {
        let home = collective(organisation, None);
        store.create_collective(&home, None).await.unwrap();
        homes.push(home.id);
    }
    let body = json!({"entityId": car.id});
    let path = |home: &CollectiveId| format!("/collectives/{home}/entities");
    let answers = at_once(homes.iter().map(|home| running.post(running.admin(), &path(home), &body))).await;
    let added = answers.iter().filter(|answer| answer.status == 200).count();
    let full =
        answers.iter().filter(|answer| answer.status == 409 && answer.faults() == ["too_many /entityId"]).count();
    assert_eq!(
        (added, full),
        (Entity::MAX_COLLECTIVES, 40),
        "{:?}",
        answers.iter().map(|it| it.status).collect::<Vec<_>>()
    );
    assert_eq!(running.consistent_devices().await.entities[0].collectives.len(), Entity::MAX_COLLECTIVES);
    let admin = running.admin();
    let removals = homes.iter().map(|home| {
        let path = format!("{}/{}", path(home), car.id);
        running.request(Method::DELETE, &path).basic_auth(&admin.app_id, Some(&admin.app_key))
    });
    assert!(at_once(removals).await.iter().all(|answer| answer.status == 204));
    assert!(running.consistent_devices().await.entities[0].collectives.is_empty());
    running.bundle.stop().await;
}
