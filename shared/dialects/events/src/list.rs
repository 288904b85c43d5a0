//! Lists of this dialect.

use wattbook_api::{
    contract::Operation,
    list::{self, SnakeCase},
};

/// A page that is asked for.
pub type Page = list::Page<SnakeCase>;

/// A page of a list.
pub type ListView<T> = list::ListView<T, SnakeCase>;

/// Declares the parameters of every list.
#[must_use]
pub fn paged(operation: Operation) -> Operation {
    list::paged::<SnakeCase>(operation)
}
