//! `…/properties`: one field, property or tariff at a time.

use reqwest::Method;
use serde_json::{Value, json};

use super::{aliases, refusal, refused, result, results};
use crate::support::Running;

const PATH: &str = "/rest/v1/accounts/pid/p/properties";

async fn set(running: &Running, body: Value) -> Value {
    result(&running.rest(Method::PUT, PATH, body).await)
}

/// A field that is set to what follows already is stated by that, and stays when the address changes.
#[tokio::test]
async fn a_field_that_is_set_by_itself_is_stated() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p", "address": {"addressString": "San Francisco, CA 94105"}})).await;
    let path = "/rest/v1/accounts/pid/p/properties";
    for (key, value) in [("zip", "94105"), ("addressString", "New York, NY 10001")] {
        result(&running.rest(Method::PUT, path, json!({"keyName": key, "dataValue": value})).await);
    }
    let address = &running.by_pid("p").await["address"];
    assert_eq!((&address["zip"], &address["city"]), (&json!("94105"), &json!("New York")));
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_path_sets_lists_and_deletes_with_either_method() {
    let running = Running::start().await;
    let id = running.added(json!({"providerAccountId": "p"})).await["accountId"].as_str().unwrap().to_owned();
    for (n, path) in aliases(&id, "p").iter().enumerate() {
        for method in [Method::POST, Method::PUT] {
            let body = json!({"keyName": format!("key{n}"), "dataValue": method.as_str(), "unknown": 1});
            let answer = running.rest(method.clone(), &format!("{path}/properties?unknown=1"), body).await;
            let expected = json!({"keyName": format!("key{n}"), "dataType": null, "dataValue": method.as_str()});
            assert_eq!((result(&answer), &answer.json()["type"]), (expected, &json!("PropertyData")));
            assert!(answer.header("etag").is_some());
        }
        let listed = running.get(running.admin(), &format!("{path}/properties")).await;
        assert_eq!((results(&listed).len(), &listed.json()["type"]), (1, &json!("PropertyData")));
        // One that is not there is deleted already.
        for left in [0, 0] {
            let answer = running.rest(Method::DELETE, &format!("{path}/properties/key{n}?fields=ext"), None).await;
            let expected = json!({"status": "success", "count": 0, "type": "PropertyData", "results": null});
            assert_eq!((answer.status, answer.json()), (200, expected));
            assert_eq!(results(&running.get(running.admin(), &format!("{path}/properties")).await).len(), left);
        }
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn fields_of_header_and_address_are_set_and_taken_out_by_their_names() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p", "firstName": "Jo", "lastName": "Doe"})).await;
    let at = |account: &Value, pointer: &str| account.pointer(pointer).cloned().unwrap_or_default();
    for (key, value, pointer, after) in [
        ("accountName", json!("Home"), "/accountName", json!("Jo Doe")),
        ("customerOrgId", json!("o"), "/customerOrgId", json!(null)),
        ("customerOrgName", json!("Org"), "/customerOrgName", json!(null)),
        ("owner", json!("Mr Sun"), "/owner", json!(null)),
        ("type", json!("POTENTIAL"), "/type", json!(null)),
        ("timeZone", json!("Europe/Amsterdam"), "/timeZone", json!(null)),
        ("addressString", json!("Nowhere 1"), "/address/addressString", json!(null)),
        ("addressName", json!("Home"), "/address/addressName", json!(null)),
        ("address1", json!("Damrak 1"), "/address/address1", json!(null)),
        ("address2", json!("A"), "/address/address2", json!(null)),
        ("city", json!("Delft"), "/address/city", json!(null)),
        ("state", json!("ZH"), "/address/state", json!(null)),
        ("zip", json!("2611XX"), "/address/zip", json!(null)),
        ("country", json!("NL"), "/address/country", json!(null)),
        ("lon", json!("4.5"), "/address/lon", json!(null)),
        ("lat", json!("52.5"), "/address/lat", json!(null)),
    ] {
        let answer = set(&running, json!({"keyName": key, "dataValue": value})).await;
        assert_eq!((&answer["keyName"], &answer["dataValue"]), (&json!(key), &value));
        let number = value.as_str().unwrap().parse::<f64>();
        let account = running.by_pid("p").await;
        assert_eq!(at(&account, pointer), number.map_or(value, |number| json!(number)), "{key}");
        assert_eq!(account["properties"], json!({}), "{key}");
        let taken_out = running.rest(Method::DELETE, &format!("{PATH}/{key}"), None).await;
        assert_eq!((taken_out.status, at(&running.by_pid("p").await, pointer)), (200, after), "{key}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn fields_that_an_account_cannot_be_without_are_set_and_stay() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    for (key, value, pointer) in [
        ("status", "INACTIVE", "/status"),
        ("email", "jo@example.com", "/email"),
        ("firstName", "Jo", "/firstName"),
        ("lastName", "Doe", "/lastName"),
        ("providerAccountId", "p", "/providerAccountId"),
    ] {
        set(&running, json!({"keyName": key, "dataValue": value})).await;
        let refusal_ = running.rest(Method::DELETE, &format!("{PATH}/{key}"), None).await;
        assert_eq!(refusal(&refusal_), refused(409, &[&format!("InvalidValue PropertyData {key}")]));
        assert_eq!(running.by_pid("p").await.pointer(pointer).unwrap(), value);
    }
    for key in ["accountId", "labelPartner", "address", "properties", "tariffs", "installations", "projects"] {
        let answer = running.rest(Method::PUT, PATH, json!({"keyName": key, "dataValue": "x"})).await;
        assert_eq!(refusal(&answer), refused(400, &[&format!("InvalidValue PropertyData keyName {key}")]));
        let answer = running.rest(Method::DELETE, &format!("{PATH}/{key}"), None).await;
        assert_eq!(refusal(&answer), refused(409, &[&format!("InvalidValue PropertyData {key}")]));
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_electricity_tariff_is_set_for_a_period_and_taken_out() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p", "tariffs": [{"masterTariffId": 9, "serviceType": "GAS"}]})).await;
    let tariffs = async || {
        let account = running.by_pid("p").await;
        let shown = |tariff: &Value| {
            ["masterTariffId", "effectiveDate", "endDate", "customerLikelihood"].map(|name| tariff[name].clone())
        };
        account["tariffs"].as_array().unwrap().iter().map(shown).collect::<Vec<_>>()
    };
    let gas = [json!(9), json!(null), json!(null), json!(null)];
    let confirmed = set(&running, json!({"keyName": "masterTariffId", "dataValue": "522", "accuracy": 100})).await;
    let expected = json!({"keyName": "masterTariffId", "dataType": null, "dataValue": "522", "accuracy": 100});
    assert_eq!(confirmed, expected);
    assert_eq!(tariffs().await, [[json!(522), json!(null), json!(null), json!(100)], gas.clone()]);
    running.rest(Method::DELETE, &format!("{PATH}/masterTariffId"), None).await;
    assert_eq!(tariffs().await, std::slice::from_ref(&gas));
    for (id, from, to) in
        [(json!(1), Some("2026-01-01T10:00:00+01:00"), Some("2026-06-01")), (json!("2"), Some("2026-06-01"), None)]
    {
        let body = json!({"keyName": "masterTariffId", "dataValue": id, "fromDateTime": from, "toDateTime": to});
        // Without an accuracy it is certain.
        assert_eq!(set(&running, body).await["accuracy"], 100);
    }
    let ranges = [
        [json!(1), json!("2026-01-01"), json!("2026-06-01"), json!(100)],
        [json!(2), json!("2026-06-01"), json!(null), json!(100)],
    ];
    assert_eq!(tariffs().await, [&ranges[..], std::slice::from_ref(&gas)].concat());
    // Another one in the same place takes it.
    let body = json!({"keyName": "masterTariffId", "dataValue": "3", "fromDateTime": "20260601"});
    assert_eq!(set(&running, body).await["dataValue"], "3");
    assert_eq!(tariffs().await[1][0], 3);
    let overlapping = json!({"keyName": "masterTariffId", "dataValue": "4", "fromDateTime": "2026-05-31"});
    let answer = running.rest(Method::PUT, PATH, overlapping).await;
    assert_eq!(refusal(&answer), refused(409, &["InvalidValue PropertyData dataValue 4"]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_told_all_at_once_in_the_order_of_the_body() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    running.added(json!({"providerAccountId": "q", "email": "jo@example.com"})).await;
    for (body, status, errors) in [
        (json!({}), 400, vec!["NotNull PropertyData keyName", "NotNull PropertyData dataValue"]),
        (
            json!({"dataValue": null, "keyName": null}),
            400,
            vec!["NotNull PropertyData dataValue", "NotNull PropertyData keyName"],
        ),
        (
            json!({"keyName": " a", "dataValue": []}),
            400,
            vec!["InvalidValue PropertyData keyName  a", "InvalidValue PropertyData dataValue"],
        ),
        (
            json!({"accuracy": 101, "dataValue": "x", "toDateTime": "never", "keyName": "a"}),
            400,
            vec!["InvalidValue PropertyData accuracy 101", "InvalidValue PropertyData toDateTime never"],
        ),
        (
            json!({"accuracy": 101, "dataValue": null}),
            400,
            vec![
                "InvalidValue PropertyData accuracy 101",
                "NotNull PropertyData dataValue",
                "NotNull PropertyData keyName",
            ],
        ),
        (json!({"keyName": "customerClass", "dataValue": "3"}), 400, vec!["InvalidValue PropertyData dataValue 3"]),
        (json!({"keyName": "status", "dataValue": "GONE"}), 400, vec!["InvalidValue PropertyData dataValue GONE"]),
        (json!({"keyName": "lat", "dataValue": "north"}), 400, vec!["InvalidValue PropertyData dataValue north"]),
        (
            json!({"keyName": "masterTariffId", "dataValue": "E-1"}),
            400,
            vec!["InvalidValue PropertyData dataValue E-1"],
        ),
        (
            json!({"keyName": "masterTariffId", "dataValue": "18446744073709551615"}),
            400,
            vec!["InvalidValue PropertyData dataValue 18446744073709551615"],
        ),
        (
            json!({"keyName": "a", "dataValue": "x", "fromDateTime": "2026-01-02", "toDateTime": "2026-01-01"}),
            409,
            vec!["InvalidValue PropertyData toDateTime 2026-01-01"],
        ),
        (
            json!({"keyName": "masterTariffId", "dataValue": "1", "fromDateTime": "2026-01-01T08:00", "toDateTime": "2026-01-01T09:00"}),
            409,
            vec!["InvalidValue PropertyData toDateTime 2026-01-01T09:00"],
        ),
        (json!({"keyName": "providerAccountId", "dataValue": "r"}), 409, vec!["InvalidValue PropertyData dataValue r"]),
        (
            json!({"keyName": "email", "dataValue": "JO@example.com"}),
            409,
            vec!["NotUnique PropertyData dataValue JO@example.com"],
        ),
        (json!([]), 400, vec!["InvalidValue PropertyData"]),
    ] {
        let answer = running.rest(Method::POST, PATH, body.clone()).await;
        assert_eq!(refusal(&answer), refused(status, &errors), "{body}");
    }
    assert_eq!(running.by_pid("p").await["version"], 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_property_keeps_what_is_not_stated_anew() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let whole = json!({"keyName": "a", "dataValue": "1", "fromDateTime": "2026-01-01", "toDateTime": "2026-02-01T00:00:00Z", "accuracy": 12.5});
    let expected = json!({"keyName": "a", "dataType": null, "dataValue": "1", "fromDateTime": "2026-01-01T00:00:00Z", "toDateTime": "2026-02-01T00:00:00Z", "accuracy": 12.5});
    assert_eq!(set(&running, whole).await, expected);
    let changed = set(&running, json!({"keyName": "a", "dataValue": "2", "toDateTime": null})).await;
    assert_eq!((&changed["dataValue"], &changed["toDateTime"]), (&json!("2"), &expected["toDateTime"]));
    let answer =
        running.rest(Method::POST, PATH, json!({"keyName": "a", "dataValue": "3", "fromDateTime": "2026-03-01"})).await;
    assert_eq!(refusal(&answer), refused(409, &["InvalidValue PropertyData fromDateTime 2026-03-01"]));
    running.bundle.stop().await;
}

/// Every member that the published objects have and that is kept as it comes.
pub(super) fn details() -> Value {
    json!({
        "displayName": "Heat pump", "unit": "kW", "period": "ON_PEAK", "source": "interview", "dataFactor": 1.1,
        "scenarios": "after,solar", "operator": ">=", "duration": 3_600_000, "dataType": "DEMAND",
    })
}

#[tokio::test]
async fn what_is_only_kept_is_given_back() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let mut property = details();
    property["keyName"] = json!("a");
    property["dataValue"] = json!("1");
    assert_eq!(set(&running, property.clone()).await, property);
    // An upsert leaves it, and sets what is stated.
    let body = json!({"providerAccountId": "p", "properties": {"a": {"dataValue": "2", "unit": "W"}}});
    running.rest(Method::PUT, "/rest/v1/accounts", body).await;
    property["dataValue"] = json!("2");
    property["unit"] = json!("W");
    assert_eq!(running.by_pid("p").await["properties"]["a"], property);
    // Of a key that we know, we know the type.
    let class = set(&running, json!({"keyName": "customerClass", "dataValue": "1", "dataType": "STRING"})).await;
    assert_eq!(class["dataType"], "CHOICE");
    // The electricity tariff has a source, too.
    let tariff = set(&running, json!({"keyName": "masterTariffId", "dataValue": "1", "source": "bill"})).await;
    assert_eq!(
        (&tariff["source"], &running.by_pid("p").await["tariffs"][0]["source"]),
        (&json!("bill"), &json!("bill"))
    );
    let wrong = json!({"keyName": "a", "dataValue": "1", "unit": "", "dataFactor": "x", "duration": 1.5, "dataType": "WORD", "operator": []});
    let expected = [
        "NotNull PropertyData unit ",
        "InvalidValue PropertyData dataFactor x",
        "InvalidValue PropertyData duration 1.5",
        "InvalidValue PropertyData dataType WORD",
        "InvalidValue PropertyData operator",
    ];
    assert_eq!(refusal(&running.rest(Method::PUT, PATH, wrong).await), refused(400, &expected));
    running.bundle.stop().await;
}

/// The published client has the class of the customer beside the header.
#[tokio::test]
async fn a_class_beside_the_header_is_the_property() {
    let running = Running::start().await;
    let added = running
        .added(json!({"providerAccountId": "p", "customerClass": "RESIDENTIAL", "address": {"addressString": "94105"}}))
        .await;
    assert_eq!(added["properties"]["customerClass"]["dataValue"], "RESIDENTIAL");
    assert_eq!(added["tariffs"][0]["masterTariffId"], 522);
    let put = async |body: Value| running.rest(Method::PUT, "/rest/v1/accounts/pid/p", body).await;
    let both = json!({"customerClass": "GENERAL", "properties": {"customerClass": {"dataValue": "2"}}});
    assert_eq!(result(&put(both).await)["properties"]["customerClass"]["dataValue"], "2");
    for (body, expected) in [
        (json!({"customerClass": "NOBLE"}), "InvalidValue Account customerClass NOBLE"),
        (
            json!({"customerClass": 1, "properties": {"customerClass": {"dataValue": "2"}}}),
            "InvalidValue Account customerClass 1",
        ),
    ] {
        assert_eq!(refusal(&put(body).await), refused(400, &[expected]));
    }
    running.bundle.stop().await;
}

/// What systems write is answered as RFC 3339 has it, which every client reads; what is none of that is refused.
#[tokio::test]
async fn dates_are_answered_in_one_form() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let until = async |raw: &str| {
        running.rest(Method::PUT, PATH, json!({"keyName": "a", "dataValue": "1", "toDateTime": raw})).await
    };
    for (raw, answered) in [
        ("9999-12-31", "9999-12-31T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("9999-12-31T23:59:59.999+00:00", "9999-12-31T23:59:59.999Z"),
        ("9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59-05:00"),
        ("20260101T000000Z", "2026-01-01T00:00:00Z"),
        ("2026-01-02 00:00:00", "2026-01-02T00:00:00Z"),
        ("2026-11-30T23:00:00.000+0000", "2026-11-30T23:00:00Z"),
        ("2026-11-29T23:00:00.0000000Z", "2026-11-29T23:00:00Z"),
        ("2026-12-01T00:00:00[America/New_York]", "2026-12-01T00:00:00-05:00"),
        ("2026-12-01T00:00:00+01:00[Europe/Amsterdam]", "2026-12-01T00:00:00+01:00"),
    ] {
        let set = result(&until(raw).await);
        assert_eq!(set["toDateTime"], answered, "{raw}");
        // What was answered is accepted, and changes nothing.
        let version = running.by_pid("p").await["version"].clone();
        assert_eq!(result(&until(answered).await), set);
        assert_eq!(running.by_pid("p").await["version"], version, "{raw}");
    }
    // The same point in time with another offset is no change, either: clients turn times into their zone.
    assert_eq!(result(&until("2026-11-30T23:00:00Z").await)["toDateTime"], "2026-12-01T00:00:00+01:00");
    for raw in [
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T24:00:00Z",
        "2026-W01-1",
        "0000-01-01",
        "+002026-01-01",
        "2026-12-01T00:00:00+01:00[America/New_York]",
        "2026-12-01T00:00:00[Mars/Phobos]",
        "2026-03-29T02:30:00[Europe/Amsterdam]",
        "1767225600000",
    ] {
        let expected = format!("InvalidValue PropertyData toDateTime {raw}");
        assert_eq!(refusal(&until(raw).await), refused(400, &[&expected]), "{raw}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_key_may_have_any_characters() {
    let running = Running::start().await;
    let id = running.added(json!({"providerAccountId": "p"})).await["accountId"].as_str().unwrap().to_owned();
    for (key, encoded, in_path) in [
        ("é🔌", "%C3%A9%F0%9F%94%8C", true),
        ("a.b c+d&e#f", "a.b%20c%2Bd%26e%23f", true),
        ("~1~0", "~1~0", true),
        // Gone before a route is looked for: clients resolve `..`, and API Gateway decodes the slash.
        ("a/b", "a%2Fb", false),
        ("..", "%2E%2E", false),
        (".", ".", false),
        // Nobody can tell how often it was decoded, and where it was cut.
        ("50%25", "50%2525", false),
        ("a?b", "a%3Fb", false),
    ] {
        let mut paths =
            vec![format!("{PATH}?keyName={encoded}"), format!("/rest/v1/account/{id}/properties?keyName={encoded}")];
        if in_path {
            paths.push(format!("{PATH}/{encoded}"));
        }
        for path in paths {
            let property = set(&running, json!({"keyName": key, "dataValue": "1"})).await;
            assert_eq!(property["keyName"], key);
            assert_eq!(running.by_pid("p").await["properties"][key]["dataValue"], "1");
            let deleted = running.rest(Method::DELETE, &path, None).await;
            assert_eq!(deleted.status, 200, "{path}: {deleted:?}");
            assert_eq!(running.by_pid("p").await["properties"].get(key), None, "{path}");
        }
    }
    for (query, fault) in [
        ("", "NotNull PropertyData keyName"),
        ("?keyName=", "NotNull PropertyData keyName "),
        ("?keyName=a&keyName=b", "InvalidValue PropertyData keyName a"),
    ] {
        let answer = running.rest(Method::DELETE, &format!("{PATH}{query}"), None).await;
        assert_eq!(refusal(&answer), refused(400, &[fault]), "{query}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_dry_run_and_a_version_guard_as_everywhere() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let body = json!({"keyName": "a", "dataValue": "1"});
    let rehearsed = running.rest(Method::POST, &format!("{PATH}?dryRun=true"), body.clone()).await;
    assert_eq!((&result(&rehearsed)["dataValue"], rehearsed.header("etag")), (&json!("1"), None));
    assert_eq!(running.by_pid("p").await["version"], 1);
    for (method, path) in [(Method::POST, PATH.to_owned()), (Method::DELETE, format!("{PATH}/a"))] {
        let answer = running.rest_with(method, &path, Some(body.clone()), ("if-match", "\"9\"")).await;
        assert_eq!(refusal(&answer), refused(412, &["VersionMismatch PropertyData"]));
    }
    let post =
        async |body: &Value| running.rest_with(Method::POST, PATH, Some(body.clone()), ("idempotency-key", "k")).await;
    let first = post(&body).await;
    running.rest(Method::DELETE, &format!("{PATH}/a"), None).await;
    let again = post(&body).await;
    assert_eq!((again.header("idempotent-replayed"), &again.text), (Some("true"), &first.text));
    assert_eq!(running.by_pid("p").await["properties"], json!({}));
    let other = post(&json!({"keyName": "a", "dataValue": "2"})).await;
    assert_eq!(refusal(&other), refused(422, &["IdempotencyKeyReused PropertyData"]));
    let missing = running.rest(Method::POST, "/rest/v1/accounts/pid/q/properties", body).await;
    assert_eq!(refusal(&missing), refused(404, &["ObjectNotFound PropertyData"]));
    running.bundle.stop().await;
}
