//! The Lambda authorizer's side of API Gateway (payload 2.0, simple response).

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, json, value::RawValue};

use crate::{
    Failure, InvocationError, Person, Principal, Services, http::BY_CLOUDFRONT, invocation::Pending, log, person,
};

/// Decides whether a request may pass, and as whom.
pub type AuthorizerHandler = for<'a> fn(&'a Services, &'a Asked) -> Pending<'a, Result<Verdict, Failure>>;

/// What the authorizer is asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    #[serde(default)]
    identity_source: Vec<String>,
    #[serde(default)]
    headers: HashMap<String, String>,
    #[serde(default)]
    request_context: Context,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(default)]
    request_id: String,
    #[serde(default)]
    http: Http,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    #[serde(default)]
    source_ip: Option<String>,
}

impl Asked {
    /// The `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> &str {
        self.identity_source.first().map(String::as_str).unwrap_or_default()
    }

    /// The address that the request came from. See [`crate::Request::source_address`].
    #[must_use]
    pub fn source_address(&self) -> Option<&str> {
        let address = self.request_context.http.source_ip.as_deref();
        address.filter(|_| !self.headers.contains_key(BY_CLOUDFRONT))
    }
}

/// What the authorizer finds: who calls, or nobody. One answer for every way of being nobody.
///
/// Nobody passes, too: a refusal here would be a bare 403 of API Gateway's, and clients of these dialects fetch a new
/// token at a 401. So the function's edge refuses ([`crate::http`]), in the words of its dialect.
#[derive(Debug)]
pub enum Verdict {
    /// An organisation.
    Organisation(Principal),
    /// A person.
    Person(Person),
    /// Somebody on whose name, or from whose address, no password is tried until that second since the epoch.
    Throttled(i64),
    /// Nobody.
    Nobody,
}

impl From<Option<Principal>> for Verdict {
    fn from(found: Option<Principal>) -> Self {
        found.map_or(Self::Nobody, Self::Organisation)
    }
}

/// Runs the authorizer once.
pub(crate) async fn invoke(
    function: &'static str,
    handle: AuthorizerHandler,
    services: &Services,
    event: &RawValue,
) -> Result<Box<RawValue>, InvocationError> {
    let internal = |message: &str| InvocationError { code: "internal".into(), message: message.into() };
    let asked: Asked =
        serde_json::from_str(event.get()).map_err(|_| internal("not an authorizer event of payload format 2.0"))?;
    let request_id = asked.request_context.request_id.as_str();
    match handle(services, &asked).await {
        Ok(verdict) => {
            let (app_id, user_id, context) = match &verdict {
                Verdict::Organisation(principal) => (principal.app_id(), None, principal.to_context()),
                Verdict::Person(person) => (None, Some(person.user.to_string()), person.to_context()),
                Verdict::Throttled(until) => (None, None, person::throttled(*until)),
                Verdict::Nobody => (None, None, Map::new()),
            };
            let (authorized, throttled) =
                (app_id.is_some() || user_id.is_some(), matches!(verdict, Verdict::Throttled(_)));
            tracing::info!(function, request_id, app_id, user_id, authorized, throttled, "decided");
            serde_json::value::to_raw_value(&json!({"isAuthorized": true, "context": context}))
                .map_err(|error| internal(&error.to_string()))
        }
        Err(failure) => {
            let cause = log::chain(&failure);
            tracing::error!(function, request_id, code = failure.code(), cause, "failed");
            Err(internal("the credential could not be checked"))
        }
    }
}
