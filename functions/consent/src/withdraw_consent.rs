//! `POST /onboarding/withdrawal/{token}`: the owner of a device withdraws his consent.
//!
//! Before the end of the request that ends it; afterwards it disconnects the entity, whose tokens go, and whose device is
//! free.

use jiff::Timestamp;
use wattbook_api::{Answer, Failure, Function, Request, Resource, Services, clock, link::Purpose};
use wattbook_consent::{Decision, FORM, Language, Page, Refusal, Submission, Visit, see_other};
use wattbook_domain::{
    Actor,
    onboarding::{Occurrence, OnboardingRequest, OnboardingStatus},
};
use wattbook_store::{OnboardingError, Store};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_consent::function(
    "withdraw-consent",
    |services, request| Box::pin(withdraw(services, request)),
    &[Resource::Table],
);

/// How often it is decided anew when the request or the entity was just being changed.
const TRIES: u32 = 5;

async fn withdraw(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let language = Language::of(request);
    let submission = Submission::read(&request.body(FORM)?);
    let token = request.path_parameter("token");
    let found = Visit::by_link(services, Purpose::Withdrawal, token).await?;
    let Some(mut visit) = found else { return Page::Unknown.answer(language) };
    if !submission.is_some_and(|submission| *submission.decision() == Decision::Withdraw) {
        return Page::Refused(Refusal::Unreadable).answer(language);
    }
    for _ in 0..TRIES {
        let now = clock::now();
        // Where nothing changes, the page tells why: it is withdrawn already, or there was no connection.
        let Ok(next) = visit.request.after(&Occurrence::Withdrawn, now) else { return Ok(back(request, token)) };
        match withdrawn(services.store()?, (&visit.request, &next), now).await {
            Ok(()) => return Ok(back(request, token)),
            Err(OnboardingError::Stale) => visit.look_again(services).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Contended)
}

async fn withdrawn(
    store: &Store,
    (old, new): (&OnboardingRequest, &OnboardingRequest),
    now: Timestamp,
) -> Result<(), OnboardingError> {
    if old.status == OnboardingStatus::Succeeded
        && let Some(entity) = store.entity(old.organisation, old.entity).await?
    {
        return store.withdraw(&entity, (old, new), now).await;
    }
    store.replace_onboarding(old, new, &Actor::Owner).await
}

fn back(request: &Request, token: &str) -> Answer {
    see_other(&Purpose::Withdrawal.path(token), Language::chosen(request), None)
}
