//! By what the owner's browser is known: a cookie for one request. The link says which request it is; only the cookie
//! says that it was this browser that answered, and so whom the outcome concerns and who may come back from a sign-in.

use wattbook_api::{Answer, Failure, Request, link, secret::random_text};
use wattbook_domain::{
    OrganisationId,
    onboarding::{OnboardingId, OnboardingRequest},
};

/// For how many seconds a browser keeps it: two days, which is longer than a request takes.
const MAX_AGE: u32 = 2 * 24 * 3600;

/// What a browser shows of itself for a request.
#[derive(Clone)]
pub struct Browser {
    id: OnboardingId,
    secret: Option<String>,
}

/// A browser that has a secret, be it a new one.
#[derive(Clone)]
pub struct Known {
    id: OnboardingId,
    secret: String,
}

impl Browser {
    /// The one that a request over HTTP comes from.
    #[must_use]
    pub fn of(request: &Request, id: OnboardingId) -> Self {
        // Whatever else is under the name, nobody has got from us.
        let secret = request.cookie(&name(id)).filter(|it| it.len() == 43 && it.is_ascii()).map(str::to_owned);
        Self { id, secret }
    }

    /// Whether it is the one that answered.
    #[must_use]
    pub fn answered(&self, request: &OnboardingRequest) -> bool {
        self.secret.as_deref().is_some_and(|secret| request.browser == Some(link::hash(secret)))
    }

    /// With a new secret if it has none.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn known(self) -> Result<Known, Failure> {
        let Self { id, secret } = self;
        let secret = match secret {
            Some(secret) => secret,
            None => random_text::<32>().map_err(|error| Failure::Internal(error.into()))?,
        };
        Ok(Known { id, secret })
    }

    /// The `state` of its sign-in, if it has a secret.
    #[must_use]
    pub fn state(&self, organisation: OrganisationId) -> Option<String> {
        let Self { id, secret } = self;
        secret.as_deref().map(|secret| state(organisation, *id, secret))
    }
}

impl Known {
    /// What is kept of it with the request.
    #[must_use]
    pub fn hash(&self) -> String {
        link::hash(&self.secret)
    }

    /// Whether it is the one that answered.
    #[must_use]
    pub fn answered(&self, request: &OnboardingRequest) -> bool {
        request.browser == Some(self.hash())
    }

    /// The `state` of its sign-in (RFC 6749 §10.12).
    #[must_use]
    pub fn state(&self, organisation: OrganisationId) -> String {
        state(organisation, self.id, &self.secret)
    }

    /// An answer by which the browser keeps its secret. It is sent back from where the owner signs in, for that is how
    /// he comes back (`Lax`).
    #[must_use]
    pub fn keeps(&self, answer: Answer) -> Answer {
        let Self { id, secret } = self;
        let name = name(*id);
        answer.cookie(format!("{name}={secret}; Path=/; Max-Age={MAX_AGE}; Secure; HttpOnly; SameSite=Lax"))
    }
}

/// The prefix binds it to this very host (RFC 6265bis §4.1.3.2).
fn name(id: OnboardingId) -> String {
    format!("__Host-onboarding-{id}")
}

/// It names the request, for whoever comes back shows nothing else; and it follows from the browser's secret, which it
/// does not tell, so that the browser alone can go on with what it began.
fn state(organisation: OrganisationId, id: OnboardingId, secret: &str) -> String {
    format!("{organisation}.{id}.{}", link::hash(&format!("state {secret}")))
}
