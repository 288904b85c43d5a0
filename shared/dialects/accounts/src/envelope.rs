//! The envelope that every answer of this dialect comes in.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use wattbook_domain::AccountId;

use wattbook_api::{
    Answer, Failure, Faults, Request,
    contract::open_enumeration,
    fault::{Location, Pointer, Reason},
    http::Conflict,
    problem,
};

/// A successful answer.
#[derive(Debug, Serialize)]
pub struct Envelope<T> {
    /// `success`.
    status: &'static str,
    /// How many results there are; of a list, on all its pages.
    count: usize,
    /// What the results are.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The results; `null` where there is nothing to show.
    results: Option<Vec<T>>,
    /// Of a page: how many results come before it.
    #[serde(rename = "pageStart", skip_serializing_if = "Option::is_none")]
    page_start: Option<u64>,
    /// Of a page: how many it has at most.
    #[serde(rename = "pageCount", skip_serializing_if = "Option::is_none")]
    page_count: Option<u64>,
}

impl<T: Serialize> Envelope<T> {
    /// Results of a kind.
    #[must_use]
    pub fn of(kind: &'static str, results: Vec<T>) -> Self {
        Self { count: results.len(), results: Some(results), ..Self::nothing(kind) }
    }

    /// That it is done, with nothing to show.
    #[must_use]
    pub fn nothing(kind: &'static str) -> Self {
        Self { status: "success", count: 0, kind, results: None, page_start: None, page_count: None }
    }

    /// A page of results of a kind, if one is asked for: `start` of them are passed over, and then there are `count`
    /// at most.
    #[must_use]
    pub fn page(kind: &'static str, results: Vec<T>, start: Option<u64>, count: Option<u64>) -> Self {
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let (all, passed) = (results.len(), number(start.unwrap_or(0)));
        let page = results.into_iter().skip(passed).take(count.map_or(usize::MAX, number)).collect();
        let page_start = start.or(count.map(|_| 0));
        Self { count: all, page_start, page_count: count, ..Self::of(kind, page) }
    }

    /// As an answer. Always 200: clients of this dialect treat any other status as a failure.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn answer(&self) -> Result<Answer, Failure> {
        Answer::json(200, self)
    }
}

/// A failure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorEnvelope {
    /// Always `error`.
    #[schema(pattern = "^error$")]
    status: &'static str,
    /// How many errors there are.
    count: usize,
    /// Always `Error`.
    #[serde(rename = "type")]
    #[schema(pattern = "^Error$")]
    kind: &'static str,
    /// Every error, in the order of the body.
    results: Vec<ErrorEntry>,
}

/// One error.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorEntry {
    /// A stable code for programs.
    #[schema(value_type = ErrorCode)]
    code: &'static str,
    /// What is wrong and what to do.
    message: String,
    /// What kind of object it is about.
    #[schema(pattern = "^(Account|PropertyData|Tariff)$")]
    object_name: &'static str,
    /// Which property of it: a path with dots into the body, or a parameter or header.
    #[schema(required = true)]
    property_name: Option<String>,
    /// What was sent there, if it is short enough to repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    property_value: Option<String>,
    /// Of a taken value: the account that holds it, if it is one that the caller can see.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    account_id: Option<String>,
}

/// The codes of this dialect, for the contract.
struct ErrorCode;

impl PartialSchema for ErrorCode {
    fn schema() -> RefOr<Schema> {
        let codes = [
            "NotNull",
            "InvalidValue",
            "NotUnique",
            "ObjectErased",
            "Unauthorized",
            "ObjectNotFound",
            "UnknownPath",
            "MethodNotAllowed",
            "RequestInProgress",
            "VersionMismatch",
            "TooLarge",
            "UnsupportedMediaType",
            "IdempotencyKeyReused",
            "TooManyRequests",
            "SystemError",
        ];
        open_enumeration(&codes, "What is wrong, for programs. Further codes may come.")
    }
}

impl ToSchema for ErrorCode {
    fn name() -> Cow<'static, str> {
        "ErrorCode".into()
    }
}

/// The longest value that an error repeats, in bytes.
const MAX_REPEATED: usize = 200;

