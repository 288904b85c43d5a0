//! Records of answers that were given, for callers that ask again.

use serde::{Deserialize, Serialize};
use wattbook_domain::AccountId;

/// What is kept of a request that carried an idempotency key. Written in the transaction that the
/// request asked for, so that there is a record if and only if there is an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// The caller's key.
    #[serde(skip)]
    pub key: String,
    /// A digest of all that the request asked for. Another request under the key has another one.
    pub fingerprint: String,
    /// The account that the answer is about.
    pub account_id: AccountId,
    /// What was answered, sealed: only who has that account can read it, and nobody once it is erased.
    pub answer: String,
    /// From when the key is free again, in seconds since 1970.
    pub expires_at: i64,
}
