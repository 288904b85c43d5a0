//! How a list is answered.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use wattbook_accounts::answer::{AccountView, Fields};
use wattbook_api::{Answer, Failure};
use wattbook_domain::{Account, ListField, Reach};
use wattbook_store::listing::Entry;

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountList {
    /// Always `success`.
    #[schema(pattern = "^success$")]
    pub(crate) status: &'static str,
    /// How many accounts match, up to 100000.
    pub(crate) count: u64,
    /// Of what type the results are: `Account`.
    #[serde(rename = "type")]
    #[schema(pattern = "^Account$")]
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

/// An account with `fields=min`: the index has all of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Brief {
    account_id: Option<String>,
    provider_account_id: Option<String>,
    account_name: Option<String>,
}

impl Brief {
    /// What is read of an entry.
    pub(crate) const FIELDS: [ListField; 2] = [ListField::ProviderAccountId, ListField::AccountName];

    /// What an entry says.
    pub(crate) fn of(entry: &Entry) -> Self {
        let text = |field| entry.get(field).map(str::to_owned);
        Self {
            account_id: text(ListField::AccountId),
            provider_account_id: text(ListField::ProviderAccountId),
            account_name: text(ListField::AccountName),
        }
    }

    /// As JSON.
    pub(crate) fn view(&self) -> Result<Box<RawValue>, Failure> {
        serde_json::value::to_raw_value(self).map_err(|error| Failure::Internal(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use wattbook_domain::{AccessLevel, ExternalId, OrganisationId, Text};

    use super::*;

    #[test]
    fn an_entry_gives_what_the_account_would() {
        let reach = Reach { organisation: OrganisationId::new_random(), access: AccessLevel::Admin };
        let mut account = Account::blank(reach.organisation, None, jiff::Timestamp::UNIX_EPOCH);
        let same = |account_now: &Account| {
            let brief = Brief::of(&Entry::of(account_now)).view().unwrap();
            assert_eq!(brief.get(), super::account(account_now, &reach, Fields::Min).unwrap().get());
        };
        same(&account);
        account.customer.external_id = ExternalId::parse("4711").ok();
        account.profile.name = Text::parse("Zo\u{eb}'s \"Home\"").ok();
        same(&account);
    }
}