/// Writes a failure in this dialect.
#[must_use]
pub fn refuse(request: &Request, failure: &Failure) -> Answer {
    let object_name = object_of(request.route());
    let entry = |message: String, property_name: Option<String>| ErrorEntry {
        code: code(failure),
        message,
        object_name,
        property_name,
        property_value: None,
        account_id: None,
    };
    let results = match failure {
        Failure::Faults(faults) | Failure::Rules(faults) => fault_entries(request, faults, object_name),
        Failure::Taken(conflicts) => {
            let body = sent(request);
            let conflict = |conflict: &Conflict| ErrorEntry {
                property_value: value_at(&body, &conflict.path),
                account_id: conflict.holder.as_ref().map(AccountId::to_string),
                ..entry(taken(conflict), Some(dotted(&conflict.path)))
            };
            conflicts.iter().map(conflict).collect()
        }
        _ => vec![entry(problem::detail(failure), None)],
    };
    let envelope = ErrorEnvelope { status: "error", count: results.len(), kind: "Error", results };
    let body = serde_json::to_string(&envelope).unwrap_or_default();
    problem::with_headers(Answer::text(failure.status(), "application/json", body), failure)
}

fn fault_entries(request: &Request, faults: &Faults, object_name: &'static str) -> Vec<ErrorEntry> {
    let body = sent(request);
    let mut entries: Vec<_> = faults
        .list()
        .iter()
        .map(|fault| {
            let (property_name, property_value) = match &fault.location {
                Location::Body(path) => (dotted(path), value_at(&body, path)),
                Location::Query(name) => (name.clone(), request.query().first(name).and_then(short)),
                Location::Header(name) => ((*name).to_owned(), None),
            };
            ErrorEntry {
                code: fault_code(&fault.reason),
                message: fault.reason.message.clone(),
                object_name,
                property_name: (!property_name.is_empty()).then_some(property_name),
                property_value,
                account_id: None,
            }
        })
        .collect();
    if faults.omitted() > 0 {
        entries.push(ErrorEntry {
            code: "InvalidValue",
            message: format!("{} further errors are not listed", faults.omitted()),
            object_name,
            property_name: None,
            property_value: None,
            account_id: None,
        });
    }
    entries
}

fn taken(conflict: &Conflict) -> String {
    match (conflict.holder, conflict.holder_is_deleted) {
        (Some(holder), true) => format!(
            "this {} belongs to the deleted account {holder}; set the status of that one to ACTIVE to have it back, \
             or delete it with hardDelete=true to free the value",
            conflict.kind
        ),
        (Some(holder), false) => format!("this {} belongs to the account {holder} already", conflict.kind),
        (None, _) => format!("this {} belongs to an account already", conflict.kind),
    }
}

/// The codes of this dialect; README lists them.
fn code(failure: &Failure) -> &'static str {
    match failure {
        Failure::Faults(_) | Failure::Rules(_) | Failure::Disconnected { .. } | Failure::Unreadable(_) => {
            "InvalidValue"
        }
        // Of two of those, and of areas, no operation of this dialect knows.
        Failure::Unauthenticated | Failure::Forbidden | Failure::TooManyTries { .. } => "Unauthorized",
        Failure::NotFound | Failure::Unseen(_) | Failure::NotInArea => "ObjectNotFound",
        Failure::NoRoute => "UnknownPath",
        Failure::Method { .. } => "MethodNotAllowed",
        Failure::Taken(_) | Failure::DeviceTaken(_) => "NotUnique",
        Failure::InProgress => "RequestInProgress",
        Failure::Erased => "ObjectErased",
        Failure::Precondition => "VersionMismatch",
        Failure::BodyTooLarge | Failure::AccountTooLarge { .. } => "TooLarge",
        Failure::MediaType { .. } | Failure::ContentCoding => "UnsupportedMediaType",
        Failure::KeyReused => "IdempotencyKeyReused",
        Failure::Busy(_) | Failure::Contended | Failure::PutOff => "TooManyRequests",
        Failure::Internal(_) => "SystemError",
    }
}

fn fault_code(reason: &Reason) -> &'static str {
    match reason.code {
        "required" | "empty" => "NotNull",
        "repeated_value" => "NotUnique",
        _ => "InvalidValue",
    }
}

/// What a route is about.
fn object_of(route: &str) -> &'static str {
    if route.contains("/properties") {
        "PropertyData"
    } else if route.contains("/tariffs") {
        "Tariff"
    } else {
        "Account"
    }
}

/// The body as far as it can be read again, to repeat what is wrong with it.
fn sent(request: &Request) -> Value {
    request.json(&mut Faults::default()).map(|document| document.value).unwrap_or_default()
}

fn value_at(body: &Value, path: &Pointer) -> Option<String> {
    match body.pointer(path.as_str())? {
        Value::String(text) => short(text),
        scalar @ (Value::Bool(_) | Value::Number(_)) => Some(scalar.to_string()),
        _ => None,
    }
}

fn short(value: &str) -> Option<String> {
    (value.len() <= MAX_REPEATED).then(|| value.to_owned())
}

/// `/address/zip` as `address.zip`.
fn dotted(path: &Pointer) -> String {
    let tokens = path.as_str().split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
    tokens.collect::<Vec<_>>().join(".")
}
