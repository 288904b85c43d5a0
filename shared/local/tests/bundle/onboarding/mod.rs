//! The onboarding API.

mod catalogue;
mod sign_ins;
mod types;

/// Where its catalogue is.
pub(crate) const TYPES: &str = "/onboarding/entities/types";
