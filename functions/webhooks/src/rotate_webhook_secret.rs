//! `POST /webhooks/{id}/secret`: gives a webhook another secret. That from before is used beside it for a day.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services, clock, contract::json, http::Precondition,
    idempotency::Once,
};
use wattbook_domain::webhook::Webhook;
use wattbook_events::{
    change::Change,
    webhooks::{self, WebhookView},
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "rotate-webhook-secret",
    |services, request| Box::pin(rotate(services, request)),
    |operation| {
        operation
            .named(
                "Give a webhook another secret",
                "It is shown this once; a repetition under the same key is answered without it. For 24 hours what is sent is \
                 signed with both; whoever changes it again within these ends the one from before at once.",
            )
            .changes(200, json::<WebhookView>(), "The webhook with its secret; in a dry run without.")
    },
)
.using(&[Resource::Table, Resource::ConnectorKeys]);

async fn rotate(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let dry_run = query.switch("dryRun", &mut faults);
    query.close(&mut faults);
    let once = Once::of(request, &caller, &mut faults);
    faults.none()?;
    let id = request.path_parameter("id");
    let found = webhooks::webhook(services, &caller, id).await?;
    let (secret, sealed) = webhooks::new_secret(services.connector_keys()?, found.organisation, found.id)?;
    let change = Change { services, caller: &caller, id, dry_run, precondition: Precondition::of(request) };
    let answer = |webhook: &Webhook| WebhookView::of(webhook).showing(&secret).answer(200, webhook.version);
    change.carry_out(once, &answer, &|old| Ok(old.with_secret(sealed.clone(), clock::now()))).await
}
