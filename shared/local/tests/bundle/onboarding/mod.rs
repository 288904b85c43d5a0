//! The onboarding API.

mod catalogue;
pub(crate) mod devices;
mod store;
mod sign_ins;
mod types;

/// Where its catalogue is.
pub(crate) const TYPES: &str = "/onboarding/entities/types";
