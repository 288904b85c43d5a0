//! `POST /webhooks/{id}/test`: sends an event of type `webhook.test` to a webhook.

use serde_json::{Map, json};
use wattbook_api::{
    Answer, Failure, Function, Request, Resource, Services,
    bus::Event,
    clock,
    contract::json,
    delivery::{self, Keeper},
};
use wattbook_domain::webhook::{Subject, Webhook};
use wattbook_events::{
    deliveries::{DeliveryView, Order},
    webhooks,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "test-webhook",
    |services, request| Box::pin(test(services, request)),
    |operation| {
        operation
            .named("Test a webhook", "Sends an event of type `webhook.test`, whatever types it is told of.")
            .answers(202, json::<DeliveryView>(), "It is on its way.")
            .rehearses(json::<DeliveryView>(), "A dry run: what would be sent.")
            .refuses(Order::REFUSALS)
    },
)
.using(&[Resource::Table, Resource::ConnectorKeys, Resource::DELIVERIES]);

async fn test(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let order = Order::read(request)?;
    let webhook = webhooks::webhook(services, &order.caller, request.path_parameter("id")).await?;
    let event = event(&webhook);
    let keeper = Keeper { subject: Subject::Webhook, key: &webhook.answer_key };
    let delivery = delivery::new(&event, &webhook, event.id.to_string(), keeper, services.connector_keys()?)?;
    order.carry_out(services, &webhook, None, &delivery).await
}

fn event(webhook: &Webhook) -> Event {
    let detail = json!({"organisation_id": webhook.organisation, "webhook_id": webhook.id});
    let detail = detail.as_object().cloned().unwrap_or_else(Map::new);
    Event { id: Event::random_id(), kind: "webhook.test", occurred_at: clock::now(), detail }
}
