//! Onboarding requests, the entities that come of them, and collectives.
//!
//! Whatever a transition brings is one transaction: the request in its next version, the claim on the device, the entity
//! with its tokens and memberships, and what the account says of its devices. Nothing is done before, nothing after.

mod collectives;
mod connect;
mod disconnect;
mod due;
mod erase;
mod items;
mod lists;
mod requests;

use std::collections::BTreeSet;

use wattbook_domain::{
    LabelPartnerCode, OrganisationId,
    entity::{Entity, EntityId, EntityNumber, Offboarding, OffboardingId},
    onboarding::{OnboardingId, OnboardingRequest, Unmoved},
};

use crate::{
    IdempotencyRecord, Store, StoreError,
    items::{Item, read},
    keys,
};
use due::DueKind;
pub use items::SealedTokens;
use items::{ClaimItem, OffboardingItem};
pub(crate) use items::{EntityItem, RequestItem, indexed};
pub(crate) use lists::ListOf;
pub use lists::{ListPage, Place, Wanted};

/// Who has a device, or is on the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceHolder {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The request by which it has it.
    pub onboarding: OnboardingId,
    /// The entity that it is, or is to be.
    pub entity: EntityId,
    /// The brand, if it has one.
    pub label_partner: Option<LabelPartnerCode>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum OnboardingError {
    /// What was to change is not what it was when it was read, or is gone: read it again.
    #[error("the onboarding request or the entity has changed since it was read")]
    Stale,
    /// Nothing was to be written: what was to happen does not happen to a request like this one.
    #[error("the onboarding request does not change")]
    Unmoved(Unmoved),
    /// The device belongs to somebody.
    #[error("the device is taken")]
    Taken(Box<DeviceHolder>),
    /// The account is gone, or deleted.
    #[error("the account is gone")]
    AccountGone,
    /// The account has had as many requests as it can have.
    #[error("the account has too many onboarding requests")]
    AccountFull,
    /// The collective is gone.
    #[error("the collective is gone")]
    CollectiveGone,
    /// The idempotency key has been used; this is its record.
    #[error("the idempotency key has been used")]
    Answered(Box<IdempotencyRecord>),
    /// A request under the same idempotency key is being carried out.
    #[error("a request under the same idempotency key is being carried out")]
    InProgress,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an action of a transaction stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The request, the entity, or the holder of a claim, as it is to be.
    Subject,
    /// A claim that is new.
    Claim,
    /// The account.
    Account,
    /// The collective.
    Collective,
    /// The record of the answer.
    Idempotency,
    /// What has no condition of its own.
    Follows,
}

impl Store {
    /// The onboarding request of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn onboarding(
        &self,
        organisation: OrganisationId,
        id: OnboardingId,
    ) -> Result<Option<OnboardingRequest>, StoreError> {
        let key = keys::onboarding(organisation, id);
        let item: Option<RequestItem> = self.get_value("onboarding request", key).await?;
        Ok(item.map(|it| it.onboarding))
    }

    /// The onboarding requests of these ids in that organisation, as far as they exist, in any order.
    ///
    /// # Errors
    /// The store failed.
    pub async fn onboardings(
        &self,
        organisation: OrganisationId,
        ids: &BTreeSet<OnboardingId>,
    ) -> Result<Vec<OnboardingRequest>, StoreError> {
        let items = self.batch_get(ids.iter().map(|id| keys::onboarding(organisation, *id)).collect()).await?;
        items.into_iter().map(|item| Ok(read::<RequestItem>("onboarding request", item)?.onboarding)).collect()
    }

    /// The entity of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn entity(&self, organisation: OrganisationId, id: EntityId) -> Result<Option<Entity>, StoreError> {
        // Its number alone leads to it, which other ids may have, too.
        Ok(self.entity_numbered(organisation, id.number()).await?.filter(|entity| entity.id == id))
    }

    /// Those of these ids that there are.
    ///
    /// # Errors
    /// The store failed.
    pub async fn entities(
        &self,
        organisation: OrganisationId,
        ids: &BTreeSet<EntityId>,
    ) -> Result<Vec<Entity>, StoreError> {
        let keys = ids.iter().map(|id| keys::entity(organisation, *id)).collect();
        let items = self.batch_get(keys).await?;
        items.into_iter().map(|item| Ok(read::<EntityItem>("entity", item)?.asset)).collect()
    }

    /// The entity of that number in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn entity_numbered(
        &self,
        organisation: OrganisationId,
        number: EntityNumber,
    ) -> Result<Option<Entity>, StoreError> {
        let item: Option<EntityItem> = self.get_value("entity", keys::entity_numbered(organisation, number)).await?;
        Ok(item.map(|it| it.asset))
    }

    /// The offboarding of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn offboarding(
        &self,
        organisation: OrganisationId,
        id: OffboardingId,
    ) -> Result<Option<Offboarding>, StoreError> {
        let item: Option<OffboardingItem> = self.get_value("offboarding", keys::offboarding(organisation, id)).await?;
        Ok(item.map(|it| it.offboarding))
    }

    /// The sealed tokens of an entity's sign-in; none if it has none.
    ///
    /// # Errors
    /// The store failed.
    pub async fn tokens(&self, organisation: OrganisationId, id: EntityId) -> Result<Option<SealedTokens>, StoreError> {
        self.get_value("tokens", keys::tokens(organisation, id)).await
    }
}

/// Who a claim's item says the holder is.
fn holder(item: Item) -> Result<DeviceHolder, StoreError> {
    let claim: ClaimItem = read("device claim", item)?;
    Ok(DeviceHolder {
        organisation: claim.organisation,
        onboarding: claim.onboarding_id,
        entity: claim.entity_id,
        label_partner: claim.label_partner,
    })
}
