//! Called by the clock: ends the onboarding requests whose time is up, which frees their devices. It answers how many.
//!
//! What somebody else changes at the same moment, or what it does not get to, the next run looks at again.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use wattbook_api::{Entry, Failure, Function, Resource, Services, contract::Declaration};
use wattbook_domain::{
    Actor,
    onboarding::{Occurrence, OnboardingRequest},
};
use wattbook_store::{OnboardingError, Store};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "expire-onboardings",
    entry: Entry::Schedule(|services, now| Box::pin(expire(services, now))),
    uses: &[Resource::Table],
    contract: Declaration::NONE,
};

/// How many requests are looked up at once in each part of the index of what is due.
const AT_ONCE: u8 = 25;

/// After this time nothing new is begun. The template lets the function run for twice as long.
const ENOUGH: Duration = Duration::from_secs(30);

/// Ends what is due at `now`, until nothing is, or the time is nearly up.
async fn expire(services: &Services, now: Timestamp) -> Result<Value, Failure> {
    let (store, begun) = (services.store()?, Instant::now());
    let mut expired = 0;
    loop {
        let (due, before) = (store.overdue_onboardings(now, AT_ONCE.into()).await?, expired);
        for request in &due {
            if begun.elapsed() < ENOUGH && end(store, request, now).await? {
                expired += 1;
            }
        }
        // Of so few no part has more. The index may be a moment behind, and show again what has just been ended.
        if due.len() < AT_ONCE.into() || expired == before || begun.elapsed() >= ENOUGH {
            return Ok(json!({ "expired": expired }));
        }
    }
}

/// Whether the request was ended now: one that has changed meanwhile is left as it is.
async fn end(store: &Store, request: &OnboardingRequest, now: Timestamp) -> Result<bool, Failure> {
    let Ok(ended) = request.after(&Occurrence::Expired, now) else { return Ok(false) };
    match store.replace_onboarding(request, &ended, &Actor::Schedule).await {
        Ok(()) => Ok(true),
        Err(OnboardingError::Store(error)) => Err(error.into()),
        Err(_) => Ok(false),
    }
}
