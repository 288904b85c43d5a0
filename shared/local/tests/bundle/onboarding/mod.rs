//! The onboarding API.

mod catalogue;
mod collectives;
mod connecting;
mod consent;
pub(crate) mod devices;
mod entities;
pub(crate) mod made;
mod offboarding;
pub(crate) mod owner;
mod refreshing;
pub(crate) mod requests;
pub(crate) mod sign_in;
mod sign_ins;
mod store;
mod types;

/// Where its catalogue is.
pub(crate) const TYPES: &str = "/onboarding/entities/types";
