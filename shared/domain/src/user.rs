//! Persons who sign in with a name and a password, and what is tried on them.
//!
//! A customer's sign-in is his account: it has the e-mail that is his name, and the hash of his password. Others, such as
//! an organisation's staff, are users of their own.

use std::{collections::BTreeSet, fmt, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AccountId, Email, LabelPartnerCode, Name, OrganisationId, PhoneNumber, account::resource_id, words::words,
};

resource_id!(
    /// Our id of a user. That of a customer is the id of his account.
    UserId
);

words! {
    /// What a person may do beside what anybody may who has signed in.
    Role {
        /// Has an account, and may do with it what is his to do.
        Customer = "Customer",
        /// Looks after devices.
        Technician = "Technician",
        /// Looks after customers.
        Staff = "Staff",
        /// Looks after users.
        SuperUser = "SuperUser",
    }
}

words! {
    /// Something that a person may do.
    Privilege {
        /// To accept terms.
        AcceptTerms = "AcceptTerms",
        /// To add readings of his meters.
        AddReadings = "AddReadings",
        /// To read all that his account has.
        ReadCustomer = "ReadCustomer",
        /// To read users of the organisation.
        ReadUsers = "ReadUsers",
        /// To change how he is reached.
        UpdateCustomer = "UpdateCustomer",
        /// To mark messages as read.
        UpdateMessages = "UpdateMessages",
        /// To describe the building that a meter is in.
        UpdateSettings = "UpdateSettings",
    }
}

impl Role {
    /// Those that an operator gives.
    pub const GIVEN: &'static [Self] = &[Self::Technician, Self::Staff, Self::SuperUser];

    /// What whoever has it may do.
    #[must_use]
    pub const fn privileges(self) -> &'static [Privilege] {
        match self {
            Self::Customer => &[
                Privilege::AcceptTerms,
                Privilege::AddReadings,
                Privilege::ReadCustomer,
                Privilege::UpdateCustomer,
                Privilege::UpdateMessages,
                Privilege::UpdateSettings,
            ],
            Self::Technician | Self::Staff => &[],
            Self::SuperUser => &[Privilege::ReadUsers],
        }
    }
}

impl From<AccountId> for UserId {
    /// The user that a customer is.
    fn from(id: AccountId) -> Self {
        Self::from(Uuid::from(id))
    }
}

impl From<UserId> for AccountId {
    /// The account that a customer has.
    fn from(id: UserId) -> Self {
        Self::from(Uuid::from(id))
    }
}

/// A person who is no customer, or not as this one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Our id.
    pub id: UserId,
    /// Whose user it is.
    pub organisation: OrganisationId,
    /// The one brand that it is to see; without it all of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_partner: Option<LabelPartnerCode>,
    /// The name to sign in with. It is claimed like that of a customer: it is one person's.
    pub email: Email,
    /// Given name.
    pub first_name: Name,
    /// Family name.
    pub last_name: Name,
    /// The number of a mobile telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<PhoneNumber>,
    /// What it may do.
    pub roles: BTreeSet<Role>,
    /// The hash of the password (argon2id, PHC string). Never shown, never logged.
    pub password_hash: String,
    /// When it was disabled, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("roles", &self.roles).finish_non_exhaustive()
    }
}

/// What wrong passwords cost that are tried on a name, or from an address: after some that are free each has to be waited
/// for, twice as long as the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How many wrong passwords cost nothing.
    pub free: u32,
}

impl Patience {
    /// With a name.
    pub const NAME: Self = Self { free: 4 };
    /// With an address, behind which there may be many people.
    pub const ADDRESS: Self = Self { free: 99 };
    /// The first pause.
    pub const FIRST: Duration = Duration::from_secs(30);
    /// The longest.
    pub const LONGEST: Duration = Duration::from_mins(15);
    /// After how long without another wrong password all are forgotten.
    pub const MEMORY: Duration = Duration::from_hours(24);

    /// How long to wait after so many wrong passwords, from the last one on.
    #[must_use]
    pub fn pause(self, failures: u32) -> Duration {
        match failures.checked_sub(self.free) {
            None | Some(0) => Duration::ZERO,
            Some(more) => Self::FIRST.saturating_mul(1 << (more - 1).min(10)).min(Self::LONGEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_password_costs_twice_as_much_as_the_one_before() {
        let pauses: Vec<_> = (0..13).map(|failures| Patience::NAME.pause(failures).as_secs()).collect();
        assert_eq!(pauses, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
        assert_eq!(Patience::NAME.pause(u32::MAX), Patience::LONGEST);
        assert_eq!((Patience::ADDRESS.pause(99), Patience::ADDRESS.pause(100).as_secs()), (Duration::ZERO, 30));
    }

    #[test]
    fn nobody_is_given_what_only_a_customer_is() {
        assert!(!Role::GIVEN.contains(&Role::Customer));
    }
}
