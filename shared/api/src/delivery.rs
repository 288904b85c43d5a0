//! What webhooks are told: how an event becomes a delivery, waits for its turn, and is read again when that comes.
//!
//! What waits is sealed twice: with what its subject holds, so that it ends with that, and with a key of the deployment, so
//! that nobody reads the table for the tokens that some events carry. The queue is told only which delivery is due.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wattbook_domain::{
    AnswerKey, OrganisationId,
    webhook::{Delivery, DeliveryId, DeliveryStatus, Subject, Webhook, WebhookId},
};
use wattbook_store::Subject as Holder;

use crate::{
    Failure, Services,
    bus::Event,
    clock,
    queue::{DELIVERIES, InOrder},
    seal,
    secret::KeyRing,
};

/// How often a delivery is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patience {
    /// The pauses after the first tries, in seconds; after further ones the last of them.
    pub pauses: Vec<u32>,
    /// For how long it is tried, in seconds.
    pub give_up_after: u32,
}

impl Patience {
    /// After how many seconds a delivery is tried again that was just tried in vain; none if it is given up.
    #[must_use]
    pub fn pause(&self, delivery: &Delivery, now: Timestamp) -> Option<u32> {
        let tried = usize::try_from(delivery.tries_in_turn).unwrap_or(usize::MAX);
        let pause = *self.pauses.get(tried).or(self.pauses.last())?;
        let end = delivery.sent_at.checked_add(SignedDuration::from_secs(self.give_up_after.into())).ok()?;
        let next = now.checked_add(SignedDuration::from_secs(pause.into())).ok()?;
        (next <= end).then_some(pause)
    }
}

/// Which delivery is due: what the queue is told.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Due {
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// To which webhook.
    pub webhook_id: WebhookId,
    /// Which.
    pub delivery_id: DeliveryId,
}

/// Whose key an event is sealed with while it waits, and that key.
#[derive(Debug, Clone, Copy)]
pub struct Keeper<'a> {
    /// What holds the key.
    pub subject: Subject,
    /// The key.
    pub key: &'a AnswerKey,
}

/// An event that a webhook is to be told of. Those with the same `order` come one after the other.
///
/// # Errors
/// It cannot be sealed.
pub fn new(
    event: &Event,
    webhook: &Webhook,
    order: String,
    keeper: Keeper<'_>,
    connector_keys: &KeyRing,
) -> Result<Delivery, Failure> {
    let id = DeliveryId::of(webhook.id, event.id, event.occurred_at);
    let body =
        json!({"type": event.kind, "timestamp": event.occurred_at.to_string(), "data": event.detail}).to_string();
    let place = place(webhook.organisation, webhook.id, id);
    let internal = |error: getrandom::Error| Failure::Internal(error.into());
    let sealed = seal::seal(keeper.key.secret(), &place, &body).map_err(internal)?;
    Ok(Delivery {
        id,
        organisation: webhook.organisation,
        webhook: webhook.id,
        event: event.id,
        event_type: event.kind.to_owned(),
        occurred_at: event.occurred_at,
        order,
        subject: keeper.subject,
        payload: connector_keys.seal(&place, &sealed).map_err(internal)?,
        status: DeliveryStatus::Pending,
        tries: 0,
        tries_in_turn: 0,
        tried_at: None,
        answered: None,
        failure: None,
        next_try_at: None,
        sent_at: clock::now(),
        version: 1,
    })
}

/// What is sent to the receiver; none if what it is about is erased.
///
/// # Errors
/// It cannot be opened although that is there, or the store failed.
pub async fn body(services: &Services, webhook: &Webhook, delivery: &Delivery) -> Result<Option<String>, Failure> {
    let (store, organisation) = (services.store()?, delivery.organisation);
    let key = match delivery.subject {
        Subject::Account(id) => store.answer_key(organisation, Holder::Account(id)).await?,
        Subject::Onboarding(id) => store.answer_key(organisation, Holder::Onboarding(id)).await?,
        Subject::Webhook => Some(webhook.answer_key.clone()),
    };
    let Some(key) = key else { return Ok(None) };
    let place = place(organisation, delivery.webhook, delivery.id);
    let sealed = services.connector_keys()?.open(&place, &delivery.payload);
    let body = sealed.and_then(|sealed| seal::open(key.secret(), &place, &sealed));
    body.map(Some).ok_or_else(|| Failure::Internal("what is to be delivered cannot be opened".into()))
}

/// Hands a delivery on that is stored: to be sent when those before it have been. Whoever hands it on twice does no harm.
///
/// # Errors
/// The queue may not have taken it.
pub async fn hand_on(services: &Services, delivery: &Delivery) -> Result<(), Failure> {
    let Delivery { organisation, webhook, id, order, version, .. } = delivery;
    let due = Due { organisation_id: *organisation, webhook_id: *webhook, delivery_id: *id };
    let body = serde_json::to_string(&due).map_err(|error| Failure::Internal(error.into()))?;
    let (group, once) = (format!("{webhook}:{order}"), format!("{id}:{version}"));
    let message = InOrder { body: &body, group: &group, deduplication_id: &once };
    Ok(services.queue(DELIVERIES)?.send_in_order(message).await?)
}

/// Where what is sealed belongs.
fn place(organisation: OrganisationId, webhook: WebhookId, id: DeliveryId) -> String {
    format!("delivery\n{organisation}\n{webhook}\n{id}")
}
