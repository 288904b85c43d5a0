//! The provisioning dialect (seed `provisioning-accounts-net2grid`): `snake_case`, one nested body
//! for account, installations and meters.
//!
//! [`bodies`] declares what is read, [`request`] says what it asks for, [`answer`] writes;
//! [`provision`] stores what is new, [`change`] changes what is there.

pub mod answer;
pub mod bodies;
pub mod change;
pub mod contract;
pub mod path;
mod places;
pub mod provision;
mod relocation;
pub mod request;

pub use contract::function;
pub use places::{CONTRACT, breach_pointer, claim_pointer, conflicts};
