//! How a list is answered.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use wattbook_accounts::answer::{AccountView, Fields};
use wattbook_api::{Answer, Failure};
use wattbook_domain::{Account, Reach};

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountList {
    /// `success`.
    pub(crate) status: &'static str,
    /// How many accounts match, up to 100000.
    pub(crate) count: u64,
    /// Of what type the results are: `Account`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The accounts of this page.
    #[schema(value_type = Vec<AccountView>)]
    pub(crate) results: Vec<Box<RawValue>>,
    /// The position of the first of them among all that match.
    pub(crate) page_start: u64,
    /// How many a page has at most.
    pub(crate) page_count: u64,
    /// Leads to the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) next_page_token: Option<String>,
    /// `false` if more match than `count` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) count_is_exact: Option<bool>,
}

impl AccountList {
    /// The answer over HTTP.
    pub(crate) fn answer(&self) -> Result<Answer, Failure> {
        Answer::json(200, self)
    }
}

/// An account in the list, as JSON: so its size is known before the next one is added.
pub(crate) fn account(account: &Account, reach: &Reach, fields: Fields) -> Result<Box<RawValue>, Failure> {
    let view = AccountView::of(account, reach, fields);
    serde_json::value::to_raw_value(&view).map_err(|error| Failure::Internal(error.into()))
}
