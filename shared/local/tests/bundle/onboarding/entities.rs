//! `GET /entities`, `GET|PUT /entities/{id}`, `GET /entities/{id}/permissions`.

use reqwest::Method;
use serde_json::{Value, json};
use wattbook_domain::{OrganisationId, entity::Entity};
use wattbook_store::Store;

use super::made::{self, VIN, collective, entity, offboarding, running};
use crate::support::{Answered, BY, Running, at_once, body, send};

fn at(entity: &Entity) -> String {
    format!("/entities/{}", entity.id)
}

async fn put(running: &Running, entity: &Entity, body: Value) -> Answered {
    running.change(Method::PUT, running.admin(), &at(entity), Some(body)).await
}

/// The identifiers on a page, and the link to the next.
fn seen(page: &Value) -> (Vec<String>, Option<String>) {
    let vins = page["data"].as_array().unwrap().iter();
    let vins = vins.map(|it| it["identifier"]["value"].as_str().unwrap().to_owned()).collect();
    (vins, page["links"]["next"].as_str().map(str::to_owned))
}

/// The identifiers in a list, read page by page.
async fn listed(running: &Running, credential: &wattbook_local::demo::Credential, path: &str) -> Vec<String> {
    let (mut all, mut next) = (Vec::new(), Some(path.to_owned()));
    while let Some(path) = next {
        let answer = running.get(credential, &path).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let (vins, link) = seen(&answer.json());
        all.extend(vins);
        next = link;
    }
    all
}

#[tokio::test]
async fn an_entity_is_shown_whole_and_sent_once_to_who_has_it() {
    let (running, store, organisation) = running().await;
    let account = running.provisioned(running.admin(), &body(1)).await;
    let mut request = made::request(organisation, "wauzzz-ge1nb 090045");
    request.account = Some(account.parse().unwrap());
    request.external_meter_id = Some(wattbook_domain::ExternalId::parse("meter-1").unwrap());
    request.owner = Some(wattbook_domain::Name::parse("Jo Doe").unwrap());
    let entity = made::connected(&store, &request).await;
    let answer = running.get(running.admin(), &at(&entity)).await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"1\"")), "{answer:?}");
    let times = ["connectedAt", "created", "updated"].map(|name| (name, answer.json()[name].clone()));
    let mut expected = json!({
        "id": entity.id, "number": entity.id.number().get(), "type": "EV", "manufacturer": "Sandbox",
        "connector": "sandbox", "status": "Connected",
        "identifier": {"attribute": "vin", "kind": "vin", "value": VIN},
        "owner": "Jo Doe", "properties": {"vin": "wauzzz-ge1nb 090045"},
        "tenant": {"id": organisation}, "accountId": account, "externalMeterId": "meter-1",
        "collectives": [], "onboardingId": request.id,
    });
    for (name, time) in times {
        assert_eq!(time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap(), entity.created_at, "{name}");
        expected[name] = time;
    }
    assert_eq!(answer.json(), expected);
    let again = running.request(Method::GET, &at(&entity));
    let again = again.basic_auth(&running.admin().app_id, Some(&running.admin().app_key));
    let again = send(again.header("if-none-match", "\"1\"")).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    running.bundle.stop().await;
}

async fn disconnect(store: &Store, entity: &Entity) -> wattbook_domain::entity::OffboardingId {
    let offboarding = offboarding(entity);
    store.offboard(entity, &offboarding, BY, None).await.unwrap();
    offboarding.id
}

