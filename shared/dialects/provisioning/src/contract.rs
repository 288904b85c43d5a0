//! What the operations of this dialect share in the contract.

use wattbook_api::{
    Function,
    contract::{self, Api, Describe, Parameter},
    http::HttpHandler,
    problem,
    schema_types::ExternalIdText,
};

use crate::path::IdType;

/// The document as it is checked in. What is served is this, so that it costs nothing to make.
pub const CHECKED_IN: &str = include_str!("../openapi.json");

/// Every route of the API, those included that the document leaves out: method and path, one a line.
pub const ROUTES: &str = include_str!("../routes.txt");

/// The API.
pub static API: Api = Api {
    name: "provisioning",
    title: "Wattbook: provisioning",
    about: include_str!("../../../../functions/provisioning/README.md"),
    groups: &[("provisioning", "Accounts with their installations and meters, in one nested call.")],
    parameters,
    is_left_out: |_, _| false,
    manner: |_| ("by-query", "by an id that no path can hold"),
};

/// A function of this dialect.
#[must_use]
pub const fn function(name: &'static str, handle: HttpHandler, describe: Describe) -> Function {
    Function::http(name, &problem::DIALECT, handle, describe)
}

fn parameters(path: &str) -> Vec<Parameter> {
    let whose = "our id, a UUID, or with `id_type=external` yours.";
    let mut parameters = Vec::new();
    for (name, what) in [("account_id", "account"), ("installation_id", "installation"), ("meter_id", "meter")] {
        if path.contains(&format!("{{{name}}}")) {
            parameters.push(Parameter::own_id_in_path(name, &format!("The {what}: {whose}")));
        }
    }
    if !parameters.is_empty() {
        let description = "Whose ids the path has: `internal` are ours, `external` yours.";
        parameters.push(Parameter::query("id_type", contract::json::<IdType>(), description).default("internal"));
    }
    let (moving, whose) = ("external_installation_id", "Your own id of the installation.");
    if path.contains("{external_installation_id}") {
        parameters.push(Parameter::own_id_in_path(moving, whose));
    } else if path.ends_with("/move") {
        parameters.push(Parameter::query(moving, contract::schema_of::<ExternalIdText>(), whose).required());
    }
    parameters
}

/// What a change answers.
pub const CHANGED: &str = "The account as it is now; in a dry run, as it would be.";

/// What the rehearsal of an addition answers.
pub const REHEARSED: &str = "A dry run: the account as it would be.";
