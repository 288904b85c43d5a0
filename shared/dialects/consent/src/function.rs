//! What the functions behind the pages have in common.

use wattbook_api::{
    Answer, Entry, Failure, Function, Request, Resource, contract::Declaration, http::HttpHandler, link::Purpose,
};

use crate::{Language, Page, Refusal};

/// The media type of what a form sends.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A function behind pages: anybody may call it, and it refuses with a page. No contract tells of it, for it is for
/// people.
#[must_use]
pub const fn function(name: &'static str, handle: HttpHandler, uses: &'static [Resource]) -> Function {
    Function { name, entry: Entry::Open { handle, refuse }, uses, contract: Declaration::NONE }
}

/// Writes a failure as a page.
#[must_use]
pub fn refuse(request: &Request, failure: &Failure) -> Answer {
    let page = match failure {
        // What is wrong with the address is wrong with the link.
        Failure::NotFound | Failure::Unseen(_) | Failure::NoRoute | Failure::Faults(_) => Page::Unknown,
        Failure::Unreadable(_) | Failure::MediaType { .. } | Failure::ContentCoding => {
            Page::Refused(Refusal::Unreadable)
        }
        Failure::BodyTooLarge => Page::Refused(Refusal::TooLarge),
        Failure::Method { .. } => Page::Refused(Refusal::Method { allowed: allowed(request) }),
        Failure::Busy(_) | Failure::Contended | Failure::PutOff | Failure::InProgress => Page::Refused(Refusal::Busy),
        _ => Page::Refused(Refusal::Internal),
    };
    page.answer(Language::of(request)).unwrap_or_else(|_| Answer::new(failure.status()))
}

/// A page with a form takes it; where one comes back from a sign-in there is none.
fn allowed(request: &Request) -> &'static str {
    let has_form = [Purpose::Consent, Purpose::Withdrawal].iter().any(|it| request.path().contains(&it.path("")));
    if has_form { "GET, HEAD, POST" } else { "GET" }
}
