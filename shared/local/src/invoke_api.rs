//! Lambda's own Invoke API, so that `aws lambda invoke --endpoint-url` reaches the functions that
//! have no route.
//!
//! In AWS only IAM lets a caller in. Here whoever can reach the port may invoke, which is whoever
//! uses this machine; a web page open in a browser must not, and every request that a page can
//! make with a body says so in its `Origin` header.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderName, HeaderValue, Response, StatusCode, header::ORIGIN},
};
use serde_json::{json, value::RawValue};

use crate::{
    answer::json_response,
    error::InvokeError,
    gateway::{Gateway, milliseconds, request_id},
    request_body,
};

/// The path that it is served under.
pub(crate) const PATH: &str = "/2015-03-31/functions/{name}/invocations";

/// The largest event that Lambda takes, in bytes.
const EVENT_LIMIT: usize = 6 * 1024 * 1024;
const INVOCATION_TYPE: HeaderName = HeaderName::from_static("x-amz-invocation-type");
const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const EXECUTED_VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");

/// Invokes a function by name or logical id, with the body as its event.
pub(crate) async fn handle(
    State(gateway): State<Arc<Gateway>>,
    Path(name): Path<String>,
    request: Request,
) -> Response<Body> {
    let started = Instant::now();
    let id = request_id();
    let mut response = invoke(&gateway, &name, request, &id).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    tracing::info!(
        status = response.status().as_u16(),
        duration_ms = milliseconds(started.elapsed()),
        request_id = id,
        "invocation"
    );
    response
}

async fn invoke(gateway: &Gateway, name: &str, request: Request, id: &str) -> Response<Body> {
    if request.headers().contains_key(ORIGIN) {
        return refused(StatusCode::FORBIDDEN, "AccessDeniedException", "web pages may not invoke functions");
    }
    let kind = request.headers().get(INVOCATION_TYPE).map_or("RequestResponse", |kind| kind.to_str().unwrap_or(""));
    if kind != "RequestResponse" {
        let message = "only the invocation type RequestResponse is served";
        return refused(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message);
    }
    let Ok(body) = request_body::collect(request.into_body(), EVENT_LIMIT).await else {
        let message = "the event is larger than 6291456 bytes, or did not arrive whole";
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message);
    };
    let event = if body.is_empty() { b"{}".as_slice() } else { body.as_ref() };
    let Ok(event) = serde_json::from_slice::<Box<RawValue>>(event) else {
        let message = "the event is not JSON";
        return refused(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message);
    };
    match gateway.functions.invoke(name, event, id).await {
        Ok(answer) => executed(answer.get().to_owned()),
        Err(InvokeError::Unknown(name)) => {
            let message = format!("Function not found: {name}");
            refused(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message)
        }
        Err(error) => {
            let message = match &error {
                InvokeError::Failed(failure) => failure.message.clone(),
                other => other.to_string(),
            };
            let body = json!({ "errorType": error.code(), "errorMessage": message });
            let mut response = executed(body.to_string());
            response.headers_mut().insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
            response
        }
    }
}

fn executed(body: String) -> Response<Body> {
    let mut response = json_response(StatusCode::OK, body);
    response.headers_mut().insert(EXECUTED_VERSION, HeaderValue::from_static("$LATEST"));
    response
}

/// A refusal as the AWS clients read it.
fn refused(status: StatusCode, kind: &'static str, message: &str) -> Response<Body> {
    let mut response = json_response(status, json!({ "Type": "User", "Message": message }).to_string());
    response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(kind));
    response
}
