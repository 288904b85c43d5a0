//! What others hear of when accounts, onboarding requests, entities and webhooks change.
//!
//! Events follow from what was and what is, and from nothing else: whoever works them out twice finds the same events
//! under the same ids, so that a repeat can be told.

pub mod account;
pub mod entity;
pub mod onboarding;
pub mod webhook;

use std::fmt::Display;

use uuid::Uuid;

use crate::OrganisationId;

/// The space of the event ids. It has no meaning, and must never change.
const IDS: Uuid = Uuid::from_u128(0x8f1d_6c1e_52b7_4c0a_9d3e_7a64_0b9e_21f5);

/// The id of an event of that kind which the `version` of what has `id` brings. A version comes about once, and brings
/// at most one event of each kind.
fn id(kind: &str, organisation: OrganisationId, id: &dyn Display, version: u64) -> Uuid {
    Uuid::new_v5(&IDS, format!("{kind}\n{organisation}\n{id}\n{version}").as_bytes())
}

/// The id of the event, of that kind, that says what came of a message: the sender knows it by `correlation_id`, and
/// `fingerprint` tells it from any other under that id.
#[must_use]
pub fn of_message(kind: &str, organisation: OrganisationId, correlation_id: &str, fingerprint: &str) -> Uuid {
    Uuid::new_v5(&IDS, format!("{kind}\n{organisation}\n{correlation_id}\n{fingerprint}").as_bytes())
}

#[cfg(test)]
mod tests;
