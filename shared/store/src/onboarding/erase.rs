//! Erasing what an account had of requests and devices.

use wattbook_domain::{OrganisationId, onboarding::OnboardingId};

use super::{Meaning, OnboardingError, items};
use crate::{
    Store, keys,
    log::erased_mark,
    transaction::{Transaction, When},
};

/// How often it is tried anew when somebody else was faster.
const TRIES: u32 = 8;

impl Store {
    /// Erases a request with the entity that it became and all that these had: nothing is left of either. It does no harm
    /// to ask for it again.
    ///
    /// # Errors
    /// See [`OnboardingError`].
    pub async fn erase_onboarding(
        &self,
        organisation: OrganisationId,
        id: OnboardingId,
    ) -> Result<(), OnboardingError> {
        for _ in 0..TRIES {
            let Some(request) = self.onboarding(organisation, id).await? else { return Ok(()) };
            let mut transaction = Transaction::new();
            let key = keys::onboarding(organisation, id);
            transaction.delete(self, key, &items::unchanged(&request), Meaning::Subject)?;
            if request.is_live()
                && let Some(key) = self.claim_key(&request)
            {
                transaction.delete(self, key, &items::held_by(id), Meaning::Subject)?;
            }
            if let Some(entity) = self.entity(organisation, request.entity).await? {
                let key = keys::entity(organisation, entity.id);
                transaction.put(self, erased_mark(key.pk.clone())?, &When::Absent, Meaning::Subject)?;
                transaction.delete(self, key, &items::unchanged_entity(&entity), Meaning::Subject)?;
                transaction.remove(self, keys::tokens(organisation, entity.id), Meaning::Follows)?;
                for collective in &entity.collectives {
                    transaction.remove(self, keys::member(organisation, *collective, entity.id), Meaning::Follows)?;
                }
                if entity.is_connected() {
                    let key = keys::device(self.scope, organisation, &entity.claim());
                    transaction.delete(self, key, &items::held_by(id), Meaning::Subject)?;
                }
                if let Some(offboarding) = entity.offboarding {
                    transaction.remove(self, keys::offboarding(organisation, offboarding), Meaning::Follows)?;
                }
            }
            match self.finish_onboarding(transaction, organisation, None, |_| false).await {
                Err(OnboardingError::Stale) => {}
                done => return done,
            }
        }
        Err(OnboardingError::Stale)
    }
}
