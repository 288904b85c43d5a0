//! The APIs of AWS that name their operation in a header and speak JSON: those of queues and of the event bus.
//!
//! As with the API that invokes functions, whoever can reach the port may use them, and web pages may not.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE, header::ORIGIN},
};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{
    answer::json_response,
    events_api,
    gateway::{self, Gateway, request_id},
    request_body, sqs_api,
};

/// The path that they are served under, beside what may have a route there.
pub(crate) const PATH: &str = "/";

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const INTERNAL: &str = "InternalError";

/// Why a request is refused: a code of the service, and a message.
pub(crate) struct Refusal {
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValue", message)
    }

    pub(crate) fn unsupported(operation: &str) -> Self {
        Self::new("UnsupportedOperation", format!("{operation} is not served on one machine"))
    }

    /// A file of the bundle does not do what it should, which is our fault.
    pub(crate) fn internal(error: &str) -> Self {
        tracing::error!(error, "a file of the bundle cannot be used");
        Self::new(INTERNAL, "internal error")
    }

    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn is_internal(&self) -> bool {
        self.code == INTERNAL
    }

    fn response(&self) -> Response<Body> {
        let status = if self.is_internal() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::BAD_REQUEST };
        json_response(status, json!({ "__type": self.code, "message": self.message }).to_string())
    }
}

/// Answers a request of such an API; any other is the gateway's.
pub(crate) async fn handle(
    State(gateway): State<Arc<Gateway>>,
    peer: ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let target = request.headers().get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default().to_owned();
    if ![sqs_api::SERVICE, events_api::SERVICE].iter().any(|service| target.starts_with(service)) {
        return gateway::handle(State(gateway), peer, request).await;
    }
    let id = request_id();
    let mut response = match answer(&gateway, &target, request).await {
        Ok(answer) => json_response(StatusCode::OK, answer.to_string()),
        Err(refusal) => {
            let mut response = refusal.response();
            sqs_api::mark(&refusal, &mut response);
            response
        }
    };
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    tracing::info!(operation = target, status = status.as_u16(), request_id = id, "request to a service");
    response
}

async fn answer(gateway: &Gateway, target: &str, request: Request) -> Result<serde_json::Value, Refusal> {
    if request.headers().contains_key(ORIGIN) {
        return Err(Refusal::new("AccessDenied", "web pages may not use this"));
    }
    let body = request_body::collect(request.into_body(), sqs_api::REQUEST_LIMIT).await;
    let body = body.map_err(|_| Refusal::invalid("the request is too large, or did not arrive whole"))?;
    match target.split_once('.') {
        Some((_, operation)) if target.starts_with(sqs_api::SERVICE) => {
            sqs_api::answer(&gateway.queues, operation, &body).await
        }
        Some((_, operation)) => events_api::answer(gateway, operation, &body).await,
        None => Err(Refusal::unsupported(target)),
    }
}

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::invalid(error.to_string()))
}
