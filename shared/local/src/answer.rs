//! Turns what a function answers into HTTP, as API Gateway does for payload format 2.0.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
        header::{self, CONTENT_TYPE},
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

/// A function's answer is no HTTP response.
#[derive(Debug, thiserror::Error)]
#[error("the function's answer is not a response of payload format 2.0: {0}")]
pub(crate) struct NotAResponse(String);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: Value,
    headers: Option<Map<String, Value>>,
    multi_value_headers: Option<Map<String, Value>>,
    cookies: Option<Vec<String>>,
    body: Option<String>,
    is_base64_encoded: Option<bool>,
}

/// Headers that the server writes itself.
const OWN: &[HeaderName] = &[header::CONNECTION, header::CONTENT_LENGTH, header::TRANSFER_ENCODING];

/// The HTTP response that the function's `answer` describes. JSON without `statusCode` is a body
/// of its own, with status 200.
pub(crate) fn response(answer: &RawValue) -> Result<Response<Body>, NotAResponse> {
    let value: Value = serde_json::from_str(answer.get()).map_err(|error| NotAResponse(error.to_string()))?;
    if value.get("statusCode").is_none() {
        let body = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        return Ok(json_response(StatusCode::OK, body));
    }
    let answer: Answer = serde_json::from_value(value).map_err(|error| NotAResponse(error.to_string()))?;
    let status = status(&answer.status_code).ok_or_else(|| NotAResponse("statusCode is no status".into()))?;
    let mut headers = headers(&answer)?;
    let body = body(&answer)?;
    if !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

/// What API Gateway itself answers: `{"message": …}`.
pub(crate) fn message(status: StatusCode, message: &str) -> Response<Body> {
    json_response(status, json!({ "message": message }).to_string())
}

pub(crate) fn json_response(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A number, or text that is one.
fn status(value: &Value) -> Option<StatusCode> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    StatusCode::from_u16(u16::try_from(number).ok()?).ok()
}

fn headers(answer: &Answer) -> Result<HeaderMap, NotAResponse> {
    let single = answer.headers.iter().flatten();
    let multi = answer.multi_value_headers.iter().flatten();
    let mut headers = HeaderMap::new();
    for (name, values) in multi {
        for value in values.as_array().into_iter().flatten() {
            append(&mut headers, name, value)?;
        }
    }
    let repeated = headers.clone();
    // A name in both is meant once: the list of values is the fuller account of it.
    for (name, value) in single.filter(|(name, _)| !repeated.contains_key(name.as_str())) {
        append(&mut headers, name, value)?;
    }
    for cookie in answer.cookies.iter().flatten() {
        append(&mut headers, header::SET_COOKIE.as_str(), &cookie.as_str().into())?;
    }
    for name in OWN {
        headers.remove(name);
    }
    Ok(headers)
}

fn append(headers: &mut HeaderMap, name: &str, value: &Value) -> Result<(), NotAResponse> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let name: HeaderName = name.parse().map_err(|_| NotAResponse("a header's name is not one".into()))?;
    let value: HeaderValue = text.parse().map_err(|_| NotAResponse(format!("the value of {name} is not one")))?;
    headers.append(name, value);
    Ok(())
}

fn body(answer: &Answer) -> Result<Vec<u8>, NotAResponse> {
    let body = answer.body.as_deref().unwrap_or_default();
    if answer.is_base64_encoded == Some(true) {
        return BASE64_STANDARD.decode(body).map_err(|_| NotAResponse("the body is not Base64".into()));
    }
    Ok(body.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    fn answered(answer: &Value) -> Result<Response<Body>, NotAResponse> {
        response(&serde_json::value::to_raw_value(answer).unwrap())
    }

    #[tokio::test]
    async fn an_answer_becomes_a_response() {
        let response = answered(&json!({
            "statusCode": 201,
            "headers": {"content-type": "application/json", "etag": "\"1\"", "x-many": "b", "content-length": "999"},
            "multiValueHeaders": {"X-Many": ["a", "b"]},
            "cookies": ["a=1", "b=2"],
            "body": "e30=",
            "isBase64Encoded": true,
        }))
        .unwrap();
        assert_eq!(response.status(), StatusCode::CREATED);
        let values =
            |name: &str| response.headers().get_all(name).iter().map(|v| v.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(values("content-type"), ["application/json"]);
        assert_eq!(values("etag"), ["\"1\""]);
        assert_eq!(values("x-many"), ["a", "b"]);
        assert_eq!(values("set-cookie"), ["a=1", "b=2"]);
        assert!(values("content-length").is_empty());
        assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "{}");
    }

    #[tokio::test]
    async fn json_without_a_status_is_the_body() {
        let response = answered(&json!({"a": 1})).unwrap();
        assert_eq!(
            (response.status(), &response.headers()[CONTENT_TYPE]),
            (StatusCode::OK, &"application/json".parse().unwrap())
        );
        assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), r#"{"a":1}"#);
    }

    #[test]
    fn an_empty_body_needs_no_type_and_text_is_the_type_of_any_other() {
        let empty = answered(&json!({"statusCode": "304"})).unwrap();
        assert_eq!((empty.status(), empty.headers().len()), (StatusCode::NOT_MODIFIED, 0));
        let text = answered(&json!({"statusCode": 200, "body": "x"})).unwrap();
        assert_eq!(text.headers()[CONTENT_TYPE], "text/plain;charset=UTF-8");
    }

    #[test]
    fn what_is_no_response_is_refused() {
        for answer in [
            json!({"statusCode": 99}),
            json!({"statusCode": "ok"}),
            json!({"statusCode": 200, "headers": {"a b": "c"}}),
            json!({"statusCode": 200, "headers": {"a": "b\nc"}}),
            json!({"statusCode": 200, "body": "!", "isBase64Encoded": true}),
            json!({"statusCode": 200, "body": {}}),
        ] {
            assert!(answered(&answer).is_err(), "{answer}");
        }
    }
}
