//! Changing an entity that others may be changing, too.
//!
//! It is read, changed by the rules of the domain, and put in the place of what it was, on the condition that it still is
//! that. If somebody else was faster, the change is applied to what he left; with `If-Match` the caller decides instead.

use wattbook_api::{
    Answer, Failure, Principal, Services, clock,
    http::{ETag, Precondition},
    idempotency::Once,
    writing::Rounds,
};
use wattbook_domain::entity::{Entity, EntityId};
use wattbook_store::{IdempotencyRecord, OnboardingError, Subject};

use crate::{
    entities::{self, EntityView},
    own,
};

/// A request that changes an entity.
pub struct Change<'a> {
    /// What it is written with.
    pub services: &'a Services,
    /// Who asks.
    pub caller: &'a Principal,
    /// Whether nothing is to be stored.
    pub dry_run: bool,
    /// Which version the caller asks for.
    pub precondition: Precondition,
    /// The idempotency key, if the request has one.
    pub once: Option<Once>,
}

impl Change<'_> {
    /// Carries the change of an entity that was found out, or rehearses it in a dry run, and answers with the entity as it
    /// is then. What changes nothing is not written.
    ///
    /// # Errors
    /// The entity is gone or not in the version that the caller asks for, the edit is refused, or the store failed.
    pub async fn carry_out(
        &self,
        mut old: Entity,
        edit: &(dyn Fn(&Entity) -> Result<Entity, Failure> + Sync),
    ) -> Result<Answer, Failure> {
        let mut rounds = Rounds::default();
        loop {
            match self.attempt(&old, edit).await {
                Err(Attempt::Failed(failure)) => return Err(failure),
                Err(Attempt::Stale) => rounds.again().await?,
                Ok(answer) => return Ok(answer),
            }
            old = self.entity(old.id).await?;
        }
    }

    async fn entity(&self, id: EntityId) -> Result<Entity, Failure> {
        own::entity(self.services, self.caller, &id.to_string()).await
    }

    async fn attempt(
        &self,
        old: &Entity,
        edit: &(dyn Fn(&Entity) -> Result<Entity, Failure> + Sync),
    ) -> Result<Answer, Attempt> {
        self.precondition.check(ETag(old.version))?;
        let mut new = edit(old)?;
        if new == *old && (self.once.is_none() || self.dry_run) {
            return Ok(entities::answer(old)?);
        }
        (new.version, new.updated_at) = (old.version + 1, clock::now());
        if self.dry_run {
            return Ok(Answer::json(200, &EntityView::of(&new))?);
        }
        let answer = entities::answer(&new)?;
        let record = self.record(&answer, &new).await?;
        let store = self.services.store().map_err(Failure::from)?;
        match (store.replace_entity(old, &new, &self.caller.actor, record.as_ref()).await, &self.once) {
            (Ok(()), _) => Ok(answer),
            (Err(OnboardingError::Answered(record)), Some(once)) => Ok(once.replay(store, *record).await?),
            (Err(OnboardingError::Stale), _) => Err(Attempt::Stale),
            (Err(error), _) => Err(Failure::from(error).into()),
        }
    }

    /// The answer, for whoever repeats the request. It says what the entity is, so that it can be read as long as the
    /// request that this came of is there: both are erased together.
    async fn record(&self, answer: &Answer, entity: &Entity) -> Result<Option<IdempotencyRecord>, Failure> {
        let Some(once) = &self.once else { return Ok(None) };
        let subject = Subject::Onboarding(entity.onboarding);
        let answer_key = self.services.store()?.answer_key(entity.organisation, subject).await?;
        let answer_key = answer_key.ok_or(Failure::NotFound)?;
        once.record(answer, (subject, &answer_key), entity.updated_at).map(Some)
    }
}

/// Why nothing was written.
enum Attempt {
    Stale,
    Failed(Failure),
}

impl From<Failure> for Attempt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}
