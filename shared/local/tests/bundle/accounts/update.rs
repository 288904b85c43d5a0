//! `PUT /rest/v1/accounts`, by body and by path.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCOUNTS, aliases, properties, refusal, refused, result, tariffs, tariffs::with};
use crate::support::Running;

#[tokio::test]
async fn every_path_changes_what_is_stated_and_leaves_the_rest() {
    let running = Running::start().await;
    let body = json!({
        "providerAccountId": "p", "accountName": "Home", "owner": "A", "address": {"city": "Delft", "zip": "2611"},
        "properties": {"a": {"dataValue": "1", "accuracy": 50}, "b": {"dataValue": "2"}}, "email": "jo@example.com",
    });
    let id = running.added(body).await["accountId"].as_str().unwrap().to_owned();
    let mut targets: Vec<_> = aliases(&id, "p").into_iter().map(|path| (path, json!({}))).collect();
    for path in [ACCOUNTS, "/rest/v1/account"] {
        targets.push((path.into(), json!({"accountId": id})));
        targets.push((path.into(), json!({"providerAccountId": "p"})));
        targets.push((path.into(), json!({"accountId": id, "providerAccountId": "p"})));
    }
    for (n, (path, mut body)) in targets.into_iter().enumerate() {
        body["owner"] = json!(format!("owner {n}"));
        body["accountName"] = Value::Null;
        body["address"] = json!({"city": format!("city {n}"), "zip": null});
        body["properties"] = json!({"a": {"dataValue": n}});
        let answer = running.rest(Method::PUT, &path, body).await;
        assert_eq!(answer.header("etag"), Some(&*format!("\"{}\"", n + 2)), "{path}");
        let account = result(&answer);
        assert_eq!((&account["owner"], &account["accountName"]), (&json!(format!("owner {n}")), &json!("Home")));
        assert_eq!(
            (&account["address"]["city"], &account["address"]["zip"]),
            (&json!(format!("city {n}")), &json!("2611"))
        );
        let a = json!({"keyName": "a", "dataType": null, "dataValue": n.to_string(), "accuracy": 50});
        assert_eq!((&account["properties"]["a"], &account["properties"]["b"]["dataValue"]), (&a, &json!("2")));
        assert_eq!(running.by_pid("p").await["email"], "jo@example.com");
    }
    assert_eq!(running.consistent_accounts().await.len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_own_id_that_nobody_has_is_added() {
    let running = Running::start().await;
    for (own, path, body) in [
        ("one", ACCOUNTS.to_owned(), json!({"providerAccountId": "one", "owner": "A"})),
        ("two", "/rest/v1/account".into(), json!({"providerAccountId": "two", "owner": "A"})),
        ("three", "/rest/v1/accounts/pid/three".into(), json!({"owner": "A"})),
        ("fo%20ur", "/rest/v1/account/pid/fo%20ur".into(), json!({"owner": "A", "providerAccountId": "fo ur"})),
        ("five", "/rest/v1/account/pid/five".into(), json!({})),
    ] {
        let account = result(&running.rest(Method::PUT, &path, body.clone()).await);
        assert_eq!(account["owner"], body.get("owner").cloned().unwrap_or_default(), "{path}");
        assert_eq!(running.by_pid(own).await["accountId"], account["accountId"]);
    }
    assert_eq!(running.consistent_accounts().await.len(), 5);
    running.bundle.stop().await;
}

#[tokio::test]
async fn our_id_is_of_an_account_that_is_there_or_of_none() {
    let running = Running::start().await;
    let missing = "77f11344-62a9-4c2f-b8eb-e852e1c7f3ec";
    for (path, body) in [
        (format!("{ACCOUNTS}/{missing}"), json!({})),
        (format!("{ACCOUNTS}/abc123"), json!({"providerAccountId": "p"})),
        (ACCOUNTS.to_owned(), json!({"accountId": missing, "providerAccountId": "p"})),
    ] {
        let answer = running.rest(Method::PUT, &path, body).await;
        assert_eq!(refusal(&answer), refused(404, &["ObjectNotFound Account"]), "{path}");
    }
    for (body, error) in [
        (json!({}), "NotNull Account providerAccountId"),
        (json!({"accountId": "abc123"}), "InvalidValue Account accountId abc123"),
    ] {
        let answer = running.rest(Method::PUT, ACCOUNTS, body).await;
        let (status, errors) = refusal(&answer);
        assert_eq!((status, errors[0].as_str()), (400, error));
    }
    assert!(running.consistent_accounts().await.is_empty());
    running.bundle.stop().await;
}

/// An id beside something that cannot be read is not a missing one.
#[tokio::test]
async fn the_id_of_a_body_with_faults_is_not_missing() {
    let running = Running::start().await;
    let (email, id) = ("InvalidValue Account email nobody", "NotNull Account providerAccountId");
    for (body, faults) in [
        (json!({"providerAccountId": "p", "email": "nobody"}), vec![email]),
        (json!({"email": "nobody", "accountId": "77f11344-62a9-4c2f-b8eb-e852e1c7f3ec"}), vec![email]),
        (json!({"email": "nobody", "providerAccountId": null}), vec![email, id]),
    ] {
        let answer = running.rest(Method::PUT, ACCOUNTS, body.clone()).await;
        assert_eq!(refusal(&answer), refused(400, &faults), "{body}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn ids_and_brand_never_change() {
    let running = Running::start().await;
    let account = running.added(json!({"providerAccountId": "p", "labelPartner": "NORTH"})).await;
    let (id, other) = (account["accountId"].as_str().unwrap(), "77f11344-62a9-4c2f-b8eb-e852e1c7f3ec");
    let by_id = format!("{ACCOUNTS}/{id}");
    for (path, body, errors) in [
        (&*by_id, json!({"providerAccountId": "q"}), vec!["InvalidValue Account providerAccountId q"]),
        (
            ACCOUNTS,
            json!({"accountId": id, "providerAccountId": "q"}),
            vec!["InvalidValue Account providerAccountId q"],
        ),
        (
            "/rest/v1/accounts/pid/p",
            json!({"providerAccountId": "q"}),
            vec!["InvalidValue Account providerAccountId q"],
        ),
        (
            "/rest/v1/accounts/pid/p",
            json!({"properties": {"new": {}}, "labelPartner": "SOUTH", "accountId": other}),
            vec![
                "NotNull Account properties.new.dataValue",
                "InvalidValue Account labelPartner SOUTH",
                &*format!("InvalidValue Account accountId {other}"),
            ],
        ),
    ] {
        let answer = running.rest(Method::PUT, path, body).await;
        assert_eq!(refusal(&answer), refused(409, &errors), "{path}");
    }
    // Nor may an account to be added be told two things.
    let added = running.rest(Method::PUT, "/rest/v1/accounts/pid/new", json!({"providerAccountId": "q"})).await;
    assert_eq!(refusal(&added), refused(400, &["InvalidValue Account providerAccountId q"]));
    let same = json!({"accountId": id, "providerAccountId": "p", "labelPartner": "NORTH"});
    let answer = running.rest(Method::PUT, &by_id, same).await;
    assert_eq!((result(&answer)["providerAccountId"].as_str(), answer.header("etag")), (Some("p"), Some("\"1\"")));
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_account_without_an_own_id_can_be_given_one() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "taken"})).await;
    let account = running.added(json!({})).await;
    let path = format!("{ACCOUNTS}/{}", account["accountId"].as_str().unwrap());
    let taken = running.rest(Method::PUT, &path, json!({"providerAccountId": "taken"})).await;
    assert_eq!(refusal(&taken), refused(409, &["NotUnique Account providerAccountId taken"]));
    running.rest(Method::PUT, &path, json!({"providerAccountId": "mine"})).await;
    assert_eq!(running.by_pid("mine").await["accountId"], account["accountId"]);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_version_that_is_not_the_current_one_changes_nothing() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let put = async |own: &str, tag: &str| {
        let body = json!({"providerAccountId": own, "owner": tag});
        running.rest_with(Method::PUT, ACCOUNTS, Some(body), ("if-match", tag)).await
    };
    assert_eq!(refusal(&put("p", "\"7\"").await), refused(412, &["VersionMismatch Account"]));
    assert_eq!(put("p", "\"1\"").await.header("etag"), Some("\"2\""));
    assert_eq!(refusal(&put("p", "\"1\"").await), refused(412, &["VersionMismatch Account"]));
    assert_eq!(put("p", "*").await.status, 200);
    // Of what is to be added there is no version yet.
    for tag in ["\"1\"", "*"] {
        assert_eq!(refusal(&put("new", tag).await), refused(412, &["VersionMismatch Account"]));
    }
    assert_eq!(running.consistent_accounts().await.len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_dry_run_answers_what_would_be_and_writes_nothing() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let before = running.uncounted().await;
    for own in ["p", "new"] {
        let path = format!("/rest/v1/accounts/pid/{own}?dryRun=true");
        let answer = running.rest(Method::PUT, &path, json!({"owner": "Jo"})).await;
        assert_eq!((&result(&answer)["owner"], answer.header("etag")), (&json!("Jo"), None));
        assert_eq!(result(&answer)["accountId"].is_null(), own == "new");
    }
    assert_eq!(running.uncounted().await, before);
    assert_eq!(running.by_pid("p").await["version"], 1);
    running.bundle.stop().await;
}

/// Nor does it nail down what followed from the rest.
#[tokio::test]
async fn what_followed_is_not_stated_by_being_sent_back() {
    let running = Running::start().await;
    running
        .added(json!({
            "providerAccountId": "p", "firstName": "Jo", "lastName": "Doe",
            "address": {"addressString": "221 Main Street, San Francisco, CA 94105"},
            "properties": {"customerClass": {"dataValue": "1"}},
        }))
        .await;
    let read = running.by_pid("p").await;
    assert_eq!((&read["accountName"], &read["tariffs"][0]["tariffCode"]), (&json!("Jo Doe"), &json!("E-1")));
    let answer = running.rest(Method::PUT, ACCOUNTS, read).await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"1\"")), "{answer:?}");
    let change = json!({
        "providerAccountId": "p", "lastName": "Roe", "address": {"addressString": "1 Broadway, New York, NY 10001"},
    });
    let moved = result(&running.rest(Method::PUT, ACCOUNTS, change).await);
    assert_eq!((&moved["timeZone"], &moved["accountName"]), (&json!("America/New_York"), &json!("Jo Roe")));
    let address = &moved["address"];
    assert_eq!((&address["address1"], &address["city"]), (&json!("1 Broadway"), &json!("New York")));
    assert!(address["lon"].as_f64().unwrap() > -75.0);
    assert_ne!(moved["tariffs"][0]["tariffCode"], "E-1");
    running.bundle.stop().await;
}

