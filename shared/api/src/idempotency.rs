//! Requests that may be sent twice and take effect once.
//!
//! The record of an answer is written in the same transaction as the effect. There is nothing to
//! look up beforehand and nothing to clean up after a failure: a request that was refused has left
//! no record, so that its key is free.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use wattbook_domain::AccessLevel;
use wattbook_store::IdempotencyRecord;

use crate::{Answer, Failure, Faults, Principal, Request, fault::Reason};

/// The header that carries the key.
pub const HEADER: &str = "idempotency-key";

/// How long a key is remembered, in seconds.
const LIFETIME_SECONDS: i64 = 24 * 3600;

/// The longest key, in characters.
const MAX_KEY: usize = 255;

/// A request that carries an idempotency key.
pub struct Once {
    key: String,
    fingerprint: String,
}

impl Once {
    /// What the request asks for in this respect; `None` if it carries no key.
    pub fn of(request: &Request, principal: &Principal, faults: &mut Faults) -> Option<Self> {
        if !request.has_header(HEADER) {
            return None;
        }
        let key = request.header(HEADER).unwrap_or_default();
        if key.is_empty() || key.len() > MAX_KEY || !key.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
            let message = format!("must have 1 to {MAX_KEY} visible ASCII characters");
            faults.header(HEADER, Reason::new("invalid_idempotency_key", message));
            return None;
        }
        Some(Self { key: key.to_owned(), fingerprint: fingerprint(request, principal) })
    }

    /// The caller's key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The record to store with the effect.
    #[must_use]
    pub fn record(&self, answer: &Answer, now: Timestamp) -> IdempotencyRecord {
        IdempotencyRecord {
            key: self.key.clone(),
            fingerprint: self.fingerprint.clone(),
            answer: answer.to_stored(),
            expires_at: now.as_second() + LIFETIME_SECONDS,
        }
    }

    /// Answers from the record of an earlier request.
    ///
    /// # Errors
    /// The earlier request was another one.
    pub fn replay(&self, record: IdempotencyRecord) -> Result<Answer, Failure> {
        if record.fingerprint == self.fingerprint {
            Ok(Answer::replayed(record.answer))
        } else {
            Err(Failure::KeyReused)
        }
    }
}

/// A digest of all that the request asks for and of how far its caller reaches: a key is shared by
/// the organisation, an answer must not cross its brands.
fn fingerprint(request: &Request, principal: &Principal) -> String {
    let brand = match &principal.reach.access {
        AccessLevel::Admin => "",
        AccessLevel::LabelPartner { label_partner } => label_partner.as_str(),
    };
    let mut digest = Sha256::new();
    for part in [request.method(), request.path(), request.raw_query(), brand] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    // Who compresses a body again gets other bytes, such as the time of it, and means the same.
    digest.update(request.meant_body());
    URL_SAFE_NO_PAD.encode(digest.finalize())
}
