//! The Lambda authorizer's side of API Gateway (payload 2.0, simple response).

use serde::Deserialize;
use serde_json::{json, value::RawValue};

use crate::{Failure, InvocationError, Principal, Services, invocation::Pending, log};

/// Decides whether a request may pass, and as whom.
pub type AuthorizerHandler = for<'a> fn(&'a Services, &'a Asked) -> Pending<'a, Result<Verdict, Failure>>;

/// What the authorizer is asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    #[serde(default)]
    identity_source: Vec<String>,
    #[serde(default)]
    request_context: Context,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    #[serde(default)]
    request_id: String,
}

impl Asked {
    /// The `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> &str {
        self.identity_source.first().map(String::as_str).unwrap_or_default()
    }
}

/// What the authorizer finds: the caller, or nobody. One answer for every way of being nobody.
///
/// Nobody passes, too: a refusal here would be a bare 403 of API Gateway's, and clients of these dialects fetch a new
/// token at a 401. So the function's edge refuses ([`crate::http`]), in the words of its dialect.
pub type Verdict = Option<Principal>;

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
            let app_id = verdict.as_ref().and_then(Principal::app_id);
            tracing::info!(function, request_id, app_id, authorized = verdict.is_some(), "decided");
            let response = match verdict {
                Some(principal) => json!({"isAuthorized": true, "context": principal.to_context()}),
                None => json!({"isAuthorized": true, "context": {}}),
            };
            serde_json::value::to_raw_value(&response).map_err(|error| internal(&error.to_string()))
        }
        Err(failure) => {
            let cause = log::chain(&failure);
            tracing::error!(function, request_id, code = failure.code(), cause, "failed");
            Err(internal("the credential could not be checked"))
        }
    }
}
