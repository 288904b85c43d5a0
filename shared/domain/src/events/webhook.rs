//! What others hear of when a webhook changes.

use jiff::Timestamp;
use uuid::Uuid;

use crate::webhook::{Disabled, DisabledBy, EventType, Webhook};

/// That a webhook is told of nothing any more, and not because its organisation wanted it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent<'a> {
    /// The webhook as it is.
    pub webhook: &'a Webhook,
    /// Why.
    pub by: DisabledBy,
    /// Since when.
    pub occurred_at: Timestamp,
}

impl WebhookEvent<'_> {
    /// The event's type.
    pub const KIND: &'static str = EventType::WebhookDisabled.word();

    /// The event's id: the same whenever the same event is told of again.
    #[must_use]
    pub fn id(&self) -> Uuid {
        super::id(Self::KIND, self.webhook.organisation, &self.webhook.id, self.webhook.version)
    }
}

/// The event that follows from a webhook's being `after` what was `before`; most changes bring none.
#[must_use]
pub fn follow<'a>(before: Option<&'a Webhook>, after: Option<&'a Webhook>) -> Option<WebhookEvent<'a>> {
    let webhook = after?;
    let Disabled { by, at } = webhook.disabled?;
    let was_disabled = before.is_some_and(|before| before.disabled.is_some());
    (!was_disabled && by != DisabledBy::Caller).then_some(WebhookEvent { webhook, by, occurred_at: at })
}
