//! Which account a path is about, and whether the caller may see it: an organisation those that its credential reaches, a
//! person the one that is his own. One answer for an account that is not there and for one of somebody else.

use jiff::{Timestamp, civil::Date};
use wattbook_api::{Caller, Failure, Person, Principal, Request, Services, clock, own::seen};
use wattbook_domain::{
    AccessLevel, Account, AccountId, Claim, CustomerNumber, ExternalId, FormerInstallation, Installation,
    LabelPartnerCode, Reach,
};
use wattbook_store::Store;

/// The parameter of a path that says which account.
pub const CUSTOMER_ID: &str = "customerId";

/// An account that the caller sees.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Who sees it.
    pub caller: Caller,
    /// The account.
    pub account: Account,
}

/// An id of an account, in any form that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerId {
    /// The number by which apps know it.
    Number(CustomerNumber),
    /// Our id.
    Id(AccountId),
    /// The organisation's own id.
    Own(ExternalId),
}

impl CustomerId {
    /// Reads it. What is a number could be an id of the organisation's own, too, but never is taken for one.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let id = || raw.parse().ok().filter(|_| raw.len() == 36).map(Self::Id);
        let number = raw.parse().ok().map(Self::Number);
        number.or_else(id).or_else(|| ExternalId::parse(raw).ok().map(Self::Own))
    }

    /// Whether it is this account's.
    #[must_use]
    pub fn is_of(&self, account: &Account) -> bool {
        match self {
            Self::Number(number) => account.number == Some(*number),
            Self::Id(id) => account.id == *id,
            Self::Own(own) => account.customer.external_id.as_ref() == Some(own),
        }
    }

    /// The account of an organisation that has it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn find(&self, store: &Store, principal: &Principal) -> Result<Option<Account>, Failure> {
        let organisation = principal.reach.organisation;
        let claim = match self {
            Self::Id(id) => return Ok(store.account(organisation, *id).await?),
            Self::Number(number) => Claim::customer_number(*number),
            Self::Own(own) => Claim::external_account_id(own),
        };
        Ok(store.account_by_claim(organisation, &claim).await?)
    }
}

impl Seen {
    /// The account that the path of a request is about.
    ///
    /// # Errors
    /// There is none that the caller sees, or the store failed.
    pub async fn find(services: &Services, request: &Request) -> Result<Self, Failure> {
        Self::named(services, request.caller()?, request.path_parameter(CUSTOMER_ID)).await
    }

    /// The account of that id.
    ///
    /// # Errors
    /// There is none that the caller sees, or the store failed.
    pub async fn named(services: &Services, caller: Caller, raw: &str) -> Result<Self, Failure> {
        let id = CustomerId::parse(raw).ok_or(Failure::NotFound)?;
        let account = match &caller {
            Caller::Organisation(principal) => {
                let found = id.find(services.store()?, principal).await?;
                seen(principal, found, |it| it.label_partner.as_ref())?
            }
            Caller::Person(person) => of_person(services, person, &id).await?,
        };
        // Who is deleted, and kept, is nobody's customer.
        if account.is_deleted() { Err(Failure::NotFound) } else { Ok(Self { caller, account }) }
    }

    /// How far the caller reaches within the account: a person sees all of it.
    #[must_use]
    pub fn reaches(&self, brand: &LabelPartnerCode) -> bool {
        match &self.caller {
            Caller::Organisation(principal) => principal.reach.covers_brand(brand),
            Caller::Person(_) => true,
        }
    }

    /// The installations that the caller sees.
    pub fn installations(&self) -> impl Iterator<Item = &Installation> {
        self.account.installations.iter().filter(|it| self.reaches(&it.label_partner))
    }

    /// What the account moved out of, as far as the caller sees it.
    pub fn former(&self) -> impl Iterator<Item = &FormerInstallation> {
        self.account.former_installations.iter().filter(|it| self.reaches(&it.label_partner))
    }

