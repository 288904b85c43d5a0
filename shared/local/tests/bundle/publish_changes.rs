//! What happens to accounts, requests and entities is published: in order, at least once, under ids that tell a repeat.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use wattbook_api::{secret::KeyRing, verification};
use wattbook_domain::{
    AccountId, ExternalId, LabelPartnerCode, Name, OrganisationId,
    entity::EntityId,
    onboarding::{Occurrence, OnboardingId, OnboardingRequest},
    webhook::WebhookId,
};
use wattbook_local::{DataDir, Options};

use crate::{
    events::samples,
    onboarding::made::{household, request, vin},
    registration::PASSWORD,
    support::{BY, Running, body, with},
};

/// The published events, once there are as many as wanted.
async fn published(running: &Running, count: usize) -> Vec<Value> {
    for _ in 0..400 {
        let published = running.bundle.published();
        if published.len() >= count {
            return published;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{count} events were expected: {:?}", running.bundle.published());
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["detail-type"].as_str().unwrap()).collect()
}

fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["detail"]["event_id"].as_str().unwrap()).collect()
}

fn sample() -> Value {
    samples().into_iter().find(|(name, _)| name == "publish-changes").unwrap().1
}

#[tokio::test]
async fn each_change_is_told_of_in_its_order() {
    let running = Running::start().await;
    let admin = running.admin();
    let id = running.provisioned(admin, &with(body(1), "/create_verified_user", true)).await;
    let path = format!("/account/{id}/customer-info");
    running.change(Method::PUT, admin, &path, Some(json!({"contact_info": {"lastname": "Roe"}}))).await;
    running.change(Method::PUT, admin, &path, Some(json!({"email": "new@example.com"}))).await;
    running.change(Method::DELETE, admin, &format!("/account/{id}"), None).await;
    let events = published(&running, 5).await;
    let expected =
        ["account.created", "account.updated", "account.updated", "email.verification_requested", "account.deleted"];
    assert_eq!(kinds(&events), expected);
    for (event, version) in events.iter().zip([1, 2, 3, 3, 3]) {
        let detail = &event["detail"];
        assert_eq!(event["source"], "wattbook");
        assert_eq!((&detail["account_id"], &detail["version"]), (&json!(id), &json!(version)), "{event}");
        assert_eq!(detail["organisation_id"], running.bundle.demo().organisation_id);
        assert_eq!((&detail["external_account_id"], &detail["label_partner"]), (&json!("account-1"), &json!("NORTH")));
        assert!(detail["occurred_at"].as_str().unwrap().parse::<Timestamp>().is_ok());
    }
    assert_eq!(events[1]["detail"]["changed"], json!(["customer.contact.last_name"]));
    let changed = ["customer.email", "customer.email_verified", "customer.token_requested_at"];
    assert_eq!(events[2]["detail"]["changed"], json!(changed));
    // Only the event that must reach the customer says who that is.
    assert!(events.iter().filter(|event| event.to_string().contains("new@example.com")).count() == 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_token_verifies_the_account_and_positions_outlast_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = || Options { data: DataDir::Dir(folder.path().join("data")), ..Options::default() };
    let running = Running::start_with(options()).await;
    running.provisioned(running.admin(), &body(1)).await;
    let events = published(&running, 2).await;
    assert_eq!(kinds(&events), ["account.created", "email.verification_requested"]);
    let detail = &events[1]["detail"];
    assert_eq!((&detail["email"], &detail["first_name"]), (&json!("jo-1@example.com"), &json!("John")));

    let secrets: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("data/secrets.json")).unwrap()).unwrap();
    let keys = KeyRing::parse(secrets["SigningKeys"].as_str().unwrap()).unwrap();
    let account = running.consistent_accounts().await.remove(0);
    let token = detail["token"].as_str().unwrap();
    assert!(verification::is_good(&keys, token, &account, Timestamp::now()));
    let expires_at: Timestamp = detail["expires_at"].as_str().unwrap().parse().unwrap();
    assert!(!verification::is_good(&keys, token, &account, expires_at));

    // Right before the stop, so that it may be told of by this start or by the next.
    running.provisioned(running.admin(), &body(2)).await;
    let told = running.bundle.published().len() - 2;
    running.bundle.stop().await;
    let running = Running::start_with(options()).await;
    running.provisioned(running.admin(), &body(3)).await;
    let events = published(&running, 4 - told).await;
    let of = |seed: &str| events.iter().filter(|event| event["detail"]["external_account_id"] == seed).count();
    assert_eq!((of("account-1"), of("account-3")), (0, 2));
    assert!(of("account-2") + told >= 2);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_installation_that_is_added_is_told_of() {
    let running = Running::start().await;
    let (admin, more) = (running.admin(), json!({"external_installation_id": "i-2"}));
    let id = running.provisioned(admin, &with(body(1), "/create_verified_user", true)).await;
    let path = format!("/account/{id}/installation");
    let added = running.change(Method::POST, admin, &path, Some(more)).await.json();
    let events = published(&running, 3).await;
    assert_eq!(kinds(&events), ["account.created", "account.updated", "installation.added"]);
    let detail = &events[2]["detail"];
    assert_eq!((&detail["account_id"], &detail["version"]), (&json!(id), &json!(2)));
    assert_eq!(detail["installation_id"], added["installation_id"]);
    assert_eq!(detail["external_installation_id"], "i-2");
    running.bundle.stop().await;
}

