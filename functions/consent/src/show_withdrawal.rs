//! `GET /onboarding/withdrawal/{token}`: asks the owner of a device whether he withdraws his consent.
//!
//! It changes nothing.

use wattbook_api::{Answer, Failure, Function, Request, Resource, Services, clock, link::Purpose};
use wattbook_consent::{Language, Page, Visit};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_consent::function(
    "show-withdrawal",
    |services, request| Box::pin(show(services, request)),
    &[Resource::Table],
);

async fn show(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let language = Language::of(request);
    let found = Visit::by_link(services, Purpose::Withdrawal, request.path_parameter("token")).await?;
    let Some(visit) = found else { return Page::Unknown.answer(language) };
    match visit.ask_withdrawal() {
        Some(page) => page.answer(language),
        // Whoever has this link is the one who agreed.
        None => visit.told(language, clock::now(), true, None),
    }
}
