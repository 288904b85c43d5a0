//! The contracts: each API's OpenAPI document and list of routes, made of the templates, of what the functions declare
//! and of what the samples show.

use std::{fs, io, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use wattbook_api::contract::{self, Api, ContractError, Examples, Route};

use crate::{
    functions::FOLDERS,
    message_schemas,
    template::{DEFAULT_ROUTE, SOURCES, Surroundings, Template, TemplateError},
};

/// Every API.
pub static APIS: &[&Api] = &[
    &wattbook_provisioning::contract::API,
    &wattbook_accounts::contract::API,
    &wattbook_onboarding::contract::API,
    &wattbook_events::contract::API,
    &wattbook_customers::contract::API,
];

/// Why a contract cannot be made, or written.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The templates are not understood.
    #[error("the templates cannot be read")]
    Template(#[from] TemplateError),
    /// Something is not described.
    #[error("the contract is not complete")]
    Incomplete(#[from] ContractError),
    /// It cannot be written.
    #[error("the contract cannot be written")]
    Write(#[from] io::Error),
}

/// The OpenAPI document of an API, and its routes, one a line.
///
/// # Errors
/// The templates are not understood, or something is not described.
pub fn of(api: &Api) -> Result<(String, String), Failure> {
    let template = Template::read(SOURCES, &Surroundings::default())?;
    let functions = template.functions.iter().filter(|function| function.part == api.name);
    let mut routes = Vec::new();
    for (definition, route) in functions.flat_map(|function| function.routes.iter().map(move |route| (function, route)))
    {
        let all =
            FOLDERS.iter().flat_map(|(folder, functions)| functions.iter().map(move |function| (function, folder)));
        let linked = all.into_iter().find(|(function, _)| function.name == definition.name);
        if let Some((function, folder)) = linked.filter(|_| route.path != DEFAULT_ROUTE) {
            let (method, path) = (route.method.clone(), route.path.clone());
            routes.push(Route { function, folder, examples: examples(function.name), method, path });
        }
    }
    let list: Vec<_> = routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let mut document = contract::document(api, &routes)?;
    if let Some(about) = document.pointer_mut("/info/description") {
        *about = introduction(api.about).into();
    }
    Ok((format!("{document:#}\n"), list.join("\n") + "\n"))
}

/// Writes every API's into `folder`, each into a folder of its own, and the schemas of messages beside them.
///
/// # Errors
/// One cannot be made or written.
pub fn write(folder: &Path) -> Result<(), Failure> {
    for api in APIS {
        let (document, routes) = of(api)?;
        fs::write(folder.join(api.name).join("openapi.json"), document)?;
        fs::write(folder.join(api.name).join("routes.txt"), routes)?;
    }
    message_schemas::write(&folder.join("events/schemas"))?;
    Ok(())
}

/// What the function's sample event asks, and what it is answered, if the sample is there.
fn examples(function: &str) -> Examples {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let read = |name: String| fs::read(folder.join(name)).ok().and_then(|text| serde_json::from_slice(&text).ok());
    let event: Value = read(format!("{function}.json")).unwrap_or_default();
    let recorded: Value = read(format!("{function}.answer.json")).unwrap_or_default();
    let answer = recorded.pointer("/answer/body").cloned().zip(recorded.pointer("/answer/statusCode"));
    Examples {
        request: body(&event),
        answer: answer.and_then(|(body, status)| Some((u16::try_from(status.as_u64()?).ok()?, body))),
    }
}

/// The body of an event with its media type.
fn body(event: &Value) -> Option<(String, Value)> {
    let media_type = event.pointer("/headers/content-type")?.as_str()?.to_owned();
    let body = event.get("body")?.as_str()?;
    let encoded = event.get("isBase64Encoded").and_then(Value::as_bool) == Some(true);
    let body = if encoded { STANDARD.decode(body).ok()? } else { body.into() };
    let body = match media_type.as_str() {
        "application/json" => serde_json::from_slice(&body).ok()?,
        "application/x-www-form-urlencoded" => Value::Object(serde_urlencoded::from_bytes(&body).ok()?),
        _ => String::from_utf8(body).ok()?.into(),
    };
    Some((media_type, body))
}

/// The API's README without its title and without links to other files, which a reader of the document does not have.
fn introduction(readme: &str) -> String {
    let (_, text) = readme.split_once('\n').unwrap_or_default();
    let mut told = String::new();
    let mut rest = text.trim();
    while let Some((before, after)) = rest.split_once("](../") {
        let (start, words) = before.rsplit_once('[').unwrap_or((before, ""));
        told.extend([start, words]);
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    told + rest + "\n"
}
