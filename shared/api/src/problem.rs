//! Failures as problem documents (RFC 9457), the form of every dialect that prescribes no other.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_domain::{
    Flaw,
    entity::{EntityStatus, OffboardingId},
};
use wattbook_store::MAX_ACCOUNT_BYTES;

use crate::{
    Answer, Dialect, Failure, Fault, Request,
    contract::{self, FaultCode, ProblemCode},
    fault::{Location, Pointer, Reason},
    http::{Conflict, DeviceConflict, MAX_BODY_BYTES},
};

/// A failure, as RFC 9457 has it, with a code for programs and every single fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `urn:wattbook:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What kind of failure it is, the same for all of its kind.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What to do about it.
    detail: String,
    /// A stable code for programs.
    #[schema(value_type = ProblemCode)]
    code: &'static str,
    /// Each fault, in the order of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<ProblemEntry>,
    /// How many further faults there are that the list had no room for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    errors_omitted: Option<usize>,
}

/// One fault.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemEntry {
    /// A stable code for programs.
    #[schema(value_type = FaultCode)]
    pub code: &'static str,
    /// Where in the body: a JSON Pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub path: Option<String>,
    /// Which query parameter or header, where it is not in the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub parameter: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
    /// Of a taken value: the account that holds it, if it is one that the caller can see.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    pub account_id: Option<String>,
    /// Of a device that is taken: the onboarding request by which somebody has it, if it is one that the caller can see.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    pub onboarding_id: Option<String>,
    /// Of an entity that is connected no longer: the offboarding that disconnected it, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    pub offboarding_id: Option<String>,
}

impl ProblemEntry {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            path: None,
            parameter: None,
            message: message.into(),
            account_id: None,
            onboarding_id: None,
            offboarding_id: None,
        }
    }

    fn at(path: &Pointer, code: &'static str, message: impl Into<String>) -> Self {
        Self { path: Some(path.as_str().to_owned()), ..Self::new(code, message) }
    }
}

/// For operations that answer with problem documents.
pub static DIALECT: Dialect = Dialect { refuse, failures: &contract::PROBLEM };

/// Writes a failure as a problem document.
#[must_use]
pub fn refuse(_: &Request, failure: &Failure) -> Answer {
    render(failure)
}

/// As [`refuse`], for where there is no request to look at.
#[must_use]
pub fn render(failure: &Failure) -> Answer {
    let (errors, omitted) = entries(failure);
    let problem = Problem {
        kind: format!("urn:wattbook:problem:{}", failure.code()),
        title: title(failure),
        status: failure.status(),
        detail: detail(failure),
        code: failure.code(),
        errors,
        errors_omitted: (omitted > 0).then_some(omitted),
    };
    let body = serde_json::to_string(&problem).unwrap_or_default();
    with_headers(Answer::text(failure.status(), "application/problem+json", body), failure)
}

/// The faults of a failure, one by one, and how many more there are. A failure that is about the whole has one.
#[must_use]
pub fn faults(failure: &Failure) -> (Vec<ProblemEntry>, usize) {
    let (entries, omitted) = entries(failure);
    let whole = || vec![ProblemEntry::at(&Pointer::root(), failure.code(), detail(failure))];
    (if entries.is_empty() { whole() } else { entries }, omitted)
}

fn entries(failure: &Failure) -> (Vec<ProblemEntry>, usize) {
    match failure {
        Failure::Faults(faults) | Failure::Rules(faults) => {
            (faults.list().iter().map(fault_entry).collect(), faults.omitted())
        }
        Failure::Taken(conflicts) => (conflicts.iter().map(conflict_entry).collect(), 0),
        Failure::DeviceTaken(conflict) => (vec![device_entry(conflict)], 0),
        Failure::Disconnected { path, offboarding } => (vec![disconnected_entry(path, *offboarding)], 0),
        Failure::Unseen(path) => (vec![unseen_entry(path)], 0),
        _ => (Vec::new(), 0),
    }
}

/// What to show instead (RFC 7617 §2, RFC 6750 §3). The same for every way of being nobody; whoever shows nothing at
/// all is answered by API Gateway.
const CHALLENGE: &str = r#"Bearer realm="wattbook", error="invalid_token", Basic realm="wattbook", charset="UTF-8""#;

/// The headers that go with a failure, whatever form it is written in.
#[must_use]
pub fn with_headers(mut answer: Answer, failure: &Failure) -> Answer {
    if let Some(seconds) = failure.retry_after_seconds() {
        answer = answer.header("retry-after", seconds);
    }
    match failure {
        Failure::Unauthenticated => answer.header("www-authenticate", CHALLENGE),
        Failure::Method { allowed } => answer.header("allow", allowed.join(", ")),
        // RFC 9110 §12.5.3.
        Failure::ContentCoding => answer.header("accept-encoding", "gzip"),
        _ => answer,
    }
}

fn title(failure: &Failure) -> &'static str {
    match failure {
        Failure::Faults(_) => "The request has faults",
        Failure::Unreadable(_) => "The body cannot be read",
        Failure::Unauthenticated => "The caller is not known",
        Failure::Forbidden => "Not allowed",
        Failure::NotFound | Failure::Unseen(_) => "Not found",
        Failure::NoRoute => "No such path",
        Failure::Method { .. } => "The method is not allowed here",
        Failure::Taken(_) => "Values are taken",
        Failure::DeviceTaken(_) => "The device is taken",
        Failure::InProgress => "The same request is being carried out",
        Failure::Rules(_) | Failure::Disconnected { .. } => "The change would break a rule",
        Failure::NotInArea => "Nothing in this area",
        Failure::Erased => "Erased",
        Failure::Precondition => "Another version",
        Failure::BodyTooLarge | Failure::AccountTooLarge { .. } => "Too large",
        Failure::MediaType { .. } => "The body is of another media type",
        Failure::ContentCoding => "The body is in another coding",
        Failure::KeyReused => "The idempotency key has been used",
        Failure::TooManyTries { .. } => "Too many wrong passwords",
        Failure::Busy(_) | Failure::Contended | Failure::PutOff => "Busy",
        Failure::Internal(_) => "Internal error",
    }
}

