//! The request that an address is of, and which page it shows.

use std::time::Duration;

use jiff::Timestamp;
use wattbook_api::{
    Answer, Failure, Request, Services,
    link::{self, Purpose},
    secret::KeyRing,
};
use wattbook_domain::{
    IdentifierKind, Organisation, OrganisationId,
    catalogue::attributes::AttributeValue,
    onboarding::{CanceledBy, FailureCode, OnboardingId, OnboardingRequest, OnboardingStatus, ReturnUrl},
};

use crate::{Ask, AskWithdrawal, Asked, Asker, Device, DeviceId, Ended, Language, Onward, Outcome, Page, Tried};

/// The parameter that says that the owner is to be sent back to whoever asked.
const BACK: &str = "back";

/// After which pauses a request is looked at again whose owner waits: three seconds in all.
const PAUSES: [u64; 7] = [100, 200, 300, 400, 500, 700, 800];

/// A request with who asks.
pub struct Visit {
    /// The request.
    pub request: OnboardingRequest,
    organisation: Organisation,
}

impl Visit {
    /// The request of a link; none if it is no link for this purpose.
    ///
    /// # Errors
    /// The store failed.
    pub async fn by_link(services: &Services, purpose: Purpose, token: &str) -> Result<Option<Self>, Failure> {
        let Some((organisation, id)) = link::names(token) else { return Ok(None) };
        let found = Self::of(services, organisation, id).await?;
        Ok(found.filter(|visit| link::is_of(token, purpose, &visit.request)))
    }

