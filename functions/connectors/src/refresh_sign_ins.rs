//! Every few minutes: gets new tokens for those that run out, so that the devices of whoever has signed in stay
//! connected. Answers `{"refreshed": …, "ended": …, "put_off": …}`.
//!
//! Whoever refreshes puts the next time in front: a second invocation at the same time finds nothing due, for a
//! manufacturer who gives a new refresh token with each access token takes none twice. Should the process die between
//! both writes, such a manufacturer refuses the old one the next time, and the connection ends: there is no other way
//! to learn of it.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use wattbook_api::{Entry, Failure, Function, Resource, Services, clock, contract::Declaration, log};
use wattbook_connectors::{
    Secret, SignInError, SignInSettings,
    http::Http,
    sign_in::{self, Tokens},
    stored,
};
use wattbook_domain::{
    Actor,
    catalogue::EntityType,
    entity::{DisconnectReason, Entity, EntityId},
};
use wattbook_store::{OnboardingError, SealedTokens};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "refresh-sign-ins",
    entry: Entry::Schedule(|services, now| Box::pin(refresh_all(services, now))),
    uses: &[Resource::Table, Resource::ConnectorKeys],
    contract: Declaration::NONE,
};

/// The most of each part of the index that are looked at in one round.
const ROUND: i32 = 25;

/// How many manufacturers are waited for at the same time.
const LANES: usize = 4;

/// For how long rounds are begun; what is left is due the next time, too.
const TIME: Duration = Duration::from_secs(200);

/// The shortest time after which it is tried again. It grows with the time that the token has ended since,
const SOONEST: SignedDuration = SignedDuration::from_mins(5);

/// up to this.
const LATEST: SignedDuration = SignedDuration::from_hours(6);

/// For how long it is tried after the access token has ended.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What was done.
#[derive(Default)]
struct Tally {
    refreshed: u32,
    ended: u32,
    put_off: u32,
}

/// What became of one sign-in.
enum Outcome {
    Refreshed,
    Ended,
    PutOff,
    /// Somebody else has it in hand, or it is gone.
    Elsewhere,
}

/// One invocation.
struct Run<'a> {
    services: &'a Services,
    now: Timestamp,
    /// Manufacturers that were not reached: nobody else waits for them.
    unreachable: Mutex<HashSet<(EntityType, String)>>,
}

async fn refresh_all(services: &Services, now: Timestamp) -> Result<Value, Failure> {
    let (begun, mut tally, mut seen) = (Instant::now(), Tally::default(), BTreeSet::new());
    let run = Run { services, now, unreachable: Mutex::default() };
    while begun.elapsed() < TIME {
        let due = services.store()?.due_tokens(now, ROUND).await?;
        // The index is a moment behind: what was just put off may still be in it.
        let due: Vec<_> = due.into_iter().filter(|(entity, _)| seen.insert(entity.id)).collect();
        if due.is_empty() {
            break;
        }
        let (a, b, c, d) = tokio::join!(run.lane(&due, 0), run.lane(&due, 1), run.lane(&due, 2), run.lane(&due, 3));
        for lane in [a, b, c, d] {
            tally.refreshed += lane.refreshed;
            tally.ended += lane.ended;
            tally.put_off += lane.put_off;
        }
    }
    let Tally { refreshed, ended, put_off } = tally;
    Ok(json!({ "refreshed": refreshed, "ended": ended, "put_off": put_off }))
}

