//! Webhooks, and what they are told.
//!
//! Which webhooks an organisation has is a set in an item of its own: so there are never too many of them, and whoever
//! looks for those that an event is for finds with one small read that there are none.

mod deliveries;

use std::cmp::Reverse;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, Update};
use serde::{Deserialize, Serialize};
use wattbook_domain::{
    OrganisationId,
    webhook::{Webhook, WebhookId},
};

use crate::{
    IdempotencyRecord, Store, StoreError,
    items::{Item, key_item, read, write},
    keys,
    transaction::{Cancelled, Obstacle, Refusal, Transaction, When},
};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// It is not what it was when it was read, or is gone: read it again.
    #[error("the webhook or the delivery has changed since it was read")]
    Stale,
    /// The organisation has as many webhooks as it can have.
    #[error("the organisation has too many webhooks")]
    Full,
    /// The idempotency key has been used; this is its record.
    #[error("the idempotency key has been used")]
    Answered(Box<IdempotencyRecord>),
    /// A request under the same idempotency key is being carried out.
    #[error("a request under the same idempotency key is being carried out")]
    InProgress,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a webhook's item holds.
#[derive(Debug, Deserialize)]
pub(crate) struct WebhookItem {
    pub(crate) webhook: Webhook,
}

#[derive(Serialize)]
struct Written<'a> {
    webhook: &'a Webhook,
}

/// What an action of a transaction stands for.
#[derive(Clone, Copy)]
enum Meaning {
    /// The webhook or the delivery, as it is to be.
    Subject,
    /// The set of webhooks.
    Webhooks,
    /// The record of the answer.
    Idempotency,
}

impl Store {
    /// Stores a new webhook.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn create_webhook(
        &self,
        webhook: &Webhook,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), WebhookError> {
        let mut transaction = Transaction::new();
        transaction.put(self, item(webhook)?, &When::Absent, Meaning::Subject)?;
        let update = self
            .change_of_webhooks("ADD", webhook)
            .condition_expression("attribute_not_exists(ids) OR size(ids) < :most")
            .expression_attribute_values(":most", AttributeValue::N(Webhook::MOST.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        transaction.update(built(update)?, Meaning::Webhooks);
        self.finish_webhook(transaction, webhook.organisation, record, |item| is(webhook, item)).await
    }

    /// The webhook of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn webhook(&self, organisation: OrganisationId, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
        let item: Option<WebhookItem> = self.get_value("webhook", keys::webhook(organisation, id)).await?;
        Ok(item.map(|it| it.webhook))
    }

    /// Every webhook of an organisation, the newest first. One read of the store if there are none, else two.
    ///
    /// # Errors
    /// The store failed.
    pub async fn webhooks(&self, organisation: OrganisationId) -> Result<Vec<Webhook>, StoreError> {
        #[derive(Default, Deserialize)]
        struct Webhooks {
            #[serde(default)]
            ids: Vec<WebhookId>,
        }
        let set: Option<Webhooks> = self.get_value("set of webhooks", keys::webhooks(organisation)).await?;
        let Webhooks { ids } = set.unwrap_or_default();
        let keys = ids.into_iter().map(|id| keys::webhook(organisation, id)).collect();
        let items = self.batch_get(keys).await?.into_iter();
        let read = |item| read::<WebhookItem>("webhook", item).map(|it| it.webhook);
        let mut webhooks = items.map(read).collect::<Result<Vec<_>, _>>()?;
        webhooks.sort_by_key(|webhook| Reverse((webhook.created_at, webhook.id)));
        Ok(webhooks)
    }

    /// Puts a webhook in the place of what it was, if it still is that.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn replace_webhook(
        &self,
        old: &Webhook,
        new: &Webhook,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), WebhookError> {
        let mut transaction = Transaction::new();
        transaction.put(self, item(new)?, &When::Version("webhook", old.version), Meaning::Subject)?;
        self.finish_webhook(transaction, new.organisation, record, |item| is(new, item)).await
    }

    /// Deletes a webhook, if it still is what it was. What it was told of ends by itself.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn delete_webhook(&self, webhook: &Webhook) -> Result<(), WebhookError> {
        let mut transaction = Transaction::new();
        let key = keys::webhook(webhook.organisation, webhook.id);
        transaction.delete(self, key, &When::Version("webhook", webhook.version), Meaning::Subject)?;
        transaction.update(built(self.change_of_webhooks("DELETE", webhook))?, Meaning::Webhooks);
        self.finish_webhook(transaction, webhook.organisation, None, |_| false).await
    }

    /// Adds the id to the set, or deletes it from there.
    fn change_of_webhooks(&self, verb: &str, webhook: &Webhook) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key_item(keys::webhooks(webhook.organisation))))
            .update_expression(format!("{verb} ids :id"))
            .expression_attribute_values(":id", AttributeValue::Ss(vec![webhook.id.to_string()]))
    }

    /// Writes all or nothing, and says what stood in the way. `is_done` tells the item that this very transaction has
    /// written in an earlier try, whose answer was lost.
    async fn finish_webhook(
        &self,
        mut transaction: Transaction<Meaning>,
        organisation: OrganisationId,
        record: Option<&IdempotencyRecord>,
        is_done: impl Fn(Item) -> bool,
    ) -> Result<(), WebhookError> {
        transaction.record(self, organisation, record, Meaning::Idempotency)?;
        match transaction.commit(self).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error.into()),
            Err(Cancelled::Refused(refusals)) => explain(refusals, is_done),
        }
    }
}

fn built(update: aws_sdk_dynamodb::types::builders::UpdateBuilder) -> Result<Update, StoreError> {
    update.build().map_err(|error| StoreError::Setup(error.to_string()))
}

fn item(webhook: &Webhook) -> Result<Item, StoreError> {
    write(keys::webhook(webhook.organisation, webhook.id), Written { webhook })
}

/// Whether the item holds this very webhook, in this very version.
fn is(webhook: &Webhook, item: Item) -> bool {
    read::<WebhookItem>("webhook", item).is_ok_and(|stored| stored.webhook == *webhook)
}

/// Turns refused actions into what they mean: an answer that was given before first, then what has changed, then that
/// there is no room, and at last what was only in somebody's hands just then.
fn explain(refusals: Vec<Refusal<Meaning>>, is_done: impl Fn(Item) -> bool) -> Result<(), WebhookError> {
    let (mut answered, mut stale, mut full, mut in_progress) = (None, false, false, false);
    for Refusal { meaning, obstacle } in refusals {
        match (meaning, obstacle) {
            (Meaning::Subject, Obstacle::Item(item)) if is_done(item.clone()) => return Ok(()),
            (Meaning::Subject, Obstacle::Item(_)) => stale = true,
            (Meaning::Webhooks, Obstacle::Item(_)) => full = true,
            (Meaning::Idempotency, Obstacle::Item(item)) => answered = Some(item),
            (Meaning::Idempotency, Obstacle::Contention) => in_progress = true,
            (_, Obstacle::Contention) => {}
        }
    }
    if let Some(item) = answered {
        return Err(WebhookError::Answered(Box::new(read("idempotency record", item)?)));
    }
    match (stale, full, in_progress) {
        (true, ..) => Err(WebhookError::Stale),
        (_, true, _) => Err(WebhookError::Full),
        (.., true) => Err(WebhookError::InProgress),
        _ => Err(StoreError::Busy("transaction conflict".into()).into()),
    }
}
