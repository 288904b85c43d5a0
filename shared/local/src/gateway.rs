//! What API Gateway does with a request: find the route, ask the authorizer, invoke the function,
//! answer.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, Response, StatusCode, header::ORIGIN},
};
use base64::{Engine, prelude::BASE64_URL_SAFE};
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    answer,
    authorizer::{Authorizers, Decision},
    cors::{self, Cors},
    event::{self, Incoming},
    event_bus::EventBus,
    functions::Functions,
    objects::Objects,
    queues::Queues,
    request_body::{self, BodyFault},
    routes::{Matched, Routes},
};

/// The largest body that API Gateway takes, in bytes.
const BODY_LIMIT: usize = 10 * 1024 * 1024;
const REQUEST_ID: HeaderName = HeaderName::from_static("apigw-requestid");

/// The HTTP API.
pub(crate) struct Gateway {
    pub(crate) functions: Functions,
    pub(crate) routes: Routes,
    pub(crate) authorizers: Authorizers,
    pub(crate) cors: Cors,
    pub(crate) queues: Queues,
    pub(crate) bus: EventBus,
    pub(crate) objects: Objects,
    /// The port that it listens on.
    pub(crate) port: u16,
}

/// Answers any request and writes its line to the access log: never the path, the query, a header
/// or a body, which may hold personal data.
pub(crate) async fn handle(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let started = Instant::now();
    let id = request_id();
    let method = request.method().clone();
    let path = event::decoded_path(request.uri());
    let question = cors::asked(&method, request.headers());
    let matched = gateway.routes.find(question.unwrap_or(method.as_str()), &path);
    let route = matched.as_ref().map(|matched| matched.route.key.clone());
    let part = matched.as_ref().map(|matched| matched.route.part.clone()).unwrap_or_default();
    let origin = request.headers().get(ORIGIN).cloned();
    let answered = question.and_then(|_| gateway.cors.answer(&part, origin.as_ref()));
    let mut response = match answered {
        Some(response) => response,
        None => gateway.answer(request, peer, id.clone()).await,
    };
    gateway.cors.mark(&part, origin.as_ref(), response.headers_mut());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    tracing::info!(
        method = method.as_str(),
        route = route.as_deref().unwrap_or("none"),
        status = response.status().as_u16(),
        duration_ms = milliseconds(started.elapsed()),
        request_id = id,
        "request"
    );
    response
}

impl Gateway {
    async fn answer(&self, request: Request, peer: SocketAddr, id: String) -> Response<Body> {
        let (head, body) = request.into_parts();
        let matched = self.routes.find(head.method.as_str(), &event::decoded_path(&head.uri));
        let body = match request_body::collect(body, BODY_LIMIT).await {
            Ok(body) => body,
            Err(BodyFault::TooLarge) => {
                return answer::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
            }
            Err(BodyFault::Broken) => return answer::message(StatusCode::BAD_REQUEST, "Bad Request"),
        };
        let Some(matched) = matched else { return answer::message(StatusCode::NOT_FOUND, "Not Found") };
        let incoming = Incoming {
            method: head.method,
            uri: head.uri,
            protocol: head.version,
            headers: head.headers,
            body,
            peer,
            port: self.port,
            id,
            received: Timestamp::now(),
        };
        match self.authorizers.decide(&incoming, &matched, &self.functions).await {
            Ok(None) => self.invoke(&incoming, &matched, None).await,
            Ok(Some(Decision::Allowed(principal))) => self.invoke(&incoming, &matched, Some(&principal)).await,
            Ok(Some(Decision::Denied)) => answer::message(StatusCode::FORBIDDEN, "Forbidden"),
            Ok(Some(Decision::Unidentified)) => answer::message(StatusCode::UNAUTHORIZED, "Unauthorized"),
            Err(error) => failed(&incoming, &matched, &error),
        }
    }

    async fn invoke(&self, incoming: &Incoming, matched: &Matched, principal: Option<&Value>) -> Response<Body> {
        let event = event::request(incoming, matched, principal);
        let event = match serde_json::value::to_raw_value(&event) {
            Ok(event) => event,
            Err(error) => return failed(incoming, matched, &error),
        };
        match self.functions.invoke(&matched.route.function, event, &incoming.id).await {
            Ok(answered) => answer::response(&answered).unwrap_or_else(|error| failed(incoming, matched, &error)),
            Err(error) => failed(incoming, matched, &error),
        }
    }
}

fn failed(incoming: &Incoming, matched: &Matched, error: &dyn std::error::Error) -> Response<Body> {
    let cause = error.source().map(ToString::to_string);
    tracing::error!(
        route = matched.route.key,
        function = matched.route.function,
        request_id = incoming.id,
        error = %error,
        cause,
        "the request could not be answered"
    );
    answer::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

/// Sixteen characters, as API Gateway's own. Unique is enough: the id lets nobody in.
pub(crate) fn request_id() -> String {
    let random = || RandomState::new().build_hasher().finish().to_be_bytes();
    let bytes: Vec<u8> = random().into_iter().chain(random()).take(11).collect();
    BASE64_URL_SAFE.encode(bytes)
}

/// To a tenth of a millisecond.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 10_000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn request_ids_look_like_api_gateways_and_are_unique() {
        let ids: HashSet<String> = (0..10_000).map(|_| request_id()).collect();
        assert_eq!(ids.len(), 10_000);
        assert!(ids.iter().all(|id| id.len() == 16));
    }
}
