//! What webhooks are told.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use wattbook_domain::{
    OrganisationId,
    webhook::{Delivery, DeliveryId, WebhookId},
};

use super::{Meaning, WebhookError};
use crate::{
    IdempotencyRecord, Store, StoreError,
    items::{Item, key_item, read, write},
    keys,
    transaction::{Transaction, When},
};

#[derive(Serialize, Deserialize)]
struct DeliveryItem<D> {
    delivery: D,
    expires_at: i64,
}

impl Store {
    /// Stores a delivery, unless it is there already. Whether it was new.
    ///
    /// # Errors
    /// The store failed.
    pub async fn create_delivery(&self, delivery: &Delivery) -> Result<bool, StoreError> {
        self.put_when(item(delivery)?, &When::Absent).await
    }

    /// Stores a delivery that a caller asks for, in the place of what it was; of one that is new there was nothing.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn order_delivery(
        &self,
        old: Option<&Delivery>,
        new: &Delivery,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), WebhookError> {
        let mut transaction = Transaction::new();
        let when = old.map_or(When::Absent, |old| When::Version("delivery", old.version));
        transaction.put(self, item(new)?, &when, Meaning::Subject)?;
        let is_done = |item: Item| delivery(item).is_ok_and(|stored| stored == *new);
        self.finish_webhook(transaction, new.organisation, record, is_done).await
    }

    /// Puts a delivery in the place of what it was, if it still is that.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn replace_delivery(&self, old: &Delivery, new: &Delivery) -> Result<(), WebhookError> {
        let is_put = self.put_when(item(new)?, &When::Version("delivery", old.version)).await?;
        if is_put { Ok(()) } else { Err(WebhookError::Stale) }
    }

    /// The delivery of that id to that webhook.
    ///
    /// # Errors
    /// The store failed.
    pub async fn delivery(
        &self,
        organisation: OrganisationId,
        webhook: WebhookId,
        id: DeliveryId,
    ) -> Result<Option<Delivery>, StoreError> {
        let item = self.get(keys::delivery(organisation, webhook, id)).await?;
        item.map(delivery).transpose()
    }

    /// A page of what a webhook is told, the newest first: from behind `after` on, and where the next one begins.
    ///
    /// # Errors
    /// The store failed.
    pub async fn deliveries(
        &self,
        organisation: OrganisationId,
        webhook: WebhookId,
        after: Option<DeliveryId>,
        size: usize,
    ) -> Result<(Vec<Delivery>, Option<DeliveryId>), StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", AttributeValue::S(keys::webhook(organisation, webhook).pk))
            .expression_attribute_values(":prefix", AttributeValue::S(keys::DELIVERY_PREFIX.into()))
            .scan_index_forward(false)
            // One more than wanted tells whether there is another page.
            .limit(i32::try_from(size.saturating_add(1)).unwrap_or(i32::MAX))
            .set_exclusive_start_key(after.map(|id| key_item(keys::delivery(organisation, webhook, id))));
        let answer = self.queried(query).await?;
        let mut found =
            answer.items.unwrap_or_default().into_iter().map(delivery).collect::<Result<Vec<Delivery>, _>>()?;
        // An answer has at most 1 MB, and may have fewer than there are.
        let more = answer.last_evaluated_key.is_some() || found.len() > size;
        found.truncate(size);
        let next = found.last().filter(|_| more).map(|last| last.id);
        Ok((found, next))
    }
}

fn item(delivery: &Delivery) -> Result<Item, StoreError> {
    let key = keys::delivery(delivery.organisation, delivery.webhook, delivery.id);
    let expires_at = delivery.sent_at.as_second() + Delivery::KEPT_FOR.as_secs();
    write(key, DeliveryItem { delivery, expires_at })
}

fn delivery(item: Item) -> Result<Delivery, StoreError> {
    read("delivery", item).map(|it: DeliveryItem<Delivery>| it.delivery)
}
