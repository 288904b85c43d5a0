//! What operations answer when they are not carried out.

use serde_json::{Map, Value, json};

use super::{
    Shape,
    operation::{Headers, headers},
    schema::json as shape,
};
use crate::{contract::GatewayMessage, problem::Problem};

/// How a dialect writes its failures.
pub struct Failures {
    /// What is put after a failure's name, so that several dialects have room in one document.
    pub suffix: &'static str,
    /// The media type.
    pub media_type: &'static str,
    /// The body.
    pub body: fn() -> Shape,
    /// Recorded answers, as JSON: from the name of a failure, as in `NotFound`, to `{"answer": …}`.
    pub examples: &'static str,
}

/// Failures as problem documents.
pub static PROBLEM: Failures = Failures {
    suffix: "Problem",
    media_type: "application/problem+json",
    body: shape::<Problem>,
    examples: include_str!("problems.json"),
};

/// Why a request is not carried out, as far as callers have to tell it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// 400.
    Faults,
    /// 401, from the edge.
    Unauthorized,
    /// 401, of a credential in the request itself.
    WrongCredential,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 409: values are taken, or a rule would be broken.
    Conflict,
    /// 409: that, or the same request is being carried out.
    ConflictOrInProgress,
    /// 410: nothing in the area that was asked for.
    NotInArea,
    /// 410.
    Erased,
    /// 412.
    Version,
    /// 413.
    TooLarge,
    /// 415.
    MediaType,
    /// 422.
    KeyReused,
    /// 429, from API Gateway.
    TooManyRequests,
    /// 429: too many wrong passwords; or from API Gateway.
    TooManyTries,
    /// 500.
    Internal,
    /// 503.
    Busy,
}

impl Refusal {
    /// The status, as a document writes it.
    pub(super) const fn status(self) -> &'static str {
        match self {
            Self::Faults => "400",
            Self::Unauthorized | Self::WrongCredential => "401",
            Self::Forbidden => "403",
            Self::NotFound => "404",
            Self::Conflict | Self::ConflictOrInProgress => "409",
            Self::NotInArea | Self::Erased => "410",
            Self::Version => "412",
            Self::TooLarge => "413",
            Self::MediaType => "415",
            Self::KeyReused => "422",
            Self::TooManyRequests | Self::TooManyTries => "429",
            Self::Internal => "500",
            Self::Busy => "503",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::Faults => "The request has faults; all are listed.",
            Self::Unauthorized => {
                "The credential or the token is unknown, wrong, revoked or expired: fetch a new token. Where there is no \
                 `Authorization` header at all, API Gateway answers by itself."
            }
            Self::WrongCredential => "The credential is not valid.",
            Self::Forbidden => "This is for others to do.",
            Self::NotFound => "Nothing of this id that you can see.",
            Self::Conflict => "The change would break rules, or wants values that are taken; all are listed.",
            Self::ConflictOrInProgress => {
                "The change would break rules, or wants values that are taken; all are listed. Or a request with this \
                 `Idempotency-Key` is being carried out; then `Retry-After` says when to ask again."
            }
            Self::NotInArea => "The name and the password are right, but there is no contract in the area.",
            Self::Erased => {
                "A request with this `Idempotency-Key` was carried out, and what it was about has been erased since."
            }
            Self::Version => "The account is not in the version of `If-Match`.",
            Self::TooLarge => {
                "The body is larger than 1 MiB, inflated or not, or the account would take more than 350 KB in the store."
            }
            Self::MediaType => {
                "The body is not of the media type that it has to be, as `Content-Type` says; or it is in another coding \
                 than gzip, as `Content-Encoding` says, and then `Accept-Encoding` is in the answer."
            }
            Self::KeyReused => "Another request has used the idempotency key.",
            Self::TooManyRequests => {
                "More requests than this deployment allows; ask again in a second. From API Gateway."
            }
            Self::TooManyTries => {
                "Too many wrong passwords were tried on this name or from this address; ask again after `Retry-After`. Or more \
                 requests than this deployment allows."
            }
            Self::Internal => "Something went wrong on our side. Quote the `X-Request-Id`.",
            Self::Busy => "Contention or throttling that outlived the retries; ask again after `Retry-After`.",
        }
    }

    const fn headers(self) -> &'static [&'static str] {
        match self {
            Self::Unauthorized | Self::WrongCredential => &["X-Request-Id", "WWW-Authenticate"],
            Self::ConflictOrInProgress | Self::TooManyTries | Self::Busy => &["X-Request-Id", "Retry-After"],
            Self::MediaType => &["X-Request-Id", "Accept-Encoding"],
            Self::TooManyRequests => &[],
            _ => &["X-Request-Id"],
        }
    }

    /// Its name among the components of a document.
    pub(super) fn name(self, failures: &Failures) -> String {
        match self {
            Self::TooManyRequests => format!("{self:?}"),
            _ => format!("{self:?}{}", failures.suffix),
        }
    }

    /// The answer, and what it refers to.
    pub(super) fn answer(self, failures: &Failures, all_headers: &mut Headers) -> (Value, Shape) {
        let gateway = shape::<GatewayMessage>();
        let mut content = Map::new();
        let mut body = match self {
            Self::TooManyRequests => gateway.clone(),
            _ => (failures.body)(),
        };
        let media_type = if self == Self::TooManyRequests { "application/json" } else { failures.media_type };
        content.insert(media_type.into(), json!({ "schema": body.schema }));
        if self == Self::Unauthorized {
            // Generated clients take the first media type for the only one, whatever an answer says it is.
            let either = json!({ "schema": { "anyOf": [body.schema, gateway.schema] } });
            content.insert("application/json".into(), json!({ "schema": gateway.schema }));
            content.insert(media_type.into(), either);
            body.named.extend(gateway.named);
        }
        let own = content.get_mut(media_type).and_then(Value::as_object_mut);
        if let (Some(example), Some(content)) = (self.example(failures), own) {
            content.insert("example".into(), example);
        }
        let headers = headers(self.headers(), all_headers);
        (json!({ "description": self.description(), "headers": headers, "content": content }), body)
    }

    fn example(self, failures: &Failures) -> Option<Value> {
        if self == Self::TooManyRequests {
            return Some(json!({ "message": "Too Many Requests" }));
        }
        let examples: Value = serde_json::from_str(failures.examples).ok()?;
        let name = format!("{self:?}");
        // One of them does for both.
        let name = name.strip_suffix("OrInProgress").unwrap_or(&name);
        examples.get(name)?.get("answer").cloned()
    }
}