/// What to do about a failure.
#[must_use]
pub fn detail(failure: &Failure) -> String {
    match failure {
        Failure::Faults(_) => "Mend every fault that is listed and send the request again.".into(),
        Failure::Unreadable(reason) => reason.message.clone(),
        Failure::Unauthenticated => {
            "The credential or the token is unknown, wrong, revoked or expired. Send the app id and app key as Basic \
             credentials, or fetch a new bearer token."
                .into()
        }
        Failure::Forbidden => "This is for others to do; README says who may.".into(),
        Failure::NotFound => "There is nothing of this id that this credential can see.".into(),
        Failure::Unseen(_) => "The body names something that this credential cannot see, or that is not there.".into(),
        Failure::NoRoute => "The OpenAPI document of this API lists its paths; README says where it is.".into(),
        Failure::Method { allowed } => format!("This path takes {}.", allowed.join(", ")),
        Failure::Taken(_) => {
            "Each value that is listed belongs to an account already, and can belong to one only. Nothing was stored."
                .into()
        }
        Failure::DeviceTaken(_) => {
            "A device belongs to one onboarding request or entity. It is free again when that is canceled, expires, fails or \
             is offboarded. If it has a new owner who can prove that it is his, by a sign-in or a code, send takeOver. \
             Nothing was stored."
                .into()
        }
        Failure::InProgress => {
            "A request with this Idempotency-Key is being carried out; ask again after the time in Retry-After.".into()
        }
        Failure::Rules(_) | Failure::Disconnected { .. } => {
            "Each rule that is listed holds for what is stored. Nothing was changed.".into()
        }
        Failure::NotInArea => {
            "The name and the password are right, but there is no contract in the area of the request; name the other one."
                .into()
        }
        Failure::Erased => {
            "A request with this Idempotency-Key was carried out, and what it was about has been erased since, with the \
             answer. Use a new key to ask for it once more."
                .into()
        }
        Failure::Precondition => {
            "The resource is not in the version of If-Match: read it again, and decide anew. Nothing was changed."
                .into()
        }
        Failure::BodyTooLarge => format!("A body can have at most {MAX_BODY_BYTES} bytes."),
        Failure::AccountTooLarge { bytes } => {
            format!("The account would take {bytes} bytes in the store; at most {MAX_ACCOUNT_BYTES} are allowed.")
        }
        Failure::MediaType { expected } => format!("Send the body as {expected}, and say so in Content-Type."),
        Failure::ContentCoding => {
            "Send the body as it is, or compressed with gzip and `Content-Encoding: gzip`; no other coding is taken off."
                .into()
        }
        Failure::KeyReused => {
            "Another request was made with this Idempotency-Key within the last 24 hours; use a new key.".into()
        }
        Failure::TooManyTries { .. } => {
            "Too many wrong passwords were tried on this name or from this address. Try again after the time in Retry-After."
                .into()
        }
        Failure::Busy(_) | Failure::Contended | Failure::PutOff => "Ask again after the time in Retry-After. Nothing was stored.".into(),
        Failure::Internal(_) => "Something went wrong on our side. Quote the X-Request-Id of this answer.".into(),
    }
}

fn fault_entry(fault: &Fault) -> ProblemEntry {
    let Reason { code, message } = &fault.reason;
    match &fault.location {
        Location::Body(path) => ProblemEntry::at(path, code, message),
        Location::Query(name) => ProblemEntry { parameter: Some(name.clone()), ..ProblemEntry::new(code, message) },
        Location::Header(name) => {
            ProblemEntry { parameter: Some((*name).to_owned()), ..ProblemEntry::new(code, message) }
        }
    }
}

/// What to do about a taken value.
fn taken(conflict: &Conflict) -> String {
    let kind = conflict.kind;
    if conflict.holder_is_deleted {
        format!(
            "this {kind} belongs to an account that is deleted but kept; set its status to ACTIVE through the accounts \
             API to have it back, or erase it to free the value"
        )
    } else {
        format!("this {kind} belongs to an account already")
    }
}

fn conflict_entry(conflict: &Conflict) -> ProblemEntry {
    ProblemEntry {
        account_id: conflict.holder.map(|id| id.to_string()),
        ..ProblemEntry::at(&conflict.path, "taken", taken(conflict))
    }
}

fn device_entry(conflict: &DeviceConflict) -> ProblemEntry {
    ProblemEntry {
        onboarding_id: conflict.holder.map(|id| id.to_string()),
        ..ProblemEntry::at(&conflict.path, "taken", "this device is being onboarded, or connected, already")
    }
}

fn disconnected_entry(path: &Pointer, offboarding: Option<OffboardingId>) -> ProblemEntry {
    let Reason { code, message } = Flaw::Ended { status: EntityStatus::Disconnected.word() }.into();
    ProblemEntry { offboarding_id: offboarding.map(|id| id.to_string()), ..ProblemEntry::at(path, code, message) }
}

fn unseen_entry(path: &Pointer) -> ProblemEntry {
    ProblemEntry::at(path, "unknown", "is nothing that this credential can see")
}
