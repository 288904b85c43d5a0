//! Functions that are invoked by name.

use deserr::Deserr;
use serde_json::{Value, value::RawValue};
use wattbook_domain::Flaw;

use crate::{
    Failure, Faults, InvocationError, Services, body,
    fault::{Location, Pointer},
    invocation::Pending,
    json::{self, Document},
    log,
};

/// Handles a direct invocation (`lambda:InvokeFunction`): JSON in, JSON out.
pub type DirectHandler = for<'a> fn(&'a Services, &'a RawValue) -> Pending<'a, Result<Value, Failure>>;

/// What an event asks for by its `action`, which is one of these.
///
/// # Errors
/// It is none, or has faults.
pub fn action<A: Deserr<Faults>>(event: &RawValue, actions: &'static [&'static str]) -> Result<A, Failure> {
    let mut faults = Faults::default();
    let Document { value, .. } = json::document(event.get().as_bytes(), &mut faults)?;
    // Said here, for the reader of bodies does not tell which there are.
    let word = value.get("action").and_then(Value::as_str);
    if word.is_some_and(|word| !actions.contains(&word)) {
        faults.body(&Pointer::root().child("action"), Flaw::NotOneOf { allowed: actions });
        return Err(Failure::Faults(faults));
    }
    let read = body::read(&value, &mut faults);
    read.filter(|_| faults.is_empty()).ok_or(Failure::Faults(faults))
}

/// Runs such a function once. A refusal becomes a function error that carries its code and says
/// what is wrong: whoever may invoke is an operator.
pub(crate) async fn invoke(
    function: &'static str,
    handle: DirectHandler,
    services: &Services,
    event: &RawValue,
    request_id: &str,
) -> Result<Box<RawValue>, InvocationError> {
    match handle(services, event).await {
        Ok(answer) => {
            tracing::info!(function, request_id, "answered");
            serde_json::value::to_raw_value(&answer)
                .map_err(|error| InvocationError { code: "internal".into(), message: error.to_string() })
        }
        Err(failure) => {
            if failure.status() >= 500 {
                let cause = log::chain(&failure);
                tracing::error!(function, request_id, code = failure.code(), cause, "failed");
            } else {
                tracing::info!(function, request_id, code = failure.code(), "refused");
            }
            Err(InvocationError { code: failure.code().into(), message: message(&failure) })
        }
    }
}

fn message(failure: &Failure) -> String {
    let Failure::Faults(faults) = failure else { return failure.to_string() };
    let line = |fault: &crate::Fault| match &fault.location {
        Location::Body(path) => format!("{} {}", path.as_str(), fault.reason.message),
        Location::Query(name) => format!("{name} {}", fault.reason.message),
        Location::Header(name) => format!("{name} {}", fault.reason.message),
    };
    faults.list().iter().map(line).collect::<Vec<_>>().join("; ")
}
