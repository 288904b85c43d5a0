//! An answer.

use std::{collections::BTreeMap, fmt};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{json, value::RawValue};

use crate::{Failure, InvocationError, Request};

/// The version of a resource, as a strong entity tag (RFC 9110 §8.8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ETag(pub u64);

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

impl ETag {
    /// The answer with what the caller has not got: with the version, and without a body if that is known.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn answer(self, request: &Request, whole: impl FnOnce() -> Result<Answer, Failure>) -> Result<Answer, Failure> {
        let answer = if self.is_known_to(request) { Answer::new(304) } else { whole()? };
        Ok(answer.header("etag", self))
    }

    /// Whether `If-None-Match` names this version: compared weakly, as RFC 9110 §13.1.2 has it.
    #[must_use]
    pub fn is_known_to(self, request: &Request) -> bool {
        let own = self.to_string();
        let names = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == own;
        request.header("if-none-match").is_some_and(|tags| tags.split(',').map(str::trim).any(names))
    }
}

/// What `If-Match` asks of a version (RFC 9110 §13.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition(Option<String>);

impl Precondition {
    /// Of what is no request over HTTP: anything goes.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Of a request; without the header, anything goes.
    #[must_use]
    pub fn of(request: &Request) -> Self {
        let given = request.has_header("if-match");
        Self(given.then(|| request.header("if-match").unwrap_or_default().to_owned()))
    }

    /// Of something that is not there, no version is current.
    ///
    /// # Errors
    /// Some version is asked for.
    pub fn check_absent(&self) -> Result<(), Failure> {
        if self.0.is_none() { Ok(()) } else { Err(Failure::Precondition) }
    }

    /// Compares strongly.
    ///
    /// # Errors
    /// The version is none of those that are asked for.
    pub fn check(&self, current: ETag) -> Result<(), Failure> {
        let Some(tags) = &self.0 else { return Ok(()) };
        let own = current.to_string();
        let holds = tags.split(',').map(str::trim).any(|tag| tag == "*" || tag == own);
        if holds { Ok(()) } else { Err(Failure::Precondition) }
    }
}

/// An answer as it was given, for whoever repeats the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

/// An answer over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    cookies: Vec<String>,
    body: Option<String>,
    /// Whether the body is in base64, as API Gateway takes what is no text.
    is_base64: bool,
}

impl Answer {
    /// A status alone.
    #[must_use]
    pub const fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), cookies: Vec::new(), body: None, is_base64: false }
    }

    /// A JSON document.
    ///
    /// # Errors
    /// The value cannot be written as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_string(value).map_err(|error| Failure::Internal(error.into()))?;
        Ok(Self::text(status, "application/json", body))
    }

    /// A body of some media type.
    #[must_use]
    pub fn text(status: u16, media_type: &'static str, body: impl Into<String>) -> Self {
        let headers = vec![("content-type", media_type.into())];
        Self { status, headers, cookies: Vec::new(), body: Some(body.into()), is_base64: false }
    }

    /// A body that is no text.
    #[must_use]
    pub fn bytes(status: u16, media_type: &'static str, body: &[u8]) -> Self {
        Self { is_base64: true, ..Self::text(status, media_type, STANDARD.encode(body)) }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// With one more cookie, as `Set-Cookie` has it (RFC 6265 §4.1). What is kept of an answer has none.
    #[must_use]
    pub fn cookie(mut self, cookie: String) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// The status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The body; nothing if it has none.
    #[must_use]
    pub fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }

    /// What an idempotency record keeps of it.
    #[must_use]
    pub fn to_stored(&self) -> StoredAnswer {
        StoredAnswer {
            status: self.status,
            headers: self.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            body: self.body.clone().unwrap_or_default(),
        }
    }

    /// The answer that a record kept, marked as a repetition.
    #[must_use]
    pub fn replayed(stored: StoredAnswer) -> Self {
        const KEPT: [&str; 3] = ["content-type", "location", "etag"];
        let kept = |name| stored.headers.get(name).map(|value| (name, value.clone()));
        let headers = KEPT.into_iter().filter_map(kept).collect();
        Self { status: stored.status, headers, cookies: Vec::new(), body: Some(stored.body), is_base64: false }
            .header("idempotent-replayed", true)
    }

    /// The response in payload format 2.0.
    pub(crate) fn into_event(self) -> Result<Box<RawValue>, InvocationError> {
        let headers: serde_json::Map<_, _> =
            self.headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let mut response = json!({
            "statusCode": self.status,
            "headers": headers,
            "body": self.body.unwrap_or_default(),
            "isBase64Encoded": self.is_base64,
        });
        if !self.cookies.is_empty()
            && let Some(response) = response.as_object_mut()
        {
            response.insert("cookies".into(), self.cookies.into());
        }
        serde_json::value::to_raw_value(&response)
            .map_err(|error| InvocationError { code: "internal".into(), message: error.to_string() })
    }
}
