//! Connecting: a request that succeeds becomes an entity.

use jiff::Timestamp;
use wattbook_domain::{
    Actor,
    entity::{DisconnectReason, Entity},
    onboarding::{Occurrence, OnboardingRequest, OnboardingStatus, Unmoved},
};

use super::{
    DeviceHolder, Meaning, OnboardingError, SealedTokens, disconnect::Parting, holder, items, requests::Devices,
};
use crate::{
    Store, StoreError,
    by::written,
    keys,
    transaction::{Transaction, When},
};

/// How often a take-over is tried anew when whoever has the device was just being written.
const TRIES: u32 = 8;

impl Store {
    /// Ends a request in its entity: both, with the entity's tokens, its collective and what its account says of it, in one
    /// transaction. If the device is taken over, what its holder had ends in the same transaction.
    ///
    /// # Errors
    /// See [`OnboardingError`].
    pub async fn connect_device(
        &self,
        old: &OnboardingRequest,
        tokens: Option<&SealedTokens>,
        now: Timestamp,
    ) -> Result<(OnboardingRequest, Entity), OnboardingError> {
        let new = old.after(&Occurrence::Connected, now).map_err(OnboardingError::Unmoved)?;
        let entity = Entity::of(&new, now).ok_or(OnboardingError::Unmoved(Unmoved::TooEarly))?;
        for _ in 0..TRIES {
            let mut transaction = Transaction::new();
            transaction.put(
                self,
                written(items::request(&new)?, new.organisation, &Actor::Connector),
                &items::unchanged(old),
                Meaning::Subject,
            )?;
            transaction.put(
                self,
                written(items::entity(&entity)?, entity.organisation, &Actor::Connector),
                &When::Absent,
                Meaning::Subject,
            )?;
            if let Some(tokens) = tokens {
                let item = items::tokens(entity.organisation, entity.id, tokens)?;
                transaction.put(self, item, &When::Absent, Meaning::Subject)?;
            }
            for collective in &entity.collectives {
                self.join(&mut transaction, &entity, *collective)?;
            }
            if let Some(account) = entity.account {
                let change = Devices::Connected(entity.id.to_string());
                self.note_devices(&mut transaction, (entity.organisation, account), &change, &Actor::Connector, now)?;
            }
            if new.taking_over && !self.take_over(&mut transaction, &new, now).await? {
                continue;
            }
            match self.finish_onboarding(transaction, new.organisation, None, |_| false).await {
                Ok(()) => return Ok((new, entity)),
                // The holder may be what has changed; whether it was the request the next look tells.
                Err(OnboardingError::Stale | OnboardingError::Taken(_)) if new.taking_over => {
                    let current = self.onboarding(old.organisation, old.id).await?;
                    match current {
                        Some(current) if current == *old => {}
                        Some(current) if current == new => return Ok((new, entity)),
                        _ => return Err(OnboardingError::Stale),
                    }
                }
                Err(OnboardingError::Stale) => {
                    // Our own write, if the answer to it was lost.
                    let current = self.onboarding(old.organisation, old.id).await?;
                    return if current.is_some_and(|current| current == new) {
                        Ok((new, entity))
                    } else {
                        Err(OnboardingError::Stale)
                    };
                }
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy("a device that is taken over".into()).into())
    }

    /// Takes the device from whoever has it, and gives up the claim to do so. `false` if that has to be looked at anew.
    async fn take_over(
        &self,
        transaction: &mut Transaction<Meaning>,
        request: &OnboardingRequest,
        now: Timestamp,
    ) -> Result<bool, OnboardingError> {
        let claim = request.device.claim().ok_or(OnboardingError::Unmoved(Unmoved::TooEarly))?;
        let key = keys::device(self.scope, request.organisation, &claim);
        let found = self.get(key.clone()).await?.map(holder).transpose()?;
        let item = items::claim(key, request)?;
        match &found {
            None => transaction.put(self, item, &When::Absent, Meaning::Claim)?,
            Some(holder) => {
                if !self.end_holder(transaction, holder, request, now).await? {
                    return Ok(false);
                }
                transaction.put(self, item, &items::held_by(holder.onboarding), Meaning::Subject)?;
            }
        }
        let own = keys::take_over(self.scope, request.organisation, &claim);
        transaction.delete(self, own, &items::held_by(request.id), Meaning::Subject)?;
        Ok(true)
    }

    /// Ends the request that has the device, or the entity that it became. `false` if that is done already: one
    /// transaction has but one action on an account, so that of the same account the old device goes first.
    async fn end_holder(
        &self,
        transaction: &mut Transaction<Meaning>,
        holder: &DeviceHolder,
        taker: &OnboardingRequest,
        now: Timestamp,
    ) -> Result<bool, OnboardingError> {
        let Some(request) = self.onboarding(holder.organisation, holder.onboarding).await? else { return Ok(true) };
        if let Ok(ended) = request.after(&Occurrence::TakenOver, now) {
            transaction.put(
                self,
                written(items::request(&ended)?, ended.organisation, &Actor::Connector),
                &items::unchanged(&request),
                Meaning::Subject,
            )?;
        } else if request.status == OnboardingStatus::Succeeded
            && let Some(entity) = self.entity(holder.organisation, holder.entity).await?
            && let Some(parting) = Parting::of(&entity, DisconnectReason::TakenOver, &Actor::Connector, now)
        {
            if entity.account.is_some() && entity.account == taker.account {
                self.disconnect_device(&entity, DisconnectReason::TakenOver, &Actor::Connector, now).await?;
                return Ok(false);
            }
            self.let_go(transaction, &parting)?;
        }
        Ok(true)
    }
}
