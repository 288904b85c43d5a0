//! Failures of the token end point, in the words of OAuth 2.0 (RFC 6749 §5.2).

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Answer, Dialect, Failure, Request,
    contract::{self, Failures},
    problem,
};

/// The end point that speaks OAuth; its sibling for JSON answers with problem documents.
pub const TOKEN_PATH: &str = "/v1/token";

/// The code of a fault that says that the grant type is another one.
pub const UNSUPPORTED_GRANT_TYPE: &str = "unsupported_grant_type";

/// The code of a fault that says that a person's name or password is wrong.
pub const INVALID_GRANT: &str = "invalid_grant";

/// An OAuth error.
#[derive(Debug, Serialize, ToSchema)]
pub struct OauthError {
    /// The error code of RFC 6749 §5.2; the last two are of the authorization end point there, and fit here.
    #[schema(
        pattern = "^(invalid_request|invalid_client|invalid_grant|unsupported_grant_type|server_error|temporarily_unavailable)$"
    )]
    error: &'static str,
    /// What is wrong, for people.
    error_description: String,
}

/// Of the token end points.
pub static DIALECT: Dialect = Dialect { refuse, failures: &contract::PROBLEM };

/// Failures of the one that speaks OAuth, for the contract.
pub static FAILURES: Failures = Failures {
    suffix: "Oauth",
    media_type: "application/json",
    body: contract::json::<OauthError>,
    examples: include_str!("contract/oauth.json"),
};

/// Writes a failure for the end point that was asked.
#[must_use]
pub fn refuse(request: &Request, failure: &Failure) -> Answer {
    if !request.path().ends_with(TOKEN_PATH) {
        return problem::refuse(request, failure).header("cache-control", "no-store");
    }
    let (error, error_description) = match failure {
        Failure::Unauthenticated => ("invalid_client", "the client id or the client secret is wrong".to_owned()),
        Failure::Faults(faults) => {
            let own = [UNSUPPORTED_GRANT_TYPE, INVALID_GRANT];
            let code = own.into_iter().find(|&code| faults.list().iter().any(|fault| fault.reason.code == code));
            let code = code.unwrap_or("invalid_request");
            (code, faults.list().iter().map(describe).collect::<Vec<_>>().join("; "))
        }
        Failure::Busy(_) | Failure::Contended | Failure::PutOff => {
            ("temporarily_unavailable", "busy; ask again in a second".to_owned())
        }
        Failure::TooManyTries { .. } => ("temporarily_unavailable", problem::detail(failure)),
        Failure::Internal(_) => ("server_error", "something went wrong on our side".to_owned()),
        other => ("invalid_request", other.to_string()),
    };
    let body = serde_json::to_string(&OauthError { error, error_description }).unwrap_or_default();
    let answer = Answer::text(failure.status(), "application/json", body).header("cache-control", "no-store");
    match failure {
        Failure::Unauthenticated => answer.header("www-authenticate", "Basic realm=\"wattbook\""),
        _ => problem::with_headers(answer, failure),
    }
}

fn describe(fault: &crate::Fault) -> String {
    match &fault.location {
        crate::fault::Location::Query(name) => format!("{name} {}", fault.reason.message),
        crate::fault::Location::Header(name) => format!("{name} {}", fault.reason.message),
        crate::fault::Location::Body(path) => {
            format!("{} {}", path.as_str().trim_start_matches('/'), fault.reason.message)
        }
    }
}
