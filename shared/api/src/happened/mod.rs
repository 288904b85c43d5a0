//! What happened, as it is told outside: the events that follow from a change, each with what is said of it.
//!
//! They follow from the change alone, so that whoever works them out again finds the same events under the same ids.

mod account;
mod device;
mod webhook;

use wattbook_domain::events;
use wattbook_store::changes::{Change, Changed};

use crate::{bus::Event, secret::KeyRing};

/// The events that follow from a change. Tokens in them are made with these keys.
#[must_use]
pub fn events(change: &Change, signing_keys: &KeyRing) -> Vec<Event> {
    let at = change.at;
    match &change.of {
        Changed::Account { before, after } => {
            let events = events::account::follow(before.as_deref(), after.as_deref(), at);
            events.iter().map(|event| account::event(event, signing_keys)).collect()
        }
        Changed::Onboarding { before, after } => {
            let events = events::onboarding::follow(before.as_deref(), after.as_deref(), at);
            events.iter().map(device::of_request).collect()
        }
        Changed::Entity { before, after } => {
            let event = events::entity::follow(before.as_deref(), after.as_deref(), at);
            event.iter().map(device::of_entity).collect()
        }
        Changed::Webhook { before, after } => {
            let event = events::webhook::follow(before.as_deref(), after.as_deref());
            event.iter().map(webhook::event).collect()
        }
        // Whoever orders one asks for it.
        Changed::Import { .. } => Vec::new(),
    }
}
