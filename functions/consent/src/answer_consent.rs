//! `POST /onboarding/consent/{token}`: the owner of a device agrees or declines. This alone spends the link.

use jiff::Timestamp;
use wattbook_api::{
    Answer, Failure, Function, Request, Resource, Services, clock,
    link::{self, Purpose},
};
use wattbook_connectors::{Kept, SignInSettings, WebAddress, proves_device, sign_in, stored};
use wattbook_consent::{
    Browser, Decision, FORM, Known, Language, Page, Problem, Refusal, Submission, TEXT_VERSION, Tried, Visit,
};
use wattbook_domain::{
    Actor,
    catalogue::Connector,
    onboarding::{Agreement, FailureCode, Occurrence, OnboardingRequest, SignIn, Unmoved},
};
use wattbook_store::OnboardingError;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_consent::function(
    "answer-consent",
    |services, request| Box::pin(answer(services, request)),
    &[Resource::Table, Resource::SigningKeys, Resource::ConnectorKeys, Resource::PublicUrl],
);

/// How often it is decided anew when the request was just being changed.
const TRIES: u32 = 5;

/// What was sent, and by whom.
struct Sent<'a> {
    services: &'a Services,
    request: &'a Request,
    submission: Submission,
    browser: Known,
    language: Language,
}

/// What comes of it.
enum Next {
    /// The request is this by now.
    Done(Box<OnboardingRequest>),
    /// The owner has to put something right first; the link is not spent.
    Not(Tried),
    /// The request has changed meanwhile.
    Again,
}

/// The address that owners come back to cannot be one that manufacturers send them to.
#[derive(Debug, thiserror::Error)]
#[error("the address of the callback {0}: state where the API is reached, as PUBLIC_URL")]
struct NoCallback(String);

async fn answer(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let language = Language::of(request);
    let submission = Submission::read(&request.body(FORM)?);
    let token = request.path_parameter("token");
    let found = Visit::by_link(services, Purpose::Consent, token).await?;
    let Some(mut visit) = found else { return Page::Unknown.answer(language) };
    let Some(submission) = submission.filter(|it| *it.decision() != Decision::Withdraw) else {
        return Page::Refused(Refusal::Unreadable).answer(language);
    };
    let browser = Browser::of(request, visit.request.id).known()?;
    let sent = Sent { services, request, submission, browser, language };
    for _ in 0..TRIES {
        let now = clock::now();
        if !visit.request.awaits_consent(now) {
            // The same browser has sent its form twice, and the other one was faster.
            if sent.browser.answered(&visit.request) {
                return sent.led_on(visit, token).await;
            }
            return visit.told(language, now, false, None);
        }
        match sent.next(&visit, now).await? {
            Next::Done(next) => {
                visit.request = *next;
                return sent.led_on(visit, token).await;
            }
            Next::Not(tried) => {
                let settings = stored::of(services, &visit.request.device).await?;
                let address = settings.as_ref().map(|settings| settings.authorize_url.as_str());
                return Ok(sent.browser.keeps(visit.ask(address, Some(&tried)).answer(language)?));
            }
            Next::Again => visit.look_again(services).await?,
        }
    }
    Err(Failure::Contended)
}

impl Sent<'_> {
    async fn next(&self, visit: &Visit, now: Timestamp) -> Result<Next, Failure> {
        let Decision::Decline { reason } = self.submission.decision() else { return self.agree(visit, now).await };
        let declined = Occurrence::Declined { reason: reason.clone(), browser: self.browser.hash() };
        match visit.request.after(&declined, now) {
            Ok(next) => self.write(visit, next, false).await,
            Err(_) => Ok(Next::Again),
        }
    }

    async fn agree(&self, visit: &Visit, now: Timestamp) -> Result<Next, Failure> {
        let attributes = match self.submission.values(&visit.asked(), self.language) {
            Ok(attributes) => attributes,
            Err(tried) => return Ok(Next::Not(tried)),
        };
        let request = &visit.request;
        let settings = stored::of(self.services, &request.device).await?;
        let keys = self.services.signing_keys()?;
        let agreement = Agreement {
            text_version: TEXT_VERSION.to_string(),
            language: self.language.code().to_owned(),
            attributes,
            browser: self.browser.hash(),
            withdrawal_link: link::new(keys, Purpose::Withdrawal, request.organisation, request.id).1,
            sign_in: settings.as_ref().map(|settings| self.begun(request, settings)).transpose()?,
        };
        let agreed = match request.after(&Occurrence::Agreed(Box::new(agreement)), now) {
            Ok(agreed) => agreed,
            Err(Unmoved::Flaws(flaws)) => {
                let problems = flaws.into_iter().map(|(name, flaw)| (name, flaw.into())).collect();
                return Ok(Next::Not(self.submission.refused(&visit.asked(), problems)));
            }
            Err(_) => return Ok(Next::Again),
        };
        // Where an operator has taken the sign-in away meanwhile, nobody can sign in.
        let next = if request.device.connector == Connector::Oauth2 && settings.is_none() {
            let failed = Occurrence::Failed(FailureCode::SignInFailed);
            agreed.after(&failed, now).map_err(OnboardingError::Unmoved)?
        } else {
            agreed
        };
        self.write(visit, next, proves_device(request.device.connector, settings.as_ref())).await
    }

    /// Writes what the request is to be. If its owner has just stated which device it is, somebody may have that one:
    /// then it can be taken from him, where that is wished and its new owner is going to prove it.
    async fn write(&self, visit: &Visit, mut next: OnboardingRequest, proves: bool) -> Result<Next, Failure> {
        let store = self.services.store()?;
        let mut written = store.replace_onboarding(&visit.request, &next, &Actor::Owner).await;
        if matches!(written, Err(OnboardingError::Taken(_))) && next.take_over && proves {
            next.taking_over = true;
            written = store.replace_onboarding(&visit.request, &next, &Actor::Owner).await;
        }
        match written {
            Ok(()) => Ok(Next::Done(Box::new(next))),
            Err(OnboardingError::Stale) => Ok(Next::Again),
            Err(OnboardingError::Taken(_)) => {
                let taken = (visit.request.device.identifying.attribute.clone(), Problem::Taken);
                Ok(Next::Not(self.submission.refused(&visit.asked(), vec![taken])))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn begun(&self, request: &OnboardingRequest, settings: &SignInSettings) -> Result<SignIn, Failure> {
        let callback = format!("{}/onboarding/callback", self.request.public_url(self.services.public_url()));
        let callback =
            WebAddress::parse(&callback).map_err(|reason| Failure::Internal(NoCallback(reason.message).into()))?;
        let state = self.browser.state(request.organisation);
        let begun = sign_in::begin(settings, &callback, &state).map_err(|error| Failure::Internal(error.into()))?;
        let keys = self.services.connector_keys()?;
        Ok(SignIn {
            state_hash: link::hash(&state),
            verifier: Kept::Verifier.seal(keys, request, &begun.verifier)?,
            callback: callback.as_str().to_owned(),
            code: None,
            exchanging_since: None,
        })
    }

    /// To the same address, which shows what came of it: so nothing is sent twice when the page is loaded again.
    async fn led_on(&self, mut visit: Visit, token: &str) -> Result<Answer, Failure> {
        visit.wait(self.services).await?;
        Ok(self.browser.keeps(visit.lead_on(token, Language::chosen(self.request))))
    }
}
