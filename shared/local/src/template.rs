//! Reads the templates, the one source of routes, authorizers, table, secrets and environment: that at the top, and
//! those of the parts that it deploys.
//!
//! Only what a machine without AWS can honour is evaluated: permissions, log groups and alarms are
//! passed over, because nothing here would act on them. Everything else is either understood or a
//! start-up error that names the place in the template. A trigger that were silently ignored would
//! be found by the first customer whose event nobody handled.

mod api;
mod bucket;
mod error;
mod filter;
mod function;
mod input;
mod queue;
mod rule;
mod schedule;
mod secret;
mod stack;
mod stream;
mod table;
mod trigger;
mod value;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_yaml_ng::Value as Yaml;

use self::stack::{Application, Resource, Stack};
pub use self::{
    api::CorsDefinition,
    bucket::BucketDefinition,
    error::TemplateError,
    filter::{Pattern, Test},
    function::operation_name,
    input::Input,
    queue::{DeduplicationScope, QueueDefinition, QueueTrigger, Redrive},
    rule::{RuleDefinition, Target},
    schedule::ScheduleTrigger,
    secret::{SecretDefinition, resolve_secrets},
    stream::StreamDefinition,
    table::{AttributeDefinition, IndexDefinition, KeyDefinition, ProjectionDefinition, TableDefinition},
    trigger::Trigger,
};
pub(crate) use self::{
    bucket::name as bucket_name,
    rule::DEFAULT_BUS,
    value::{ACCOUNT_ID, API_ID},
};

/// The templates by their paths, as they were when this was compiled.
pub const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The path of the template at the top.
pub const TOP: &str = "template.yaml";

/// The names that the template's resources go by on this machine.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// What `AWS::Region` is.
    pub region: String,
    /// What the table is called.
    pub table_name: String,
    /// Where the gateway answers, as in `http://127.0.0.1:3000`.
    pub address: String,
    /// What the event bus is called.
    pub event_bus: String,
    /// Parameter values that replace the defaults of the template at the top.
    pub parameters: BTreeMap<String, String>,
}

/// What the templates say, as far as one machine can honour it.
#[derive(Debug)]
pub struct Template {
    /// The functions, in the order of the templates.
    pub functions: Vec<FunctionDefinition>,
    /// The parts that are served, each an HTTP API, in their order.
    pub parts: Vec<PartDefinition>,
    /// The operation's names of the functions that conditions leave out.
    pub left_out: BTreeSet<String>,
    /// The authorizers of all parts, by part and name.
    pub authorizers: BTreeMap<String, AuthorizerDefinition>,
    /// The table.
    pub table: TableDefinition,
    /// The secrets that are generated at the first start.
    pub secrets: Vec<SecretDefinition>,
    /// The queues of all templates.
    pub queues: Vec<QueueDefinition>,
    /// The buckets.
    pub buckets: Vec<BucketDefinition>,
    /// The rules of all templates.
    pub rules: Vec<RuleDefinition>,
}

/// One HTTP API.
#[derive(Debug)]
pub struct PartDefinition {
    /// The folder of its template, as in `accounts`; empty for that at the top.
    pub name: String,
    /// Which web pages may call it, if any may.
    pub cors: Option<CorsDefinition>,
}

/// One `AWS::Serverless::Function`.
#[derive(Debug)]
pub struct FunctionDefinition {
    /// Its operation's name, or, where an earlier part has that function, too, part and name: `accounts/issue-token`.
    pub id: String,
    /// The part that it belongs to; empty for the template at the top.
    pub part: String,
    /// Its logical id, as in `ProvisionAccount`.
    pub logical_id: String,
    /// Its operation's name, as in `provision-account`.
    pub name: String,
    /// Its environment, in which references to secrets are not yet resolved.
    pub environment: BTreeMap<String, String>,
    /// The routes that lead to it.
    pub routes: Vec<RouteDefinition>,
    /// What else calls it, if anything does.
    pub trigger: Option<Trigger>,
    /// For how long AWS lets it run.
    pub timeout: Duration,
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
    /// Reads `sources`, the templates by their paths.
    ///
    /// # Errors
    /// Something in them is not understood or cannot be honoured on one machine; the error names it.
    pub fn read(sources: &[(&str, &str)], surroundings: &Surroundings) -> Result<Self, TemplateError> {
        let document = parse(sources, TOP)?;
        let (mut template, applications) = Self::top(&document, surroundings).map_err(|fault| fault.within(TOP))?;
        for application in &applications {
            let location = application.location.as_str();
            template
                .add_part(&parse(sources, location)?, application, surroundings)
                .map_err(|fault| fault.within(location))?;
        }
        let deployed = |path: &str| path == TOP || applications.iter().any(|it| it.location == path);
        if let Some((path, _)) = sources.iter().find(|(path, _)| !deployed(path)) {
            return Err(TemplateError::NotDeployed((*path).to_owned()));
        }
        authorizers_exist(&template.authorizers, &template.functions)?;
        queue::check(&template.queues, &template.functions)?;
        rule::check(&template.rules, &template.queues)?;
        Ok(template)
    }

