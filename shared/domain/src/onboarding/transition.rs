//! What happens to a request, and what it is then.
//!
//! Callbacks come late, twice and out of their order; people press buttons twice. So each occurrence says of every state
//! whether it moves it: one that does not is told why, and changes nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    CONNECT_WITHIN, CanceledBy, Cancellation, ConsentRecord, FailureCode, Happening, HistoryEntry, Link,
    OnboardingRequest, OnboardingStatus, SIGN_IN_WITHIN, SignIn, StepState, later,
};
use crate::{
    Flaw, Text,
    catalogue::{
        Step,
        attributes::{AttributeName, AttributeValue},
    },
};

/// What the owner states when he agrees.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The version of the text that he read.
    pub text_version: String,
    /// The language in which he read it.
    pub language: String,
    /// What he states of the device.
    pub attributes: BTreeMap<AttributeName, AttributeValue>,
    /// SHA-256 of what his browser is known by, in base64.
    pub browser: String,
    /// The link by which he can withdraw.
    pub withdrawal_link: Link,
    /// The sign-in that he is sent to, if the manufacturer has one.
    pub sign_in: Option<SignIn>,
}

/// Something that happens to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Occurrence {
    /// The owner agrees.
    Agreed(Box<Agreement>),
    /// The owner declines.
    Declined {
        /// Why, in his words.
        reason: Option<Text<500>>,
        /// SHA-256 of what his browser is known by, in base64.
        browser: String,
    },
    /// The owner has signed in at the manufacturer.
    SignedIn {
        /// The code that the manufacturer gave, sealed.
        code: String,
    },
    /// The device is connected.
    Connected,
    /// It cannot be.
    Failed(FailureCode),
    /// The organisation ends it.
    Canceled {
        /// Why.
        reason: Option<Text<500>>,
    },
    /// Its time is up.
    Expired,
    /// A new owner has proved the device to be his.
    TakenOver,
    /// The owner withdraws what he agreed to.
    Withdrawn,
}

/// Why an occurrence changes nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Unmoved {
    /// It has happened already.
    Already,
    /// It comes too late for the step that it is about, which is done.
    Passed,
    /// The request has ended otherwise.
    Ended(OnboardingStatus),
    /// What has to come first has not.
    TooEarly,
    /// What the owner stated will not do.
    Flaws(Vec<(AttributeName, Flaw)>),
}

/// Where a request stands, as far as it decides what can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Consent,
    SignIn,
    Connection,
    Ended(OnboardingStatus),
}

impl OnboardingRequest {
    pub(super) fn phase(&self) -> Phase {
        match (self.status, self.current_step()) {
            (OnboardingStatus::Pending, _) => Phase::Consent,
            (OnboardingStatus::InProgress, Some(Step::SignIn)) => Phase::SignIn,
            (OnboardingStatus::InProgress, _) => Phase::Connection,
            (status, _) => Phase::Ended(status),
        }
    }

    /// The request after something has happened to it at `now`. Its version is the next one.
    ///
    /// # Errors
    /// Why it does not change.
    pub fn after(&self, occurrence: &Occurrence, now: Timestamp) -> Result<Self, Unmoved> {
        use Occurrence as O;
        use OnboardingStatus as S;
        use Phase as P;
        let moved = match (self.phase(), occurrence) {
            (P::Consent | P::SignIn | P::Connection, O::Expired) if !self.is_overdue(now) => {
                return Err(Unmoved::TooEarly);
            }
            // Nobody waits for the schedule: what is overdue takes no answer any more.
            (P::Consent, O::Agreed(_) | O::Declined { .. }) if self.is_overdue(now) => {
                return Err(Unmoved::Ended(S::Failed));
            }
            (P::Consent, O::Agreed(agreement)) => self.agreed(agreement, now)?,
            (P::Consent, O::Declined { reason, browser }) => Self {
                browser: Some(browser.clone()),
                ..self.canceled(CanceledBy::Owner, reason.clone(), Happening::Declined, now)
            },
            (P::Consent, O::SignedIn { .. } | O::Connected | O::Failed(_) | O::Withdrawn) => {
                return Err(Unmoved::TooEarly);
            }
            (P::SignIn, O::SignedIn { code }) => self.signed_in(code, now),
            (P::SignIn, O::Connected) => return Err(Unmoved::TooEarly),
            (P::Connection, O::Connected) => self.connected(now),
            (P::SignIn | P::Connection, O::Failed(code)) => self.failed(*code, Happening::Failed, now),
            (P::SignIn | P::Connection, O::Withdrawn) => {
                self.withdrawn(now).canceled(CanceledBy::Owner, None, Happening::Withdrawn, now)
            }
            (P::Consent | P::SignIn | P::Connection, O::Canceled { reason }) => {
                self.canceled(CanceledBy::Organisation, reason.clone(), Happening::Canceled, now)
            }
            (P::Consent | P::SignIn | P::Connection, O::Expired) => {
                self.failed(FailureCode::Expired, Happening::Expired, now)
            }
            (P::Consent | P::SignIn | P::Connection, O::TakenOver) => {
                self.failed(FailureCode::TakenOver, Happening::TakenOver, now)
            }
            (P::SignIn | P::Connection, O::Agreed(_)) | (P::Connection, O::SignedIn { .. }) => {
                return Err(Unmoved::Already);
            }
            (P::SignIn | P::Connection, O::Declined { .. }) => return Err(Unmoved::Passed),
            (P::Ended(S::Succeeded), O::Withdrawn) if !self.is_withdrawn() => {
                self.withdrawn(now).noted(Happening::Withdrawn, now)
            }
            (P::Ended(status), occurrence) => return Err(self.ended(status, occurrence)),
        };
        Ok(Self { version: self.version + 1, updated_at: now, ..moved })
    }

