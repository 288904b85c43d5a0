//! What can go wrong below a request.

use aws_sdk_dynamodb::error::{DisplayErrorContext, SdkError};

/// A failure of the store that is nobody's request's fault. Causes are kept for the log; none of
/// this is shown to a caller.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store is throttling or contended, and stayed so while the call was retried. The caller
    /// may try again.
    #[error("the store is busy: {0}")]
    Busy(String),
    /// The store answered with an error, or did not answer.
    #[error("{operation} failed: {cause}")]
    Call {
        /// The DynamoDB operation.
        operation: &'static str,
        /// What it said, with its causes.
        cause: String,
    },
    /// An item does not have the shape that this version writes.
    #[error("an item of kind {kind} cannot be read")]
    Unreadable {
        /// What kind of item.
        kind: &'static str,
        /// Why.
        #[source]
        source: serde_dynamo::Error,
    },
    /// A value cannot be written as an item.
    #[error("an item cannot be written")]
    Unwritable(#[source] serde_dynamo::Error),
    /// The answer lacks what the protocol promises.
    #[error("the store's answer to {0} is incomplete")]
    Incomplete(&'static str),
    /// The connection to the store cannot be configured.
    #[error("the store's client cannot be configured: {0}")]
    Setup(String),
}

impl StoreError {
    /// Keeps what the SDK said. An error that outlived the retries as a throttle is [`Self::Busy`].
    pub(crate) fn call<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: std::error::Error + aws_sdk_dynamodb::error::ProvideErrorMetadata + 'static,
        R: std::fmt::Debug,
    {
        match error.as_service_error().and_then(aws_sdk_dynamodb::error::ProvideErrorMetadata::code) {
            Some(code) if crate::retry::is_passing(code) => Self::Busy(format!("{operation}: {code}")),
            _ => Self::Call { operation, cause: DisplayErrorContext(error).to_string() },
        }
    }
}
