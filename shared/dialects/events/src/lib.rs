//! The events dialect (ours): `snake_case`, failures as problem documents.
//!
//! [`webhooks`], [`deliveries`] and [`imports`] are what is asked for and answered; [`list`] pages them, [`change`] writes a
//! webhook that others may be writing.

pub mod change;
pub mod contract;
pub mod deliveries;
pub mod imports;
pub mod list;
pub mod webhooks;

pub use contract::function;