/// Each asks the mailer for something else, with a token that does it.
#[tokio::test]
async fn a_customer_is_invited_and_can_reset_a_password() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &with(body(1), "/create_verified_user", true)).await;
    for (count, kind) in [(3, "password.requested"), (6, "password.reset_requested")] {
        assert_eq!(running.resend(&json!({"email": "jo-1@example.com"})).await.status, 202);
        let events = published(&running, count).await;
        assert_eq!(kinds(&events)[count - 2..], ["account.updated", kind]);
        let detail = &events[count - 1]["detail"];
        assert_eq!((&detail["email"], &detail["last_name"]), (&json!("jo-1@example.com"), &json!("Doe")));
        assert_eq!(running.register(detail["token"].as_str().unwrap(), PASSWORD).await.status, 200);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_same_records_give_the_same_ids() {
    let running = Running::start().await;
    for _ in 0..2 {
        let answer = running.bundle.invoke("publish-changes", &sample()).await.unwrap();
        assert_eq!(answer, json!({"batchItemFailures": []}));
    }
    let events = running.bundle.published();
    assert_eq!(events.len(), 16);
    assert_eq!(ids(&events[..8]), ids(&events[8..]));
    assert_eq!(ids(&events[..8]).into_iter().collect::<std::collections::HashSet<_>>().len(), 8);
    assert_eq!(kinds(&events[5..8]), ["onboarding.status_changed", "entity.connected", "entity.disconnected"]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_reported_and_the_others_are_published() {
    let running = Running::start().await;
    let mut event = sample();
    event["Records"][0]["dynamodb"]["NewImage"]["account"]["M"]["version"] = json!({"S": "first"});
    let answer = running.bundle.invoke("publish-changes", &event).await.unwrap();
    let failed = &event["Records"][0]["dynamodb"]["SequenceNumber"];
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": failed}]}));
    let kinds_left = ["account.updated", "email.verification_requested", "account.deleted"];
    assert_eq!(kinds(&running.bundle.published()[..3]), kinds_left);
    assert!(running.bundle.invoke("publish-changes", &json!({"Records": [{}]})).await.is_err());
    running.bundle.stop().await;
}

/// Given up after the tries that the template allows, a record holds up nobody.
#[tokio::test]
async fn a_stored_item_that_cannot_be_read_does_not_block_the_stream() {
    let running = Running::start().await;
    let key = wattbook_store::keys::account(OrganisationId::new_random(), AccountId::new_random());
    let put = running.table_client().put_item().table_name(running.bundle.table());
    let put = put.item("pk", AttributeValue::S(key.pk)).item("sk", AttributeValue::S(key.sk));
    put.item("account", AttributeValue::S("not one".into())).send().await.unwrap();
    running.provisioned(running.admin(), &body(1)).await;
    assert_eq!(kinds(&published(&running, 2).await)[..2], ["account.created", "email.verification_requested"]);
    running.bundle.stop().await;
}

#[tokio::test]
async fn no_event_carries_a_secret() {
    let running = Running::start().await;
    let registration =
        json!({"M": {"password_hash": {"S": "$argon2id$x"}, "registered_at": {"S": "2026-11-02T10:00:00Z"}}});
    let mut event = sample();
    for image in ["/Records/2/dynamodb/NewImage", "/Records/3/dynamodb/OldImage"] {
        let customer = event.pointer_mut(image).unwrap().pointer_mut("/account/M/customer/M").unwrap();
        customer["registration"] = registration.clone();
        event.pointer_mut(image).unwrap().pointer_mut("/account/M").unwrap()["answer_key"] = json!({"S": "sealing"});
    }
    running.bundle.invoke("publish-changes", &event).await.unwrap();
    let events = running.bundle.published();
    assert_eq!(events.len(), 8);
    assert!(events[2].to_string().contains("customer.registration"));
    let told = json!(events).to_string();
    // Nor does one of a device carry what its owner or the device is known by.
    let own = ["argon2id", "sealing", "answer_key", "WAUZZZ", "hash", "owner", "attributes", "browser", "consent\""];
    assert_eq!(own.iter().find(|own| told.contains(*own)), None, "{told}");
    running.bundle.stop().await;
}

/// A device on its way, from the request until it is erased with its account.
#[tokio::test]
async fn what_becomes_of_a_device_is_told() {
    let running = Running::start().await;
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    let account = running.provisioned(running.admin(), &with(body(1), "/create_verified_user", true)).await;
    let collective = household(organisation);
    store.create_collective(&collective, None).await.unwrap();
    let of_account = |number: u8| {
        let mut made = request(organisation, &vin(number));
        (made.account, made.collective) = (Some(account.parse().unwrap()), Some(collective.id));
        made.label_partner = LabelPartnerCode::parse("NORTH").ok();
        made.reference = ExternalId::parse("car-1").ok();
        made.external_meter_id = ExternalId::parse("meter-1").ok();
        made.owner = Name::parse("Telltale").ok();
        made
    };
    let first = of_account(5);
    running.connected(&store, &first).await;
    let done = store.onboarding(organisation, first.id).await.unwrap().unwrap();
    let withdrawn = done.after(&Occurrence::Withdrawn, Timestamp::now()).unwrap();
    let entity = store.entity(organisation, first.entity).await.unwrap().unwrap();
    store.withdraw(&entity, (&done, &withdrawn), Timestamp::now()).await.unwrap();
    let second = of_account(6);
    running.connected(&store, &second).await;
    let third = of_account(7);
    store.create_onboarding(&third, BY, None).await.unwrap();
    running.change(Method::DELETE, running.admin(), &format!("/account/{account}"), None).await;

    let events = published(&running, 21).await;
    let said = |of: &OnboardingRequest| -> Vec<String> {
        let of = of.id.to_string();
        let events = events.iter().filter(|event| event["detail"]["onboarding_id"] == of);
        let word = |event: &Value, name: &str| event["detail"][name].as_str().map(|word| format!(" {word}"));
        let words = ["previous_status", "status", "failure", "reason"];
        let event = |event: &Value| {
            let said: String = words.iter().filter_map(|name| word(event, name)).collect();
            format!("{}{said} {}", event["detail-type"].as_str().unwrap(), event["detail"]["version"])
        };
        events.map(event).collect()
    };
    // Of one request, and of one entity, in their order; of both it depends on the order of their partitions.
    let sorted = |mut said: Vec<String>| {
        said.sort();
        said
    };
    let connected = [
        "entity.connected 1",
        "onboarding.status_changed InProgress Succeeded 3",
        "onboarding.status_changed Pending 1",
        "onboarding.status_changed Pending InProgress 2",
    ];
    let with = |more: &[&str]| sorted(connected.iter().chain(more).map(|it| (*it).to_owned()).collect());
    assert_eq!(sorted(said(&first)), with(&["consent.withdrawn 4", "entity.disconnected ConsentWithdrawn 2"]));
    assert_eq!(sorted(said(&second)), with(&["entity.disconnected Erased 2"]));
    let canceled = ["onboarding.status_changed Pending 1", "onboarding.status_changed Pending Canceled 2"];
    assert_eq!(said(&third), canceled);
    // Where there is one: when the request has succeeded, and of the entity itself.
    let with_entity = events.iter().filter(|event| event["detail"]["entity_id"] == first.entity.to_string());
    assert_eq!(with_entity.count(), 4);
    for detail in events.iter().map(|event| &event["detail"]).filter(|it| it["onboarding_id"].is_string()) {
        assert_eq!(detail["organisation_id"], running.bundle.demo().organisation_id);
        assert_eq!((&detail["account_id"], &detail["label_partner"]), (&json!(account), &json!("NORTH")));
        assert_eq!((&detail["reference"], &detail["external_meter_id"]), (&json!("car-1"), &json!("meter-1")));
        assert_eq!((&detail["type"], &detail["manufacturer"]), (&json!("EV"), &json!("Sandbox")));
        let ids = [&detail["collective_id"], &detail["collective_ids"][0]];
        assert!(ids.contains(&&json!(collective.id.to_string())), "{detail}");
        let number = detail["entity_id"].as_str().map(|id| id.parse::<EntityId>().unwrap().number().get());
        assert_eq!(detail["entity_number"].as_u64(), number, "{detail}");
    }
    // The account's own: its version is another one each time.
    let of_account = events.iter().filter(|event| event["detail-type"] == "account.updated");
    let changed: Vec<_> = of_account.map(|event| event["detail"]["changed"].clone()).collect();
    let (requests, entities) = (json!(["onboardings"]), json!(["entities"]));
    assert_eq!(changed, [&requests, &entities, &entities, &requests, &entities, &requests].map(Clone::clone));
    let told = json!(events).to_string();
    assert!(!told.contains("Telltale") && !told.contains("WAUZZZ"), "{told}");
    running.bundle.stop().await;
}

/// The filters in the template are a place outside the store that knows keys.
#[test]
fn the_filter_has_the_keys_of_the_store() {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(wattbook_local::template::SOURCES[0].1).unwrap();
    let stream = &template["Resources"]["PublishChanges"]["Properties"]["Events"]["Stream"]["Properties"];
    let pattern = stream["FilterCriteria"]["Filters"][0]["Pattern"].as_str().unwrap();
    let organisation = OrganisationId::new_random();
    let account = wattbook_store::keys::account(organisation, AccountId::new_random());
    let onboarding = wattbook_store::keys::onboarding(organisation, OnboardingId::new_random());
    let entity = wattbook_store::keys::entity(organisation, EntityId::new_random());
    let webhook = wattbook_store::keys::webhook(organisation, WebhookId::new_random());
    let wanted = json!({"dynamodb": {"Keys": {"sk": {"S": [account.sk, onboarding.sk, entity.sk, webhook.sk]}}}});
    assert_eq!(serde_json::from_str::<Value>(pattern).unwrap(), wanted);
}