/// What the published client makes of an account: it has these members, leaves out what is null, reads a word that
/// it does not know as null, and writes times in UTC, in whole seconds.
fn through_the_published_client(account: &Value) -> Value {
    let known = |object: &Value, names: &[&str]| {
        let members = object.as_object().unwrap().iter();
        let known = members.filter(|(name, value)| names.contains(&name.as_str()) && !value.is_null());
        known.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let header = [
        "accountId",
        "providerAccountId",
        "accountName",
        "customerOrgId",
        "customerOrgName",
        "owner",
        "status",
        "type",
    ];
    let mut back: serde_json::Map<String, Value> = known(account, &header);
    back.insert("address".into(), Value::Object(known(&account["address"], &wattbook_accounts::field::ADDRESS)));
    let mut properties = account["properties"].clone();
    for property in properties.as_object_mut().unwrap().values_mut() {
        property.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        for name in ["fromDateTime", "toDateTime"] {
            if let Some(time) = property.get_mut(name) {
                let at: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
                *time = json!(at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string());
            }
        }
    }
    back.insert("properties".into(), properties);
    let mut tariffs = account["tariffs"].clone();
    for tariff in tariffs.as_array_mut().unwrap() {
        let unknown = ["HEAT", "WATER"].iter().any(|word| tariff["serviceType"] == *word);
        tariff
            .as_object_mut()
            .unwrap()
            .retain(|name, value| !value.is_null() && name != "source" && !(unknown && name == "serviceType"));
    }
    back.insert("tariffs".into(), tariffs);
    Value::Object(back)
}

/// Whatever is kept comes back with it, and nothing of it becomes another thing.
#[tokio::test]
async fn a_whole_account_sent_back_changes_nothing() {
    let running = Running::start().await;
    let property = |key: &str| with(properties::details(), json!({"keyName": key, "dataValue": "1", "accuracy": 12.5}));
    let heat = json!({"masterTariffId": 7, "serviceType": "HEAT", "effectiveDate": "2026-11-30T23:00:00Z", "endDate": "9999-12-31T23:59:59Z"});
    let body = json!({
        "providerAccountId": "p", "accountName": "Home", "customerOrgId": "o", "customerOrgName": "Org", "owner": "Mr Sun",
        "type": "CUSTOMER", "customerClass": "RESIDENTIAL", "email": "jo@example.com", "labelPartner": "NORTH",
        "address": {"addressString": "221 Main Street, San Francisco, CA 94105", "addressName": "Home"},
        "properties": [
            with(property("a"), json!({"fromDateTime": "2026-12-01", "toDateTime": "9999-12-30T00:00:00-05:00"})),
            with(property("b"), json!({"toDateTime": "2026-12-01T00:00:00[America/New_York]"})),
            property("c"),
        ],
        "tariffs": [
            with(heat.clone(), tariffs::details()),
            {"masterTariffId": 7, "serviceType": "WATER"},
            with(tariffs::details(), json!({"masterTariffId": 8, "serviceType": "GAS", "customerClass": "RESIDENTIAL", "source": "bill"})),
        ],
    });
    running.added(body).await;
    let read = running.by_pid("p").await;
    // Nothing that was sent is missing, and the default is there, too.
    assert_eq!(read["tariffs"].as_array().unwrap().len(), 4);
    assert_eq!(read["tariffs"][2]["effectiveDate"], "2026-11-30");
    for (name, value) in tariffs::details().as_object().unwrap() {
        assert_eq!(read["tariffs"][2][name], *value, "{name}");
    }
    for (name, value) in properties::details().as_object().unwrap() {
        assert_eq!(read["properties"]["c"][name], *value, "{name}");
    }
    let id = format!("{ACCOUNTS}/{}", read["accountId"].as_str().unwrap());
    let back = through_the_published_client(&read);
    for (path, body) in
        [(ACCOUNTS, &read), (&id, &read), (ACCOUNTS, &back), ("/rest/v1/accounts/pid/p?fields=ext", &back)]
    {
        let answer = running.rest(Method::PUT, path, body.clone()).await;
        assert_eq!((answer.status, answer.header("etag")), (200, Some("\"1\"")), "{path} {answer:?}");
        assert_eq!(running.by_pid("p").await, read);
    }
    // A change of something else leaves all of it, too.
    let moved = result(&running.rest(Method::PUT, &id, with(back, json!({"owner": "Mrs Moon"}))).await);
    assert_eq!((&moved["tariffs"], &moved["properties"]), (&read["tariffs"], &read["properties"]));
    running.bundle.stop().await;
}

/// So what was read can be sent back.
#[tokio::test]
async fn an_account_as_it_was_read_changes_nothing() {
    let running = Running::start().await;
    let body = json!({
        "providerAccountId": "p", "accountName": "Home", "labelPartner": "NORTH", "email": "jo@example.com",
        "properties": {"a": {"dataValue": "1", "fromDateTime": "2026-01-01", "accuracy": 12.5}},
        "tariffs": [{"masterTariffId": 1, "endDate": "2026-01-01", "customerLikelihood": 74.03},
                    {"masterTariffId": 2, "effectiveDate": "2026-01-01", "serviceType": "GAS", "lseName": "PG&E"}],
    });
    running.added(body).await;
    let read = running.by_pid("p").await;
    let answer = running.rest(Method::PUT, ACCOUNTS, read.clone()).await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"1\"")), "{answer:?}");
    assert_eq!(running.by_pid("p").await, read);
    running.bundle.stop().await;
}
