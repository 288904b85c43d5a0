//! What an event of a webhook says. Its address is none of it: that may have in it what opens the receiver.

use serde_json::{Map, Value};
use wattbook_domain::events::webhook::WebhookEvent;

use crate::bus::Event;

pub(super) fn event(event: &WebhookEvent<'_>) -> Event {
    let webhook = event.webhook;
    let text = |name: &str, value: String| (name.to_owned(), Value::from(value));
    let mut detail = Map::from_iter([
        text("organisation_id", webhook.organisation.to_string()),
        text("webhook_id", webhook.id.to_string()),
        text("reason", event.by.word().to_owned()),
    ]);
    detail.extend(webhook.label_partner.as_ref().map(|brand| text("label_partner", brand.to_string())));
    detail.insert("version".into(), webhook.version.into());
    Event { id: event.id(), kind: WebhookEvent::KIND, occurred_at: event.occurred_at, detail }
}
