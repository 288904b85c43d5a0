//! One document: an API with all of its operations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    Operation, Parameter,
    operation::{Components, Examples},
    schema::tidy,
};
use crate::{Entry, Function};

/// An API, as far as its routes and operations do not say it.
pub struct Api {
    /// Its part's folder, which is also the name of its document.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What a reader should know before the first operation, in Markdown.
    pub about: &'static str,
    /// Its groups of operations, by their functions' folders, in the order of use.
    pub groups: &'static [(&'static str, &'static str)],
    /// Parameters that follow from a path: those of its variables, and what belongs to them.
    pub parameters: fn(&str) -> Vec<Parameter>,
    /// Whether the document leaves a route out, by method and path: one that is the same as another by a second name, or
    /// a page for people.
    pub is_left_out: fn(&str, &str) -> bool,
    /// What sets the operation of a path apart from that of the function's first path: for its id, and for its title.
    pub manner: fn(&str) -> (&'static str, &'static str),
}

/// Groups of operations that every API has.
const GROUPS: &[(&str, &str)] = &[
    ("registration", "For customers themselves: verifying an e-mail, setting a password."),
    ("access", "Bearer tokens."),
    ("contract", "This document."),
];

/// A route of an API.
pub struct Route {
    /// The function that it leads to.
    pub function: &'static Function,
    /// The folder of the function's crate.
    pub folder: &'static str,
    /// The method, in capitals.
    pub method: String,
    /// The path with its `{variables}`.
    pub path: String,
    /// What was recorded of it.
    pub examples: Examples,
}

/// Why there is no document.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// A function has a route, but says nothing of it.
    #[error(
        "{0} has a route, but declares nothing for the contract; and wattbook-api must have the feature `contract`"
    )]
    Silent(&'static str),
    /// A variable of a path has no description.
    #[error("{path} has the variable {{{variable}}}, which the parameters of the API do not describe")]
    Variable {
        /// The path.
        path: String,
        /// The name of the variable.
        variable: String,
    },
    /// Two operations have one id.
    #[error("two operations have the id {0}")]
    TwoOf(String),
    /// A group of operations is not described.
    #[error("functions/{0} has operations in this API, which does not describe that group")]
    Group(&'static str),
}

/// The OpenAPI document of an API with these routes, in their order.
///
/// # Errors
/// Something is not described.
pub fn document(api: &Api, routes: &[Route]) -> Result<Value, ContractError> {
    let mut components = Components::default();
    let mut paths: Map<String, Value> = Map::new();
    let (mut ids, mut used) = (BTreeSet::new(), BTreeSet::new());
    let mut first: BTreeMap<&str, &Route> = BTreeMap::new();
    for route in routes.iter().filter(|route| !(api.is_left_out)(&route.method, &route.path)) {
        let name = route.function.name;
        let (failures, describe) = route.function.contract.get().ok_or(ContractError::Silent(name))?;
        let open = matches!(route.function.entry, Entry::Open { .. });
        let mut operation = describe(Operation::new(&route.method, &route.path, open, failures));
        operation.prepend(parameters(api, &route.path)?);
        let (id, title) = identity(api, route, first.entry(name).or_insert(route), &operation);
        if !ids.insert(id.clone()) {
            return Err(ContractError::TwoOf(id));
        }
        used.insert(route.folder);
        // What was recorded of a function is of the operation that is called as it is.
        let none = Examples::default();
        let examples = if operation.own_id().is_some() { &none } else { &route.examples };
        let value = operation.write(&id, &title, route.folder, examples, &mut components);
        if let Some(item) = paths.entry(route.path.clone()).or_insert_with(|| json!({})).as_object_mut() {
            item.insert(route.method.to_lowercase(), value);
        }
    }
    let groups: Vec<_> = api.groups.iter().chain(GROUPS).filter(|(name, _)| used.contains(name)).collect();
    if let Some(unknown) = used.iter().find(|folder| !groups.iter().any(|(name, _)| name == *folder)) {
        return Err(ContractError::Group(unknown));
    }
    let shared = share_parameters(&mut paths);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": api.title,
            "description": api.about,
            "contact": { "name": "Whoever runs this deployment" },
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [
            { "url": "/", "description": "Where this document is served." },
            {
                "url": "https://{domain}",
                "description": "A deployment.",
                "variables": { "domain": {
                    "default": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
                    "description": "An output of the deployed stack, or your own domain.",
                } },
            },
        ],
        "security": [{ "basic": [] }, { "oauth2": [] }],
        "tags": groups.iter().map(|(name, description)| json!({ "name": name, "description": description })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": components.schemas,
            "responses": components.responses,
            "parameters": shared,
            "headers": components.headers,
            "securitySchemes": security_schemes(),
        },
    });
    tidy(&mut document);
    Ok(document)
}

