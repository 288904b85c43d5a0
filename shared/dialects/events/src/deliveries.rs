//! What webhooks are told: how it is shown.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Failure, Faults, Principal, Request, Services, clock,
    contract::Refusal,
    delivery::hand_on,
    fault::Pointer,
    idempotency::Once,
    own::known,
    schema_types::{DeliveryFailureWord, DeliveryStatusWord},
};
use wattbook_domain::{
    Flaw,
    webhook::{Delivery, DeliveryFailure, DeliveryId, DeliveryStatus, Webhook},
};
use wattbook_store::{Subject, WebhookError};

use crate::webhooks;

/// An event that a webhook is told of, for a week.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryView {
    /// Our id.
    #[schema(format = "uuid")]
    id: String,
    /// The event's id, which is sent as `webhook-id`.
    #[schema(format = "uuid")]
    event_id: String,
    /// The event's type.
    event_type: String,
    /// When it happened.
    #[schema(format = "date-time")]
    occurred_at: String,
    /// How far it has come.
    #[schema(value_type = DeliveryStatusWord)]
    status: DeliveryStatus,
    /// How often it was tried.
    tries: u32,
    /// When it was last tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    tried_at: Option<String>,
    /// The status that the receiver answered with at the last try.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 100, maximum = 599)]
    response_status: Option<u16>,
    /// Why the last try did not succeed, or none was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<DeliveryFailureWord>)]
    failure: Option<DeliveryFailure>,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    next_try_at: Option<String>,
}

impl DeliveryView {
    /// Of a delivery.
    #[must_use]
    pub fn of(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            event_id: delivery.event.to_string(),
            event_type: delivery.event_type.clone(),
            occurred_at: delivery.occurred_at.to_string(),
            status: delivery.status,
            tries: delivery.tries,
            tried_at: delivery.tried_at.map(|at| at.to_string()),
            response_status: delivery.answered,
            failure: delivery.failure,
            next_try_at: delivery.next_try_at.map(|at| at.to_string()),
        }
    }
}

/// The delivery of that id, with the webhook that it is of.
///
/// # Errors
/// There is none that the caller can see, or the store failed.
pub async fn delivery(
    services: &Services,
    caller: &Principal,
    (webhook, id): (&str, &str),
) -> Result<(Webhook, Delivery), Failure> {
    let id: DeliveryId = known(id)?;
    let webhook = webhooks::webhook(services, caller, webhook).await?;
    let found = services.store()?.delivery(webhook.organisation, webhook.id, id).await?;
    found.map(|delivery| (webhook, delivery)).ok_or(Failure::NotFound)
}

/// A request to send something to a webhook.
pub struct Order {
    /// Who asks.
    pub caller: Principal,
    dry_run: bool,
    once: Option<Once>,
}

impl Order {
    /// What it may be refused with.
    pub const REFUSALS: &'static [Refusal] = &[Refusal::NotFound, Refusal::Conflict];

    /// Reads it. It has no body.
    ///
    /// # Errors
    /// The caller is not known, or the request has faults.
    pub fn read(request: &Request) -> Result<Self, Failure> {
        let caller = request.principal()?;
        let (mut query, mut faults) = (request.query(), Faults::default());
        let dry_run = query.switch("dryRun", &mut faults);
        query.close(&mut faults);
        let once = Once::of(request, &caller, &mut faults);
        faults.none()?;
        Ok(Self { caller, dry_run, once })
    }

    /// Refuses it, unless it is a repetition: what stands in its way now may not have been in the way of the first one.
    ///
    /// # Errors
    /// It is none, or the store failed.
    pub async fn refuse(&self, services: &Services, flaw: Flaw) -> Result<Answer, Failure> {
        let answered = Once::answered(self.once.as_ref(), services).await?;
        let mut faults = Faults::default();
        faults.body(&Pointer::root(), flaw);
        answered.ok_or(Failure::Rules(faults))
    }

    /// Puts the delivery down in the place of what it was, hands it on, and answers that it is on its way; or says what
    /// would be sent, in a dry run.
    ///
    /// # Errors
    /// The webhook is disabled, somebody else sends the same just then, or the store or the queue failed.
    pub async fn carry_out(
        self,
        services: &Services,
        webhook: &Webhook,
        old: Option<&Delivery>,
        new: &Delivery,
    ) -> Result<Answer, Failure> {
        if webhook.disabled.is_some() {
            return self.refuse(services, Flaw::WebhookDisabled).await;
        }
        let (Self { dry_run, once, .. }, store) = (self, services.store()?);
        if dry_run {
            return Answer::json(200, &DeliveryView::of(new));
        }
        let answer = Answer::json(202, &DeliveryView::of(new))?;
        let subject = (Subject::Webhook(webhook.id), &webhook.answer_key);
        let record = once.as_ref().map(|once| once.record(&answer, subject, clock::now())).transpose()?;
        match (store.order_delivery(old, new, record.as_ref()).await, once) {
            (Ok(()), _) => {}
            (Err(WebhookError::Answered(record)), Some(once)) => return once.replay(store, *record).await,
            (Err(error), _) => return Err(error.into()),
        }
        hand_on(services, new).await?;
        Ok(answer)
    }
}
