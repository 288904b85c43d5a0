//! `POST /webhooks`: creates a webhook, and shows its secret.

use wattbook_api::{
    Answer, Failure, Function, Request, Resource, Services, contract::json, http::ETag, idempotency::Once,
    posted::Posted,
};
use wattbook_domain::webhook::Webhook;
use wattbook_events::webhooks::{self, WebhookBody, WebhookView};
use wattbook_store::{IdempotencyRecord, Subject, WebhookError};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "create-webhook",
    |services, request| Box::pin(create(services, request)),
    |operation| {
        operation
            .named(
                "Create a webhook",
                "Events are sent there from now on. The secret that proves who sends is shown this once; a repetition under \
                 the same key is answered without it.",
            )
            .takes(json::<WebhookBody>())
            .creates(json::<WebhookView>(), "Created.")
            .rehearses(json::<WebhookView>(), "A dry run: what would be stored, without an id and a secret.")
    },
)
.using(&[Resource::Table, Resource::ConnectorKeys, Resource::Receivers]);

async fn create(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut posted = Posted::read(request)?;
    let (webhook, secret) = webhooks::created(&mut posted, services.receivers()?, services.connector_keys()?)?;
    let Posted { dry_run, once, .. } = posted;
    if dry_run {
        return Answer::json(200, &WebhookView::rehearsed(&webhook));
    }
    let record = once.as_ref().map(|once| record(once, &webhook)).transpose()?;
    let store = services.store()?;
    match (store.create_webhook(&webhook, record.as_ref()).await, once) {
        (Ok(()), _) => answer(&webhook, &WebhookView::of(&webhook).showing(&secret)),
        (Err(WebhookError::Answered(record)), Some(once)) => once.replay(store, *record).await,
        (Err(error), _) => Err(error.into()),
    }
}

/// What is kept for whoever repeats the request has no secret in it: that is nowhere but sealed.
fn record(once: &Once, webhook: &Webhook) -> Result<IdempotencyRecord, Failure> {
    let subject = (Subject::Webhook(webhook.id), &webhook.answer_key);
    once.record(&answer(webhook, &WebhookView::of(webhook))?, subject, webhook.created_at)
}

fn answer(webhook: &Webhook, view: &WebhookView) -> Result<Answer, Failure> {
    let location = format!("/webhooks/{}", webhook.id);
    Ok(Answer::json(201, view)?.header("location", location).header("etag", ETag(webhook.version)))
}