#[tokio::test]
async fn lists_are_filtered_and_paged_and_show_what_is_connected() {
    let (running, store, organisation) = running().await;
    let mut cars = Vec::new();
    for number in 0..5 {
        cars.push(entity(&store, organisation, &format!("WAUZZZGE1NB09001{number}"), Some("NORTH")).await);
    }
    let gone = entity(&store, organisation, "WAUZZZGE1NB090019", None).await;
    disconnect(&store, &gone).await;
    put(&running, &cars[1], json!({"reference": "Caf\u{e9} 1"})).await;
    cars.reverse();
    let all: Vec<_> = cars.iter().map(|it| it.identifier.to_string()).collect();
    let one = vec!["WAUZZZGE1NB090011".to_owned()];
    for (query, expected) in [
        ("", all.clone()),
        ("?pageSize=2", all.clone()),
        ("?status=Connected&type=ev&manufacturer=SAND%20box&pageSize=3", all.clone()),
        ("?status=Disconnected", vec!["WAUZZZGE1NB090019".to_owned()]),
        ("?type=PV", vec![]),
        ("?manufacturer=Audi", vec![]),
        ("?reference=Cafe%CC%81%201", one),
        ("?reference=cafe", vec![]),
        ("?accountId=5e3bb9a4-1f0b-4b52-9d55-7a2a2ad5e0b1", vec![]),
    ] {
        assert_eq!(listed(&running, running.admin(), &format!("/entities{query}")).await, expected, "{query}");
    }
    assert_eq!(listed(&running, running.brand(), "/entities?pageSize=2").await, all);
    assert_eq!(listed(&running, running.brand(), "/entities?status=Disconnected").await, Vec::<String>::new());
    assert_eq!(listed(&running, running.other(), "/entities").await, Vec::<String>::new());
    let refused = running
        .get(running.admin(), "/entities?status=Gone&type=car&accountId=7&pageSize=0&reference=&page=2&manufacturer=")
        .await;
    let mut faults = refused.faults();
    faults.sort();
    let expected = [
        "empty ?manufacturer",
        "empty ?reference",
        "invalid_account_id ?accountId",
        "not_allowed ?status",
        "not_allowed ?type",
        "out_of_range ?pageSize",
        "unknown_parameter ?page",
    ];
    assert_eq!((refused.status, faults), (400, expected.map(str::to_owned).to_vec()));
    // A token is of its list and of whoever was given it.
    let page = running.get(running.admin(), "/entities?pageSize=2").await.json();
    let token = page["meta"]["continuationToken"].as_str().unwrap();
    for (credential, path) in
        [(running.admin(), "/entities?type=EV"), (running.brand(), "/entities?"), (running.admin(), "/collectives?")]
    {
        let answer = running.get(credential, &format!("{path}&continuationToken={token}")).await;
        assert_eq!(answer.faults(), ["invalid_token ?continuationToken"], "{path}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_stated_is_set_and_the_rest_stays() {
    let (running, store, organisation) = running().await;
    let entity = entity(&store, organisation, VIN, None).await;
    let stated =
        json!({"name": "Jo's car", "reference": "car-1", "properties": {"model": "Q4", "vin": "wauzzzge1nb090045"}});
    let answer = put(&running, &entity, stated).await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")), "{answer:?}");
    let view = answer.json();
    assert_eq!(
        [&view["name"], &view["reference"], &view["properties"]],
        [&json!("Jo's car"), &json!("car-1"), &json!({"model": "Q4", "vin": VIN})]
    );
    // The same again is no other version.
    let again = put(&running, &entity, json!({"name": "Jo's car", "properties": {"model": "Q4"}})).await;
    assert_eq!((again.header("etag"), again.json()), (Some("\"2\""), view.clone()));
    assert_eq!(put(&running, &entity, json!({})).await.json(), view);
    let cleared = put(&running, &entity, json!({"name": null, "properties": {"model": null, "colour": null}})).await;
    let view = cleared.json();
    assert_eq!((cleared.status, &view["properties"], &view["reference"]), (200, &json!({"vin": VIN}), &json!("car-1")));
    assert!(view.get("name").is_none());
    assert_eq!(running.get(running.admin(), &at(&entity)).await.json(), view);
    let path = format!("{}?dryRun=true", at(&entity));
    let rehearsed = running.change(Method::PUT, running.admin(), &path, Some(json!({"name": "Other"}))).await;
    assert_eq!((rehearsed.status, &rehearsed.json()["name"]), (200, &json!("Other")));
    assert_eq!(running.get(running.admin(), &at(&entity)).await.json(), view);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_fault_of_a_change_is_told_at_once() {
    let (running, store, organisation) = running().await;
    let entity = entity(&store, organisation, VIN, None).await;
    let long = "x".repeat(65);
    for (body, status, expected) in [
        (json!([]), 400, vec!["wrong_type "]),
        (
            json!({"name": "", "reference": " x", "owner": "Jo"}),
            400,
            vec!["empty /name", "surrounding_space /reference", "unknown_member /owner"],
        ),
        (json!({"name": 7, "properties": null}), 400, vec!["wrong_type /name"]),
        (
            json!({"properties": {"model": ["Q4"], "X-y": 1}}),
            400,
            vec!["wrong_type /properties/model", "invalid_attribute_name /properties/X-y"],
        ),
        (
            json!({"properties": {"model": long, "wheels": 4}}),
            400,
            vec!["too_long /properties/model", "unknown_member /properties/wheels"],
        ),
        (json!({"properties": {"model": "Q\u{202e}4"}}), 400, vec!["invisible_character /properties/model"]),
        (json!({"properties": {"model": 4}}), 400, vec!["wrong_type /properties/model"]),
        (json!({"properties": {"vin": "WAUZZZGE1NB090016"}}), 409, vec!["immutable /properties/vin"]),
        (json!({"properties": {"vin": null}}), 409, vec!["immutable /properties/vin"]),
        (
            json!({"properties": {"vin": "WAUZZZGE1NB090016", "wheels": 4}}),
            400,
            vec!["immutable /properties/vin", "unknown_member /properties/wheels"],
        ),
    ] {
        let answer = put(&running, &entity, body.clone()).await;
        assert_eq!(
            (answer.status, answer.faults()),
            (status, expected.iter().map(|it| (*it).to_owned()).collect()),
            "{body}"
        );
    }
    assert_eq!(running.get(running.admin(), &at(&entity)).await.header("etag"), Some("\"1\""));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_manufacturer_that_is_gone_stands_in_the_way_of_properties_alone() {
    let (running, store, organisation) = running().await;
    let entity = entity(&store, organisation, VIN, None).await;
    let hide = json!({"action": "hide-manufacturer", "type": "EV", "manufacturer": "Sandbox"});
    running.bundle.invoke("administer-catalogue", &hide).await.unwrap();
    let answer = put(&running, &entity, json!({"name": "Car", "properties": {"model": "Q4"}})).await;
    assert_eq!((answer.status, answer.faults()), (409, vec!["unknown_manufacturer /properties".to_owned()]));
    assert_eq!(put(&running, &entity, json!({"name": "Car"})).await.status, 200);
    let show = json!({"action": "remove-manufacturer", "type": "EV", "manufacturer": "Sandbox"});
    running.bundle.invoke("administer-catalogue", &show).await.unwrap();
    assert_eq!(put(&running, &entity, json!({"properties": {"model": "Q4"}})).await.status, 200);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_change_can_be_for_one_version_only() {
    let (running, store, organisation) = running().await;
    let entity = entity(&store, organisation, VIN, None).await;
    let put = async |version: &str, name: &str| {
        let request = running.request(Method::PUT, &at(&entity)).json(&json!({"name": name}));
        let request = request.basic_auth(&running.admin().app_id, Some(&running.admin().app_key));
        send(request.header("if-match", version)).await
    };
    assert_eq!(put("\"2\"", "A").await.status, 412);
    assert_eq!(put("\"1\"", "B").await.header("etag"), Some("\"2\""));
    assert_eq!(put("\"1\"", "C").await.json()["code"], "version_mismatch");
    assert_eq!(put("*", "D").await.json()["name"], "D");
    running.bundle.stop().await;
}

#[tokio::test]
async fn of_an_entity_that_is_connected_no_longer_nothing_changes() {
    let (running, store, organisation) = running().await;
    let car = entity(&store, organisation, VIN, None).await;
    let offboarding = disconnect(&store, &car).await;
    let answer = put(&running, &car, json!({"name": "Car", "properties": {"wheels": 4}})).await;
    assert_eq!((answer.status, answer.faults()), (409, vec!["ended ".to_owned()]), "{answer:?}");
    assert_eq!(answer.json()["errors"][0]["offboarding_id"], json!(offboarding));
    let view = running.get(running.admin(), &at(&car)).await.json();
    assert_eq!(
        [&view["status"], &view["disconnectReason"], &view["offboardingId"]],
        [&json!("Disconnected"), &json!("Offboarded"), &json!(offboarding)]
    );
    assert!(view["disconnectedAt"].is_string());
    running.bundle.stop().await;
}

#[tokio::test]
async fn permissions_follow_the_state() {
    let (running, store, organisation) = running().await;
    let car = entity(&store, organisation, VIN, Some("NORTH")).await;
    let permissions = async || {
        let mut told = Vec::new();
        for credential in [running.admin(), running.brand()] {
            let answer = running.get(credential, &format!("{}/permissions", at(&car))).await;
            assert_eq!(answer.json()["entityId"], json!(car.id));
            told.push(answer.json()["permissions"].clone());
        }
        assert_eq!(told[0], told[1]);
        told.remove(0)
    };
    assert_eq!(permissions().await, json!(["Read", "Update", "AddToCollective", "Offboard"]));
    for _ in 0..Entity::MAX_COLLECTIVES {
        let home = collective(organisation, Some("NORTH"));
        store.create_collective(&home, None).await.unwrap();
        let path = format!("/collectives/{}/entities", home.id);
        let added = send(running.post(running.admin(), &path, &json!({"entityId": car.id}))).await;
        assert_eq!(added.status, 200, "{added:?}");
    }
    assert_eq!(permissions().await, json!(["Read", "Update", "RemoveFromCollective", "Offboard"]));
    let now = store.entity(organisation, car.id).await.unwrap().unwrap();
    disconnect(&store, &now).await;
    assert_eq!(permissions().await, json!(["Read"]));
    running.consistent_devices().await;
    running.bundle.stop().await;
}

/// Many change one entity at once: each finds what the others left.
#[tokio::test]
async fn changes_at_once_are_all_kept() {
    let (running, store, organisation) = running().await;
    let car = entity(&store, organisation, VIN, None).await;
    let admin = running.admin();
    let changes = (0..20).map(|number| {
        let body = match number % 3 {
            0 => json!({"name": "Car"}),
            1 => json!({"reference": "car-1"}),
            _ => json!({"properties": {"model": "Q4"}}),
        };
        running.request(Method::PUT, &at(&car)).basic_auth(&admin.app_id, Some(&admin.app_key)).json(&body)
    });
    for answer in at_once(changes).await {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let view = running.get(running.admin(), &at(&car)).await.json();
    assert_eq!([&view["name"], &view["reference"], &view["properties"]["model"]], ["Car", "car-1", "Q4"]);
    running.consistent_devices().await;
    running.bundle.stop().await;
}

pub(super) async fn brands(store: &Store, organisation: OrganisationId) -> (Entity, Entity) {
    let north = entity(store, organisation, VIN, Some("NORTH")).await;
    (north, entity(store, organisation, "WAUZZZGE1NB090016", Some("SOUTH")).await)
}

#[tokio::test]
async fn a_foreign_entity_answers_like_a_missing_one() {
    let (running, store, organisation) = running().await;
    let (north, south) = brands(&store, organisation).await;
    let unbranded = entity(&store, organisation, "WAUZZZGE1NB090017", None).await;
    // The same number in another id leads to nothing.
    let mut twisted = north.id.to_string();
    twisted.replace_range(0..1, if twisted.starts_with('0') { "1" } else { "0" });
    let missing = "5e3bb9a4-1f0b-8b52-9d55-7a2a2ad5e0b1".to_owned();
    for (method, below, body) in [
        (Method::GET, "", None),
        (Method::GET, "/permissions", None),
        (Method::PUT, "", Some(json!({"name": "Mine"}))),
        (Method::PUT, "?dryRun=true", Some(json!({"properties": {"model": "Q4"}}))),
    ] {
        let ask = async |credential: &wattbook_local::demo::Credential, id: &str| {
            let answer =
                running.change(method.clone(), credential, &format!("/entities/{id}{below}"), body.clone()).await;
            (answer.status, answer.text)
        };
        let expected = ask(running.brand(), &missing).await;
        assert_eq!(expected.0, 404);
        for id in [&south.id.to_string(), &unbranded.id.to_string(), &twisted, "not-an-id", "1234567890123456"] {
            assert_eq!(ask(running.brand(), id).await, expected, "{method} {id}");
        }
        for id in [&north.id, &south.id, &unbranded.id] {
            assert_eq!(ask(running.other(), &id.to_string()).await, expected, "{method} {id}");
        }
        assert_eq!(ask(running.brand(), &north.id.to_string()).await.0, 200);
        assert_eq!(ask(running.admin(), &south.id.to_string()).await.0, 200);
    }
    assert_eq!(listed(&running, running.brand(), "/entities").await, [VIN]);
    running.bundle.stop().await;
}
