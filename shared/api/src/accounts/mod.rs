//! The accounts dialect (seed `account-api-genability`).

pub mod defaults;
