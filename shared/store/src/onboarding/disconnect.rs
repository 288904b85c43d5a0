//! Disconnecting: an entity that is connected no longer.

use jiff::Timestamp;
use wattbook_domain::{
    Actor,
    entity::{DisconnectReason, Entity, Offboarding},
    onboarding::OnboardingRequest,
};

use super::{Meaning, OnboardingError, items, requests::Devices};
use crate::{
    IdempotencyRecord, Store, StoreError,
    by::written,
    items::write,
    keys,
    transaction::{Transaction, When},
};

/// An entity as it was and as it is to be.
pub(super) struct Parting<'e> {
    old: &'e Entity,
    new: Entity,
    by: &'e Actor,
}

impl<'e> Parting<'e> {
    /// None if it is not connected.
    pub(super) fn of(entity: &'e Entity, reason: DisconnectReason, by: &'e Actor, now: Timestamp) -> Option<Self> {
        Some(Self { old: entity, new: entity.disconnected(reason, now)?, by })
    }
}

impl Store {
    /// Disconnects an entity and frees its device, with its tokens, its collectives and what its account says of it. The
    /// entity as it is then; none if it is not connected.
    ///
    /// # Errors
    /// See [`OnboardingError`].
    pub async fn disconnect_device(
        &self,
        entity: &Entity,
        reason: DisconnectReason,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Option<Entity>, OnboardingError> {
        let Some(parting) = Parting::of(entity, reason, by, now) else { return Ok(None) };
        let mut transaction = Transaction::new();
        self.disconnect_in(&mut transaction, &parting)?;
        self.finish_disconnecting(transaction, &parting, None).await?;
        Ok(Some(parting.new))
    }

    /// The same by an offboarding, which is stored with it.
    ///
    /// # Errors
    /// See [`OnboardingError`].
    pub async fn offboard(
        &self,
        entity: &Entity,
        offboarding: &Offboarding,
        by: &Actor,
        record: Option<&IdempotencyRecord>,
    ) -> Result<Option<Entity>, OnboardingError> {
        let parting = Parting::of(entity, DisconnectReason::Offboarded, by, offboarding.created_at);
        let Some(mut parting) = parting else { return Ok(None) };
        parting.new.offboarding = Some(offboarding.id);
        let mut transaction = Transaction::new();
        self.disconnect_in(&mut transaction, &parting)?;
        let key = keys::offboarding(offboarding.organisation, offboarding.id);
        let item = write(key, items::OffboardingItem { offboarding: offboarding.clone() })?;
        transaction.put(self, item, &When::Absent, Meaning::Subject)?;
        self.finish_disconnecting(transaction, &parting, record).await?;
        Ok(Some(parting.new))
    }

    /// The same because its owner has withdrawn his consent, which the request that it came of says from then on.
    ///
    /// # Errors
    /// See [`OnboardingError`].
    pub async fn withdraw(
        &self,
        entity: &Entity,
        (old, new): (&OnboardingRequest, &OnboardingRequest),
        now: Timestamp,
    ) -> Result<(), OnboardingError> {
        let mut transaction = Transaction::new();
        transaction.put(
            self,
            written(items::request(new)?, new.organisation, &Actor::Owner),
            &items::unchanged(old),
            Meaning::Subject,
        )?;
        let Some(parting) = Parting::of(entity, DisconnectReason::ConsentWithdrawn, &Actor::Owner, now) else {
            return self.finish_onboarding(transaction, old.organisation, None, |_| false).await;
        };
        self.disconnect_in(&mut transaction, &parting)?;
        self.finish_disconnecting(transaction, &parting, None).await
    }

    fn disconnect_in(&self, transaction: &mut Transaction<Meaning>, parting: &Parting<'_>) -> Result<(), StoreError> {
        self.let_go(transaction, parting)?;
        let Parting { old, .. } = parting;
        let key = keys::device(self.scope, old.organisation, &old.claim());
        transaction.delete(self, key, &items::held_by(old.onboarding), Meaning::Subject)
    }

    /// All but the claim, which is somebody else's where the device is taken over.
    pub(super) fn let_go(
        &self,
        transaction: &mut Transaction<Meaning>,
        parting: &Parting<'_>,
    ) -> Result<(), StoreError> {
        let Parting { old, new, by } = parting;
        transaction.put(
            self,
            written(items::entity(new)?, new.organisation, by),
            &items::unchanged_entity(old),
            Meaning::Subject,
        )?;
        transaction.remove(self, keys::tokens(old.organisation, old.id), Meaning::Follows)?;
        for collective in &old.collectives {
            transaction.remove(self, keys::member(old.organisation, *collective, old.id), Meaning::Follows)?;
        }
        if let Some(account) = old.account {
            let change = Devices::Disconnected(old.id.to_string());
            self.note_devices(transaction, (old.organisation, account), &change, by, new.updated_at)?;
        }
        Ok(())
    }

    async fn finish_disconnecting(
        &self,
        transaction: Transaction<Meaning>,
        parting: &Parting<'_>,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), OnboardingError> {
        let is_done = |item: &crate::items::Item| {
            crate::items::read::<items::EntityItem>("entity", item.clone()).is_ok_and(|it| it.asset == parting.new)
        };
        self.finish_onboarding(transaction, parting.new.organisation, record, is_done).await
    }
}
