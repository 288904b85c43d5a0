//! Between requests, entities and their items.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wattbook_domain::{
    LabelPartnerCode, OrganisationId,
    entity::{Collective, Entity, EntityId, Offboarding},
    onboarding::{OnboardingId, OnboardingRequest},
};

use super::{DueKind, ListOf};
use crate::{
    StoreError,
    items::{Item, write},
    keys::{self, Key},
    transaction::When,
};

/// What a request's item holds, as far as it is read back.
#[derive(Debug, Deserialize)]
pub(crate) struct RequestItem {
    pub(crate) onboarding: OnboardingRequest,
}

/// What an entity's item holds, as far as it is read back.
#[derive(Debug, Deserialize)]
pub(crate) struct EntityItem {
    pub(crate) asset: Entity,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct OffboardingItem {
    pub(super) offboarding: Offboarding,
}

#[derive(Debug, Deserialize)]
pub(super) struct CollectiveItem {
    pub(super) collective: Collective,
}

/// What a device's claim holds: the holder, as far as a conflict tells of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ClaimItem {
    pub(super) organisation: OrganisationId,
    pub(super) onboarding_id: OnboardingId,
    pub(super) entity_id: EntityId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) label_partner: Option<LabelPartnerCode>,
}

/// The tokens of a manufacturer's sign-in, sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedTokens {
    /// They themselves, sealed, behind the id of the key that they are sealed with.
    pub sealed: String,
    /// When they are to be refreshed, if they run out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_at: Option<Timestamp>,
    /// Counts the changes, from 1.
    pub version: u64,
}

impl std::fmt::Debug for SealedTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedTokens")
    }
}

/// What lists and the index of what is due go by, beside what an item is about.
#[derive(Debug, Serialize)]
struct Indexed<T> {
    #[serde(flatten)]
    value: T,
    list_pk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand_pk: Option<String>,
    list_sk: String,
    listed: BTreeMap<&'static str, String>,
    #[serde(flatten)]
    due: Option<Due>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Due {
    due_pk: String,
    due_sk: String,
}

impl Due {
    /// That something is due at that time.
    pub(super) fn at(kind: DueKind, at: Timestamp, id: &str) -> Self {
        let due_pk = keys::due_partition(kind.word(), keys::due_shard(id));
        Self { due_pk, due_sk: format!("{}#{id}", sortable(at)) }
    }
}

/// A time as text that sorts as the times do.
pub(super) fn sortable(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// An item that stands in a list, and perhaps in the index of what is due.
pub(crate) fn indexed<T: Serialize>(
    value: T,
    key: Key,
    list: ListOf,
    (organisation, brand): (OrganisationId, Option<&LabelPartnerCode>),
    (created_at, id): (Timestamp, &str),
    listed: BTreeMap<&'static str, String>,
    due: Option<Due>,
) -> Result<Item, StoreError> {
    let of = |brand| list.partition(organisation, brand);
    let item = Indexed {
        value,
        list_pk: of(None),
        brand_pk: brand.map(|brand| of(Some(brand))),
        list_sk: format!("{}#{id}", sortable(created_at)),
        listed,
        due,
    };
    write(key, item)
}

/// The item of a request.
pub(super) fn request(request: &OnboardingRequest) -> Result<Item, StoreError> {
    #[derive(Serialize)]
    struct Written<'a> {
        onboarding: &'a OnboardingRequest,
    }
    let id = request.id.to_string();
    let mut listed = BTreeMap::from([
        ("type", request.device.entity_type.word().to_owned()),
        ("manufacturer", request.device.manufacturer.matched()),
        ("status", request.status.word().to_owned()),
    ]);
    listed.extend(request.account.map(|account| ("account", account.to_string())));
    listed.extend(request.reference.as_ref().map(|reference| ("reference", reference.canonical().into_owned())));
    indexed(
        Written { onboarding: request },
        keys::onboarding(request.organisation, request.id),
        ListOf::Requests,
        (request.organisation, request.label_partner.as_ref()),
        (request.created_at, &id),
        listed,
        request.expires_at.map(|at| Due::at(DueKind::Onboarding, at, &id)),
    )
}

/// The item of an entity.
pub(super) fn entity(entity: &Entity) -> Result<Item, StoreError> {
    #[derive(Serialize)]
    struct Written<'a> {
        asset: &'a Entity,
    }
    let mut listed = BTreeMap::from([
        ("type", entity.entity_type.word().to_owned()),
        ("manufacturer", entity.manufacturer.matched()),
        ("connected", entity.is_connected().to_string()),
    ]);
    listed.extend(entity.account.map(|account| ("account", account.to_string())));
    listed.extend(entity.reference.as_ref().map(|reference| ("reference", reference.canonical().into_owned())));
    indexed(
        Written { asset: entity },
        keys::entity(entity.organisation, entity.id),
        ListOf::Entities,
        (entity.organisation, entity.label_partner.as_ref()),
        (entity.created_at, &entity.id.number().to_string()),
        listed,
        None,
    )
}

/// The item of a collective.
pub(super) fn collective(collective: &Collective) -> Result<Item, StoreError> {
    #[derive(Serialize)]
    struct Written<'a> {
        collective: &'a Collective,
    }
    indexed(
        Written { collective },
        keys::collective(collective.organisation, collective.id),
        ListOf::Collectives,
        (collective.organisation, collective.label_partner.as_ref()),
        (collective.created_at, &collective.id.to_string()),
        BTreeMap::from([("kind", collective.kind.word().to_owned())]),
        None,
    )
}

/// The item of an entity's tokens.
pub(super) fn tokens(organisation: OrganisationId, id: EntityId, tokens: &SealedTokens) -> Result<Item, StoreError> {
    #[derive(Serialize)]
    struct Written<'a> {
        #[serde(flatten)]
        tokens: &'a SealedTokens,
        #[serde(flatten)]
        due: Option<Due>,
    }
    let due = tokens.refresh_at.map(|at| Due::at(DueKind::Tokens, at, &id.number().to_string()));
    write(keys::tokens(organisation, id), Written { tokens, due })
}

/// The item of the claim that a request has, or wants.
pub(super) fn claim(key: Key, request: &OnboardingRequest) -> Result<Item, StoreError> {
    let claim = ClaimItem {
        organisation: request.organisation,
        onboarding_id: request.id,
        entity_id: request.entity,
        label_partner: request.label_partner.clone(),
    };
    write(key, claim)
}

/// That a request still is in the version that was read.
pub(super) fn unchanged(request: &OnboardingRequest) -> When {
    When::Version("onboarding", request.version)
}

/// That an entity still is in the version that was read.
pub(super) fn unchanged_entity(entity: &Entity) -> When {
    When::Version("asset", entity.version)
}

/// That a claim is held by this request.
pub(super) fn held_by(request: OnboardingId) -> When {
    When::Held("onboarding_id", request.to_string())
}
