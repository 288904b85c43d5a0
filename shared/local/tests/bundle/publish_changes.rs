//! What happens to accounts is published: in order, at least once, under ids that tell a repeat.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use wattbook_api::{secret::KeyRing, verification};
use wattbook_domain::{AccountId, OrganisationId};
use wattbook_local::{DataDir, Options};

use crate::{
    events::samples,
    registration::PASSWORD,
    support::{Running, body, with},
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
    assert_eq!(events.len(), 10);
    assert_eq!(ids(&events[..5]), ids(&events[5..]));
    assert_eq!(ids(&events[..5]).into_iter().collect::<std::collections::HashSet<_>>().len(), 5);
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
    assert_eq!(kinds(&running.bundle.published()), kinds_left);
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
    assert_eq!(events.len(), 5);
    assert!(events[2].to_string().contains("customer.registration"));
    let told = json!(events).to_string();
    assert!(!told.contains("argon2id") && !told.contains("sealing") && !told.contains("answer_key"));
    running.bundle.stop().await;
}

/// The filter in the template is the one place outside the store that knows a key.
#[test]
fn the_filter_lets_accounts_through() {
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(wattbook_local::template::SOURCES[0].1).unwrap();
    let stream = &template["Resources"]["PublishChanges"]["Properties"]["Events"]["Stream"]["Properties"];
    let pattern = stream["FilterCriteria"]["Filters"][0]["Pattern"].as_str().unwrap();
    let key = wattbook_store::keys::account(OrganisationId::new_random(), AccountId::new_random());
    let wanted = json!({"dynamodb": {"Keys": {"sk": {"S": [key.sk]}}}});
    assert_eq!(serde_json::from_str::<Value>(pattern).unwrap(), wanted);
}
