//! What a deployable function is, and how one is run.
//!
//! A function is a file with a handler and a [`Function`] that describes it. Everything generic (the
//! runtime loop, JSON, the HTTP shapes, the SDK client) is instantiated here, once, behind plain
//! function pointers. The local bundle and the Lambda runtime both go through [`Function::invoke`], so
//! that what runs on a laptop is what runs deployed.
//!
//! The functions of a folder are one program, deployed as many functions: each has its own role, route
//! and settings, and [`serve`] runs the one that its template calls the handler. What they share is
//! most of each, so together they are hardly larger than one (README has the figures), and are
//! optimised and linked once.
//!
//! Turned down: a program for each (an hour to build 150 of them for shipping) and a trait per function
//! (every implementation would instantiate the runtime again).

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::value::RawValue;

use crate::{
    InvocationError,
    authorizer::{self, AuthorizerHandler},
    contract::{Declaration, Describe, Failures},
    direct::{self, DirectHandler},
    http::{self, Admits, Failure, HttpHandler},
    log,
    message::{self, QueueHandler},
    schedule::{self, ScheduleHandler},
    services::{Environment, Resource, Services, StartError},
    stream::{self, StreamHandler},
};

/// How a function is reached, with its handler.
#[derive(Clone, Copy)]
pub enum Entry {
    /// A route of the HTTP API, for callers who are known: any other is answered 401 before the handler runs.
    Http {
        /// The handler.
        handle: HttpHandler,
        /// Writes a failure in the dialect that the route's callers speak.
        refuse: fn(&http::Request, &Failure) -> http::Answer,
    },
    /// A route of the HTTP API, for persons and organisations who are known.
    Personal {
        /// The handler.
        handle: HttpHandler,
        /// Writes a failure in the dialect that the route's callers speak.
        refuse: fn(&http::Request, &Failure) -> http::Answer,
    },
    /// A route that anybody may call: for tokens, documents and links in mails.
    Open {
        /// The handler.
        handle: HttpHandler,
        /// Writes a failure in the dialect that the route's callers speak.
        refuse: fn(&http::Request, &Failure) -> http::Answer,
    },
    /// The Lambda authorizer of the HTTP API (payload 2.0, simple response).
    Authorizer(AuthorizerHandler),
    /// Invoked by name, for which IAM decides who may.
    Direct(DirectHandler),
    /// Called with the changes of the table.
    Stream(StreamHandler),
    /// Handed the messages of a queue.
    Queue(QueueHandler),
    /// Called at regular times.
    Schedule(ScheduleHandler),
}

/// How the operations of an API refuse.
pub struct Dialect {
    /// Writes a failure.
    pub refuse: fn(&http::Request, &Failure) -> http::Answer,
    /// The same for the contract.
    pub failures: &'static Failures,
}

/// One deployable function.
#[derive(Clone, Copy)]
pub struct Function {
    /// Its one name: file, handler, sample event, and in `PascalCase` its logical id in the template.
    pub name: &'static str,
    /// How it is reached, with its handler.
    pub entry: Entry,
    /// What it needs from its environment; it does not start without.
    pub uses: &'static [Resource],
    /// What its operations say of themselves in the contract, if it has a route.
    pub contract: Declaration,
}

impl Function {
    /// A function with a route, for callers who are known, that uses the table.
    #[must_use]
    pub const fn http(name: &'static str, dialect: &'static Dialect, handle: HttpHandler, describe: Describe) -> Self {
        let contract = Declaration::new(dialect.failures, describe);
        Self { name, entry: Entry::Http { handle, refuse: dialect.refuse }, uses: &[Resource::Table], contract }
    }

    /// The same for persons, too.
    #[must_use]
    pub const fn personal(
        name: &'static str,
        dialect: &'static Dialect,
        handle: HttpHandler,
        describe: Describe,
    ) -> Self {
        let contract = Declaration::new(dialect.failures, describe);
        Self { name, entry: Entry::Personal { handle, refuse: dialect.refuse }, uses: &[Resource::Table], contract }
    }

    /// The same with a route that anybody may call.
    #[must_use]
    pub const fn open(name: &'static str, dialect: &'static Dialect, handle: HttpHandler, describe: Describe) -> Self {
        let contract = Declaration::new(dialect.failures, describe);
        Self { name, entry: Entry::Open { handle, refuse: dialect.refuse }, uses: &[Resource::Table], contract }
    }

