//! What the operations of this dialect share in the contract.

use serde_json::json;
use wattbook_api::{
    Function,
    contract::{Api, Describe, Parameter},
    http::HttpHandler,
    problem,
};

/// The document as it is checked in. What is served is this, so that it costs nothing to make.
pub const CHECKED_IN: &str = include_str!("../openapi.json");

/// Every route of the API: method and path, one a line.
pub const ROUTES: &str = include_str!("../routes.txt");

/// The API.
pub static API: Api = Api {
    name: "events",
    title: "Wattbook: events",
    about: include_str!("../../../../functions/events/README.md"),
    groups: &[
        ("imports", "Files with many accounts or devices, and what came of each of their records."),
        ("webhooks", "Addresses of yours that are told what happened."),
    ],
    parameters,
    is_left_out: |_, _| false,
    manner: |_| ("", ""),
};

/// A function of this dialect.
#[must_use]
pub const fn function(name: &'static str, handle: HttpHandler, describe: Describe) -> Function {
    Function::http(name, &problem::DIALECT, handle, describe)
}

fn parameters(path: &str) -> Vec<Parameter> {
    let all = [("id", "Our id."), ("delivery_id", "Our id of the delivery.")];
    let of_path = all.into_iter().filter(|(name, _)| path.contains(&format!("{{{name}}}")));
    let uuid = || json!({ "type": "string", "format": "uuid" });
    of_path.map(|(name, description)| Parameter::path(name, uuid(), description)).collect()
}
