//! What a request asks for.

use std::str::FromStr;

use wattbook_accounts::{
    answer::Fields,
    query::{page_count, page_start, word, words},
};
use wattbook_api::{Failure, Faults, Request, fault::Reason, page_token::Fingerprint, reader::Parameters};
use wattbook_domain::{
    AccountStatus, AccountType, Email, ExternalId, Flaw, LabelPartnerCode, ListField, Reach, listed::folded,
};

use super::search::{Criteria, Pattern, Search};

/// Accounts on a page, if the request does not say.
const PAGE_COUNT: u64 = 25;
/// The longest search, in characters.
const MAX_SEARCH: usize = 255;
/// The most fields to sort by: a page token carries a value of each.
const MAX_SORT: usize = 4;

/// One field to sort by; whether from the last to the first.
pub(crate) type SortKey = (ListField, bool);

/// What a request asks for.
pub(crate) struct Asked {
    pub(crate) page_start: u64,
    pub(crate) page_count: u64,
    pub(crate) token: Option<String>,
    /// What shapes the list, in digest.
    pub(crate) list: Fingerprint,
    pub(crate) criteria: Criteria,
    /// Never empty.
    pub(crate) sort: Vec<SortKey>,
    pub(crate) fields: Fields,
    pub(crate) status: Option<AccountStatus>,
    pub(crate) brand: Option<LabelPartnerCode>,
    pub(crate) email: Option<Email>,
    pub(crate) provider_account_id: Option<ExternalId>,
}

impl Asked {
    /// Reads the query. Parameters that are not known are ignored, as the published dialect has it.
    pub(crate) fn read(request: &Request, reach: &Reach, faults: &mut Faults) -> Self {
        let mut query = request.query();
        let page_count = page_count(&mut query, faults);
        let search = search(&mut query, faults);
        let sort = sort(&mut query, faults);
        let fields = Fields::read(&mut query, faults);
        let status = query.optional("status", word::<AccountStatus>, faults);
        let email = query.optional("email", |raw| Email::parse(raw).map_err(Reason::from), faults);
        let provider_account_id =
            query.optional("providerAccountId", |raw| ExternalId::parse(raw).map_err(Reason::from), faults);
        let org = query.optional("customerOrgId", |raw| Ok(raw.to_owned()), faults);
        let account_type = query.optional("type", word::<AccountType>, faults);
        let brand = query.optional("labelPartner", |raw| LabelPartnerCode::parse(raw).map_err(Reason::from), faults);
        // What follows says where in the list, and not which list.
        let list = Fingerprint::of("accounts", reach, query.given());
        let token = query.optional("pageToken", |raw| Ok(raw.to_owned()), faults);
        let page_start = page_start(&mut query, faults);
        // Generated clients send defaults, so a start of 0 says nothing.
        if token.is_some() && page_start.is_some_and(|start| start > 0) {
            faults.query("pageToken", Flaw::Contradiction { other: "pageStart: a token says itself where it leads" });
        }
        // The deleted accounts are a list of their own.
        let in_use = status.filter(|status| *status != AccountStatus::Deleted);
        let equal = [
            (ListField::Status, in_use.map(|status| status.word().to_owned())),
            (ListField::CustomerOrgId, org),
            (ListField::Type, account_type.map(|it| it.word().to_owned())),
        ];
        let equal = equal.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
        Self {
            page_start: page_start.unwrap_or(0),
            page_count: page_count.unwrap_or(PAGE_COUNT),
            token,
            list,
            criteria: Criteria::new(search, equal),
            sort,
            fields,
            status,
            brand,
            email,
            provider_account_id,
        }
    }

    /// Whether the order is that of the index: by name alone.
    pub(crate) fn is_by_name(&self) -> bool {
        matches!(self.sort.as_slice(), [(ListField::AccountName, _)])
    }

    /// Whether the first key goes from the last to the first.
    pub(crate) fn is_backwards(&self) -> bool {
        self.sort.first().is_some_and(|(_, backwards)| *backwards)
    }
}

fn search(query: &mut Parameters<'_>, faults: &mut Faults) -> Option<Search> {
    let text = query.optional("search", |raw| Ok(raw.to_owned()), faults).filter(|text| !text.is_empty());
    let on = query.optional("searchOn", words::<ListField>, faults);
    let [starts, ends, is_regex] = ["startsWith", "endsWith", "isRegex"].map(|name| query.switch(name, faults));
    for name in
        [("startsWith", starts), ("endsWith", ends)].iter().filter(|(_, on)| *on && is_regex).map(|(name, _)| name)
    {
        faults.query(name, Flaw::Contradiction { other: "isRegex: write ^ or $ into the expression" });
    }
    let text = text?;
    if text.chars().count() > MAX_SEARCH {
        faults.query("search", Flaw::TooLong { max: MAX_SEARCH });
        return None;
    }
    let pattern = if is_regex {
        Pattern::regex(&text).map_err(|reason| faults.query("search", reason)).ok()?
    } else {
        Pattern::Text { text: folded(&text), starts, ends }
    };
    Some(Search { pattern, on: on.unwrap_or_else(|| vec![ListField::AccountName, ListField::CustomerOrgName]) })
}

fn sort(query: &mut Parameters<'_>, faults: &mut Faults) -> Vec<SortKey> {
    let on = query.optional("sortOn", words::<ListField>, faults).unwrap_or_else(|| vec![ListField::AccountName]);
    if on.len() > MAX_SORT {
        faults.query("sortOn", Reason::new("too_many", format!("must be at most {MAX_SORT} fields")));
    }
    let orders = query.optional("sortOrder", words::<Order>, faults).unwrap_or_else(|| vec![Order::Ascending]);
    match orders.as_slice() {
        [order] => on.into_iter().map(|field| (field, *order == Order::Descending)).collect(),
        orders if orders.len() == on.len() => {
            on.into_iter().zip(orders).map(|(field, order)| (field, *order == Order::Descending)).collect()
        }
        _ => {
            let message = "must be one order for all fields of sortOn, or one for each";
            faults.query("sortOrder", Reason::new("wrong_number", message));
            Vec::new()
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Ascending,
    Descending,
}

impl FromStr for Order {
    type Err = Flaw;

    fn from_str(raw: &str) -> Result<Self, Flaw> {
        match raw {
            "ASC" => Ok(Self::Ascending),
            "DESC" => Ok(Self::Descending),
            _ => Err(Flaw::NotOneOf { allowed: &["ASC", "DESC"] }),
        }
    }
}

/// A token that is not good, beside the faults of the other parameters.
pub(crate) fn refuse_token(reason: Reason) -> Failure {
    let mut faults = Faults::default();
    faults.query("pageToken", reason);
    Failure::Faults(faults)
}
