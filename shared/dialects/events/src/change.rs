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
}

/// What a webhook is answered as.
type Written<'a> = dyn Fn(&Webhook) -> Result<Answer, Failure> + Sync + 'a;

impl Change<'_> {
    /// Carries the change out and answers as `answer` says, or rehearses it in a dry run. What changes nothing is not
    /// written. What is kept for whoever repeats the request under its key is the webhook without a secret: that is nowhere
    /// but sealed.
    ///
    /// # Errors
    /// There is no such webhook, it is in another version than the caller asks for, the edit is refused, or the store
    /// failed.
    pub async fn carry_out(
        &self,
        once: Option<Once>,
        answer: &Written<'_>,
        edit: &(dyn Fn(&Webhook) -> Result<Webhook, Failure> + Sync),
    ) -> Result<Answer, Failure> {
        let mut rounds = Rounds::default();
        loop {
            let old = webhooks::webhook(self.services, self.caller, self.id).await?;
            self.precondition.check(ETag(old.version))?;
            let mut new = edit(&old)?;
            if new == old {
                return answer(&old);
            }
            (new.version, new.updated_at) = (old.version + 1, clock::now());
            if self.dry_run {
                return Answer::json(200, &WebhookView::of(&new));
            }
            let kept = WebhookView::of(&new).answer(200, new.version)?;
            let subject = (Subject::Webhook(new.id), &new.answer_key);
            let record = once.as_ref().map(|once| once.record(&kept, subject, new.updated_at)).transpose()?;
            let store = self.services.store()?;
            match (store.replace_webhook(&old, &new, record.as_ref()).await, &once) {
                (Ok(()), _) => return answer(&new),
                (Err(WebhookError::Answered(record)), Some(once)) => return once.replay(store, *record).await,
                (Err(WebhookError::Stale), _) => rounds.again().await?,
                (Err(error), _) => return Err(error.into()),
            }
        }
    }
}
