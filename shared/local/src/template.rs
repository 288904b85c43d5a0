//! Reads `template.yaml`, the one source of routes, authorizers, table, secrets and environment.
//!
//! Only what a machine without AWS can honour is evaluated: permissions, log groups and alarms are
//! passed over, because nothing here would act on them. Everything else is either understood or a
//! start-up error that names the place in the template. A trigger that were silently ignored would
//! be found by the first customer whose event nobody handled.

mod api;
mod error;
mod function;
mod secret;
mod stream;
mod table;
mod value;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_yaml_ng::{Mapping, Value as Yaml};

use self::value::Scope;
pub(crate) use self::value::{ACCOUNT_ID, API_ID};
pub use self::{
    error::TemplateError,
    function::operation_name,
    secret::{SecretDefinition, resolve_secrets},
    stream::StreamDefinition,
    table::{AttributeDefinition, IndexDefinition, KeyDefinition, ProjectionDefinition, TableDefinition},
};

/// The template as it was when this was compiled.
pub const SOURCE: &str = include_str!("../../../template.yaml");

/// Resources with no part on one machine: they grant, count or keep, and serve nobody.
const WITHOUT_PART: &[&str] = &[
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::Logs::MetricFilter",
    "AWS::Logs::QueryDefinition",
    // What failed too often is logged here. A function that a queue triggers is refused.
    "AWS::SQS::Queue",
];

/// The names that the template's resources go by on this machine.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// What `AWS::Region` is.
    pub region: String,
    /// What the table is called.
    pub table_name: String,
    /// What the event bus is called; the name decides which local one it is.
    pub event_bus: String,
    /// Parameter values that replace the template's defaults.
    pub parameters: BTreeMap<String, String>,
}

/// What the template says, as far as one machine can honour it.
#[derive(Debug)]
pub struct Template {
    /// The functions, in the order of the template.
    pub functions: Vec<FunctionDefinition>,
    /// The authorizers of the HTTP API, by name.
    pub authorizers: BTreeMap<String, AuthorizerDefinition>,
    /// The table.
    pub table: TableDefinition,
    /// The secrets that are generated at the first start.
    pub secrets: Vec<SecretDefinition>,
}

/// One `AWS::Serverless::Function`.
#[derive(Debug)]
pub struct FunctionDefinition {
    /// Its logical id, as in `ProvisionAccount`.
    pub logical_id: String,
    /// Its operation's name, as in `provision-account`.
    pub name: String,
    /// Its environment, in which references to secrets are not yet resolved.
    pub environment: BTreeMap<String, String>,
    /// The routes that lead to it.
    pub routes: Vec<RouteDefinition>,
    /// How it listens to the table's stream, if it does.
    pub stream: Option<StreamDefinition>,
}

/// One route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteDefinition {
    /// The method in capitals, or `ANY`.
    pub method: String,
    /// The path with its `{variables}`, or `$default`.
    pub path: String,
    /// The name of the authorizer that is asked first; nobody is asked if absent.
    pub authorizer: Option<String>,
}

impl RouteDefinition {
    /// What API Gateway calls the route: `GET /account/{account_id}`, or `$default`.
    #[must_use]
    pub fn key(&self) -> String {
        if self.path == DEFAULT_ROUTE { DEFAULT_ROUTE.to_owned() } else { format!("{} {}", self.method, self.path) }
    }
}

/// The path and key of the route that takes what no other route does.
pub const DEFAULT_ROUTE: &str = "$default";

/// One Lambda authorizer of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizerDefinition {
    /// The operation's name of the function that decides.
    pub function: String,
    /// The headers that say who calls, in lower case. They are also the key of the cached result.
    pub identity_headers: Vec<String>,
    /// For how long a result is kept; zero keeps none.
    pub reauthorize_every: Duration,
}

impl Template {
    /// Reads `source`.
    ///
    /// # Errors
    /// Something in it is not understood or cannot be honoured on one machine; the error names it.
    pub fn read(source: &str, surroundings: &Surroundings) -> Result<Self, TemplateError> {
        let document: Yaml = serde_yaml_ng::from_str(source)?;
        let resources = resources(&document)?;
        let scope = Scope::new(&document, &resources, surroundings)?;
        let api = api::read(&resources, &scope)?;
        let globals = document.get("Globals").and_then(|globals| globals.get("Function"));
        let functions = of_kind(&resources, FUNCTION)
            .map(|resource| function::read(resource, globals, &api, &scope))
            .collect::<Result<Vec<_>, _>>()?;
        authorizers_exist(&api.authorizers, &functions)?;
        Ok(Self {
            functions,
            table: table::read(only(&resources, TABLE)?, &scope, &surroundings.table_name)?,
            secrets: of_kind(&resources, SECRET)
                .map(|resource| secret::read(resource, &scope))
                .collect::<Result<_, _>>()?,
            authorizers: api.authorizers,
        })
    }

