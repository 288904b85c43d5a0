//! `GET /webhooks`: lists webhooks, the newest first.

use jiff::Timestamp;
use wattbook_api::{Answer, Failure, Faults, Function, Request, Resource, Services, contract::json};
use wattbook_domain::webhook::{Webhook, WebhookId};
use wattbook_events::{
    list::{self, ListView, Page},
    webhooks::WebhookView,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "list-webhooks",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let operation = operation.named("List webhooks", "The newest first.");
        list::paged(operation).answers(200, json::<ListView<WebhookView>>(), "A page.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let page = Page::read(request, &caller, request.query(), Faults::default())?;
    let after: Option<(Timestamp, WebhookId)> = page.place(services)?;
    // They are few, and read at once.
    let place = |webhook: &Webhook| (webhook.created_at, webhook.id);
    let mut rest = services.store()?.webhooks(caller.reach.organisation).await?;
    rest.retain(|it| caller.reach.covers_account_of(it.label_partner.as_ref()));
    rest.retain(|it| after.is_none_or(|after| place(it) < after));
    let next = rest.get(page.size).and(page.size.checked_sub(1)).and_then(|last| rest.get(last)).map(place);
    rest.truncate(page.size);
    page.answer(services, rest.iter().map(WebhookView::of).collect(), next)
}
