//! Sample events, made new for every invocation, and whether an answer is a good one.
//!
//! A value that may exist once only would turn every invocation but the first into a conflict, so
//! each event that goes out carries values of its own.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value};

/// Whether a member holds a value that may exist once only: an e-mail, or an id that is not one of ours. By its
/// name alone, so that nothing has to be listed here when there is another one; an id too many does no harm.
fn is_unique(name: &str, text: &str) -> bool {
    let is_id = name.ends_with("_id") || name.ends_with("Id");
    name == "email" || (is_id && !is_uuid(text))
}

fn is_uuid(text: &str) -> bool {
    let lengths = text.split('-').map(|part| part.bytes().all(|it| it.is_ascii_hexdigit()).then_some(part.len()));
    lengths.eq([8, 4, 4, 4, 12].map(Some))
}

/// The answer to a sample whose success could be had once only, or not at all without a secret: a
/// change of an account, which is measured on one that is not there (start, one read, an answer), a
/// token, a route that nobody has.
fn expected(route: &str) -> Option<u64> {
    let (method, path) = route.split_once(' ').unwrap_or((route, ""));
    match (method, path) {
        ("$default", _) | ("GET", "/account") | ("POST", "/offboarding/entities") => Some(404),
        ("POST", "/registration") => Some(400),
        _ if path.contains('{') && (method != "GET" || is_of_another_id(path)) => Some(404),
        _ => None,
    }
}

/// Whether what the path names is nothing that a sample made, or that is found by the id in another sample.
fn is_of_another_id(path: &str) -> bool {
    let starts = ["/rest/v1/", "/entities/", "/collectives/", "/offboarding/", "/onboarding/entities/{id}"];
    starts.iter().any(|start| path.starts_with(start))
}

/// Why a sample event cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SampleError {
    /// It cannot be read.
    #[error("the sample event {} cannot be read: {source}", .path.display())]
    Absent {
        /// Where it should be.
        path: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
    /// It is not JSON.
    #[error("the sample event is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
}

/// An answer that is no success.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Wrong {
    /// It is not JSON.
    #[error("the answer is not JSON")]
    NotJson,
    /// Its status is not one of success.
    #[error("it answered {status}: {body}")]
    Status {
        /// The status.
        status: u64,
        /// What the answer says about it.
        body: String,
    },
    /// The request would not have been let through.
    #[error("it refused the credential")]
    Refused,
}

/// Numbers that are handed out once, also across runs of this command.
#[derive(Debug)]
pub(crate) struct Serial(u128);

impl Serial {
    /// Begins with the present time.
    pub(crate) fn begin() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(now.as_micros())
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}

/// A sample event.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// The event.
    pub(crate) event: Value,
    /// The body inside it, if that is JSON.
    body: Option<Value>,
}

