//! The table's stream: publishes what happened to accounts, onboarding requests and entities on the event bus.
//!
//! Nobody who changes one of them tells of it: an event that is sent beside a write can be lost, or
//! tell of a write that never was. The stream has exactly the writes that were.

mod account;
mod device;

use wattbook_api::{Entry, Failure, Function, Resource, Services, bus::Event, contract::Declaration};
use wattbook_domain::events;
use wattbook_store::changes::{Change, Changed};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "publish-changes",
    entry: Entry::Stream(|services, change| Box::pin(publish(services, change))),
    uses: &[Resource::EVENT_BUS, Resource::SigningKeys],
    contract: Declaration::NONE,
};

/// Publishes the events that follow from one change.
async fn publish(services: &Services, change: &Change) -> Result<(), Failure> {
    let events = events_of(services, change)?;
    Ok(services.bus()?.publish(&events).await?)
}

fn events_of(services: &Services, change: &Change) -> Result<Vec<Event>, Failure> {
    let at = change.at;
    Ok(match &change.of {
        Changed::Account { before, after } => {
            let keys = services.signing_keys()?;
            let event = |event| account::event(&event, keys);
            events::account::follow(before.as_deref(), after.as_deref(), at).into_iter().map(event).collect()
        }
        Changed::Onboarding { before, after } => {
            let events = events::onboarding::follow(before.as_deref(), after.as_deref(), at);
            events.iter().map(device::of_request).collect()
        }
        Changed::Entity { before, after } => {
            let event = events::entity::follow(before.as_deref(), after.as_deref(), at);
            event.iter().map(device::of_entity).collect()
        }
        // Whoever orders one asks for it.
        Changed::Import { .. } => Vec::new(),
    })
}
