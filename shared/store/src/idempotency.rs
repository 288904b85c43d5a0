//! Records of answers that were given, for callers that ask again.

use serde::{Deserialize, Serialize};
use wattbook_domain::{
    Account, AccountId, AnswerKey, OrganisationId,
    entity::{CollectiveId, OffboardingId},
    import::ImportId,
    onboarding::OnboardingId,
    webhook::WebhookId,
};

use crate::{
    Store, StoreError,
    items::{self, Item},
    keys,
    transaction::When,
};

/// What is kept of a request that carried an idempotency key. Written in the transaction that the
/// request asked for, so that there is a record if and only if there is an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// The caller's key.
    #[serde(skip)]
    pub key: String,
    /// A digest of all that the request asked for. Another request under the key has another one.
    pub fingerprint: String,
    /// What the answer is about.
    #[serde(flatten)]
    pub subject: Subject,
    /// What was answered, sealed: only who has what it is about can read it, and nobody once that is erased.
    pub answer: String,
    /// From when the key is free again, in seconds since 1970.
    pub expires_at: i64,
}

/// What an answer is about. It has the key that the answer is sealed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// An account.
    #[serde(rename = "account_id")]
    Account(AccountId),
    /// An onboarding request.
    #[serde(rename = "onboarding_id")]
    Onboarding(OnboardingId),
    /// A collective.
    #[serde(rename = "collective_id")]
    Collective(CollectiveId),
    /// An offboarding.
    #[serde(rename = "offboarding_id")]
    Offboarding(OffboardingId),
    /// An import.
    #[serde(rename = "import_id")]
    Import(ImportId),
    /// A webhook.
    #[serde(rename = "webhook_id")]
    Webhook(WebhookId),
}

impl Subject {
    /// An account, with its key.
    #[must_use]
    pub const fn account(account: &Account) -> (Self, &AnswerKey) {
        (Self::Account(account.id), &account.answer_key)
    }
}

impl IdempotencyRecord {
    /// Its item, and when it may be put.
    pub(crate) fn item(&self, organisation: OrganisationId) -> Result<(Item, When), StoreError> {
        let item = items::write(keys::idempotency(organisation, &self.key), self)?;
        Ok((item, When::AbsentOrExpired(jiff::Timestamp::now().as_second())))
    }
}

impl Store {
    /// What answers about it are sealed with; none if it is erased.
    ///
    /// # Errors
    /// The store failed.
    pub async fn answer_key(
        &self,
        organisation: OrganisationId,
        subject: Subject,
    ) -> Result<Option<AnswerKey>, StoreError> {
        let (key, document) = match subject {
            Subject::Account(id) => (keys::account(organisation, id), "account"),
            Subject::Onboarding(id) => (keys::onboarding(organisation, id), "onboarding"),
            Subject::Collective(id) => (keys::collective(organisation, id), "collective"),
            Subject::Offboarding(id) => (keys::offboarding(organisation, id), "offboarding"),
            Subject::Import(id) => (keys::import(organisation, id), "import"),
            Subject::Webhook(id) => (keys::webhook(organisation, id), "webhook"),
        };
        // Only the key is looked at: a function that answers about one of them carries no reader of the others.
        let Some(item) = self.get(key).await? else { return Ok(None) };
        let of_document = item.get(document).and_then(|it| it.as_m().ok()).and_then(|it| it.get("answer_key"));
        let answer_key = of_document.and_then(|it| it.as_s().ok()).map(|text| AnswerKey::stored(text));
        // What was stored before there were such keys has no answers that could be opened.
        Ok(Some(answer_key.unwrap_or_else(AnswerKey::new_random)))
    }
}
