//! What the operations of this dialect share in the contract.

use serde_json::json;
use wattbook_api::{
    Function,
    contract::{self, Api, Describe, Parameter},
    http::HttpHandler,
    problem,
    schema_types::EntityTypeWord,
};

/// The document as it is checked in. What is served is this, so that it costs nothing to make.
pub const CHECKED_IN: &str = include_str!("../openapi.json");

/// Every route of the API: method and path, one a line.
pub const ROUTES: &str = include_str!("../routes.txt");

/// The API.
pub static API: Api = Api {
    name: "onboarding",
    title: "Wattbook: onboarding",
    about: include_str!("../../../../functions/onboarding/README.md"),
    groups: &[(
        "onboarding",
        "What can be onboarded, requests that become entities with their owners' consent, and the groups they are in.",
    )],
    parameters,
    is_left_out: |_, path| is_page(path),
    manner: |_| ("", ""),
};

/// Whether what is at a path is for people: for the owner of a device, who has got the link to it.
#[must_use]
pub fn is_page(path: &str) -> bool {
    ["/onboarding/consent/", "/onboarding/withdrawal/", "/onboarding/callback"].iter().any(|it| path.starts_with(it))
}

/// A function of this dialect.
#[must_use]
pub const fn function(name: &'static str, handle: HttpHandler, describe: Describe) -> Function {
    Function::http(name, &problem::DIALECT, handle, describe)
}

fn parameters(path: &str) -> Vec<Parameter> {
    let name = json!({ "type": "string", "minLength": 1, "maxLength": 64 });
    let id = || json!({ "type": "string", "format": "uuid" });
    let all = [
        ("type", contract::json::<EntityTypeWord>(), "The type; capitals, blanks and dashes make no difference."),
        ("manufacturer", name.into(), "The name; capitals, accents, blanks and signs make no difference."),
        ("id", id().into(), "Our id."),
        ("entityId", id().into(), "Our id of the entity."),
    ];
    let of_path = all.into_iter().filter(|(name, ..)| path.contains(&format!("{{{name}}}")));
    of_path.map(|(name, schema, description)| Parameter::path(name, schema, description)).collect()
}
