//! Requests and answers over HTTP, as API Gateway hands them on (payload format 2.0).
//!
//! The event is read into its published type and used as it is. The conversion to an
//! `http::Request` that `lambda_http` offers is left out on purpose: it unwraps a URL made of the
//! caller's host and query, and a function here is built to abort where it panics.
//!
//! Whoever is nobody is refused here, before a handler runs, unless the function is declared open: a function that
//! forgets to ask who calls is closed.

mod answer;
mod coding;
mod failure;
mod request;

use std::time::Instant;

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use serde_json::value::RawValue;

pub(crate) use answer::StoredAnswer;
pub use answer::{Answer, ETag, Precondition};
pub use failure::{Conflict, DeviceConflict, Failure};
pub(crate) use request::BY_CLOUDFRONT;
pub use request::{MAX_BODY_BYTES, Request};

use crate::{InvocationError, Services, invocation::Pending, log};

/// Handles a request that came through API Gateway.
pub type HttpHandler = for<'a> fn(&'a Services, &'a Request) -> Pending<'a, Result<Answer, Failure>>;

/// How a route is answered.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) handle: HttpHandler,
    pub(crate) refuse: fn(&Request, &Failure) -> Answer,
    pub(crate) admits: Admits,
}

/// Who may call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admits {
    /// Organisations.
    Organisations,
    /// Persons, too.
    Persons,
    /// Nobody in particular, too.
    Anybody,
}

/// Runs an HTTP function once: event in, response out. The one place where requests are logged.
pub(crate) async fn invoke(
    function: &'static str,
    route: Route,
    services: &Services,
    event: &RawValue,
) -> Result<Box<RawValue>, InvocationError> {
    let started = Instant::now();
    let event: ApiGatewayV2httpRequest = serde_json::from_str(event.get()).map_err(|error| InvocationError {
        code: "invalid_event".into(),
        message: format!("not an API Gateway event of payload format 2.0: line {}", error.line()),
    })?;
    let request = Request::new(event);
    let (answer, failure) = match answer(route, services, &request).await {
        Ok(answer) => (answer, None),
        Err(failure) => ((route.refuse)(&request, &failure), Some(failure)),
    };
    record(function, &request, answer.status(), failure.as_ref(), started);
    answer.header("x-request-id", request.id()).into_event()
}

async fn answer(route: Route, services: &Services, request: &Request) -> Result<Answer, Failure> {
    match route.admits {
        Admits::Organisations => request.principal().map(|_| ())?,
        Admits::Persons => request.caller().map(|_| ())?,
        Admits::Anybody => {}
    }
    request.check_path()?;
    (route.handle)(services, request).await
}

fn record(function: &str, request: &Request, status: u16, failure: Option<&Failure>, started: Instant) {
    let (request_id, route) = (request.id(), request.route());
    let duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    match failure {
        Some(failure) if status >= 500 => {
            let cause = log::chain(failure);
            tracing::error!(function, request_id, route, status, duration_us, code = failure.code(), cause, "failed");
        }
        Some(failure) => {
            tracing::info!(function, request_id, route, status, duration_us, code = failure.code(), "refused");
        }
        None => tracing::info!(function, request_id, route, status, duration_us, "answered"),
    }
}
