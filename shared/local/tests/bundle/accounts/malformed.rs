//! Requests that no honest client sends: each gets a 4xx in this dialect, none a 5xx.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCOUNTS, refusal};
use crate::support::{Answered, Running, send};

async fn raw(running: &Running, method: Method, path: &str, bytes: impl Into<reqwest::Body>) -> Answered {
    send(running.rest_request(method, path).header("content-type", "application/json").body(bytes)).await
}

const WRITES: [(Method, &str); 5] = [
    (Method::POST, ACCOUNTS),
    (Method::PUT, ACCOUNTS),
    (Method::PUT, "/rest/v1/accounts/pid/p"),
    (Method::POST, "/rest/v1/accounts/pid/p/properties"),
    (Method::PUT, "/rest/v1/accounts/pid/p/tariffs"),
];

#[tokio::test]
async fn bodies_that_cannot_be_read() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    for (method, path) in WRITES {
        for (bytes, status) in [
            (b"{".to_vec(), 400),
            (Vec::new(), 400),
            (b"\xff\xfe{}".to_vec(), 400),
            (br#"{"accountName":"\ud800"}"#.to_vec(), 400),
            (br#"{"owner":"a","owner":"b"}"#.to_vec(), 400),
            (format!("{}1{}", "{\"properties\":".repeat(40), "}".repeat(40)).into_bytes(), 400),
            (vec![b'['; 100_000], 400),
            (vec![b' '; 1024 * 1024 + 1], 413),
        ] {
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
            let answer = raw(&running, method.clone(), path, bytes).await;
            assert_eq!(refusal(&answer).0, status, "{method} {path} {shown}");
        }
    }
    let twice = raw(
        &running,
        Method::POST,
        ACCOUNTS,
        r#"{"owner":"a","properties":{"a":{"dataValue":"1"},"a":{}},"owner":"b"}"#,
    )
    .await;
    assert_eq!(refusal(&twice).1, ["InvalidValue Account owner a", "InvalidValue Account properties.a"]);
    assert_eq!(running.by_pid("p").await["version"], 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn values_of_every_wrong_type_at_every_member() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let header = wattbook_accounts::field::HEADER.map(|name| json!({name: null}));
    let address = wattbook_accounts::field::ADDRESS.map(|name| json!({"address": {name: null}}));
    let mut bodies: Vec<Value> = header.into_iter().chain(address).collect();
    for name in ["accountId", "labelPartner", "customerClass", "address", "properties", "tariffs"] {
        bodies.push(json!({name: null}));
    }
    let property = [
        "keyName",
        "dataValue",
        "fromDateTime",
        "toDateTime",
        "accuracy",
        "dataType",
        "displayName",
        "dataFactor",
        "duration",
    ];
    for name in property {
        bodies.push(json!({"properties": {"a": {name: null}}}));
        bodies.push(json!({"properties": [{name: null}]}));
    }
    let tariff = [
        "serviceType",
        "effectiveDate",
        "endDate",
        "masterTariffId",
        "customerClass",
        "customerLikelihood",
        "source",
        "tariffCode",
        "tariffName",
        "lseId",
        "lseName",
        "timeZone",
        "billingPeriod",
        "currency",
        "closedDate",
        "tariffId",
        "chargeTypes",
        "minMonthlyDemand",
        "isActive",
        "privacy",
    ];
    bodies.extend(tariff.map(|name| json!({"tariffs": [{name: null}]})));
    for body in bodies {
        for value in ["true", "-7", "1e300", "\"\"", "[]", "[{}]", "{}", "[null]", "{\"a\":null}", "{\"a\":[]}"] {
            let body = body.to_string().replace("null", value);
            for (method, path) in &WRITES[..3] {
                let answer = raw(&running, method.clone(), path, body.clone()).await;
                assert!(answer.status < 500, "{method} {path} {body}: {answer:?}");
                assert!(answer.status == 200 || refusal(&answer).0 < 500);
            }
        }
    }
    for value in [json!(null), json!(true), json!(7), json!("x"), json!([]), json!([[]]), json!([null])] {
        for (method, path) in WRITES {
            let answer = raw(&running, method.clone(), path, value.to_string()).await;
            let empty_list = path.ends_with("tariffs") && value == json!([]);
            assert_eq!(answer.status, if empty_list { 200 } else { 400 }, "{method} {path} {value}");
        }
    }
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn odd_ids_keys_and_queries() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let long = "x".repeat(4000);
    for odd in ["%00", "%ff%fe", "%20", "a%2Fb", "%F0%9F%92%A9", "..%2f..%2fetc", "%25", "%0d%0aX:%20y", "{}", &long] {
        for (method, path) in [
            (Method::GET, format!("{ACCOUNTS}/{odd}")),
            (Method::GET, format!("{ACCOUNTS}/pid/{odd}")),
            (Method::GET, format!("/rest/v1/account?providerAccountId={odd}")),
            (Method::DELETE, format!("/rest/v1/account/pid/{odd}?hardDelete=true")),
            (Method::GET, format!("/rest/v1/account/{odd}/tariffs")),
            (Method::GET, format!("{ACCOUNTS}/pid/{odd}/properties")),
            (Method::DELETE, format!("{ACCOUNTS}/pid/q/properties/{odd}")),
            (Method::DELETE, format!("{ACCOUNTS}/pid/q/tariffs/{odd}")),
        ] {
            let answer = running.rest(method, &path, None).await;
            assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
        }
        // Of an account that is there, a property of that key is deleted already.
        let deleted = running.rest(Method::DELETE, &format!("{ACCOUNTS}/pid/p/properties/{odd}"), None).await;
        // What is two segments once it is decoded finds no route.
        let expected: &[u16] = if odd.to_uppercase().contains("%2F") { &[404] } else { &[200, 400] };
        assert!(expected.contains(&deleted.status), "{odd}: {deleted:?}");
        let upserted = running.rest(Method::PUT, &format!("{ACCOUNTS}/pid/{odd}"), json!({})).await;
        assert!(upserted.status < 500, "{odd}: {upserted:?}");
    }
    for query in
        ["accountId=x&accountId=x", "providerAccountId=p&providerAccountId=p", "%ff=%fe", "a=%zz", "fields=%00", ""]
    {
        let answer = running.get(running.admin(), &format!("/rest/v1/account?{query}")).await;
        assert!((400..500).contains(&answer.status), "{query}: {answer:?}");
    }
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_megabyte_of_faults_is_answered_with_a_list_that_ends() {
    let running = Running::start().await;
    let many: serde_json::Map<String, Value> = (0..60_000).map(|i| (format!("k{i}"), json!(0))).collect();
    let answer = running.rest(Method::POST, ACCOUNTS, json!({"properties": many})).await;
    let (status, errors) = refusal(&answer);
    assert_eq!((status, errors.len()), (400, 501));
    assert!(answer.text.contains("59500 further errors are not listed"));
    running.bundle.stop().await;
}