    /// The operation's names of the functions that act as authorizers.
    #[must_use]
    pub fn authorizer_functions(&self) -> BTreeSet<&str> {
        self.authorizers.values().map(|authorizer| authorizer.function.as_str()).collect()
    }
}

const FUNCTION: &str = "AWS::Serverless::Function";
const HTTP_API: &str = "AWS::Serverless::HttpApi";
const TABLE: &str = "AWS::DynamoDB::Table";
const EVENT_BUS: &str = "AWS::Events::EventBus";
const SECRET: &str = "AWS::SecretsManager::Secret";

/// One entry of `Resources`.
#[derive(Debug, Clone, Copy)]
struct Resource<'t> {
    logical_id: &'t str,
    kind: &'t str,
    properties: Option<&'t Yaml>,
}

impl Resource<'_> {
    fn place(&self) -> String {
        format!("Resources.{}", self.logical_id)
    }

    fn property(&self, name: &str) -> Option<&Yaml> {
        self.properties.and_then(|properties| properties.get(name))
    }

    fn property_names(&self) -> impl Iterator<Item = &str> {
        self.properties.and_then(Yaml::as_mapping).into_iter().flat_map(Mapping::keys).filter_map(Yaml::as_str)
    }
}

fn resources(document: &Yaml) -> Result<Vec<Resource<'_>>, TemplateError> {
    let all = document
        .get("Resources")
        .and_then(Yaml::as_mapping)
        .ok_or(TemplateError::Missing { place: "the template".into(), what: "Resources" })?;
    all.iter().map(|(name, body)| resource(name.as_str().unwrap_or_default(), body)).collect()
}

fn resource<'t>(logical_id: &'t str, body: &'t Yaml) -> Result<Resource<'t>, TemplateError> {
    let place = || format!("Resources.{logical_id}");
    let kind = body
        .get("Type")
        .and_then(Yaml::as_str)
        .ok_or_else(|| TemplateError::Missing { place: place(), what: "Type" })?;
    if body.get("Condition").is_some() {
        return Err(TemplateError::NotUnderstood {
            place: place(),
            reason: "a resource under a Condition is not supported on one machine".into(),
        });
    }
    if ![FUNCTION, HTTP_API, TABLE, EVENT_BUS, SECRET].contains(&kind) && !WITHOUT_PART.contains(&kind) {
        return Err(TemplateError::UnknownResource { name: logical_id.into(), kind: kind.into() });
    }
    Ok(Resource { logical_id, kind, properties: body.get("Properties") })
}

fn of_kind<'a, 't>(resources: &'a [Resource<'t>], kind: &'a str) -> impl Iterator<Item = Resource<'t>> + 'a {
    resources.iter().filter(move |resource| resource.kind == kind).copied()
}

/// The one resource of `kind`: the bundle has one table and one API, and a second would have to be
/// told apart everywhere.
fn only<'t>(resources: &[Resource<'t>], kind: &'static str) -> Result<Resource<'t>, TemplateError> {
    let mut found = of_kind(resources, kind);
    match (found.next(), found.next()) {
        (Some(resource), None) => Ok(resource),
        (None, _) => Err(TemplateError::Missing { place: "Resources".into(), what: kind }),
        (Some(_), Some(second)) => Err(TemplateError::NotUnderstood {
            place: second.place(),
            reason: format!("the local bundle serves one {kind} only"),
        }),
    }
}

fn authorizers_exist(
    authorizers: &BTreeMap<String, AuthorizerDefinition>,
    functions: &[FunctionDefinition],
) -> Result<(), TemplateError> {
    for (name, authorizer) in authorizers {
        if !functions.iter().any(|function| function.name == authorizer.function) {
            return Err(TemplateError::Unresolved {
                place: format!("the authorizer {name}"),
                reference: authorizer.function.clone(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