    /// The installation that is the delivery point of that number.
    ///
    /// # Errors
    /// There is none that the caller sees.
    pub fn delivery_point(&self, number: &str) -> Result<&Installation, Failure> {
        let number: u32 = number.parse().map_err(|_| Failure::NotFound)?;
        self.installations().find(|it| it.ordinal == Some(number)).ok_or(Failure::NotFound)
    }

    /// The installation whose contract has that number.
    ///
    /// # Errors
    /// There is none that the caller sees.
    pub fn contract(&self, number: &str) -> Result<&Installation, Failure> {
        let number: u32 = number.parse().map_err(|_| Failure::NotFound)?;
        self.installations().find(|it| it.contract_number() == Some(number)).ok_or(Failure::NotFound)
    }

    /// The number of a contract that the account has or had, as text.
    ///
    /// # Errors
    /// There is none that the caller sees.
    pub fn any_contract(&self, number: &str) -> Result<String, Failure> {
        let stated: u32 = number.parse().map_err(|_| Failure::NotFound)?;
        let own = self.installations().map(Installation::contract_number);
        let mut all = own.chain(self.former().map(FormerInstallation::contract_number));
        if all.any(|it| it == Some(stated)) { Ok(stated.to_string()) } else { Err(Failure::NotFound) }
    }

    /// Whether the caller sees what is about that contract, or about none.
    #[must_use]
    pub fn sees_contract(&self, number: Option<u32>) -> bool {
        number.is_none_or(|number| !self.sees_one_brand() || self.any_contract(&number.to_string()).is_ok())
    }

    /// Whether the caller sees what one brand has alone.
    #[must_use]
    pub fn sees_one_brand(&self) -> bool {
        matches!(&self.caller, Caller::Organisation(principal) if principal.reach.access.label_partner().is_some())
    }

    /// Whether the caller sees another account, too. A person sees who is tied to his own, of whichever brand.
    #[must_use]
    pub fn sees_account(&self, other: &Account) -> bool {
        match &self.caller {
            Caller::Organisation(principal) => principal.reach.covers_account_of(other.label_partner.as_ref()),
            Caller::Person(_) => true,
        }
    }

    /// Today, where the account is.
    #[must_use]
    pub fn today(&self) -> Date {
        today(&self.account, clock::now())
    }

    /// The reach to write with, and by whom.
    #[must_use]
    pub fn principal(&self) -> Principal {
        match &self.caller {
            Caller::Organisation(principal) => principal.clone(),
            // No further than the account. Of what stands in the way this dialect tells nobody whose it is.
            Caller::Person(person) => Principal {
                actor: person.actor(),
                reach: Reach { organisation: person.organisation, access: access(self.account.label_partner.clone()) },
                label_partners: Vec::new(),
            },
        }
    }

    /// The person who calls, if it is the customer himself.
    ///
    /// # Errors
    /// An organisation calls, which may not do it for him.
    pub fn customer(&self) -> Result<&Person, Failure> {
        match &self.caller {
            Caller::Person(person) => Ok(person),
            Caller::Organisation(_) => Err(Failure::Forbidden),
        }
    }
}

async fn of_person(services: &Services, person: &Person, id: &CustomerId) -> Result<Account, Failure> {
    let own = person.own.as_ref().ok_or(Failure::NotFound)?;
    // Of a number it is known without a read that it is another one's; the account is read with what it has by now.
    let foreign = match (id, own.number) {
        (CustomerId::Number(number), Some(known)) => *number != known,
        (CustomerId::Id(id), _) => *id != own.account,
        _ => false,
    };
    if foreign {
        return Err(Failure::NotFound);
    }
    let account = services.store()?.account(person.organisation, own.account).await?;
    account.filter(|account| id.is_of(account)).ok_or(Failure::NotFound)
}

/// The day at a moment where an account is; where that is not known, in UTC.
#[must_use]
pub fn today(account: &Account, now: Timestamp) -> Date {
    account.time_zone().map_or_else(|| now.to_zoned(jiff::tz::TimeZone::UTC).date(), |zone| zone.day(now))
}

fn access(brand: Option<LabelPartnerCode>) -> AccessLevel {
    brand.map_or(AccessLevel::Admin, |label_partner| AccessLevel::LabelPartner { label_partner })
}
