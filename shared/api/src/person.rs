//! A person who calls, as the authorizer found out and as a function reads it: beside [`crate::principal`], which is an
//! organisation.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};
use wattbook_domain::{
    Account, AccountId, Actor, CustomerNumber, LabelPartnerCode, OrganisationId,
    user::{Privilege, Role, User, UserId},
};

use crate::{Failure, Principal, Request};

/// A person who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user.
    pub user: UserId,
    /// Whose customer or user it is.
    pub organisation: OrganisationId,
    /// The brand that it belongs to, or that it is to see.
    pub label_partner: Option<LabelPartnerCode>,
    /// What it may do.
    pub roles: BTreeSet<Role>,
    /// The account that is its own, if it is a customer.
    pub own: Option<Own>,
}

/// The account of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own {
    /// Our id.
    pub account: AccountId,
    /// The number by which apps know it; none if it has none yet.
    pub number: Option<CustomerNumber>,
}

/// Who calls: an organisation, or a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// An organisation, by a credential.
    Organisation(Principal),
    /// A person.
    Person(Person),
}

/// Until when nothing is tried, in seconds since the epoch.
const THROTTLED: &str = "throttled_until";

impl Person {
    /// The customer whose account this is.
    #[must_use]
    pub fn customer(account: &Account) -> Self {
        Self {
            user: account.id.into(),
            organisation: account.organisation,
            label_partner: account.label_partner.clone(),
            roles: [Role::Customer].into(),
            own: Some(Own { account: account.id, number: account.number }),
        }
    }

    /// A user who is no customer.
    #[must_use]
    pub fn user(user: &User) -> Self {
        Self {
            user: user.id,
            organisation: user.organisation,
            label_partner: user.label_partner.clone(),
            roles: user.roles.clone(),
            own: None,
        }
    }

    /// Who writes what it writes.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Person(self.user.to_string())
    }

    /// Whether it may do that.
    #[must_use]
    pub fn may(&self, privilege: Privilege) -> bool {
        self.roles.iter().any(|role| role.privileges().contains(&privilege))
    }

    /// The context that the authorizer hands to API Gateway, in flat strings. No access level is in it, so that it makes
    /// nobody an organisation.
    #[must_use]
    pub fn to_context(&self) -> Map<String, Value> {
        let roles: Vec<_> = self.roles.iter().map(|role| role.word()).collect();
        let mut context = Map::new();
        let mut insert = |name: &str, value: String| context.insert(name.to_owned(), value.into());
        insert("user_id", self.user.to_string());
        insert("organisation_id", self.organisation.to_string());
        insert("roles", roles.join(";"));
        if let Some(brand) = &self.label_partner {
            insert("label_partner", brand.to_string());
        }
        if let Some(own) = &self.own {
            insert("account_id", own.account.to_string());
            if let Some(number) = own.number {
                insert("customer_number", number.to_string());
            }
        }
        context
    }

    /// Reads the context back. `None` for anything but a complete one.
    #[must_use]
    pub fn from_context(context: &HashMap<String, Value>) -> Option<Self> {
        let text = |name: &str| context.get(name).and_then(Value::as_str);
        let roles = text("roles")?.split(';').map(|word| word.parse().ok()).collect::<Option<_>>()?;
        let number = match text("customer_number") {
            Some(number) => Some(number.parse().ok()?),
            None => None,
        };
        let own = match text("account_id") {
            Some(id) => Some(Own { account: id.parse().ok()?, number }),
            None => None,
        };
        Some(Self {
            user: text("user_id")?.parse().ok()?,
            organisation: text("organisation_id")?.parse().ok()?,
            label_partner: text("label_partner").map(LabelPartnerCode::parse).transpose().ok()?,
            roles,
            own,
        })
    }
}

/// The context of somebody on whose name, or from whose address, too many wrong passwords were tried.
#[must_use]
pub fn throttled(until: i64) -> Map<String, Value> {
    Map::from_iter([(THROTTLED.to_owned(), until.to_string().into())])
}

impl Caller {
    /// Whose it is, or calls.
    #[must_use]
    pub const fn organisation(&self) -> OrganisationId {
        match self {
            Self::Organisation(principal) => principal.reach.organisation,
            Self::Person(person) => person.organisation,
        }
    }

    /// Who writes what it writes.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Organisation(principal) => principal.actor.clone(),
            Self::Person(person) => person.actor(),
        }
    }
}

impl Request {
    /// Who calls, which may be a person.
    ///
    /// # Errors
    /// The authorizer said nothing complete, or that too many wrong passwords were tried.
    pub fn caller(&self) -> Result<Caller, Failure> {
        let context = self.authorized().ok_or(Failure::Unauthenticated)?;
        if let Some(principal) = Principal::from_context(context) {
            return Ok(Caller::Organisation(principal));
        }
        let until = context.get(THROTTLED).and_then(Value::as_str).and_then(|until| until.parse::<i64>().ok());
        if let Some(until) = until {
            let left = until.saturating_sub(jiff::Timestamp::now().as_second()).max(1);
            return Err(Failure::TooManyTries { wait: u32::try_from(left).unwrap_or(u32::MAX) });
        }
        Person::from_context(context).map(Caller::Person).ok_or(Failure::Unauthenticated)
    }
}