    fn top(document: &Yaml, surroundings: &Surroundings) -> Result<(Self, Vec<Application>), TemplateError> {
        let stack = Stack::new(document, "", &surroundings.parameters, surroundings)?;
        let secrets = stack.of_kind(SECRET).map(|resource| secret::read(resource, &stack.scope));
        let mut template = Self {
            functions: Vec::new(),
            parts: Vec::new(),
            left_out: stack.functions_left_out(false).collect(),
            authorizers: BTreeMap::new(),
            table: table::read(stack.only(TABLE)?, &stack.scope, &surroundings.table_name)?,
            secrets: secrets.collect::<Result<_, _>>()?,
            queues: Vec::new(),
            buckets: Vec::new(),
            rules: Vec::new(),
        };
        template.add(&stack, "", surroundings)?;
        Ok((template, stack.applications()?))
    }

    fn add_part(
        &mut self,
        document: &Yaml,
        application: &Application,
        surroundings: &Surroundings,
    ) -> Result<(), TemplateError> {
        let stack = Stack::new(document, application.name(), &application.parameters, surroundings)?;
        stack.is_a_part()?;
        self.left_out.extend(stack.functions_left_out(application.left_out));
        if application.left_out { Ok(()) } else { self.add(&stack, application.name(), surroundings) }
    }

    fn add(&mut self, stack: &Stack<'_>, part: &str, surroundings: &Surroundings) -> Result<(), TemplateError> {
        for resource in stack.of_kind(QUEUE) {
            self.queues.push(queue::read(resource, part, &stack.scope, surroundings)?);
        }
        for resource in stack.of_kind(BUCKET) {
            self.buckets.push(bucket::read(resource, &stack.scope)?);
        }
        for resource in stack.of_kind(RULE) {
            self.rules.push(rule::read(resource, &stack.scope)?);
        }
        let (api, functions) = stack.functions(part)?;
        if api.is_there {
            self.parts.push(PartDefinition { name: part.to_owned(), cors: api.cors });
        }
        self.authorizers.extend(api.authorizers);
        for mut function in functions {
            if self.functions.iter().any(|earlier| earlier.id == function.id) {
                function.id = format!("{part}/{}", function.name);
            }
            self.functions.push(function);
        }
        Ok(())
    }

    /// The operation's names of the functions that act as authorizers.
    #[must_use]
    pub fn authorizer_functions(&self) -> BTreeSet<&str> {
        self.authorizers.values().map(|authorizer| authorizer.function.as_str()).collect()
    }
}

const BUCKET: &str = "AWS::S3::Bucket";
const RULE: &str = "AWS::Events::Rule";
const APPLICATION: &str = "AWS::Serverless::Application";
const FUNCTION: &str = "AWS::Serverless::Function";
const HTTP_API: &str = "AWS::Serverless::HttpApi";
const TABLE: &str = "AWS::DynamoDB::Table";
const EVENT_BUS: &str = "AWS::Events::EventBus";
const QUEUE: &str = "AWS::SQS::Queue";
const SECRET: &str = "AWS::SecretsManager::Secret";

fn parse(sources: &[(&str, &str)], path: &str) -> Result<Yaml, TemplateError> {
    let source = sources.iter().find(|(there, _)| *there == path);
    let (_, source) = source.ok_or_else(|| TemplateError::NoTemplate(path.to_owned()))?;
    serde_yaml_ng::from_str(source).map_err(|error| TemplateError::from(error).within(path))
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
