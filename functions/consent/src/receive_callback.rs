//! `GET /onboarding/callback`: where the owner comes back to from a manufacturer's sign-in (RFC 6749 §4.1.2).
//!
//! What `state` says names the request. The browser's cookie has to be the one that answered, and the whole `state` what
//! that browser was sent with. `iss` (RFC 9207) is passed over: it tells two authorization servers apart of which one
//! cannot be trusted, and here an operator has stated each, without the name that it gives itself.

use wattbook_api::{
    Answer, Failure, Function, Request, Resource, Services, clock,
    link::{self, Purpose},
};
use wattbook_connectors::{Kept, Secret};
use wattbook_consent::{Browser, Language, Page, Refusal, Visit};
use wattbook_domain::{
    Actor,
    catalogue::Step,
    onboarding::{FailureCode, Occurrence},
};
use wattbook_store::OnboardingError;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_consent::function(
    "receive-callback",
    |services, request| Box::pin(receive(services, request)),
    &[Resource::Table, Resource::SigningKeys, Resource::ConnectorKeys],
);

/// How often it is decided anew when the request was just being changed.
const TRIES: u32 = 5;

/// The longest code that is kept, in bytes. No standard has a limit; those in use have some hundred.
const MAX_CODE: usize = 4096;

async fn receive(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let language = Language::of(request);
    let query = request.query();
    let state = query.first("state").unwrap_or_default();
    let Some((organisation, id)) = link::names(state) else { return Page::Unknown.answer(language) };
    let Some(mut visit) = Visit::of(services, organisation, id).await? else { return Page::Unknown.answer(language) };
    let browser = Browser::of(request, id);
    if !browser.answered(&visit.request) {
        return Page::OtherBrowser.answer(language);
    }
    if visit.request.sign_in.as_ref().is_some_and(|sign_in| sign_in.state_hash != link::hash(state)) {
        return Page::Unknown.answer(language);
    }
    let answer = match (query.first("code"), query.first("error")) {
        (_, Some("access_denied")) => Err(FailureCode::RefusedByOwner),
        (_, Some(_)) => Err(FailureCode::SignInFailed),
        (Some(code), None) if (1..=MAX_CODE).contains(&code.len()) => Ok(code),
        _ => return Page::Refused(Refusal::Unreadable).answer(language),
    };
    for _ in 0..TRIES {
        let now = clock::now();
        // What comes late or twice changes nothing: the owner is told what came of it.
        if visit.request.current_step() != Some(Step::SignIn) || visit.request.is_overdue(now) {
            return led_on(services, visit).await;
        }
        let occurrence = match answer {
            Ok(code) => {
                let code = Kept::Code.seal(services.connector_keys()?, &visit.request, &Secret::new(code))?;
                Occurrence::SignedIn { code }
            }
            Err(code) => Occurrence::Failed(code),
        };
        let next = visit.request.after(&occurrence, now).map_err(OnboardingError::Unmoved)?;
        match services.store()?.replace_onboarding(&visit.request, &next, &Actor::Owner).await {
            Ok(()) => {
                visit.request = next;
                return led_on(services, visit).await;
            }
            Err(OnboardingError::Stale) => visit.look_again(services).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Contended)
}

/// To the consent page, which tells him; nothing of what he came back with is in its address.
async fn led_on(services: &Services, mut visit: Visit) -> Result<Answer, Failure> {
    visit.wait(services).await?;
    let token = link::token(services.signing_keys()?, Purpose::Consent, &visit.request).ok_or(Failure::NotFound)?;
    let language = visit.request.consent.as_ref().and_then(|consent| Language::of_tag(&consent.language));
    Ok(visit.lead_on(&token, language))
}
