//! When a call is tried again.
//!
//! The SDK retries throttles, server errors and lost connections with jittered backoff, but never
//! a cancelled transaction. This classifier adds the one case in which trying again can help: when
//! every reason is contention that passes. With one lasting reason among them (a value that is
//! taken) the outcome is already known.

use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    retries::classifiers::{ClassifyRetry, RetryAction},
};
use uuid::Uuid;

/// A random part of a time: for waits after which those who wait do not meet again.
#[must_use]
pub fn random_part(of: Duration) -> Duration {
    let (_, random) = Uuid::new_v4().as_u64_pair();
    of.mul_f64(f64::from(u32::try_from(random >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX))
}

/// Whether a reason or error code stands for contention or throttling, which pass.
pub(crate) fn is_passing(code: &str) -> bool {
    matches!(
        code,
        "TransactionConflict"
            | "TransactionConflictException"
            | "TransactionInProgressException"
            | "ThrottlingError"
            | "ThrottlingException"
            | "ProvisionedThroughputExceeded"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
    )
}

#[derive(Debug)]
pub(crate) struct PassingCancellation;

impl ClassifyRetry for PassingCancellation {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = match context.output_or_error() {
            Some(Err(error)) => error.as_operation_error().and_then(|e| e.downcast_ref::<TransactWriteItemsError>()),
            _ => None,
        };
        match error {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let codes = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code());
                let lasting = codes.filter(|code| *code != "None" && !is_passing(code)).count();
                if lasting == 0 && !cancelled.cancellation_reasons().is_empty() {
                    RetryAction::transient_error()
                } else {
                    RetryAction::NoActionIndicated
                }
            }
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "passing cancellation"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_differ_and_stay_below_what_they_are_part_of() {
        let longest = Duration::from_millis(50);
        let waits: Vec<_> = (0..20).map(|_| random_part(longest)).collect();
        assert!(waits.iter().all(|wait| *wait <= longest));
        assert!(waits.iter().any(|wait| *wait != waits[0]));
    }
}
