//! The onboarding dialect (seed `onboarding-entities-realto`): camelCase under `/onboarding`, failures as problem
//! documents.
//!
//! [`definition`] declares how a manufacturer is defined, in the file that is built in and by an operator; [`schema`] is the
//! part of JSON Schema that says what it asks for; [`catalogue`] brings both together, [`answer`] writes. [`requests`] are what is asked for.
//! [`own`] finds what is the caller's, [`list`] pages it.

pub mod answer;
pub mod catalogue;
pub mod contract;
pub mod definition;
pub mod list;
pub mod own;
pub mod requests;
pub mod schema;

pub use contract::function;
