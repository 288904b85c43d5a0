//! What all kinds of invocation have in common.

use std::{future::Future, pin::Pin};

use lambda_runtime::Diagnostic;

/// The future a handler returns. Boxed, so that handlers have one type.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An invocation that ended in an error rather than an answer. API Gateway turns one into a bare
/// 500; whoever invokes directly gets the code and the message.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub struct InvocationError {
    /// A stable code.
    pub code: String,
    /// What happened, without internals.
    pub message: String,
}

impl From<InvocationError> for Diagnostic {
    fn from(error: InvocationError) -> Self {
        Self { error_type: error.code, error_message: error.message }
    }
}