    /// The request of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn of(
        services: &Services,
        organisation: OrganisationId,
        id: OnboardingId,
    ) -> Result<Option<Self>, Failure> {
        let store = services.store()?;
        let (request, organisation) =
            tokio::try_join!(store.onboarding(organisation, id), store.organisation(organisation))?;
        Ok(request.zip(organisation).map(|(request, organisation)| Self { request, organisation }))
    }

    /// Reads the request again.
    ///
    /// # Errors
    /// It is gone, or the store failed.
    pub async fn look_again(&mut self, services: &Services) -> Result<(), Failure> {
        let OnboardingRequest { organisation, id, .. } = self.request;
        self.request = services.store()?.onboarding(organisation, id).await?.ok_or(Failure::NotFound)?;
        Ok(())
    }

    /// Waits a little for what comes of a request whose device is being connected, as its owner does.
    ///
    /// # Errors
    /// It is gone, or the store failed.
    pub async fn wait(&mut self, services: &Services) -> Result<(), Failure> {
        for pause in PAUSES {
            if !self.request.is_connecting() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
            self.look_again(services).await?;
        }
        Ok(())
    }

    /// The page that asks for consent. `sign_in` is where the owner signs in next, if he does.
    #[must_use]
    pub fn ask<'a>(&'a self, sign_in: Option<&'a str>, tried: Option<&'a Tried>) -> Page<'a> {
        Page::Ask(Ask {
            asker: self.asker(),
            device: self.device(),
            good_until: self.request.expires_at.unwrap_or(self.request.created_at),
            sign_in,
            return_to: self.request.return_url.as_ref().map(ReturnUrl::as_str),
            asked: self.asked(),
            tried,
        })
    }

    /// The page that asks whether consent is to be withdrawn, if there is any.
    #[must_use]
    pub fn ask_withdrawal(&self) -> Option<Page<'_>> {
        let is_given = matches!(self.request.status, OnboardingStatus::InProgress | OnboardingStatus::Succeeded);
        let asked = AskWithdrawal { asker: self.asker(), device: self.device() };
        (is_given && !self.request.is_withdrawn()).then_some(Page::AskWithdrawal(asked))
    }

    /// The page that leads to the manufacturer's sign-in.
    #[must_use]
    pub fn to_sign_in<'a>(&'a self, address: &'a str) -> Page<'a> {
        Page::Onward(Onward { asker: self.asker(), name: self.request.device.manufacturer.as_str(), address })
    }

    /// What its owner is told of a request that he cannot answer any more. What came of it concerns the browser that
    /// answered, which `own` says it is; with the keys it is told how the consent is withdrawn.
    ///
    /// # Errors
    /// The page cannot be written.
    pub fn told(
        &self,
        language: Language,
        now: Timestamp,
        own: bool,
        keys: Option<&KeyRing>,
    ) -> Result<Answer, Failure> {
        let token = keys.and_then(|keys| link::token(keys, Purpose::Withdrawal, &self.request));
        let withdrawal = token.map(|token| Purpose::Withdrawal.path(&token));
        let back = self.back();
        let (asker, request) = (self.asker(), &self.request);
        let ended = |outcome, withdrawal| Page::Ended(Ended { asker, outcome, return_to: back.as_deref(), withdrawal });
        let failed = |code: FailureCode| ended(Outcome::Failed { code }, None);
        let by_owner = request.cancellation.as_ref().is_some_and(|it| it.by == CanceledBy::Owner);
        let page = match request.status {
            OnboardingStatus::Pending => Page::Expired { asker: Some(asker) },
            _ if request.browser.is_some() && !own => Page::AlreadyUsed { asker: Some(asker) },
            OnboardingStatus::InProgress if request.is_overdue(now) => failed(FailureCode::Expired),
            OnboardingStatus::InProgress => Page::Waiting { asker },
            _ if request.is_withdrawn() => Page::Withdrawn { asker },
            OnboardingStatus::Succeeded => ended(Outcome::Succeeded, withdrawal.as_deref()),
            OnboardingStatus::Canceled if by_owner => ended(Outcome::Declined, None),
            OnboardingStatus::Canceled => ended(Outcome::Canceled, None),
            OnboardingStatus::Failed => match request.failure {
                Some(FailureCode::Expired) | None if request.browser.is_none() => Page::Expired { asker: Some(asker) },
                code => failed(code.unwrap_or(FailureCode::NotConnected)),
            },
        };
        page.answer(language)
    }

    /// The page that leads back to whoever asked, if the address that is visited says so.
    #[must_use]
    pub fn led_back(&self, request: &Request, language: Language) -> Option<Result<Answer, Failure>> {
        let address = self.back().filter(|_| request.query().first(BACK).is_some())?;
        let asker = self.asker();
        Some(Page::Onward(Onward { asker, name: asker.name(), address: &address }).answer(language))
    }

    /// Sends the browser to the consent page, which leads it on: to the sign-in, or back to whoever asked, or nowhere.
    /// It is sent to no other site from here: a form's answer is followed only to where the form's page may lead,
    /// however often it is redirected there, so that a page has to stand in between.
    #[must_use]
    pub fn lead_on(&self, token: &str, language: Option<Language>) -> Answer {
        let leads_back = self.request.return_url.is_some().then_some((BACK, "1"));
        see_other(&Purpose::Consent.path(token), language, leads_back)
    }

    /// Who asks.
    #[must_use]
    pub fn asker(&self) -> Asker<'_> {
        let partner = self.request.label_partner.as_ref().and_then(|code| self.organisation.label_partner(code));
        Asker { organisation: self.organisation.name.as_str(), brand: partner.map(|partner| partner.name.as_str()) }
    }

    /// What its owner is asked for beside his consent.
    #[must_use]
    pub fn asked(&self) -> Asked<'_> {
        Asked { attributes: &self.request.device.missing, identifier: &self.request.device.identifying }
    }

    fn device(&self) -> Device<'_> {
        let device = &self.request.device;
        let text = |name: &str| match device.attributes.get(name) {
            Some(AttributeValue::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let id = device.identifier.as_ref().map(|identifier| DeviceId {
            title: title(device.identifying.kind),
            written: text(device.identifying.attribute.as_str()).unwrap_or(identifier.as_str()),
            settled: identifier.as_str(),
        });
        let (entity_type, manufacturer) = (device.entity_type, device.manufacturer.as_str());
        Device { entity_type, manufacturer, model: text("model"), id }
    }

    /// Where its owner goes in the end, with what came of it.
    fn back(&self) -> Option<String> {
        let OnboardingRequest { id, status, failure, return_url, .. } = &self.request;
        let id = id.to_string();
        let mut outcome = vec![("onboardingId", id.as_str()), ("status", status.word())];
        outcome.extend(failure.map(|code| ("error", code.word())));
        return_url.as_ref().map(|address| address.with(&outcome))
    }
}

/// What an identifier is called, in the words of the built-in catalogue, which the pages have in every language.
const fn title(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::Vin => "VIN",
        IdentifierKind::Serial => "Serial number",
        IdentifierKind::P1Code => "Code of the dongle",
        _ => "Metering point",
    }
}

/// Sends the browser to another page of ours, in the language that was chosen.
#[must_use]
pub fn see_other(path: &str, language: Option<Language>, parameter: Option<(&str, &str)>) -> Answer {
    let language = language.map(|language| (Language::PARAMETER, language.code()));
    let query: Vec<_> = language.into_iter().chain(parameter).map(|(name, value)| format!("{name}={value}")).collect();
    let location = if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) };
    Answer::new(303)
        .header("location", location)
        .header("cache-control", "no-store")
        .header("referrer-policy", "no-referrer")
}
