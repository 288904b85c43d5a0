//! `GET /openapi/<api>.json`, and whether what is checked in is what the functions declare and the bundle answers.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use wattbook_accounts::contract as accounts;
use wattbook_customers::contract as customers;
use wattbook_events::contract as events;
use wattbook_local::contract::{self, APIS};
use wattbook_onboarding::contract as onboarding;
use wattbook_provisioning::contract as provisioning;

use crate::{
    events::matches,
    support::{Running, send},
};

/// What is checked in: each API's document and routes.
const CHECKED_IN: [(&str, &str, &str); 5] = [
    ("provisioning", provisioning::CHECKED_IN, provisioning::ROUTES),
    ("accounts", accounts::CHECKED_IN, accounts::ROUTES),
    ("onboarding", onboarding::CHECKED_IN, onboarding::ROUTES),
    ("events", events::CHECKED_IN, events::ROUTES),
    ("customers", customers::CHECKED_IN, customers::ROUTES),
];

#[test]
fn the_contracts_are_what_the_functions_declare() {
    assert_eq!(APIS.iter().map(|api| api.name).collect::<Vec<_>>(), CHECKED_IN.map(|(name, ..)| name));
    for (api, (name, document, routes)) in APIS.iter().zip(CHECKED_IN) {
        let made = contract::of(api).unwrap();
        assert!(
            made == (document.to_owned(), routes.to_owned()),
            "the contract of {name} has changed: cargo run -- --write-contracts shared/dialects"
        );
    }
}

#[tokio::test]
async fn are_served_to_anybody() {
    let running = Running::start().await;
    for (name, document, _) in CHECKED_IN {
        let answer = send(running.request(Method::GET, &format!("/openapi/{name}.json"))).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, document));
        assert_eq!(answer.json()["openapi"], "3.1.0");
    }
    running.bundle.stop().await;
}

/// Every route is told of, but for those that are another one by a second name, and for pages.
#[test]
fn the_documents_have_every_route() {
    for (api, (name, document, routes)) in APIS.iter().zip(CHECKED_IN) {
        let document: Value = serde_json::from_str(document).unwrap();
        let mut told = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            let methods = operations.as_object().unwrap().keys();
            told.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        let left_out =
            |route: &str| route.split_once(' ').is_some_and(|(method, path)| (api.is_left_out)(method, path));
        let routes: BTreeSet<_> = routes.lines().filter(|route| !left_out(route)).map(str::to_owned).collect();
        assert_eq!(told, routes, "{name}");
    }
}

/// What the contracts show as an answer to a request that fails is what the bundle answers.
#[tokio::test]
async fn the_examples_of_failures_are_real() {
    let running = Running::start().await;
    let recorded = [
        include_str!("../../../api/src/contract/problems.json"),
        include_str!("../../../api/src/contract/oauth.json"),
        include_str!("../../../dialects/accounts/src/failures.json"),
        include_str!("../../../dialects/customers/src/failures.json"),
    ];
    for cases in recorded.map(|text| serde_json::from_str::<Value>(text).unwrap()) {
        for (name, case) in cases.as_object().unwrap() {
            for request in case["before"].as_array().into_iter().flatten() {
                let answer = ask(&running, request).await;
                assert!(answer["code"].is_null() && answer["status"] != "error", "{name}: {answer}");
            }
            let answer = ask(&running, &case["request"]).await;
            if let Err(place) = matches(&case["answer"], &answer, "") {
                panic!("{name} is not what is recorded at {place}: {answer:#}");
            }
        }
    }
    running.bundle.stop().await;
}

async fn ask(running: &Running, request: &Value) -> Value {
    let path = request["path"].as_str().unwrap();
    let mut sent = running.request(request["method"].as_str().unwrap().parse().unwrap(), path);
    let headers = request["headers"].as_object().cloned().unwrap_or_default();
    // Those that ask for a token show no other credential.
    if !headers.contains_key("authorization") && !path.starts_with("/v1/") {
        sent = sent.basic_auth(&running.admin().app_id, Some(&running.admin().app_key));
    }
    if !headers.contains_key("content-type") {
        sent = sent.header("content-type", "application/json");
    }
    for (name, value) in &headers {
        sent = sent.header(name, value.as_str().unwrap());
    }
    let body = request["body"].as_str().map_or_else(|| request["body"].to_string(), str::to_owned);
    if !request["body"].is_null() {
        sent = sent.body(body);
    }
    send(sent).await.json()
}
