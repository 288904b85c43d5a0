//! `GET /onboarding/consent/{token}`: shows the owner of a device what he is asked, and afterwards what came of it. It
//! changes nothing, however often it is opened and by whom: mail scanners open links, too.

use wattbook_api::{Answer, Failure, Function, Request, Resource, Services, clock, link::Purpose};
use wattbook_connectors::{Kept, WebAddress, sign_in, stored};
use wattbook_consent::{Browser, Language, Page, Visit};
use wattbook_domain::catalogue::Step;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_consent::function(
    "show-consent",
    |services, request| Box::pin(show(services, request)),
    &[Resource::Table, Resource::SigningKeys, Resource::ConnectorKeys],
);

async fn show(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let language = Language::of(request);
    let found = Visit::by_link(services, Purpose::Consent, request.path_parameter("token")).await?;
    let Some(visit) = found else { return Page::Unknown.answer(language) };
    let (now, browser) = (clock::now(), Browser::of(request, visit.request.id));
    if visit.request.awaits_consent(now) {
        let settings = stored::of(services, &visit.request.device).await?;
        let address = settings.as_ref().map(|settings| settings.authorize_url.as_str());
        // So that the form comes with it, and two of one browser are known to be of one.
        return Ok(browser.known()?.keeps(visit.ask(address, None).answer(language)?));
    }
    let own = browser.answered(&visit.request);
    if own && visit.request.current_step() == Some(Step::SignIn) && !visit.request.is_overdue(now) {
        if let Some(address) = to_sign_in(services, &visit, &browser).await? {
            return visit.to_sign_in(&address).answer(language);
        }
    } else if own && let Some(led) = visit.led_back(request, language) {
        return led;
    }
    visit.told(language, now, own, Some(services.signing_keys()?))
}

/// Where the owner signs in, who has agreed and has not yet; none if the manufacturer's sign-in has been taken away.
async fn to_sign_in(services: &Services, visit: &Visit, browser: &Browser) -> Result<Option<String>, Failure> {
    let request = &visit.request;
    let settings = stored::of(services, &request.device).await?;
    let verifier = Kept::Verifier.open(services.connector_keys()?, request);
    let callback = request.sign_in.as_ref().and_then(|sign_in| WebAddress::parse(&sign_in.callback).ok());
    let state = browser.state(request.organisation);
    let all = settings.zip(verifier).zip(callback.zip(state));
    Ok(all.map(|((settings, verifier), (callback, state))| sign_in::again(&settings, &callback, &state, &verifier)))
}
