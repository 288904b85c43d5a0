//! `GET /openapi/<api>.json`, and whether what is checked in is what the functions declare.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use wattbook_api::contract;

use crate::{
    support::{Running, send},
    templates,
};

#[test]
fn the_contract_is_what_the_functions_declare() {
    let declared = wattbook_local::contract::document().to_pretty_json().unwrap() + "\n";
    assert!(
        declared == contract::CHECKED_IN,
        "the contract has changed: cargo run -- --print-openapi > openapi.json, and move it to shared/api"
    );
}

#[tokio::test]
async fn is_served_to_anybody() {
    let running = Running::start().await;
    for path in ["/openapi/provisioning.json", "/openapi/accounts.json"] {
        let answer = send(running.request(Method::GET, path)).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, contract::CHECKED_IN));
        assert_eq!(answer.json()["openapi"], "3.1.0");
    }
    running.bundle.stop().await;
}

/// What the contract has, the gateway leads somewhere; and every route is in the contract.
#[tokio::test]
async fn lists_every_route_of_the_templates() {
    let document: Value = serde_json::from_str(contract::CHECKED_IN).unwrap();
    let mut declared = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        declared
            .extend(operations.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let mut routes = BTreeSet::new();
    for (_, resource) in templates::resources() {
        for (_, event) in resource["Properties"]["Events"].as_mapping().into_iter().flatten() {
            if event["Type"] != "HttpApi" {
                continue;
            }
            let (method, path) = (&event["Properties"]["Method"], &event["Properties"]["Path"]);
            routes.insert(format!("{} {}", method.as_str().unwrap(), path.as_str().unwrap()));
        }
    }
    routes.remove("ANY $default");
    assert_eq!(declared, routes);
}
