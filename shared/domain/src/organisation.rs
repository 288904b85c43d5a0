//! Who calls: organisations, their label partners, and how far a credential reaches.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Flaw, Name, ServiceType, onboarding::Origin};

/// An organisation (tenant): it owns accounts, entities and credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrganisationId(Uuid);

impl OrganisationId {
    /// A new one.
    #[must_use]
    pub fn new_random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for OrganisationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OrganisationId {
    type Err = uuid::Error;

    fn from_str(raw: &str) -> Result<Self, uuid::Error> {
        raw.parse().map(Self)
    }
}

/// The short code of a label partner: 1 to 32 of `A-Z 0-9 - _`, starting with a letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LabelPartnerCode(String);

impl LabelPartnerCode {
    /// Takes a code of that form.
    ///
    /// # Errors
    /// It has another form.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let well_formed = raw.len() <= 32
            && raw.starts_with(|c: char| c.is_ascii_uppercase())
            && raw.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        if well_formed { Ok(Self(raw.to_owned())) } else { Err(Flaw::LabelPartnerCode) }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LabelPartnerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A label partner: a brand of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelPartner {
    /// Its code, unique in the organisation.
    pub code: LabelPartnerCode,
    /// What people call it.
    pub name: Name,
    /// The service type of an installation that states none.
    pub default_service_type: ServiceType,
}

/// An organisation with its label partners.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its id.
    #[serde(rename = "organisation_id")]
    pub id: OrganisationId,
    /// What people call it.
    pub name: Name,
    /// Its brands, by code.
    #[serde(default)]
    pub label_partners: Vec<LabelPartner>,
    /// Where owners of devices may be sent when they are done.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub return_origins: BTreeSet<Origin>,
}

impl Organisation {
    /// The most label partners one may have. The authorizer hands all of them to every function in its answer, for which
    /// API Gateway documents 8 KB where it documents a limit at all (WebSocket APIs); of HTTP APIs it says nothing.
    pub const MAX_LABEL_PARTNERS: usize = 100;

    /// The most origins that owners may be sent to.
    pub const MAX_RETURN_ORIGINS: usize = 50;

    /// The label partner of that code.
    #[must_use]
    pub fn label_partner(&self, code: &LabelPartnerCode) -> Option<&LabelPartner> {
        self.label_partners.iter().find(|partner| partner.code == *code)
    }
}

/// How far a credential reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "access", rename_all = "lowercase")]
pub enum AccessLevel {
    /// All of the organisation.
    Admin,
    /// The resources of one label partner.
    LabelPartner {
        /// Which.
        label_partner: LabelPartnerCode,
    },
}

impl AccessLevel {
    /// The one label partner that it reaches; none if it reaches all of the organisation.
    #[must_use]
    pub const fn label_partner(&self) -> Option<&LabelPartnerCode> {
        match self {
            Self::Admin => None,
            Self::LabelPartner { label_partner } => Some(label_partner),
        }
    }
}

/// Which resources a caller can see: those of its organisation and, with a label-partner
/// credential, of that brand alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The caller's organisation.
    pub organisation: OrganisationId,
    /// Within it.
    pub access: AccessLevel,
}

impl Reach {
    /// Whether a resource of `brand` in `organisation` can be seen.
    #[must_use]
    pub fn covers(&self, organisation: OrganisationId, brand: Option<&LabelPartnerCode>) -> bool {
        self.organisation == organisation && self.covers_account_of(brand)
    }

    /// Whether an account of `brand`, which may be none, in the caller's own organisation can be seen.
    #[must_use]
    pub fn covers_account_of(&self, brand: Option<&LabelPartnerCode>) -> bool {
        brand.map_or(self.access == AccessLevel::Admin, |brand| self.covers_brand(brand))
    }

    /// Whether a resource of `brand` in the caller's own organisation can be seen.
    #[must_use]
    pub fn covers_brand(&self, brand: &LabelPartnerCode) -> bool {
        self.access.label_partner().is_none_or(|own| own == brand)
    }
}
