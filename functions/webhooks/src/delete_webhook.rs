//! `DELETE /webhooks/{id}`: deletes a webhook, with all that it was to be told.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    http::{ETag, Precondition},
    writing::Rounds,
};
use wattbook_events::webhooks;
use wattbook_store::WebhookError;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "delete-webhook",
    |services, request| Box::pin(delete(services, request)),
    |operation| {
        operation
            .named("Delete a webhook", "Nothing is sent any more, what waits included.")
            .answers(204, None, "It is gone.")
            .conditional()
    },
);

async fn delete(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let precondition = Precondition::of(request);
    let mut rounds = Rounds::default();
    loop {
        let webhook = webhooks::webhook(services, &caller, request.path_parameter("id")).await?;
        precondition.check(ETag(webhook.version))?;
        match services.store()?.delete_webhook(&webhook).await {
            Ok(()) => return Ok(Answer::new(204)),
            Err(WebhookError::Stale) => rounds.again().await?,
            Err(error) => return Err(error.into()),
        }
    }
}
