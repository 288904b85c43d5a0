//! Accounts, their installations and meters.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{CountryCode, Email, ExternalId, Flaw, LabelPartnerCode, Name, OrganisationId, ServiceType, Text};

macro_rules! resource_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new one: random, so that nobody can tell how many there are.
            #[must_use]
            pub fn new_random() -> Self {
                Self(Uuid::new_v4())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(raw: &str) -> Result<Self, uuid::Error> {
                raw.parse().map(Self)
            }
        }
    };
}

resource_id!(
    /// Our id of an account.
    AccountId
);
resource_id!(
    /// Our id of an installation.
    InstallationId
);
resource_id!(
    /// Our id of a meter.
    MeterId
);

/// What a meter measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum EnergyType {
    /// Electricity.
    Electricity,
    /// Gas.
    Gas,
    /// Heat from a district network.
    Heat,
    /// Water.
    Water,
}

impl EnergyType {
    /// The words for it.
    pub const WORDS: &'static [&'static str] = &["ELECTRICITY", "GAS", "HEAT", "WATER"];

    /// The word for this one.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Electricity => "ELECTRICITY",
            Self::Gas => "GAS",
            Self::Heat => "HEAT",
            Self::Water => "WATER",
        }
    }
}

impl FromStr for EnergyType {
    type Err = Flaw;

    fn from_str(raw: &str) -> Result<Self, Flaw> {
        match raw {
            "ELECTRICITY" => Ok(Self::Electricity),
            "GAS" => Ok(Self::Gas),
            "HEAT" => Ok(Self::Heat),
            "WATER" => Ok(Self::Water),
            _ => Err(Flaw::NotOneOf { allowed: Self::WORDS }),
        }
    }
}

/// How the readings of a meter come in (seed `provisioning-accounts-net2grid`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum InputMethod {
    /// Hardware reports them.
    Device,
    /// Files, a data hub or another system brings them, in batches.
    Import,
}

impl InputMethod {
    /// The words for it.
    pub const WORDS: &'static [&'static str] = &["DEVICE", "IMPORT"];

    /// The word for this one.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Device => "DEVICE",
            Self::Import => "IMPORT",
        }
    }
}

impl FromStr for InputMethod {
    type Err = Flaw;

    fn from_str(raw: &str) -> Result<Self, Flaw> {
        match raw {
            "DEVICE" => Ok(Self::Device),
            "IMPORT" => Ok(Self::Import),
            _ => Err(Flaw::NotOneOf { allowed: Self::WORDS }),
        }
    }
}

/// The person behind an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Given name.
    pub first_name: Name,
    /// Family name.
    pub last_name: Name,
}

/// Who an account belongs to, and how other systems know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The organisation's own id of the account. Never changes.
    pub external_id: ExternalId,
    /// Where the customer is written to.
    pub email: Email,
    /// Whether the address is known to be the customer's own.
    pub email_verified: bool,
    /// Since when a verification of the address is owed; absent once it is verified. The token that
    /// verifies it can be computed from this, and is good for seven days from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_requested_at: Option<Timestamp>,
    /// What the customer registered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// The customer's id at the organisation's identity provider, for single sign-on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authentication_provider_id: Option<Text<256>>,
    /// The person.
    pub contact: Contact,
}

/// That the customer has registered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The hash of the customer's password (argon2id, PHC string). Never shown, never logged.
    pub password_hash: String,
    /// When.
    pub registered_at: Timestamp,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("registered_at", &self.registered_at).finish_non_exhaustive()
    }
}

/// How far an account has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It exists.
    Provisioned,
    /// Its customer has verified the e-mail and set a password.
    Registered,
    /// Registered, and at least one installation has a meter.
    Active,
}

impl AccountState {
    /// The words for it.
    pub const WORDS: &'static [&'static str] = &["provisioned", "registered", "active"];

    /// The word for this one.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provisioned => "provisioned",
            Self::Registered => "registered",
            Self::Active => "active",
        }
    }
}

impl Account {
    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> AccountState {
        let registered = self.customer.email_verified && self.customer.registration.is_some();
        match registered {
            false => AccountState::Provisioned,
            true if self.installations.iter().any(|installation| !installation.meters.is_empty()) => {
                AccountState::Active
            }
            true => AccountState::Registered,
        }
    }

    /// Asks the customer to verify the e-mail, from `now` on. Nothing happens if it is verified.
    pub fn request_verification(&mut self, now: Timestamp) {
        if !self.customer.email_verified {
            self.customer.verification_requested_at = Some(now);
        }
    }

    /// The customer has shown to own the e-mail, and set a password.
    pub fn register(&mut self, password_hash: String, now: Timestamp) {
        self.customer.email_verified = true;
        self.customer.verification_requested_at = None;
        self.customer.registration = Some(Registration { password_hash, registered_at: now });
    }
}

/// A postal address, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<Name>,
    /// The number in the street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub house_number: Option<Text<16>>,
    /// What follows the number: a letter, a floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Text<16>>,
    /// The postal code, in the country's own spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Text<16>>,
    /// The country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
}

/// A meter of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// Our id.
    pub id: MeterId,
    /// The id under which readings arrive. Never changes once set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// How readings come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_method: Option<InputMethod>,
    /// What it measures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_type: Option<EnergyType>,
    /// What is printed on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<Name>,
}

/// A connection of an account at an address. The first of an account is its primary one, the only
/// one that services act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Our id.
    pub id: InstallationId,
    /// The organisation's own id. Never changes.
    pub external_id: ExternalId,
    /// The brand it is served under: the account's unless it states another.
    pub label_partner: LabelPartnerCode,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// What is delivered.
    pub service_type: ServiceType,
    /// Since when this account has it, if it moved in: the last recorded move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_in: Option<Date>,
    /// Its meters.
    #[serde(default)]
    pub meters: Vec<Meter>,
}

/// An installation that an account once had, and moved out of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerInstallation {
    /// Our id.
    pub id: InstallationId,
    /// The organisation's own id.
    pub external_id: ExternalId,
    /// The brand it was served under.
    pub label_partner: LabelPartnerCode,
    /// Since when the account had it, if it moved in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_in: Option<Date>,
    /// From when on it is another account's.
    pub moved_out: Date,
}

/// An account: a customer with installations and meters. Stored, read and versioned as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Our id.
    pub id: AccountId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The brand it belongs to.
    pub label_partner: LabelPartnerCode,
    /// The customer.
    pub customer: Customer,
    /// Its installations, the primary one first.
    pub installations: Vec<Installation>,
    /// Installations it moved out of, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_installations: Vec<FormerInstallation>,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
