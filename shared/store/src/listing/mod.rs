//! Lists of accounts: by name, in pages, from anywhere, and how many there are.
//!
//! A list is read from an index of thin entries ([`crate::keys`] has their form). One entry has a few hundred
//! bytes, so that a request of the store sees thousands, and a page costs its own entries and its own
//! accounts wherever in the list it is. The index follows the table within moments, not at once, so the
//! accounts of a page are read as they were a moment ago, too ([`crate::Store::accounts_eventually`]), and
//! whoever shows them checks that they belong there. What an entry has itself need not be read at all.
//!
//! How many accounts a list has is counted as the stream tells of them ([`crate::Store::size_of_list`]). How
//! many match something can only be found out by looking ([`crate::Store::walk`]), within a stated budget.
//!
//! Turned down: an index with whole accounts (every list would read what it does not show, and every write
//! would write it twice), and counting with a Scan or a Query (it costs what it counts).

mod query;
mod tally;
mod walk;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use wattbook_domain::{Account, AccountId, AccountStatus, LabelPartnerCode, ListField, OrganisationId};

use crate::keys;

pub(crate) use tally::{Tally, Transition};
pub use walk::{Budget, Counting, Walk, Walked};

/// A list: the accounts of an organisation or of one of its brands, live or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Whose accounts.
    pub organisation: OrganisationId,
    /// Of this brand alone.
    pub brand: Option<LabelPartnerCode>,
    /// Those that are deleted and kept, instead of the others.
    pub deleted: bool,
}

impl List {
    /// Whether an account is in it.
    #[must_use]
    pub fn has(&self, account: &Account) -> bool {
        self.organisation == account.organisation
            && self.deleted == account.is_deleted()
            && self.brand.as_ref().is_none_or(|brand| account.label_partner.as_ref() == Some(brand))
    }

    fn name(&self) -> String {
        keys::list_name(self.deleted, self.brand.as_ref())
    }

    fn partition(&self) -> String {
        keys::list_partition(self.organisation, &self.name())
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Of which list.
    pub list: List,
    /// Only names that begin with this, which must be [folded](wattbook_domain::listed::folded) and not longer
    /// than [`keys::MAX_LISTED_NAME_BYTES`]; empty for all.
    pub prefix: String,
    /// From the last name to the first.
    pub backwards: bool,
}

/// Where in a list an account stands: by its name, then by its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// The sort key in the index.
    #[serde(rename = "k")]
    pub(crate) key: String,
    #[serde(rename = "a")]
    account: String,
}

impl Position {
    /// Where an account stands that is as this one.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        Self { key: keys::list_position(account), account: account.id.to_string() }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.account.parse().ok()
    }
}

/// What the index has of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    position: Position,
    facts: HashMap<String, AttributeValue>,
}

impl Entry {
    /// The entry of an account that is as this one.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let fact = |(field, text): (ListField, String)| (field.word().to_owned(), AttributeValue::S(text));
        Self { position: Position::of(account), facts: account.listed().into_iter().map(fact).collect() }
    }

    /// Where it stands.
    #[must_use]
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// A field of it, if the account has it and it was asked for.
    #[must_use]
    pub fn get(&self, field: ListField) -> Option<&str> {
        if field == ListField::AccountId {
            return Some(&self.position.account);
        }
        let stored = self.facts.get(field.word()).and_then(|value| value.as_s().ok()).map(String::as_str);
        // The status that nearly every account has is not repeated in the index.
        stored.or((field == ListField::Status).then_some(AccountStatus::Active.word()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use wattbook_domain::Text;

    use super::*;

    fn named(name: &str) -> Account {
        let mut account = Account::blank(OrganisationId::new_random(), None, Timestamp::UNIX_EPOCH);
        account.profile.name = Text::parse(name).ok();
        account
    }

    #[test]
    fn a_shorter_name_comes_before_a_longer_one_that_goes_on_with_anything() {
        let position = |name: &str| Position::of(&named(name));
        for name in ["Peet's", "é", "a b"] {
            for more in [" 2", "!", "a", "\u{200d}", "é"] {
                assert!(position(name) < position(&format!("{name}{more}")), "{name:?} {more:?}");
            }
        }
        assert!(position("b") > position("A"));
    }

    #[test]
    fn a_position_fits_a_key_however_long_the_name_is() {
        // The letter that compatibility composition makes most of: 18 of one.
        for name in ["\u{fdfa}".repeat(255), "é".repeat(255), "𝒳".repeat(255)] {
            let position = Position::of(&named(&name));
            assert!(position.key.len() <= 1024, "{}", position.key.len());
            assert!(position.account().is_some());
        }
    }

    #[test]
    fn an_entry_has_what_the_account_has() {
        let account = named("Peet's");
        let entry = Entry::of(&account);
        assert_eq!(entry.get(ListField::AccountName), Some("Peet's"));
        assert_eq!(entry.get(ListField::Status), Some("ACTIVE"));
        assert_eq!(entry.get(ListField::Owner), None);
        assert_eq!(entry.get(ListField::AccountId), Some(account.id.to_string().as_str()));
    }
}
