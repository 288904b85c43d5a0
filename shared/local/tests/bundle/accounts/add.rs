//! `POST /rest/v1/accounts`.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{ACCOUNTS, refusal, refused, result};
use crate::support::{Running, send};

#[tokio::test]
async fn an_empty_object_will_do() {
    let running = Running::start().await;
    for path in [ACCOUNTS, "/rest/v1/account"] {
        let answer = running.rest(Method::POST, path, json!({})).await;
        let account = result(&answer);
        assert_eq!((answer.header("etag"), &answer.json()["type"]), (Some("\"1\""), &json!("Account")));
        assert!(account["accountId"].is_string());
        for absent in ["providerAccountId", "accountName", "customerOrgId", "customerOrgName", "owner", "type"] {
            assert_eq!(account.get(absent), Some(&Value::Null), "{absent}");
        }
        assert_eq!((&account["status"], account.get("address")), (&json!("ACTIVE"), None));
        assert_eq!((&account["properties"], &account["tariffs"]), (&json!({}), &json!([])));
    }
    assert_eq!(running.consistent_accounts().await.len(), 2);
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_stated_is_stored_and_what_nobody_knows_is_passed_over() {
    let running = Running::start().await;
    let body = json!({
        "providerAccountId": "home-17", "accountName": "Home of Jo", "customerOrgId": "org", "customerOrgName": "Org",
        "address": {"addressName": "Home", "address1": "Damrak 1", "address2": "A", "city": "Amsterdam",
                    "state": "NH", "zip": "1011AB", "country": "NL", "lon": 4.9, "lat": "52.37", "planet": "Earth"},
        "timeZone": "Europe/Amsterdam", "owner": "Mr Sun", "status": "INACTIVE", "type": "POTENTIAL",
        "properties": {"buildingArea": {"keyName": "buildingArea", "dataValue": "2000", "quantityUnit": "m2"}},
        "tariffs": [{"masterTariffId": 7, "tariffBookName": "x"}],
        "labelPartner": "SOUTH", "email": "jo@example.com", "firstName": "Jo", "lastName": "Doe",
        "projects": null, "usageProfiles": [{}],
    });
    let answer = running.rest(Method::POST, "/rest/v1/accounts?pageCount=7&nobody=knows", body.clone()).await;
    assert_eq!(result(&answer)["email"], Value::Null);
    let account = running.by_pid("home-17").await;
    for name in ["providerAccountId", "accountName", "customerOrgId", "customerOrgName", "timeZone", "owner", "status"]
    {
        assert_eq!(account[name], body[name], "{name}");
    }
    for name in ["type", "labelPartner", "email", "firstName", "lastName"] {
        assert_eq!(account[name], body[name], "{name}");
    }
    for name in ["addressName", "address1", "address2", "city", "state", "zip", "country", "lon"] {
        assert_eq!(account["address"][name], body["address"][name], "{name}");
    }
    assert_eq!((&account["address"]["lat"], account["address"].get("planet")), (&json!(52.37), None));
    assert_eq!(account["address"]["formattedAddress"], "Damrak 1, A, Amsterdam, NH 1011AB, NL");
    assert_eq!(account["properties"]["buildingArea"]["dataValue"], "2000");
    assert_eq!((&account["tariffs"][0]["masterTariffId"], &account["version"]), (&json!(7), &json!(1)));
    running.bundle.stop().await;
}

/// By its ZIP code or by its name, next to its neighbour across the boundary.
#[tokio::test]
async fn a_town_at_a_zone_boundary_has_the_clock_that_it_keeps() {
    let running = Running::start().await;
    for (address, zone) in [
        (json!({"addressString": "1 Main St, West Wendover, NV 89883"}), "America/Denver"),
        (json!({"city": "West Wendover", "state": "NV", "country": "US"}), "America/Denver"),
        (json!({"addressString": "1 Main St, Wells, NV 89835"}), "America/Los_Angeles"),
        (json!({"zip": "36867-1234", "country": "US"}), "America/New_York"),
        (json!({"zip": "36801", "country": "US"}), "America/Chicago"),
        (json!({"zip": "97908", "country": "US"}), "America/Boise"),
        (json!({"zip": "69211", "country": "US"}), "America/Denver"),
    ] {
        let account = running.added(json!({"address": address})).await;
        assert_eq!(account["timeZone"], zone, "{address}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn properties_come_as_an_object_or_as_a_list_with_values_of_any_scalar_type() {
    let running = Running::start().await;
    let by_key = json!({"a": {"dataValue": 1.5}, "b": {"keyName": "b", "dataValue": true}, "c": null,
                        "customerClass": {"dataValue": 2}});
    let listed = json!([{"keyName": "a", "dataValue": 1.5}, {"keyName": "b", "dataValue": true}, null,
                        {"keyName": "customerClass", "dataValue": "GENERAL"}]);
    for (properties, class) in [(by_key, "2"), (listed, "GENERAL")] {
        let account = running.added(json!({"properties": properties})).await;
        let expected = json!({
            "a": {"keyName": "a", "dataType": null, "dataValue": "1.5"},
            "b": {"keyName": "b", "dataType": null, "dataValue": "true"},
            "customerClass": {"keyName": "customerClass", "dataType": "CHOICE", "dataValue": class},
        });
        assert_eq!(account["properties"], expected);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_member_may_be_null_which_is_the_same_as_absent() {
    let running = Running::start().await;
    let names = ["accountId", "providerAccountId", "accountName", "address", "properties", "tariffs", "labelPartner"];
    let mut body = json!({});
    for name in names.into_iter().chain(wattbook_accounts::field::HEADER) {
        body[name] = Value::Null;
    }
    running.added(body).await;
    let account = running
        .added(json!({"address": {"zip": null}, "properties": {"a": {"dataValue": "x", "accuracy": null}}}))
        .await;
    assert_eq!((account.get("address"), &account["properties"]["a"]["dataValue"]), (None, &json!("x")));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_taken_own_id_or_email_is_a_conflict_and_never_an_update() {
    let running = Running::start().await;
    let first = running.added(json!({"providerAccountId": "p", "email": "Jo@Example.com", "owner": "first"})).await;
    let again = json!({"email": "jo@example.COM", "owner": "second", "providerAccountId": "p"});
    let answer = running.rest(Method::POST, ACCOUNTS, again.clone()).await;
    let expected = ["NotUnique Account email jo@example.COM", "NotUnique Account providerAccountId p"];
    assert_eq!(refusal(&answer), refused(409, &expected));
    for error in answer.json()["results"].as_array().unwrap() {
        assert_eq!(error["accountId"], first["accountId"]);
    }
    assert_eq!(running.by_pid("p").await["owner"], "first");
    // Another organisation is not told whose it is.
    let foreign = running.change(Method::POST, running.other(), ACCOUNTS, Some(again)).await;
    assert_eq!(refusal(&foreign), refused(409, &expected));
    assert!(!foreign.text.contains("accountId\":\""));
    assert_eq!(running.consistent_accounts().await.len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_fault_is_told_at_once_in_the_order_of_the_body() {
    let running = Running::start().await;
    let body = json!({
        "lastName": "",
        "email": "nobody",
        "tariffs": [{"effectiveDate": "soon"}, {"masterTariffId": "x"}],
        "properties": {"customerClass": {"dataValue": "9"}, "status": {"dataValue": "x"}, "a": {"keyName": "b"},
                       "buildingVintage": {"dataValue": "old"}, "d": {"dataValue": "1", "fromDateTime": "soon"}},
        "accountId": "77f11344-62a9-4c2f-b8eb-e852e1c7f3ec",
        "status": "GONE",
        "address": {"zip": 94105, "lat": 91, "country": "usa"},
        "labelPartner": "EAST",
        "providerAccountId": " p",
        "timeZone": "Mars/Olympus",
    });
    let answer = running.rest(Method::POST, "/rest/v1/accounts?dryRun=maybe", body).await;
    let expected = [
        "InvalidValue Account dryRun maybe",
        "NotNull Account lastName ",
        "InvalidValue Account email nobody",
        "InvalidValue Account tariffs.0.effectiveDate soon",
        "InvalidValue Account tariffs.1.masterTariffId x",
        "InvalidValue Account properties.customerClass.dataValue 9",
        "InvalidValue Account properties.status",
        "InvalidValue Account properties.a.keyName b",
        "InvalidValue Account properties.buildingVintage.dataValue old",
        "InvalidValue Account properties.d.fromDateTime soon",
        "InvalidValue Account accountId 77f11344-62a9-4c2f-b8eb-e852e1c7f3ec",
        "InvalidValue Account status GONE",
        "InvalidValue Account address.zip 94105",
        "InvalidValue Account address.lat 91",
        "InvalidValue Account address.country usa",
        "InvalidValue Account labelPartner EAST",
        "InvalidValue Account providerAccountId  p",
        "InvalidValue Account timeZone Mars/Olympus",
    ];
    assert_eq!(refusal(&answer), refused(400, &expected));
    running.bundle.stop().await;
}

/// What is wrong only with the parts together is told of, too, and in the same order.
#[tokio::test]
async fn what_the_rules_refuse_is_told_at_once_in_the_order_of_the_body() {
    let running = Running::start().await;
    let body = json!({
        "tariffs": [{"masterTariffId": 1, "endDate": "2026-06-01"}, {"effectiveDate": "2027-01-01"},
                    {"masterTariffId": 2, "effectiveDate": "2026-01-01", "endDate": "2026-12-31"}],
        "properties": [{"keyName": "empty"},
                       {"keyName": "back", "dataValue": "1", "fromDateTime": "2026-02-01", "toDateTime": "2026-01-01"}],
    });
    let answer = running.rest(Method::POST, ACCOUNTS, body).await;
    let expected = [
        "InvalidValue Account tariffs.0",
        "NotNull Account tariffs.1.masterTariffId",
        "InvalidValue Account tariffs.2",
        "NotNull Account properties.0.dataValue",
        "InvalidValue Account properties.1.toDateTime 2026-01-01",
    ];
    assert_eq!(refusal(&answer), refused(400, &expected));
    running.bundle.stop().await;
}

/// Which of the two would be meant nobody knows.
#[tokio::test]
async fn what_is_stated_twice_is_refused() {
    let running = Running::start().await;
    let body = json!({
        "properties": [{"keyName": "a", "dataValue": "1"}, {"keyName": "b", "dataValue": "1"},
                       {"keyName": "a", "dataValue": "2"}],
        "tariffs": [{"masterTariffId": 1, "serviceType": "HEAT"}, {"masterTariffId": 2, "serviceType": "GAS"},
                    {"masterTariffId": 3, "serviceType": "HEAT"}],
    });
    let answer = running.rest(Method::POST, ACCOUNTS, body).await;
    let expected = ["NotUnique Account properties.2.keyName a", "NotUnique Account tariffs.2"];
    assert_eq!(refusal(&answer), refused(400, &expected));
    // So are two without a service, and two on one day in other words.
    for tariffs in [
        json!([{"masterTariffId": 1}, {"masterTariffId": 3}]),
        json!([{"masterTariffId": 1, "serviceType": "HEAT", "effectiveDate": "2026-12-01"},
               {"masterTariffId": 3, "serviceType": "HEAT", "effectiveDate": "2026-11-30T23:00:00Z"}]),
    ] {
        let body = json!({"timeZone": "Europe/Amsterdam", "tariffs": tariffs});
        let answer = running.rest(Method::POST, ACCOUNTS, body).await;
        assert_eq!(refusal(&answer), refused(400, &["NotUnique Account tariffs.1"]));
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_dry_run_answers_what_would_be_and_writes_nothing() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "taken"})).await;
    let before = running.uncounted().await;
    let path = "/rest/v1/accounts?dryRun=true";
    let answer = running.rest(Method::POST, path, json!({"providerAccountId": "p", "owner": "Jo"})).await;
    let account = result(&answer);
    assert_eq!((&account["accountId"], &account["owner"], answer.header("etag")), (&Value::Null, &json!("Jo"), None));
    let conflict = running.rest(Method::POST, path, json!({"providerAccountId": "taken"})).await;
    assert_eq!(refusal(&conflict), refused(409, &["NotUnique Account providerAccountId taken"]));
    assert_eq!(running.uncounted().await, before);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_idempotency_key_makes_a_repetition_safe() {
    let running = Running::start().await;
    let post =
        async |body: Value| running.rest_with(Method::POST, ACCOUNTS, Some(body), ("idempotency-key", "k")).await;
    let body = json!({"providerAccountId": "p"});
    let first = post(body.clone()).await;
    let again = post(body).await;
    assert_eq!((first.header("idempotent-replayed"), again.header("idempotent-replayed")), (None, Some("true")));
    assert_eq!((&first.text, first.header("etag")), (&again.text, again.header("etag")));
    let other = post(json!({"providerAccountId": "q"})).await;
    assert_eq!(refusal(&other), refused(422, &["IdempotencyKeyReused Account"]));
    assert_eq!(running.consistent_accounts().await.len(), 1);
    let broken = running.rest_with(Method::POST, ACCOUNTS, Some(json!({})), ("idempotency-key", "")).await;
    assert_eq!(refusal(&broken), refused(400, &["InvalidValue Account idempotency-key"]));
    running.bundle.stop().await;
}

/// As older HTTP clients send them.
#[tokio::test]
async fn bodies_in_chunks_are_read() {
    let running = Running::start().await;
    let host = running.bundle.url().strip_prefix("http://").unwrap().to_owned();
    let admin = running.admin();
    let template = running.request(Method::POST, ACCOUNTS).basic_auth(&admin.app_id, Some(&admin.app_key));
    let authorization = template.build().unwrap().headers()["authorization"].to_str().unwrap().to_owned();
    let head = format!(
        "POST {ACCOUNTS} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n\
         Content-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let chunks = "10\r\n{\"providerAccoun\r\n13\r\ntId\":\"in chunks\"  }\r\n0\r\n\r\n";
    stream.write_all(format!("{head}{chunks}").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(running.by_pid("in%20chunks").await["providerAccountId"], "in chunks");
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_account_too_large_to_store_is_refused() {
    let running = Running::start().await;
    let properties: serde_json::Map<_, _> =
        (0..400).map(|i| (format!("k{i}"), json!({"dataValue": "x".repeat(1000)}))).collect();
    let answer = running.rest(Method::POST, ACCOUNTS, json!({"properties": properties})).await;
    assert_eq!(refusal(&answer), refused(413, &["TooLarge Account"]));
    let plain = send(running.rest_request(Method::POST, ACCOUNTS).body("{}")).await;
    assert_eq!(refusal(&plain), refused(415, &["UnsupportedMediaType Account"]));
    assert!(running.consistent_accounts().await.is_empty());
    running.bundle.stop().await;
}
