//! Whether a device is among those of whoever has signed in.

use oauth2::http::{
    Request, StatusCode,
    header::{ACCEPT, AUTHORIZATION},
};
use serde_json::Value;
use wattbook_domain::Identifier;

use crate::{DevicesAddress, Secret, SignInError, http::Http};

/// Asks the manufacturer whether the device is the owner's: it is if the answer has its identifier as a text, or as a
/// whole number, however it is spelt and wherever it stands. An answer of 404 says that it is not.
///
/// # Errors
/// The manufacturer refuses the token (401, 403), cannot be reached, or is not understood.
pub async fn proves(
    http: &Http,
    devices: &DevicesAddress,
    access: &Secret,
    identifier: &Identifier,
) -> Result<bool, SignInError> {
    let request = Request::get(devices.of(identifier))
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, format!("Bearer {}", access.reveal()))
        .body(Vec::new());
    let request = request.map_err(|_| SignInError::Unintelligible { what: "a token that is no header" })?;
    let answer = http.send(request).await?;
    match answer.status() {
        StatusCode::OK => {
            let body: Result<Value, _> = serde_json::from_slice(answer.body());
            let body = body.map_err(|_| SignInError::Unintelligible { what: "no JSON" })?;
            Ok(mentions(&body, identifier))
        }
        StatusCode::NOT_FOUND => Ok(false),
        StatusCode::UNAUTHORIZED => Err(SignInError::Refused { code: "invalid_token" }),
        StatusCode::FORBIDDEN => Err(SignInError::Refused { code: "insufficient_scope" }),
        _ => Err(SignInError::Unintelligible { what: "another status" }),
    }
}

/// Whether the identifier is in a document. Names of members do not count: they are what the manufacturer says of
/// things.
fn mentions(document: &Value, identifier: &Identifier) -> bool {
    let is = |text: &str| Identifier::parse(identifier.kind(), text).is_ok_and(|found| found == *identifier);
    match document {
        Value::String(text) => is(text),
        Value::Number(number) => number.is_u64() && is(&number.to_string()),
        Value::Array(elements) => elements.iter().any(|element| mentions(element, identifier)),
        Value::Object(members) => members.values().any(|member| mentions(member, identifier)),
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests;
