//! The table's stream: publishes what happened to accounts, onboarding requests, entities and webhooks on the event bus.
//!
//! Nobody who changes one of them tells of it: an event that is sent beside a write can be lost, or
//! tell of a write that never was. The stream has exactly the writes that were.

use wattbook_api::{Entry, Failure, Function, Resource, Services, contract::Declaration, happened};
use wattbook_store::changes::Change;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "publish-changes",
    entry: Entry::Stream(|services, change| Box::pin(publish(services, change))),
    uses: &[Resource::EVENT_BUS, Resource::SigningKeys],
    contract: Declaration::NONE,
};

/// Publishes the events that follow from one change.
async fn publish(services: &Services, change: &Change) -> Result<(), Failure> {
    let events = happened::events(change, services.signing_keys()?);
    Ok(services.bus()?.publish(&events).await?)
}
