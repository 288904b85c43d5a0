//! `GET /openapi.json`, and whether what is checked in is what the functions declare.

use reqwest::Method;
use serde_json::Value;
use wattbook_api::contract;

use crate::support::{Running, send};

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
    let answer = send(running.request(Method::GET, "/openapi.json")).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, contract::CHECKED_IN));
    assert_eq!(answer.json()["openapi"], "3.1.0");
    running.bundle.stop().await;
}

/// What the contract has, the gateway leads somewhere; and every route is in the contract.
#[tokio::test]
async fn lists_every_route_of_the_template() {
    let document: Value = serde_json::from_str(contract::CHECKED_IN).unwrap();
    let mut declared = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        declared
            .extend(operations.as_object().unwrap().keys().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let mut routes = Vec::new();
    let template: serde_yaml_ng::Value = serde_yaml_ng::from_str(wattbook_local::template::SOURCE).unwrap();
    for (_, resource) in template["Resources"].as_mapping().unwrap() {
        for (_, event) in resource["Properties"]["Events"].as_mapping().into_iter().flatten() {
            if event["Type"] != "HttpApi" {
                continue;
            }
            let (method, path) = (&event["Properties"]["Method"], &event["Properties"]["Path"]);
            routes.push(format!("{} {}", method.as_str().unwrap(), path.as_str().unwrap()));
        }
    }
    routes.retain(|route| route != "ANY $default");
    declared.sort();
    routes.sort();
    assert_eq!(declared, routes);
}
