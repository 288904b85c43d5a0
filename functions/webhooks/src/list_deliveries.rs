//! `GET /webhooks/{id}/deliveries`: lists what a webhook is told, the newest first.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Refusal, json},
};
use wattbook_domain::webhook::DeliveryId;
use wattbook_events::{
    deliveries::DeliveryView,
    list::{self, ListView, Page},
    webhooks,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "list-deliveries",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let operation = operation
            .named(
                "List deliveries",
                "What the webhook was told, or is to be, within the last seven days: that whose events happened last first.",
            )
            .refuses(&[Refusal::NotFound]);
        list::paged(operation).answers(200, json::<ListView<DeliveryView>>(), "A page.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let page = Page::read(request, &caller, request.query(), Faults::default())?;
    let after: Option<DeliveryId> = page.place(services)?;
    let webhook = webhooks::webhook(services, &caller, request.path_parameter("id")).await?;
    let store = services.store()?;
    let (deliveries, next) = store.deliveries(webhook.organisation, webhook.id, after, page.size).await?;
    page.answer(services, deliveries.iter().map(DeliveryView::of).collect(), next)
}
