//! The onboarding API.

mod catalogue;
pub(crate) mod devices;
pub(crate) mod made;
pub(crate) mod requests;
mod sign_ins;
mod store;
mod types;

/// Where its catalogue is.
pub(crate) const TYPES: &str = "/onboarding/entities/types";
