//! Functions that are called with the changes of the table, in the order in which they happened.
//!
//! Lambda hands over a batch of records and keeps handing it over until nothing in it fails. What
//! failed is named by its sequence number, and everything from the first of those on comes again:
//! a handler must bear to see a change twice. The mapping in the template bounds the tries, halves
//! a failing batch until the record that is to blame is alone, and puts that one aside.

use serde::Deserialize;
use serde_json::value::RawValue;
use wattbook_store::changes::Change;

use crate::{
    Failure, InvocationError, Services,
    batch::{Batch, PartialFailure},
    invocation::Pending,
    log,
};

/// Handles a change that the table's stream tells of. It may be told of the same one again.
pub type StreamHandler = for<'a> fn(&'a Services, &'a Change) -> Pending<'a, Result<(), Failure>>;

/// As much of a record as is needed to name it.
#[derive(Deserialize)]
struct Label {
    dynamodb: Position,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Position {
    sequence_number: String,
}

/// Runs such a function once.
///
/// A record that cannot be read is reported and the others are handled: trying again will not make
/// it better, and they should not wait until it is put aside. When the handler fails, the rest of
/// the batch waits for the next try, so that nobody hears of changes out of their order.
pub(crate) async fn invoke(
    function: &'static str,
    handle: StreamHandler,
    services: &Services,
    event: &RawValue,
    request_id: &str,
) -> Result<Box<RawValue>, InvocationError> {
    let internal = |message: &str| InvocationError { code: "internal".into(), message: message.into() };
    let batch: Batch<'_> =
        serde_json::from_str(event.get()).map_err(|_| internal("not an event of a DynamoDB stream"))?;
    let mut failures = PartialFailure::default();
    for record in &batch.records {
        let label: Label =
            serde_json::from_str(record.get()).map_err(|_| internal("a record has no sequence number"))?;
        let sequence_number = label.dynamodb.sequence_number;
        let handled = match Change::read(record) {
            Ok(Some(change)) => handle(services, &change).await,
            Ok(None) => Ok(()),
            Err(error) => {
                // Its causes may quote what is stored.
                let reason = error.to_string();
                tracing::error!(function, request_id, sequence_number, reason, "a record cannot be read");
                fail(&mut failures, sequence_number);
                continue;
            }
        };
        if let Err(failure) = handled {
            let cause = log::chain(&failure);
            tracing::error!(function, request_id, sequence_number, code = failure.code(), cause, "failed");
            fail(&mut failures, sequence_number);
            break;
        }
    }
    let failed = !failures.is_empty();
    tracing::info!(function, request_id, records = batch.records.len(), failed, "handled");
    serde_json::value::to_raw_value(&failures).map_err(|error| internal(&error.to_string()))
}

/// Notes the first record that failed: all from there on come again, whatever else is noted.
fn fail(failures: &mut PartialFailure, sequence_number: String) {
    if failures.is_empty() {
        failures.add(sequence_number);
    }
}
