//! Lists of this dialect: what is said about a page.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{contract::Operation, list};

/// A page that is asked for.
pub type Page = list::Page<PageMeta>;

/// A page of a list.
pub type ListView<T> = list::ListView<T, PageMeta>;

/// About a page.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageMeta {
    /// How many entries a page may have. One may have fewer although more follow.
    page_size: usize,
    /// Leads to the next page, with the same parameters; null on the last one.
    #[schema(required = true)]
    continuation_token: Option<String>,
}

impl list::PageMeta for PageMeta {
    const SIZE: &'static str = "page_size";
    const TOKEN: &'static str = "continuation_token";

    fn new(page_size: usize, continuation_token: Option<String>) -> Self {
        Self { page_size, continuation_token }
    }
}

/// Declares the parameters of every list.
#[must_use]
pub fn paged(operation: Operation) -> Operation {
    list::paged::<PageMeta>(operation)
}