impl Sample {
    /// Reads the event at `path`.
    ///
    /// # Errors
    /// There is none, or it is not JSON.
    pub(crate) fn read(path: &Path) -> Result<Self, SampleError> {
        let text = fs::read_to_string(path);
        let text = text.map_err(|source| SampleError::Absent { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Takes `text` as the event.
    ///
    /// # Errors
    /// It is not JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, SampleError> {
        Ok(Self::new(serde_json::from_str(text)?))
    }

    /// Takes `event` as it is.
    pub(crate) fn new(event: Value) -> Self {
        let body = event.get("body").and_then(Value::as_str);
        let body = body.and_then(|body| serde_json::from_str(body).ok());
        Self { event, body }
    }

    /// Whether `answer` is the one that this sample is to get.
    ///
    /// # Errors
    /// It is not.
    pub(crate) fn judge(&self, answer: &[u8]) -> Result<Value, Wrong> {
        let answer: Value = serde_json::from_slice(answer).map_err(|_| Wrong::NotJson)?;
        let route = self.event.get("routeKey").and_then(Value::as_str).unwrap_or_default();
        match expected(route) {
            Some(status) => judge_as(Some(status), &answer)?,
            None => judge_by(&answer, |status| (200..300).contains(&status))?,
        }
        Ok(answer)
    }

    /// The event with unique values that no event has had before.
    pub(crate) fn fresh(&self, serial: &mut Serial) -> Value {
        let Some(mut body) = self.body.clone() else {
            return self.event.clone();
        };
        let number = serial.next();
        renew(&mut body, number);
        let body = body.to_string();
        let mut event = self.event.clone();
        if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
            for (name, value) in headers {
                match name.as_str() {
                    "content-length" => *value = body.len().to_string().into(),
                    "idempotency-key" => *value = number.to_string().into(),
                    _ => {}
                }
            }
        }
        if let Some(event) = event.as_object_mut() {
            event.insert("body".to_owned(), body.into());
        }
        event
    }
}

/// Gives every unique value in `value` the suffix `number`. Digits, which no format forbids.
fn renew(value: &mut Value, number: u128) {
    match value {
        Value::Object(members) => renew_members(members, number),
        Value::Array(elements) => elements.iter_mut().for_each(|element| renew(element, number)),
        _ => {}
    }
}

fn renew_members(members: &mut Map<String, Value>, number: u128) {
    for (name, value) in members {
        match value {
            Value::String(text) if is_unique(name, text) => match text.split_once('@') {
                Some((mailbox, domain)) => *text = format!("{mailbox}{number}@{domain}"),
                None => text.push_str(&number.to_string()),
            },
            other => renew(other, number),
        }
    }
}

/// Whether `answer` has the status `expected`; with `None`, whether it is a success.
///
/// # Errors
/// It does not.
pub(crate) fn judge_as(expected: Option<u64>, answer: &Value) -> Result<(), Wrong> {
    judge_by(answer, |status| expected.is_none_or(|expected| status == expected))
}

fn judge_by(answer: &Value, good: impl Fn(u64) -> bool) -> Result<(), Wrong> {
    if answer.get("isAuthorized").is_some_and(|verdict| verdict != &Value::Bool(true)) {
        return Err(Wrong::Refused);
    }
    match answer.get("statusCode").and_then(Value::as_u64) {
        Some(status) if !good(status) => {
            let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
            Err(Wrong::Status { status, body: body.chars().take(300).collect() })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn unique_values_and_what_hangs_on_them_are_renewed() {
        let body = json!({ "customer_info": { "email": "jo@example.com", "name": "Jo", "another_id": "idp|42" },
            "accountId": "0b5c1c0e-6a53-4d0c-9d5e-1f6f6b7f9c11", "masterTariffId": 521,
            "installation_info": [{ "external_installation_id": "99", "meters": [{ "external_meter_id": "77" }] }] });
        let sample = Sample::new(json!({
            "headers": { "content-length": "1", "idempotency-key": "once" }, "body": body.to_string() }));
        let event = sample.fresh(&mut Serial(4));
        let body = event.get("body").unwrap().as_str().unwrap();
        assert_eq!(
            event.get("headers").unwrap(),
            &json!({ "content-length": body.len().to_string(), "idempotency-key": "5" })
        );
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            body,
            json!({ "customer_info": { "email": "jo5@example.com", "name": "Jo", "another_id": "idp|425" },
            "accountId": "0b5c1c0e-6a53-4d0c-9d5e-1f6f6b7f9c11", "masterTariffId": 521,
            "installation_info": [{ "external_installation_id": "995", "meters": [{ "external_meter_id": "775" }] }] })
        );
    }

    #[test]
    fn an_event_without_a_json_body_stays_as_it_is() {
        let event = json!({ "body": "Z3JhbnQ=", "isBase64Encoded": true });
        assert_eq!(Sample::new(event.clone()).fresh(&mut Serial(0)), event);
    }

    #[test]
    fn only_the_answer_that_a_sample_is_to_get_is_one() {
        let judged = |route: &str, answer: &[u8]| Sample::new(json!({ "routeKey": route })).judge(answer);
        assert!(judged("POST /account", br#"{"statusCode":201,"body":""}"#).is_ok());
        assert!(judged("POST /account", br#"{"statusCode":409,"body":""}"#).is_err());
        assert!(judged("POST /account", br#"{"statusCode":503}"#).is_err());
        assert!(judged("", b"text").is_err());
        assert!(judged("", br#"{"isAuthorized":true}"#).is_ok());
        assert!(judged("", br#"{"isAuthorized":false}"#).is_err());
        assert!(judged("$default", br#"{"statusCode":404}"#).is_ok());
        assert!(judged("$default", br#"{"statusCode":200}"#).is_err());
        assert!(judged("DELETE /account/{account_id}", br#"{"statusCode":404}"#).is_ok());
        assert!(judged("GET /account/{account_id}", br#"{"statusCode":404}"#).is_err());
    }

    #[test]
    fn a_failure_may_be_what_is_expected() {
        let answer = json!({ "statusCode": 409 });
        assert!(judge_as(Some(409), &answer).is_ok());
        assert!(judge_as(Some(201), &answer).is_err());
        assert!(judge_as(None, &json!({ "app_id": "a" })).is_ok());
    }
}
