//! Accounts, and who they belong to.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    CustomerNumber, Email, ExternalId, FormerInstallation, Installation, LabelPartnerCode, Name, Ordinals,
    OrganisationId, PhoneNumber, Profile, ProviderId, Site, Tariff,
    entity::EntityId,
    onboarding::OnboardingId,
    property::{KeyName, Property},
    record::{Acceptances, AppName},
};

macro_rules! resource_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A new one: random, so that nobody can tell how many there are.
            #[must_use]
            pub fn new_random() -> Self {
                Self(uuid::Uuid::new_v4())
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;

            fn from_str(raw: &str) -> Result<Self, uuid::Error> {
                raw.parse().map(Self)
            }
        }
    };
}

pub(crate) use resource_id;

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

/// The person behind an account, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<Name>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Name>,
    /// A telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<PhoneNumber>,
    /// The number of a mobile telephone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<PhoneNumber>,
}

/// Who an account belongs to, and how other systems know it. Provisioning asks for most of this; an
/// account that was added through the accounts API may have none of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The organisation's own id of the account. Never changes once set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// Where the customer is written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// Whether the address is known to be the customer's own.
    pub email_verified: bool,
    /// Since when the customer is asked to verify the address, or to set a password; absent once that is done.
    /// The token that does it can be computed from this, and is good for a while from then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_requested_at: Option<Timestamp>,
    /// What the customer registered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// The customer's id at the organisation's identity provider, for single sign-on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_provider_id: Option<ProviderId>,
    /// The person.
    pub contact: Contact,
}

/// What a customer is sent a token for. Whichever it is, the token verifies the e-mail and sets the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenPurpose {
    /// To verify the e-mail.
    VerifyEmail,
    /// To set a password, for the first time; the e-mail is known to be the customer's own.
    SetPassword,
    /// To set another password.
    ResetPassword,
}

impl Customer {
    /// What the customer would be sent a token for.
    #[must_use]
    pub const fn token_purpose(&self) -> TokenPurpose {
        match (self.email_verified, &self.registration) {
            (false, _) => TokenPurpose::VerifyEmail,
            (true, None) => TokenPurpose::SetPassword,
            (true, Some(_)) => TokenPurpose::ResetPassword,
        }
    }
}

/// That the customer has registered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The hash of the customer's password (argon2id, PHC string). Never shown, never logged.
    pub password_hash: String,
    /// When, for the first time.
    pub registered_at: Timestamp,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("registered_at", &self.registered_at).finish_non_exhaustive()
    }
}

/// What the answers are sealed with that are kept for whoever repeats a request about an account. It is kept
/// with the account and nowhere else: once that is erased, nobody can read them. Never shown, never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AnswerKey(String);

impl AnswerKey {
    /// A new one: 122 random bits. It is a part of every account, of which each byte is paid for.
    #[must_use]
    pub fn new_random() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    /// The one that was stored as this text.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret, as text.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AnswerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnswerKey")
    }
}

/// How far an account has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It exists.
    Provisioned,
    /// Its customer has verified the e-mail and set a password.
    Registered,
    /// Registered, and at least one installation has a meter, or a device is connected.
    Active,
    /// Deleted, and kept.
    Deleted,
}

impl AccountState {
    /// The words for it.
    pub const WORDS: &'static [&'static str] = &["provisioned", "registered", "active", "deleted"];

    /// The word for this one.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Provisioned => "provisioned",
            Self::Registered => "registered",
            Self::Active => "active",
            Self::Deleted => "deleted",
        }
    }
}

/// Whether a value says no more than its absence would: then it is not stored.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Account {
    /// The most onboarding requests that one can have had: they are erased with it.
    pub const MAX_ONBOARDINGS: usize = 1000;

    /// A new account of which nothing is known.
    #[must_use]
    pub fn blank(organisation: OrganisationId, label_partner: Option<LabelPartnerCode>, now: Timestamp) -> Self {
        Self {
            id: AccountId::new_random(),
            organisation,
            label_partner,
            number: None,
            ordinals: Ordinals::default(),
            profile: Profile::default(),
            site: Site::default(),
            properties: BTreeMap::new(),
            tariffs: Vec::new(),
            terms: BTreeMap::new(),
            customer: Customer::default(),
            installations: Vec::new(),
            former_installations: Vec::new(),
            onboardings: BTreeSet::new(),
            entities: BTreeSet::new(),
            answer_key: AnswerKey::new_random(),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> AccountState {
        let registered = self.customer.email_verified && self.customer.registration.is_some();
        match registered {
            _ if self.is_deleted() => AccountState::Deleted,
            false => AccountState::Provisioned,
            true if self.has_meter() || !self.entities.is_empty() => AccountState::Active,
            true => AccountState::Registered,
        }
    }

    fn has_meter(&self) -> bool {
        self.installations.iter().any(|installation| !installation.meters.is_empty())
    }

    /// Asks the customer for what [`Customer::token_purpose`] says, from `now` on. Nothing happens without an e-mail,
    /// or if the account is deleted.
    pub fn request_token(&mut self, now: Timestamp) {
        if self.customer.email.is_some() && !self.is_deleted() {
            self.customer.token_requested_at = Some(now);
        }
    }

    /// The customer has shown to own the e-mail, and set a password.
    pub fn register(&mut self, password_hash: String, now: Timestamp) {
        self.customer.email_verified = true;
        self.customer.token_requested_at = None;
        let registered_at = self.customer.registration.as_ref().map_or(now, |earlier| earlier.registered_at);
        self.customer.registration = Some(Registration { password_hash, registered_at });
    }
}

/// An account: a customer or a site, with installations and meters. Stored, read and versioned as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Our id.
    pub id: AccountId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The brand it belongs to; one of no brand is seen by who sees all of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_partner: Option<LabelPartnerCode>,
    /// The number by which customers' apps know it. It is drawn as the account is stored; one from before there were
    /// such numbers is given one with its next change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<CustomerNumber>,
    /// The last ordinals of its installations and meters.
    #[serde(default, rename = "last", skip_serializing_if = "is_default")]
    pub ordinals: Ordinals,
    /// What it is called and how it is filed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profile: Profile,
    /// Where it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub site: Site,
    /// Facts about it, by their keys.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<KeyName, Property>,
    /// Its tariffs, by service and effective date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tariffs: Vec<Tariff>,
    /// What its customer has accepted of the terms of apps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub terms: BTreeMap<AppName, Acceptances>,
    /// The customer.
    pub customer: Customer,
    /// Its installations, the primary one first.
    pub installations: Vec<Installation>,
    /// Installations it moved out of, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_installations: Vec<FormerInstallation>,
    /// The onboarding requests for its devices, those that have ended, too. Kept beside the account, for they come and
    /// go without it being read.
    #[serde(skip)]
    pub onboardings: BTreeSet<OnboardingId>,
    /// Its devices that are connected; kept in the same way.
    #[serde(skip)]
    pub entities: BTreeSet<EntityId>,
    /// What answers about it are sealed with.
    #[serde(default = "AnswerKey::new_random")]
    pub answer_key: AnswerKey,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
