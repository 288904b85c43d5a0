//! The onboarding API.

mod catalogue;
mod collectives;
pub(crate) mod devices;
mod entities;
pub(crate) mod made;
mod offboarding;
pub(crate) mod requests;
mod sign_ins;
mod store;
mod types;

/// Where its catalogue is.
pub(crate) const TYPES: &str = "/onboarding/entities/types";
