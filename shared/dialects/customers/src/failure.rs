//! Failures in the form of the framework that the published API was made with: one status with a code, and every fault.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use wattbook_api::{
    Answer, Failure, Request,
    contract::open_enumeration,
    problem::{self, ProblemEntry},
};

/// A failure.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ErrorResponse {
    /// What happened.
    response_status: ResponseStatus,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ResponseStatus {
    /// A stable code for programs.
    #[schema(value_type = ResponseCode)]
    error_code: String,
    /// What to do about it.
    message: String,
    /// Each fault, in the order of the body.
    errors: Vec<ResponseError>,
}

/// One fault.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ResponseError {
    /// A stable code for programs.
    #[schema(value_type = ResponseErrorCode)]
    error_code: String,
    /// Which member of the body, with dots, or which parameter or header; empty if it is the whole.
    field_name: String,
    /// What is wrong and what to do.
    message: String,
}

/// The codes of failures, for the contract.
struct ResponseCode;

impl PartialSchema for ResponseCode {
    fn schema() -> RefOr<Schema> {
        let codes = [
            "InvalidRequest",
            "MalformedJson",
            "TooDeep",
            "Unauthenticated",
            "Forbidden",
            "NotFound",
            "UnknownPath",
            "MethodNotAllowed",
            "Conflict",
            "RuleBroken",
            "RequestInProgress",
            "NotInArea",
            "Erased",
            "VersionMismatch",
            "BodyTooLarge",
            "AccountTooLarge",
            "UnsupportedMediaType",
            "UnsupportedContentEncoding",
            "IdempotencyKeyReused",
            "TooManyTries",
            "Busy",
            "Internal",
        ];
        open_enumeration(&codes, "What kind of failure it is, for programs. Further codes may come.")
    }
}

impl ToSchema for ResponseCode {
    fn name() -> Cow<'static, str> {
        "ResponseCode".into()
    }
}

/// The codes of faults, for the contract.
struct ResponseErrorCode;

impl PartialSchema for ResponseErrorCode {
    fn schema() -> RefOr<Schema> {
        let codes = [
            "Required",
            "Empty",
            "WrongType",
            "NotAllowed",
            "OutOfRange",
            "TooLong",
            "TooMany",
            "TooFew",
            "Taken",
            "Immutable",
            "Contradiction",
            "InvalidEmail",
            "InvalidPhoneNumber",
            "InvalidTime",
            "InFuture",
            "InvalidDate",
            "InvalidUrl",
            "InvalidToken",
            "InvalidValue",
            "InvalidIdempotencyKey",
            "CheckDigit",
            "IdentifierForm",
            "SameAccount",
            "ControlCharacter",
            "InvisibleCharacter",
            "SurroundingSpace",
            "EndsBeforeStart",
            "BeforeContract",
            "TooFarAhead",
            "ReadingTooLow",
            "ReadingTooHigh",
            "ReadingExists",
            "NoMeter",
            "Unknown",
            "UnknownMember",
            "UnknownParameter",
            "RepeatedMember",
            "RepeatedParameter",
            "RepeatedValue",
            "UnreliablePath",
            "CredentialsInQuery",
            "AccountDeleted",
        ];
        open_enumeration(&codes, "What is wrong, for programs. Further codes may come.")
    }
}

impl ToSchema for ResponseErrorCode {
    fn name() -> Cow<'static, str> {
        "ResponseErrorCode".into()
    }
}

/// Writes a failure in this dialect. Who holds a value that is taken is told to nobody.
#[must_use]
pub fn refuse(_: &Request, failure: &Failure) -> Answer {
    let (listed, omitted) = match failure {
        Failure::Faults(_) | Failure::Rules(_) | Failure::Taken(_) | Failure::Unseen(_) => problem::faults(failure),
        _ => (Vec::new(), 0),
    };
    let mut errors: Vec<_> = listed.into_iter().map(error).collect();
    if omitted > 0 {
        let message = format!("{omitted} further faults are not listed");
        errors.push(ResponseError { error_code: pascal("too_many"), field_name: String::new(), message });
    }
    let message = match failure {
        Failure::Unauthenticated => {
            "The name or the password is wrong, or the token has expired. Send them as Basic credentials, or fetch a token."
                .to_owned()
        }
        Failure::NotFound => "There is nothing of this id that you can see.".to_owned(),
        _ => problem::detail(failure),
    };
    let response_status = ResponseStatus { error_code: pascal(failure.code()), message, errors };
    let body = serde_json::to_string(&ErrorResponse { response_status }).unwrap_or_default();
    problem::with_headers(Answer::text(failure.status(), "application/json", body), failure)
}

fn error(entry: ProblemEntry) -> ResponseError {
    let field_name = entry.parameter.or_else(|| entry.path.as_deref().map(dotted)).unwrap_or_default();
    ResponseError { error_code: pascal(entry.code), field_name, message: entry.message }
}

/// `/Address/City` as `Address.City`.
fn dotted(path: &str) -> String {
    let tokens = path.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
    tokens.collect::<Vec<_>>().join(".")
}

/// `too_many` as `TooMany`, which is how this dialect writes words.
fn pascal(code: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    code.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_places_are_written_as_this_dialect_writes_words() {
        assert_eq!(pascal("too_many"), "TooMany");
        assert_eq!(pascal("busy"), "Busy");
        assert_eq!(dotted("/Address/City"), "Address.City");
        assert_eq!(dotted("/a~1b"), "a/b");
        assert_eq!(dotted(""), "");
    }
}
