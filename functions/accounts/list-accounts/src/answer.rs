//! How a list is answered: the only place that knows its JSON.

use std::str::FromStr;

use serde::Serialize;
use serde_json::{json, value::RawValue};
use utoipa::ToSchema;
use wattbook_api::{Answer, Failure};
use wattbook_domain::{Account, Flaw, Reach};

/// How much of an account to show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Fields {
    /// What is usual.
    #[default]
    Usual,
    /// The mandatory fields alone.
    Min,
    /// Everything.
    Ext,
}

impl FromStr for Fields {
    type Err = Flaw;

    fn from_str(raw: &str) -> Result<Self, Flaw> {
        match raw {
            "min" => Ok(Self::Min),
            "ext" => Ok(Self::Ext),
            _ => Err(Flaw::NotOneOf { allowed: &["min", "ext"] }),
        }
    }
}

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
    #[schema(value_type = Vec<Object>)]
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

/// An account in the list.
pub(crate) fn account(account: &Account, _: &Reach, fields: Fields) -> Result<Box<RawValue>, Failure> {
    let customer = &account.customer;
    let mut view = json!({
        "accountId": account.id,
        "providerAccountId": customer.external_id,
        "accountName": account.name(),
        "status": account.profile.status,
    });
    if fields != Fields::Min
        && let Some(members) = view.as_object_mut()
    {
        members.insert("customerOrgId".into(), json!(account.profile.customer_org_id));
        members.insert("customerOrgName".into(), json!(account.profile.customer_org_name));
        members.insert("owner".into(), json!(account.profile.owner));
        members.insert("type".into(), json!(account.profile.account_type));
        members.insert("labelPartner".into(), json!(account.label_partner));
    }
    serde_json::value::to_raw_value(&view).map_err(|error| Failure::Internal(error.into()))
}