    /// Why nothing happens to a request that has ended.
    fn ended(&self, status: OnboardingStatus, occurrence: &Occurrence) -> Unmoved {
        use Occurrence as O;
        use OnboardingStatus as S;
        let declined =
            self.cancellation.as_ref().is_some_and(|it| it.by == CanceledBy::Owner) && self.consent.is_none();
        let again = match occurrence {
            O::Connected | O::Agreed(_) | O::SignedIn { .. } => status == S::Succeeded,
            O::Canceled { .. } => status == S::Canceled,
            O::Declined { .. } => declined,
            O::Withdrawn => self.is_withdrawn(),
            O::Failed(code) => self.failure == Some(*code),
            O::Expired => self.failure == Some(FailureCode::Expired),
            O::TakenOver => self.failure == Some(FailureCode::TakenOver),
        };
        if again { Unmoved::Already } else { Unmoved::Ended(status) }
    }

    /// Whether the owner has withdrawn what he agreed to.
    #[must_use]
    pub fn is_withdrawn(&self) -> bool {
        self.consent.as_ref().is_some_and(|consent| consent.withdrawn_at.is_some())
    }

    fn agreed(&self, agreement: &Agreement, now: Timestamp) -> Result<Self, Unmoved> {
        let device = self.device.completed(&agreement.attributes).map_err(Unmoved::Flaws)?;
        let consent = ConsentRecord {
            text_version: agreement.text_version.clone(),
            language: agreement.language.clone(),
            agreed_at: now,
            withdrawn_at: None,
        };
        let mut agreed = Self {
            device,
            consent: Some(consent),
            browser: Some(agreement.browser.clone()),
            withdrawal_link: Some(agreement.withdrawal_link.clone()),
            sign_in: agreement.sign_in.clone(),
            status: OnboardingStatus::InProgress,
            ..self.clone()
        };
        agreed.done(Step::Consent, now);
        // He has typed the code on the same page.
        agreed.done(Step::PairingCode, now);
        let within = if agreed.current_step() == Some(Step::SignIn) { SIGN_IN_WITHIN } else { CONNECT_WITHIN };
        agreed.expires_at = Some(later(now, within));
        Ok(agreed.noted(Happening::Agreed, now))
    }

    fn signed_in(&self, code: &str, now: Timestamp) -> Self {
        let mut signed_in = self.clone();
        if let Some(sign_in) = &mut signed_in.sign_in {
            sign_in.code = Some(code.to_owned());
        }
        signed_in.done(Step::SignIn, now);
        signed_in.expires_at = Some(later(now, CONNECT_WITHIN));
        signed_in.noted(Happening::SignedIn, now)
    }

    fn connected(&self, now: Timestamp) -> Self {
        let mut connected = self.clone();
        connected.done(Step::Verification, now);
        connected.done(Step::Connection, now);
        connected.end(OnboardingStatus::Succeeded);
        connected.noted(Happening::Connected, now)
    }

    fn failed(&self, code: FailureCode, happening: Happening, now: Timestamp) -> Self {
        let mut failed = Self { failure: Some(code), ..self.clone() };
        failed.stop(StepState::Failed, now);
        failed.end(OnboardingStatus::Failed);
        failed.noted(happening, now)
    }

    fn canceled(&self, by: CanceledBy, reason: Option<Text<500>>, happening: Happening, now: Timestamp) -> Self {
        let mut canceled = Self { cancellation: Some(Cancellation { by, reason }), ..self.clone() };
        canceled.stop(StepState::Canceled, now);
        canceled.end(OnboardingStatus::Canceled);
        canceled.noted(happening, now)
    }

    fn withdrawn(&self, now: Timestamp) -> Self {
        let consent = self.consent.clone().map(|consent| ConsentRecord { withdrawn_at: Some(now), ..consent });
        Self { consent, ..self.clone() }
    }

    fn noted(mut self, happening: Happening, now: Timestamp) -> Self {
        self.history.push(HistoryEntry { at: now, happening, status: self.status });
        self
    }

    /// Ends it. What the sign-in left is of no use any more, and is secret.
    fn end(&mut self, status: OnboardingStatus) {
        self.status = status;
        self.expires_at = None;
        self.sign_in = None;
    }

    /// The step is done, if it is one of this request's, and the next one is current.
    fn done(&mut self, step: Step, now: Timestamp) {
        let mut steps = self.steps.iter_mut().skip_while(|record| record.step != step);
        let Some(record) = steps.next() else { return };
        (record.state, record.at) = (StepState::Done, now);
        if let Some(next) = steps.next() {
            (next.state, next.at) = (StepState::Current, now);
        }
    }

    fn stop(&mut self, state: StepState, now: Timestamp) {
        for record in self.steps.iter_mut().filter(|record| record.state == StepState::Current) {
            (record.state, record.at) = (state, now);
        }
    }
}
