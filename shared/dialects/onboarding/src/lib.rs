//! The onboarding dialect (seed `onboarding-entities-realto`): camelCase under `/onboarding`, failures as problem
//! documents.
//!
//! [`definition`] declares how a manufacturer is defined, in the file that is built in and by an operator; [`schema`] is the
//! part of JSON Schema that says what it asks for; [`catalogue`] brings both together, [`answer`] writes. [`own`] finds what
//! is the caller's, [`list`] pages it. [`requests`], [`entities`], [`collectives`] and [`offboarding`] are what is asked for
//! and answered of these, with what they have in common in [`view`]; [`change`] writes an entity that others may be writing.

pub mod answer;
pub mod catalogue;
pub mod change;
pub mod collectives;
pub mod contract;
pub mod definition;
pub mod entities;
pub mod list;
pub mod offboarding;
pub mod own;
pub mod requests;
pub mod schema;
pub mod view;

pub use contract::function;
