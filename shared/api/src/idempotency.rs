//! Requests that may be sent twice and take effect once.
//!
//! The record of an answer is written in the same transaction as the effect. There is nothing to
//! look up beforehand and nothing to clean up after a failure: a request that was refused has left
//! no record, so that its key is free.
//!
//! An answer may repeat who somebody is, so it is kept sealed, with a key that the account holds, or whatever else it is
//! about. Whoever erases that erases with it, in the same write, what any answer said of it.

use std::error::Error;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use wattbook_domain::{Actor, AnswerKey, LabelPartnerCode, OrganisationId};
use wattbook_store::{IdempotencyRecord, Store, Subject};

use crate::{Answer, Failure, Faults, Principal, Request, Services, fault::Reason, http::StoredAnswer, seal};

/// The header that carries the key.
pub const HEADER: &str = "idempotency-key";

/// How long a key is remembered, in seconds.
const LIFETIME_SECONDS: i64 = 24 * 3600;

/// The longest key, in characters.
const MAX_KEY: usize = 255;

/// A request that carries an idempotency key.
pub struct Once {
    organisation: OrganisationId,
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
        let organisation = principal.reach.organisation;
        // Of persons each has keys of its own. No header can carry such a key.
        let key = match &principal.actor {
            Actor::Person(id) => format!("person {id}\t{key}"),
            _ => key.to_owned(),
        };
        let asked = [request.method(), request.path(), request.raw_query()];
        // Who compresses a body again gets other bytes, such as the time of it, and means the same.
        let fingerprint = fingerprint(&asked, principal, &request.meant_body());
        Some(Self { organisation, key, fingerprint })
    }

    /// The same of what did not come over HTTP: `asked` says what is to be done with the body. No header can carry such a
    /// key, so that keys of both kinds never meet.
    #[must_use]
    pub fn brought(principal: &Principal, key: &str, asked: &str, body: &[u8]) -> Self {
        let organisation = principal.reach.organisation;
        Self { organisation, key: format!("brought\t{key}"), fingerprint: fingerprint(&[asked], principal, body) }
    }

    /// A digest of all that is asked for. Another request under the key has another one.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The record to store with the effect: an answer about something that has this key for it.
    ///
    /// # Errors
    /// It cannot be sealed.
    pub fn record(
        &self,
        answer: &Answer,
        (subject, answer_key): (Subject, &AnswerKey),
        now: Timestamp,
    ) -> Result<IdempotencyRecord, Failure> {
        let internal = |error: Box<dyn Error + Send + Sync>| Failure::Internal(error);
        let text = serde_json::to_string(&answer.to_stored()).map_err(|error| internal(error.into()))?;
        let sealed = seal::seal(answer_key.secret(), &self.fingerprint, &text);
        Ok(IdempotencyRecord {
            key: self.key.clone(),
            fingerprint: self.fingerprint.clone(),
            subject,
            answer: sealed.map_err(|error| internal(error.into()))?,
            expires_at: now.as_second() + LIFETIME_SECONDS,
        })
    }

    /// Answers from the record of an earlier request under the key, if there was one.
    ///
    /// # Errors
    /// The earlier request was another one, what it was about is erased, or the store failed.
    pub async fn answered_before(&self, store: &Store) -> Result<Option<Answer>, Failure> {
        match store.idempotency_record(self.organisation, &self.key).await? {
            Some(record) => self.replay(store, record).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same of a request that may carry no key.
    ///
    /// # Errors
    /// As [`Self::answered_before`].
    pub async fn answered(once: Option<&Self>, services: &Services) -> Result<Option<Answer>, Failure> {
        match once {
            Some(once) => once.answered_before(services.store()?).await,
            None => Ok(None),
        }
    }

    /// Answers from the record of an earlier request.
    ///
    /// # Errors
    /// The earlier request was another one, what it was about is erased, or the store failed.
    pub async fn replay(&self, store: &Store, record: IdempotencyRecord) -> Result<Answer, Failure> {
        if record.fingerprint != self.fingerprint {
            return Err(Failure::KeyReused);
        }
        let Some(answer_key) = store.answer_key(self.organisation, record.subject).await? else {
            return Err(Failure::Erased);
        };
        let answer = seal::open(answer_key.secret(), &record.fingerprint, &record.answer);
        let stored: Option<StoredAnswer> = answer.and_then(|text| serde_json::from_str(&text).ok());
        stored.map(Answer::replayed).ok_or_else(|| Failure::Internal("a kept answer cannot be opened".into()))
    }
}

/// A digest of all that the request asks for and of how far its caller reaches: a key is shared by
/// the organisation, an answer must not cross its brands.
fn fingerprint(asked: &[&str], principal: &Principal, body: &[u8]) -> String {
    let brand = principal.brand().map_or("", LabelPartnerCode::as_str);
    let mut digest = Sha256::new();
    for part in asked.iter().chain([&brand]) {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest.update(body);
    URL_SAFE_NO_PAD.encode(digest.finalize())
}
