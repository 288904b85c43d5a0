//! What webhooks are told: how it is shown.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Failure, Principal, Services,
    own::known,
    schema_types::{DeliveryFailureWord, DeliveryStatusWord},
};
use wattbook_domain::webhook::{Delivery, DeliveryFailure, DeliveryId, DeliveryStatus, Webhook};

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
