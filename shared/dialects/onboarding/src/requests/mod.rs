//! Onboarding requests: what is asked for, and how they are shown.

pub mod body;
pub mod create;
pub mod data;
pub mod store;
pub mod view;