/// The id and, where it sets it apart from the function's first operation, more of the title.
fn identity(api: &Api, route: &Route, first: &Route, operation: &Operation) -> (String, String) {
    let name = operation.own_id().unwrap_or(route.function.name);
    if name != route.function.name || (route.method == first.method && route.path == first.path) {
        return (name.to_owned(), String::new());
    }
    let (mut id, mut title) = (name.to_owned(), String::new());
    if route.method != first.method {
        let method = if route.method == "PUT" { "put" } else { "other" };
        id = format!("{id}-by-{method}");
        title = format!("with {}", route.method);
    }
    if route.path != first.path {
        let (suffix, words) = (api.manner)(&route.path);
        id = format!("{id}-{suffix}");
        title = if title.is_empty() { words.to_owned() } else { format!("{words}, {title}") };
    }
    (id, title)
}

fn parameters(api: &Api, path: &str) -> Result<Vec<Parameter>, ContractError> {
    let parameters = (api.parameters)(path);
    let variables = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    for variable in variables {
        if !parameters.iter().any(|parameter| parameter.name() == variable) {
            return Err(ContractError::Variable { path: path.to_owned(), variable: variable.to_owned() });
        }
    }
    Ok(parameters)
}

/// Takes out the parameters that stand more than once, and gives them by the names that they are referred to by.
fn share_parameters(paths: &mut Map<String, Value>) -> BTreeMap<String, Value> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut each = |act: &mut dyn FnMut(&mut Value)| {
        let operations = paths.values_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut);
        let lists = operations.filter_map(|operation| operation.get_mut("parameters")).filter_map(Value::as_array_mut);
        lists.flatten().for_each(act);
    };
    each(&mut |parameter| *counts.entry(parameter.to_string()).or_default() += 1);
    let mut shared: BTreeMap<String, Value> = BTreeMap::new();
    each(&mut |parameter| {
        if counts.get(&parameter.to_string()).is_none_or(|count| *count < 2) {
            return;
        }
        let text = |member| parameter.get(member).and_then(Value::as_str).unwrap_or_default();
        let mut name = component_name(text("name"));
        if shared.get(&name).is_some_and(|other| other != parameter) {
            name = format!("{name}In{}", component_name(text("in")));
        }
        let reference = json!({ "$ref": format!("#/components/parameters/{name}") });
        shared.insert(name, std::mem::replace(parameter, reference));
    });
    shared
}

/// `id_type` is `IdType`, and `If-Match` is `IfMatch`.
fn component_name(name: &str) -> String {
    let words = name.split(['_', '-']);
    words.map(|word| word.get(..1).unwrap_or_default().to_uppercase() + word.get(1..).unwrap_or_default()).collect()
}

fn security_schemes() -> Value {
    json!({
        "basic": {
            "type": "http",
            "scheme": "basic",
            "description": "The app id as the user name and the app key as the password. Whoever runs this deployment \
                creates credentials; a key is shown once. Answers are remembered for five minutes: so long may a \
                revoked credential still work.",
        },
        "oauth2": {
            "type": "oauth2",
            "description": "A bearer token that is good for an hour, for the same app id and app key.",
            "flows": { "clientCredentials": { "tokenUrl": "/v1/token", "scopes": {} } },
        },
    })
}
