//! Records of answers that were given, for callers that ask again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers that belong to the answer, such as `location`.
    pub headers: BTreeMap<String, String>,
    /// The body, byte for byte.
    pub body: String,
}

/// What is kept of a request that carried an idempotency key. Written in the transaction that the
/// request asked for, so that there is a record if and only if there is an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// The caller's key.
    #[serde(skip)]
    pub key: String,
    /// A digest of all that the request asked for. Another request under the key has another one.
    pub fingerprint: String,
    /// What was answered.
    pub answer: StoredAnswer,
    /// From when the key is free again, in seconds since 1970.
    pub expires_at: i64,
}
