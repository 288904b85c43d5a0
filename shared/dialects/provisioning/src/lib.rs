//! The provisioning dialect (seed `provisioning-accounts-net2grid`): `snake_case`, one nested body
//! for account, installations and meters.
//!
//! [`request`] reads it, [`answer`] writes it, [`schema`] describes what is read.

pub mod answer;
pub mod change;
pub mod path;
mod places;
pub mod request;
pub mod schema;

pub use places::{breach_pointer, claim_pointer, conflicts};
