//! `PUT /webhooks/{id}`: sets address, types and description of a webhook, and whether it is told of events.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services, body, clock, contract::json, http::Precondition,
};
use wattbook_domain::webhook::{Disabled, DisabledBy, Webhook};
use wattbook_events::{
    change::Change,
    webhooks::{self, WebhookChangeBody, WebhookView},
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "update-webhook",
    |services, request| Box::pin(update(services, request)),
    |operation| {
        operation
            .named(
                "Update a webhook",
                "Sets what is given and leaves the rest; `null` takes the description out. With `enabled` it is told of events \
                 again, or no longer; what happens while it is not, it is never told of by itself.",
            )
            .takes(json::<WebhookChangeBody>())
            .changes(200, json::<WebhookView>(), "The webhook as it is now, or would be.")
    },
)
.using(&[Resource::Table, Resource::Receivers]);

async fn update(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let dry_run = query.switch("dryRun", &mut faults);
    query.close(&mut faults);
    let document = request.json(&mut faults)?.value;
    let url = webhooks::receiver(&document, services.receivers()?, &mut faults);
    let read: Option<WebhookChangeBody> = body::read(&document, &mut faults);
    let Some(wanted) = read.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    let (id, precondition) = (request.path_parameter("id"), Precondition::of(request));
    let change = Change { services, caller: &caller, id, dry_run, precondition };
    let answer = |webhook: &Webhook| WebhookView::of(webhook).answer(200, webhook.version);
    change
        .carry_out(None, &answer, &|old| {
            Ok(Webhook {
                url: url.clone().unwrap_or_else(|| old.url.clone()),
                event_types: wanted.event_types.clone().unwrap_or_else(|| old.event_types.clone()),
                description: wanted.description.of(old.description.as_ref()),
                disabled: disabled(old, wanted.enabled),
                ..old.clone()
            })
        })
        .await
}

/// What is disabled already stays so for the reason that it has.
fn disabled(old: &Webhook, enabled: Option<bool>) -> Option<Disabled> {
    match enabled {
        None => old.disabled,
        Some(true) => None,
        Some(false) => old.disabled.or(Some(Disabled { by: DisabledBy::Caller, at: clock::now() })),
    }
}