impl Run<'_> {
    /// One after the other of every fourth. What goes wrong with one holds up none of the others.
    async fn lane(&self, due: &[(Entity, SealedTokens)], lane: usize) -> Tally {
        let mut tally = Tally::default();
        for (entity, kept) in due.iter().skip(lane).step_by(LANES) {
            match self.refresh(entity, kept).await {
                Ok(Outcome::Refreshed) => tally.refreshed += 1,
                Ok(Outcome::Ended) => tally.ended += 1,
                Ok(Outcome::PutOff) => tally.put_off += 1,
                Ok(Outcome::Elsewhere) => {}
                Err(failure) => {
                    let (entity_id, cause) = (entity.id, log::chain(&failure));
                    tracing::error!(function = "refresh-sign-ins", %entity_id, code = failure.code(), cause, "failed");
                    tally.put_off += 1;
                }
            }
        }
        tally
    }

    async fn refresh(&self, entity: &Entity, kept: &SealedTokens) -> Result<Outcome, Failure> {
        if kept.refresh_at.is_none_or(|at| at > self.now) {
            return Ok(Outcome::Elsewhere);
        }
        let (store, keys) = (self.services.store()?, self.services.connector_keys()?);
        let tokens = Tokens::opened(keys, entity.organisation, entity.id, kept);
        // Also the time at which it is tried again if nothing comes of it now.
        let next = self.now.saturating_add(pause(tokens.as_ref(), self.now)).unwrap_or(Timestamp::MAX);
        let taken = SealedTokens { refresh_at: Some(next), version: kept.version + 1, ..kept.clone() };
        if !store.replace_tokens(entity.organisation, entity.id, (kept, &taken)).await? {
            return Ok(Outcome::Elsewhere);
        }
        // With a key that is gone they cannot be opened: an operator may find it again.
        let Some(tokens) = tokens else { return Err(Failure::Internal(Sealed(entity.id).into())) };
        let Some(refresh) = &tokens.refresh else { return self.end(entity).await };
        match self.asked(entity, refresh).await? {
            Some(Ok(tokens)) => self.keep(entity, &taken, &tokens).await,
            Some(Err(SignInError::Refused { code: "invalid_grant" })) => self.end(entity).await,
            // Nobody was asked, or nothing was said of this sign-in: it is the manufacturer's trouble, or the
            // operator's.
            _ if tokens.expires_at.is_some_and(|at| at.saturating_add(GIVE_UP).is_ok_and(|at| at <= self.now)) => {
                self.end(entity).await
            }
            _ => Ok(Outcome::PutOff),
        }
    }

    /// What the manufacturer says; nothing if there is no sign-in, or he was not reached before.
    async fn asked(&self, entity: &Entity, refresh: &Secret) -> Result<Option<Result<Tokens, SignInError>>, Failure> {
        let whose = (entity.entity_type, entity.manufacturer.matched());
        let known = |set: &Mutex<HashSet<_>>| set.lock().unwrap_or_else(PoisonError::into_inner).contains(&whose);
        if known(&self.unreachable) {
            return Ok(None);
        }
        let settings = stored::read(self.services, entity.entity_type, &entity.manufacturer).await?;
        let Some(settings): Option<SignInSettings> = settings else { return Ok(None) };
        let said = sign_in::refresh(Http::shared(), &settings, refresh).await;
        if let Err(error) = said {
            tracing::warn!(function = "refresh-sign-ins", entity_id = %entity.id, cause = %error, "not refreshed");
            if error.is_worth_another_try() {
                self.unreachable.lock().unwrap_or_else(PoisonError::into_inner).insert(whose);
            }
        }
        Ok(Some(said))
    }

    /// Puts new tokens in the place of the old ones, which are worth nothing by now.
    async fn keep(&self, entity: &Entity, taken: &SealedTokens, tokens: &Tokens) -> Result<Outcome, Failure> {
        let whose = (entity.organisation, entity.id);
        let keys = self.services.connector_keys()?;
        let new = tokens.sealed(keys, whose, tokens.refresh_at(clock::now()), taken.version + 1)?;
        for pause in [100, 1000] {
            match self.services.store()?.replace_tokens(whose.0, whose.1, (taken, &new)).await {
                Ok(true) => return Ok(Outcome::Refreshed),
                // The entity is disconnected, and its tokens with it; or our own write's answer was lost.
                Ok(false) => return Ok(Outcome::Elsewhere),
                Err(_) => tokio::time::sleep(Duration::from_millis(pause)).await,
            }
        }
        let kept = self.services.store()?.replace_tokens(whose.0, whose.1, (taken, &new)).await?;
        Ok(if kept { Outcome::Refreshed } else { Outcome::Elsewhere })
    }

    /// The sign-in is worth nothing any more, and so the device is connected no longer.
    async fn end(&self, entity: &Entity) -> Result<Outcome, Failure> {
        let store = self.services.store()?;
        let mut current = Some(entity.clone());
        for _ in 0..3 {
            let Some(entity) = current else { return Ok(Outcome::Elsewhere) };
            match store.disconnect_device(&entity, DisconnectReason::SignInEnded, &Actor::Connector, self.now).await {
                Ok(Some(_)) => return Ok(Outcome::Ended),
                Ok(None) => return Ok(Outcome::Elsewhere),
                Err(OnboardingError::Stale) => current = store.entity(entity.organisation, entity.id).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::Contended)
    }
}

/// An entity's tokens cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the tokens of the entity {0} cannot be opened: their key is gone, or they were altered")]
struct Sealed(EntityId);

/// After which time it is tried again.
fn pause(tokens: Option<&Tokens>, now: Timestamp) -> SignedDuration {
    let ended = tokens.and_then(|tokens| tokens.expires_at);
    let lost = ended.map_or(LATEST, |ended| ended.duration_until(now) / 4);
    lost.clamp(SOONEST, LATEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_a_manufacturer_is_not_reached_the_seldomer_he_is_asked() {
        let now = Timestamp::UNIX_EPOCH;
        for (ended_minutes_ago, pause_minutes) in [(-60, 5), (0, 5), (20, 5), (60, 15), (24 * 60, 360), (9999, 360)] {
            let expires_at = Some(now - SignedDuration::from_mins(ended_minutes_ago));
            let tokens = Tokens { access: Secret::new("a"), refresh: None, expires_at };
            assert_eq!(pause(Some(&tokens), now), SignedDuration::from_mins(pause_minutes), "{ended_minutes_ago}");
        }
        assert_eq!(pause(None, now), LATEST);
    }
}
