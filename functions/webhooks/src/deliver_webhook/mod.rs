//! On the queue of what webhooks are to be told: sends an event to its receiver.
//!
//! A message is `{"organisation_id": …, "webhook_id": …, "delivery_id": …}`; what is sent stands in the delivery. While one
//! is tried again those behind it wait, because they are about the same account. A message may come twice: what has been
//! delivered, or given up, is not sent again.

mod post;

use wattbook_api::{
    Entry, Failure, Function, Message, Resource, Services, clock,
    contract::Declaration,
    delivery::{self, Due},
    queue::DELIVERIES,
    writing::Rounds,
};
use wattbook_domain::webhook::{Delivery, DeliveryFailure, DeliveryStatus, Disabled, DisabledBy, Webhook};
use wattbook_store::WebhookError;

use post::Outcome;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "deliver-webhook",
    entry: Entry::Queue(|services, message| Box::pin(deliver(services, message))),
    uses: &[Resource::Table, Resource::ConnectorKeys, Resource::Receivers, Resource::Patience, Resource::DELIVERIES],
    contract: Declaration::NONE,
};

async fn deliver(services: &Services, message: &Message) -> Result<(), Failure> {
    let due: Due = message.read()?;
    let store = services.store()?;
    let Some(webhook) = store.webhook(due.organisation_id, due.webhook_id).await? else { return Ok(()) };
    let found = store.delivery(due.organisation_id, due.webhook_id, due.delivery_id).await?;
    let Some(delivery) = found.filter(|delivery| delivery.status == DeliveryStatus::Pending) else { return Ok(()) };
    if webhook.disabled.is_some() {
        return put(services, &delivery, delivery.given_up(DeliveryFailure::Disabled)).await;
    }
    let Some(body) = delivery::body(services, &webhook, &delivery).await? else {
        return put(services, &delivery, delivery.given_up(DeliveryFailure::Erased)).await;
    };
    match post::post(services, &webhook, &delivery, &body).await? {
        Outcome::Taken { status } => put(services, &delivery, delivery.delivered(status, clock::now())).await,
        Outcome::Gone => {
            let missed = delivery.missed(DeliveryFailure::Refused, Some(410), clock::now(), None);
            put(services, &delivery, missed).await?;
            disable(services, webhook, DisabledBy::Receiver).await
        }
        Outcome::Missed { failure, status } => missed(services, webhook, &delivery, message, (failure, status)).await,
    }
}

/// Tries it again later, or gives it up, and with it the webhook.
async fn missed(
    services: &Services,
    webhook: Webhook,
    delivery: &Delivery,
    message: &Message,
    (failure, status): (DeliveryFailure, Option<u16>),
) -> Result<(), Failure> {
    let now = clock::now();
    let pause = services.patience()?.pause(delivery, now);
    let (webhook_id, why) = (webhook.id.to_string(), failure.word());
    tracing::info!(webhook_id, failure = why, status, seconds = pause, "not delivered");
    let Some(seconds) = pause else {
        put(services, delivery, delivery.missed(failure, status, now, None)).await?;
        return disable(services, webhook, DisabledBy::Failures).await;
    };
    let next = now.checked_add(jiff::SignedDuration::from_secs(seconds.into())).ok();
    put(services, delivery, delivery.missed(failure, status, now, next)).await?;
    services.queue(DELIVERIES)?.postpone(message, seconds).await?;
    Err(Failure::PutOff)
}

/// Puts down what became of it. If somebody else has put down something meanwhile, the message comes again, and finds that.
async fn put(services: &Services, old: &Delivery, new: Delivery) -> Result<(), Failure> {
    Ok(services.store()?.replace_delivery(old, &new).await?)
}

/// The stream tells of it. A webhook that has another address by now has another chance.
async fn disable(services: &Services, webhook: Webhook, by: DisabledBy) -> Result<(), Failure> {
    let (store, url) = (services.store()?, webhook.url.clone());
    let (mut current, mut rounds) = (Some(webhook), Rounds::default());
    while let Some(old) = current.filter(|it| it.disabled.is_none() && it.url == url) {
        let now = clock::now();
        let disabled = Some(Disabled { by, at: now });
        let new = Webhook { disabled, version: old.version + 1, updated_at: now, ..old.clone() };
        match store.replace_webhook(&old, &new, None).await {
            Ok(()) => return Ok(()),
            Err(WebhookError::Stale) => rounds.again().await?,
            Err(error) => return Err(error.into()),
        }
        current = store.webhook(old.organisation, old.id).await?;
    }
    Ok(())
}
