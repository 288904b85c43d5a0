//! A function's part of the template: its name, its environment and its routes.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_yaml_ng::{Mapping, Value as Yaml};

use super::{
    DEFAULT_ROUTE, FunctionDefinition, Resource, RouteDefinition, TemplateError,
    api::{Api, named},
    trigger,
    value::{API_ID, Scope, not_understood},
};

/// Properties of a route that no answer depends on.
const WITHOUT_PART: &[&str] = &["RouteSettings", "TimeoutInMillis"];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct HttpApiEvent {
    path: Option<String>,
    method: Option<String>,
    api_id: Option<String>,
    payload_format_version: Option<String>,
    auth: Option<RouteAuth>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RouteAuth {
    authorizer: Option<String>,
}

/// The operation's name for a logical id: `ProvisionAccount` is `provision-account`.
#[must_use]
pub fn operation_name(logical_id: &str) -> String {
    let mut name = String::with_capacity(logical_id.len() + 4);
    for character in logical_id.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

pub(super) fn read(
    resource: Resource<'_>,
    globals: Option<&Yaml>,
    part: &str,
    api: &Api,
    scope: &Scope<'_>,
) -> Result<FunctionDefinition, TemplateError> {
    let mut environment = BTreeMap::new();
    // The function's own values replace the common ones.
    for (variables, place) in [
        (globals.and_then(|globals| globals.get("Environment")), "Globals.Function".to_owned()),
        (resource.property("Environment"), resource.place()),
    ] {
        for (name, value) in mapping(variables.and_then(|environment| environment.get("Variables"))) {
            let name = name.as_str().unwrap_or_default();
            environment.insert(name.to_owned(), scope.text(value, &format!("{place}.Environment.{name}"))?);
        }
    }
    let (triggers, routes): (Vec<_>, Vec<_>) =
        mapping(resource.property("Events")).partition(|(_, event)| trigger::is_one(event));
    let routes = routes
        .into_iter()
        .map(|(name, event)| route(resource, name.as_str().unwrap_or_default(), event, part, api, scope))
        .collect::<Result<_, _>>()?;
    Ok(FunctionDefinition {
        id: operation_name(resource.logical_id),
        part: part.to_owned(),
        name: operation_name(resource.logical_id),
        logical_id: resource.logical_id.to_owned(),
        environment,
        routes,
        trigger: trigger::read(resource, &triggers, scope)?,
        timeout: timeout(resource, globals, scope)?,
    })
}

/// What AWS takes where the template says nothing, in seconds.
const TIMEOUT: u64 = 3;

fn timeout(resource: Resource<'_>, globals: Option<&Yaml>, scope: &Scope<'_>) -> Result<Duration, TemplateError> {
    let place = format!("{}.Timeout", resource.place());
    let stated = resource.property("Timeout").or_else(|| globals.and_then(|globals| globals.get("Timeout")));
    let Some(stated) = stated else { return Ok(Duration::from_secs(TIMEOUT)) };
    let seconds = scope.text(stated, &place)?.parse().map_err(|error| not_understood(&place, &error))?;
    Ok(Duration::from_secs(seconds))
}

fn mapping(value: Option<&Yaml>) -> impl Iterator<Item = (&Yaml, &Yaml)> {
    value.and_then(Yaml::as_mapping).into_iter().flat_map(Mapping::iter)
}

fn route(
    resource: Resource<'_>,
    name: &str,
    event: &Yaml,
    part: &str,
    api: &Api,
    scope: &Scope<'_>,
) -> Result<RouteDefinition, TemplateError> {
    let kind = event.get("Type").and_then(Yaml::as_str).unwrap_or("no type");
    if kind != "HttpApi" {
        return Err(TemplateError::UnknownEvent {
            function: resource.logical_id.into(),
            event: name.into(),
            kind: kind.into(),
        });
    }
    let place = format!("{}.Events.{name}", resource.place());
    let mut properties = match event.get("Properties") {
        Some(properties) => scope.evaluate(properties, &place)?,
        None => serde_json::json!({}),
    };
    if let Some(properties) = properties.as_object_mut() {
        properties.retain(|name, _| !WITHOUT_PART.contains(&name.as_str()));
    }
    let event = serde_json::from_value(properties).map_err(|error| not_understood(&place, &error))?;
    definition(event, part, api, &place)
}

fn definition(event: HttpApiEvent, part: &str, api: &Api, place: &str) -> Result<RouteDefinition, TemplateError> {
    // Without ApiId, SAM would make a second API of its own.
    if event.api_id.as_deref() != Some(API_ID) {
        return Err(TemplateError::Missing { place: place.into(), what: "an ApiId that is the template's API" });
    }
    if event.payload_format_version.is_some_and(|version| version != "2.0") {
        return Err(not_understood(place, &"only payload format 2.0 is served"));
    }
    let path = event.path.unwrap_or_else(|| DEFAULT_ROUTE.into());
    if path != DEFAULT_ROUTE && !path.starts_with('/') {
        return Err(not_understood(place, &"a path starts with `/`"));
    }
    let method = match event.method.map(|method| method.to_ascii_uppercase()) {
        None => "ANY".to_owned(),
        Some(method) if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" => "ANY".to_owned(),
        Some(method) => method,
    };
    let asked = event.auth.and_then(|auth| auth.authorizer);
    let authorizer = match asked {
        Some(name) if name == "NONE" => None,
        Some(name) if !api.authorizers.contains_key(&named(part, &name)) => {
            return Err(TemplateError::Unresolved { place: place.into(), reference: name });
        }
        Some(name) => Some(named(part, &name)),
        None => api.default_authorizer.clone(),
    };
    Ok(RouteDefinition { method, path, authorizer })
}
