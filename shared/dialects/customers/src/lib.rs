//! The customers dialect (seed `customer-api-esmart`): `PascalCase`, times in UTC, persons beside organisations.
//!
//! [`seen`] says which account a path is about and whether the caller may see it; everything else is about what that has:
//! [`customer`], [`contracts`], [`delivery_points`], [`meters`], [`readings`], [`messages`], [`invoices`], [`terms`].
//! What an operator brings in are [`records`].

#![expect(clippy::struct_excessive_bools, reason = "the published bodies have that many")]

pub mod area;
pub mod change;
pub mod contract;
pub mod contracts;
pub mod customer;
pub mod date;
pub mod delivery_points;
mod failure;
pub mod invoices;
pub mod list;
pub mod messages;
pub mod meters;
pub mod readings;
pub mod records;
pub mod seen;
pub mod terms;
pub mod users;

pub use contract::{function, of_organisations, open};
pub use failure::refuse;
