//! Connected devices, and the groups that they are in.
//!
//! An entity is the asset of the customers API: it has a number there, a guid, a kind, an owner, attributes and a version.

mod change;
mod collective;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AccountId, AnswerKey, ExternalId, Identifier, LabelPartnerCode, Name, OrganisationId,
    account::resource_id,
    catalogue::{
        Connector, EntityType, ManufacturerName,
        attributes::{AttributeName, AttributeValue},
    },
    onboarding::{DeviceClaim, OnboardingId, OnboardingRequest},
    words::words,
};
pub use change::{EntityChange, Permission, Setting};
pub use collective::{Collective, CollectiveKind};

resource_id!(
    /// Our id of a collective.
    CollectiveId
);
resource_id!(
    /// Our id of an offboarding.
    OffboardingId
);

/// Our id of an entity: a UUID of version 8 (RFC 9562) that has the entity's number in it, so that either leads to the
/// other without a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntityId(Uuid);

/// The number of an entity, for systems whose ids are numbers: 14 to 16 digits, which every reader of JSON has exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityNumber(u64);

/// The numbers that there are: below 2^53, and above those that follow from a customer's number.
const NUMBERS: std::ops::Range<u64> = 10_000_000_000_000..(1 << 53);

/// The bits of a UUID that its number has.
const NUMBER_BITS: u128 = (1 << 53) - 1;

impl EntityId {
    /// A new one: random, so that nobody can tell how many there are.
    #[must_use]
    pub fn new_random() -> Self {
        let random = Uuid::new_v4().as_u128();
        let span = u128::from(NUMBERS.end - NUMBERS.start);
        // Of more than twice as many bits than the number has, so that no number is likelier than another.
        let number = u128::from(NUMBERS.start) + (Uuid::new_v4().as_u128() >> 8) % span;
        // Version and variant are set over what is random.
        let bytes = ((random & !NUMBER_BITS) | number).to_be_bytes();
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The number in it.
    #[must_use]
    pub fn number(self) -> EntityNumber {
        // The mask leaves 53 bits.
        EntityNumber(u64::try_from(self.0.as_u128() & NUMBER_BITS).unwrap_or_default())
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for EntityId {
    type Err = uuid::Error;

    /// Any UUID is taken: one that is no entity's leads to none.
    fn from_str(raw: &str) -> Result<Self, uuid::Error> {
        raw.parse().map(Self)
    }
}

impl fmt::Display for EntityNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl EntityNumber {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

words! {
    /// Whether an entity is connected.
    EntityStatus {
        /// It is.
        Connected = "Connected",
        /// It was.
        Disconnected = "Disconnected",
    }
}

words! {
    /// Why an entity is connected no longer.
    DisconnectReason {
        /// The organisation has offboarded it.
        Offboarded = "Offboarded",
        /// Its owner has withdrawn his consent.
        ConsentWithdrawn = "ConsentWithdrawn",
        /// A new owner has proved it to be his.
        TakenOver = "TakenOver",
        /// The manufacturer takes the sign-in no longer.
        SignInEnded = "SignInEnded",
    }
}

/// That an entity is connected no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disconnection {
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub reason: DisconnectReason,
}

/// A connected device, or one that was connected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// Our id.
    pub id: EntityId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The brand it belongs to; one of no brand is seen by who sees all of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_partner: Option<LabelPartnerCode>,
    /// The account that owns it; without one the organisation does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The meter of that account that it is at, by the organisation's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_meter_id: Option<ExternalId>,
    /// The request that it came of.
    pub onboarding: OnboardingId,
    /// What it is.
    pub entity_type: EntityType,
    /// Who made it, or another way to it.
    pub manufacturer: ManufacturerName,
    /// How it is reached.
    pub connector: Connector,
    /// Which of its attributes names it.
    pub identifying: AttributeName,
    /// What names it, in its one form.
    pub identifier: Identifier,
    /// The claim on the device, which is freed when the entity is disconnected.
    pub claim: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The organisation's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ExternalId>,
    /// Whose device it is, as the organisation knows him.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
    /// What is stated of it.
    pub attributes: BTreeMap<AttributeName, AttributeValue>,
    /// The collectives that it is in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub collectives: BTreeSet<CollectiveId>,
    /// Since when, and why, it is connected no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disconnected: Option<Disconnection>,
    /// The offboarding that disconnected it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offboarding: Option<OffboardingId>,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Entity {
    /// The most collectives that one can be in.
    pub const MAX_COLLECTIVES: usize = 10;

    /// The entity that a request ends in; none if it is not known which device it is about.
    #[must_use]
    pub fn of(request: &OnboardingRequest, now: Timestamp) -> Option<Self> {
        let claim = request.device.claim()?;
        Some(Self {
            id: request.entity,
            organisation: request.organisation,
            label_partner: request.label_partner.clone(),
            account: request.account,
            external_meter_id: request.external_meter_id.clone(),
            onboarding: request.id,
            entity_type: request.device.entity_type,
            manufacturer: request.device.manufacturer.clone(),
            connector: request.device.connector,
            identifying: request.device.identifying.attribute.clone(),
            identifier: request.device.identifier.clone()?,
            claim: claim.as_str().to_owned(),
            name: None,
            reference: request.reference.clone(),
            owner: request.owner.clone(),
            attributes: request.device.attributes.clone(),
            collectives: request.collective.into_iter().collect(),
            disconnected: None,
            offboarding: None,
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }

    /// Whether it is connected.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.disconnected.is_none()
    }

    /// Whether it is, in a word.
    #[must_use]
    pub const fn status(&self) -> EntityStatus {
        if self.is_connected() { EntityStatus::Connected } else { EntityStatus::Disconnected }
    }

    /// The entity when it is connected no longer; none if it is not connected now. It is in no collective then.
    #[must_use]
    pub fn disconnected(&self, reason: DisconnectReason, now: Timestamp) -> Option<Self> {
        self.is_connected().then(|| Self {
            disconnected: Some(Disconnection { at: now, reason }),
            collectives: BTreeSet::new(),
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }

    /// The claim on its device.
    #[must_use]
    pub fn claim(&self) -> DeviceClaim {
        DeviceClaim::stored(&self.claim)
    }
}

/// That an entity was offboarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offboarding {
    /// Our id.
    pub id: OffboardingId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The brand it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_partner: Option<LabelPartnerCode>,
    /// What was offboarded.
    pub entity: EntityId,
    /// Why, as the organisation says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<crate::Text<500>>,
    /// What answers about it are sealed with.
    pub answer_key: AnswerKey,
    /// When.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests;
