//! Changing a webhook that others may be changing, too.
//!
//! It is read, changed, and put in the place of what it was, on the condition that it still is that. If somebody else was
//! faster, the change is applied to what he left; with `If-Match` the caller decides instead.

use wattbook_api::{
    Answer, Failure, Principal, Services, clock,
    http::{ETag, Precondition},
    idempotency::Once,
    writing::Rounds,
};
use wattbook_domain::webhook::Webhook;
use wattbook_store::{Subject, WebhookError};

use crate::webhooks::{self, WebhookView};

/// A request that changes a webhook.
pub struct Change<'a> {
    /// What it is written with.
    pub services: &'a Services,
    /// Who asks.
    pub caller: &'a Principal,
    /// Which webhook, by the id in the path.
    pub id: &'a str,
    /// Whether nothing is to be stored.
    pub dry_run: bool,
    /// Which version the caller asks for.
    pub precondition: Precondition,
    /// The idempotency key, if the request has one.
    pub once: Option<Once>,
}

impl Change<'_> {
    /// Carries the change out, or rehearses it in a dry run, and answers with the webhook as it is then. What changes
    /// nothing is not written.
    ///
    /// # Errors
    /// There is no such webhook, it is in another version than the caller asks for, the edit is refused, or the store
    /// failed.
    pub async fn carry_out(
        &self,
        edit: &(dyn Fn(&Webhook) -> Result<Webhook, Failure> + Sync),
    ) -> Result<Answer, Failure> {
        let mut rounds = Rounds::default();
        loop {
            let old = webhooks::webhook(self.services, self.caller, self.id).await?;
            self.precondition.check(ETag(old.version))?;
            let mut new = edit(&old)?;
            if new == old && self.once.is_none() {
                return WebhookView::of(&old).answer(200, old.version);
            }
            (new.version, new.updated_at) = (old.version + 1, clock::now());
            if self.dry_run {
                return Answer::json(200, &WebhookView::of(&new));
            }
            match self.write(&old, &new).await {
                Ok(answer) => return Ok(answer),
                Err(Written::Stale) => rounds.again().await?,
                Err(Written::Failed(failure)) => return Err(failure),
            }
        }
    }

    async fn write(&self, old: &Webhook, new: &Webhook) -> Result<Answer, Written> {
        let answer = WebhookView::of(new).answer(200, new.version)?;
        let subject = (Subject::Webhook(new.id), &new.answer_key);
        let record = self.once.as_ref().map(|once| once.record(&answer, subject, new.updated_at)).transpose()?;
        let store = self.services.store().map_err(Failure::from)?;
        match (store.replace_webhook(old, new, record.as_ref()).await, &self.once) {
            (Ok(()), _) => Ok(answer),
            (Err(WebhookError::Answered(record)), Some(once)) => Ok(once.replay(store, *record).await?),
            (Err(WebhookError::Stale), _) => Err(Written::Stale),
            (Err(error), _) => Err(Failure::from(error).into()),
        }
    }
}

/// Why nothing was written.
enum Written {
    Stale,
    Failed(Failure),
}

impl From<Failure> for Written {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
