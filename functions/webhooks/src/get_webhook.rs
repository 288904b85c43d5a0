//! `GET /webhooks/{id}`: reads a webhook.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json, http::ETag};
use wattbook_events::webhooks::{self, WebhookView};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "get-webhook",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named("Get a webhook", "Its secret is not shown again, and what it is told is a list of its own.")
            .reads(json::<WebhookView>(), "The webhook.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let webhook = webhooks::webhook(services, &caller, request.path_parameter("id")).await?;
    ETag(webhook.version).answer(request, || Answer::json(200, &WebhookView::of(&webhook)))
}
