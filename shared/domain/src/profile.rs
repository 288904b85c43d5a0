//! What an account is called and how it is filed: the header of the accounts API
//! (seed `account-api-genability`, "Account").

use serde::{Deserialize, Serialize};

use crate::{Account, ExternalId, Text, TimeZone, account::is_default, words::words};

words! {
    /// Whether an account is in use.
    AccountStatus {
        /// In use.
        Active = "ACTIVE",
        /// Kept, but not in use.
        Inactive = "INACTIVE",
        /// Deleted, and kept: it can be had back, and its unique values stay taken.
        Deleted = "DELETED",
    }
}

words! {
    /// What an account stands for.
    AccountType {
        /// A customer.
        Customer = "CUSTOMER",
        /// Somebody who may become one.
        Potential = "POTENTIAL",
        /// Somebody who is wanted as one.
        Target = "TARGET",
        /// Nobody: a pattern for others.
        Archetype = "ARCHETYPE",
    }
}

/// The header of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// What the account is called: a person, a business, a site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<255>>,
    /// The organisation's own id of a group of accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_org_id: Option<ExternalId>,
    /// What that group is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_org_name: Option<Text<255>>,
    /// Who looks after the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Text<255>>,
    /// Whether it is in use.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status: AccountStatus,
    /// What it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_type: Option<AccountType>,
    /// The time zone that the caller stated; without one, that of the address counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZone>,
}

#[expect(clippy::derivable_impls, reason = "the words macro gives no variant a special role")]
impl Default for AccountStatus {
    fn default() -> Self {
        Self::Active
    }
}

impl Account {
    /// What the account is called: its name or, if it was given none, that of its person.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let contact = &self.customer.contact;
        let person: Vec<_> =
            [&contact.first_name, &contact.last_name].into_iter().flatten().map(Text::as_str).collect();
        match &self.profile.name {
            Some(name) => Some(name.to_string()),
            None if person.is_empty() => None,
            None => Some(person.join(" ")),
        }
    }

    /// The time zone: the one stated or, without it, that of the address.
    #[must_use]
    pub fn time_zone(&self) -> Option<&TimeZone> {
        self.profile.time_zone.as_ref().or(self.site.derived_time_zone.as_ref())
    }

    /// Whether the account is deleted, and kept.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.profile.status == AccountStatus::Deleted
    }
}
