//! `POST /webhooks/{id}/deliveries/{delivery_id}/resend`: sends an event to a webhook once more.

use wattbook_api::{Answer, Failure, Function, Request, Resource, Services, clock, contract::json, delivery};
use wattbook_domain::Flaw;
use wattbook_events::deliveries::{self, DeliveryView, Order};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "resend-delivery",
    |services, request| Box::pin(resend(services, request)),
    |operation| {
        operation
            .named(
                "Send an event again",
                "Under the id that it has, so that a receiver can tell, and tried for a day anew. Of what has been erased \
                 since, nothing can be sent.",
            )
            .answers(202, json::<DeliveryView>(), "It is on its way.")
            .rehearses(json::<DeliveryView>(), "A dry run: what would be sent.")
            .refuses(Order::REFUSALS)
    },
)
.using(&[Resource::Table, Resource::ConnectorKeys, Resource::DELIVERIES]);

async fn resend(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let order = Order::read(request)?;
    let ids = (request.path_parameter("id"), request.path_parameter("delivery_id"));
    let (webhook, old) = deliveries::delivery(services, &order.caller, ids).await?;
    if delivery::body(services, &webhook, &old).await?.is_none() {
        return order.refuse(services, Flaw::EventErased).await;
    }
    order.carry_out(services, &webhook, Some(&old), &old.sent_again(clock::now())).await
}
