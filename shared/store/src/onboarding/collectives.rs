//! Collectives, and who is in them.

use serde::Serialize;
use wattbook_domain::{
    Actor, OrganisationId,
    entity::{Collective, CollectiveId, Entity},
};

use super::{
    Meaning, OnboardingError,
    items::{self, CollectiveItem},
};
use crate::{
    IdempotencyRecord, Store, StoreError,
    by::written,
    items::{Item, read, write},
    keys,
    transaction::{Transaction, When},
};

impl Store {
    /// Stores a new collective.
    ///
    /// # Errors
    /// See [`OnboardingError`].
    pub async fn create_collective(
        &self,
        collective: &Collective,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), OnboardingError> {
        let mut transaction = Transaction::new();
        transaction.put(self, items::collective(collective)?, &When::Absent, Meaning::Subject)?;
        // Of a random id that is there already it was our own write, whose answer was lost.
        self.finish_onboarding(transaction, collective.organisation, record, |_| true).await
    }

    /// The collective of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn collective(
        &self,
        organisation: OrganisationId,
        id: CollectiveId,
    ) -> Result<Option<Collective>, StoreError> {
        let item: Option<CollectiveItem> = self.get_value("collective", keys::collective(organisation, id)).await?;
        Ok(item.map(|it| it.collective))
    }

    /// Puts an entity in the place of what it was, with the collectives that it is in, if it still is what it was.
    ///
    /// # Errors
    /// See [`OnboardingError`].
    pub async fn replace_entity(
        &self,
        old: &Entity,
        new: &Entity,
        by: &Actor,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), OnboardingError> {
        let mut transaction = Transaction::new();
        transaction.put(
            self,
            written(items::entity(new)?, new.organisation, by),
            &items::unchanged_entity(old),
            Meaning::Subject,
        )?;
        for joined in new.collectives.difference(&old.collectives) {
            self.join(&mut transaction, new, *joined)?;
            let key = keys::collective(new.organisation, *joined);
            transaction.require_existing(self, key, Meaning::Collective)?;
        }
        for left in old.collectives.difference(&new.collectives) {
            transaction.remove(self, keys::member(new.organisation, *left, new.id), Meaning::Follows)?;
        }
        let is_done =
            |item: &Item| read::<items::EntityItem>("entity", item.clone()).is_ok_and(|stored| stored.asset == *new);
        self.finish_onboarding(transaction, new.organisation, record, is_done).await
    }

    /// Adds that an entity is in a collective.
    pub(super) fn join(
        &self,
        transaction: &mut Transaction<Meaning>,
        entity: &Entity,
        collective: CollectiveId,
    ) -> Result<(), StoreError> {
        #[derive(Serialize)]
        struct Member {
            since: jiff::Timestamp,
        }
        let key = keys::member(entity.organisation, collective, entity.id);
        let item = write(key, Member { since: entity.updated_at })?;
        transaction.put(self, item, &When::Absent, Meaning::Subject)
    }
}
