//! What is written through one dialect is read through the other.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCOUNTS, refusal, refused, result};
use crate::{
    registration::PASSWORD,
    support::{Running, body},
};

/// The published events, once there are as many as wanted.
async fn kinds(running: &Running, count: usize) -> Vec<String> {
    for _ in 0..400 {
        let published = running.bundle.published();
        if published.len() >= count {
            return published.iter().map(|event| event["detail-type"].as_str().unwrap().to_owned()).collect();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{count} events were expected: {:?}", running.bundle.published());
}

#[tokio::test]
async fn a_provisioned_account_is_read_and_updated_here() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &body(1)).await;
    let account = running.by_pid("account-1").await;
    let expected = [
        ("accountId", json!(id)),
        ("providerAccountId", json!("account-1")),
        ("accountName", json!("John Doe")),
        ("status", json!("ACTIVE")),
        ("labelPartner", json!("NORTH")),
        ("email", json!("jo-1@example.com")),
        ("emailVerified", json!(false)),
        ("firstName", json!("John")),
        ("lastName", json!("Doe")),
    ];
    for (name, value) in expected {
        assert_eq!(account[name], value, "{name}");
    }
    let installation = &account["installations"][0];
    assert_eq!(
        (&installation["externalInstallationId"], &installation["primary"]),
        (&json!("installation-1"), &json!(true))
    );
    let meter = &installation["meters"][0];
    assert_eq!(
        (&meter["externalMeterId"], &meter["inputMethod"], &meter["energyType"]),
        (&json!("meter-1"), &json!("IMPORT"), &json!("GAS"))
    );
    let change =
        json!({"lastName": "Roe", "email": "roe@example.com", "owner": "Jo", "properties": {"a": {"dataValue": "1"}}});
    let updated = result(&running.rest(Method::PUT, "/rest/v1/accounts/pid/account-1", change).await);
    assert_eq!(updated["accountName"], "John Roe");
    let there = running.get(running.admin(), "/account/account-1?id_type=external").await;
    let customer = &there.json()["customer_info"];
    assert_eq!((&customer["email"], &customer["contact_info"]["lastname"]), (&json!("roe@example.com"), &json!("Roe")));
    assert_eq!((there.header("etag"), there.json()["installation_info"].as_array().unwrap().len()), (Some("\"2\""), 1));
    let new_id = running.rest(Method::PUT, &format!("{ACCOUNTS}/{id}"), json!({"providerAccountId": "x"})).await;
    assert_eq!(refusal(&new_id).0, 409);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_account_added_here_is_completed_and_erased_there() {
    let running = Running::start().await;
    let admin = running.admin();
    let account = running.added(json!({"providerAccountId": "p", "accountName": "Home"})).await;
    let id = account["accountId"].as_str().unwrap();
    let there = running.get(admin, &format!("/account/{id}")).await.json();
    assert_eq!((&there["status"], there.get("labelpartner")), (&json!("provisioned"), None));
    assert_eq!(there["customer_info"]["external_account_id"], "p");
    let send = async |method: Method, path: &str, body: Value| {
        running.change(method, admin, &format!("/account/{id}{path}"), Some(body)).await
    };
    let info = json!({"email": "jo@example.com", "contact_info": {"firstname": "Jo", "lastname": "Doe"}});
    assert_eq!(send(Method::PUT, "/customer-info", info).await.status, 200);
    // An account of no brand has none to give to its installations.
    let nameless = send(Method::POST, "/installation", json!({"external_installation_id": "i"})).await;
    assert_eq!((nameless.status, nameless.faults()), (409, vec!["required /labelpartner".into()]));
    let installation = json!({"external_installation_id": "i", "labelpartner": "NORTH", "service_information": {"service_type": "RT-HR-NILM-HW"}});
    assert_eq!(send(Method::POST, "/installation", installation).await.status, 201);
    let meter = json!({"external_meter_id": "m", "meter_energy_type": "GAS"});
    let added =
        running.change(Method::POST, admin, "/account/p/installation/i/meter?id_type=external", Some(meter)).await;
    assert_eq!(added.status, 201, "{added:?}");
    let here = running.by_pid("p").await;
    assert_eq!(
        (&here["accountName"], &here["email"], &here["firstName"]),
        (&json!("Home"), &json!("jo@example.com"), &json!("Jo"))
    );
    assert_eq!(here["installations"][0]["meters"][0]["externalMeterId"], "m");
    running.consistent_accounts().await;
    assert_eq!(running.change(Method::DELETE, admin, "/account/p?id_type=external", None).await.status, 204);
    assert_eq!(running.get(admin, "/rest/v1/accounts/pid/p").await.status, 404);
    assert!(running.consistent_accounts().await.is_empty());
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_email_stated_here_owes_a_verification_as_long_as_the_account_is_not_deleted() {
    let running = Running::start().await;
    let account = running.added(json!({"providerAccountId": "p", "email": "jo@example.com"})).await;
    let id = account["accountId"].as_str().unwrap();
    let path = format!("{ACCOUNTS}/{id}");
    let token = running.verification_token(id).await;
    running.rest(Method::DELETE, &path, None).await;
    let there = running.get(running.admin(), &format!("/account/{id}")).await.json();
    assert_eq!(there["status"], "deleted");
    assert_eq!(running.register(&token, PASSWORD).await.status, 400);
    running.rest(Method::PUT, &path, json!({"status": "ACTIVE"})).await;
    assert_eq!(running.register(&token, PASSWORD).await.status, 200);
    assert_eq!(running.by_pid("p").await["emailVerified"], true);
    // Another address has to be verified anew, another spelling has not.
    running.rest(Method::PUT, &path, json!({"email": "JO@example.com"})).await;
    assert_eq!(running.by_pid("p").await["emailVerified"], true);
    running
        .rest(Method::POST, &format!("{path}/properties"), json!({"keyName": "email", "dataValue": "roe@example.com"}))
        .await;
    assert_eq!(running.by_pid("p").await["emailVerified"], false);
    running.verification_token(id).await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn events_follow() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p", "email": "jo@example.com"})).await;
    let path = "/rest/v1/accounts/pid/p";
    running.rest(Method::PUT, path, json!({"owner": "Jo", "properties": {"a": {"dataValue": "1"}}})).await;
    running.rest(Method::POST, &format!("{path}/properties"), json!({"keyName": "a", "dataValue": "2"})).await;
    running.rest(Method::PUT, &format!("{path}/tariffs"), json!({"masterTariffId": 1})).await;
    running.rest(Method::DELETE, path, None).await;
    running.rest(Method::DELETE, &format!("{path}?hardDelete=true"), None).await;
    let mut expected = vec!["account.created", "email.verification_requested"];
    expected.extend(["account.updated"; 4]);
    expected.push("account.deleted");
    assert_eq!(kinds(&running, 7).await, expected);
    let events = running.bundle.published();
    let changed: Vec<_> = events.iter().filter_map(|event| event["detail"].get("changed").cloned()).collect();
    let paths = [
        json!(["profile.owner", "properties.a"]),
        json!(["properties.a"]),
        json!(["tariffs"]),
        json!(["profile.status"]),
    ];
    assert_eq!(changed, paths);
    running.bundle.stop().await;
}

/// One namespace of ids and e-mails, whichever dialect claims them.
#[tokio::test]
async fn a_value_is_taken_in_both_dialects() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    let here = running
        .rest(Method::POST, ACCOUNTS, json!({"email": "JO-1@example.com", "providerAccountId": "account-1"}))
        .await;
    let expected = ["NotUnique Account email JO-1@example.com", "NotUnique Account providerAccountId account-1"];
    assert_eq!(refusal(&here), refused(409, &expected));
    running.added(json!({"email": "jo-2@example.com", "providerAccountId": "account-2"})).await;
    let there = running.provision(running.admin(), &body(2)).await;
    assert_eq!(there.faults(), ["taken /customer_info/external_account_id", "taken /customer_info/email"]);
    running.bundle.stop().await;
}
