//! What can go wrong below a request.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

use crate::connection::cause;

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
    /// A record of the table's stream does not have the shape that DynamoDB gives it.
    #[error("a record of the stream cannot be read")]
    UnreadableChange(#[source] serde_json::Error),
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

/// What a call with a condition was answered; `None` if the condition did not hold.
pub(crate) fn conditional<T, E, R>(
    operation: &'static str,
    outcome: Result<T, SdkError<E, R>>,
) -> Result<Option<T>, StoreError>
where
    E: std::error::Error + ProvideErrorMetadata + RequestId + 'static,
    R: std::fmt::Debug,
{
    match outcome {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(None),
        Err(error) => Err(StoreError::call(operation, &error)),
    }
}

impl StoreError {
    /// Keeps [what can be logged](cause) of what the SDK said. An error that outlived the retries as a throttle is
    /// [`Self::Busy`].
    pub(crate) fn call<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Self
    where
        E: std::error::Error + ProvideErrorMetadata + RequestId + 'static,
        R: std::fmt::Debug,
    {
        match error.code() {
            Some(code) if crate::retry::is_passing(code) => Self::Busy(format!("{operation}: {code}")),
            _ => Self::Call { operation, cause: cause(error) },
        }
    }
}
