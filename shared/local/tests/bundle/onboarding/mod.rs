//! The onboarding API.

mod catalogue;
pub(crate) mod devices;
mod sign_ins;
mod store;
mod types;

/// Where its catalogue is.
pub(crate) const TYPES: &str = "/onboarding/entities/types";