    /// The same with other needs.
    #[must_use]
    pub const fn using(self, uses: &'static [Resource]) -> Self {
        Self { uses, ..self }
    }

    /// Prepares what the function uses.
    ///
    /// # Errors
    /// A setting is missing or unusable; the message names it.
    pub fn start(&self, environment: &Environment) -> Result<Services, StartError> {
        Services::start(self.uses, environment)
    }

    /// Runs the function once on `event`, the JSON that Lambda would hand it, and gives the JSON
    /// that it answers.
    ///
    /// # Errors
    /// The event is not what the entry expects, or a direct invocation was refused. A request over
    /// HTTP never ends here once its event is read: its failures are answers.
    pub async fn invoke(
        &self,
        services: &Services,
        event: &RawValue,
        request_id: &str,
    ) -> Result<Box<RawValue>, InvocationError> {
        match self.entry {
            Entry::Http { handle, refuse } => {
                http::invoke(self.name, http::Route { handle, refuse, admits: Admits::Organisations }, services, event)
                    .await
            }
            Entry::Personal { handle, refuse } => {
                http::invoke(self.name, http::Route { handle, refuse, admits: Admits::Persons }, services, event).await
            }
            Entry::Open { handle, refuse } => {
                http::invoke(self.name, http::Route { handle, refuse, admits: Admits::Anybody }, services, event).await
            }
            Entry::Authorizer(handle) => authorizer::invoke(self.name, handle, services, event).await,
            Entry::Direct(handle) => direct::invoke(self.name, handle, services, event, request_id).await,
            Entry::Stream(handle) => stream::invoke(self.name, handle, services, event, request_id).await,
            Entry::Queue(handle) => message::invoke(self.name, handle, services, event, request_id).await,
            Entry::Schedule(handle) => schedule::invoke(self.name, handle, services, event, request_id).await,
        }
    }
}

/// The whole `main` of a program: picks the function that Lambda calls the handler (`_HANDLER`), then
/// logging, services, and the runtime loop until the environment is taken away.
#[must_use]
pub fn serve(functions: &[&'static Function]) -> ExitCode {
    let environment = Environment::of_process();
    log::to_stdout(&environment);
    let handler = environment.get("_HANDLER").unwrap_or_default();
    let outcome = chosen(handler, functions).and_then(|function| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(serve_until_stopped(function, &environment))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(handler, error = %error, "the function cannot run");
            ExitCode::FAILURE
        }
    }
}

fn chosen(handler: &str, functions: &[&'static Function]) -> Result<&'static Function, lambda_runtime::Error> {
    let found = functions.iter().find(|function| function.name == handler).copied();
    found.ok_or_else(|| {
        let known: Vec<_> = functions.iter().map(|function| function.name).collect();
        format!("_HANDLER, the template's Handler, is none of the functions in this program: {}", known.join(", "))
            .into()
    })
}

async fn serve_until_stopped(
    function: &'static Function,
    environment: &Environment,
) -> Result<(), lambda_runtime::Error> {
    // The runtime crate panics where these are absent; a person who starts the binary by hand
    // gets a sentence instead.
    environment.required("AWS_LAMBDA_RUNTIME_API")?;
    let services = function.start(environment)?;
    let services = &services;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        function.invoke(services, &event.payload, &event.context.request_id).await
    }))
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    static ONE: Function = Function {
        name: "one",
        entry: Entry::Direct(|_, _| Box::pin(async { Ok(serde_json::Value::Null) })),
        uses: &[],
        contract: Declaration::NONE,
    };
    static OTHER: Function = Function { name: "other", ..ONE };

    #[test]
    fn the_handler_names_one_function_of_the_program() {
        let name = |handler| chosen(handler, &[&ONE, &OTHER]).map(|function| function.name);
        assert_eq!(name("other").ok(), Some("other"));
        for unknown in ["", "bootstrap", "on", "One"] {
            let error = name(unknown).unwrap_err().to_string();
            assert!(error.contains("_HANDLER") && error.ends_with("one, other"), "{error}");
        }
    }
}
