//! Onboarding requests: what identifies a device, how far its owner's consent and its connection have come, and what came
//! of it (seed `onboarding-entities-realto`).
//!
//! A request is stored, read and versioned as one. It changes by what happens to it, and by nothing else: see
//! [`Occurrence`]. While it is live, and as long as the entity that it ends in is connected, the device belongs to it
//! alone: see [`DeviceClaim`].

mod device;
mod progress;
mod return_url;
mod transition;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, AnswerKey, ExternalId, LabelPartnerCode, Name, OrganisationId, Text,
    account::resource_id,
    catalogue::{HttpsLink, Step},
    entity::{CollectiveId, EntityId},
};
pub use device::{Device, DeviceClaim, MAX_ATTRIBUTE_BYTES, attribute_bytes};
pub(crate) use device::{not_a_line, too_large};
pub use progress::{CanceledBy, FailureCode, Happening, OnboardingStatus, StepState};
pub use return_url::{Origin, ReturnUrl};
pub use transition::{Agreement, Occurrence, Unmoved};

/// For how long the owner can consent, from when the request was created.
pub const CONSENT_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// For how long he can sign in at the manufacturer, from when he agreed.
pub const SIGN_IN_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// For how long a device is tried to be connected, from when the owner has done his part.
pub const CONNECT_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// For how long nobody else exchanges the code that somebody exchanges: longer than any function does that runs.
pub const EXCHANGE_WITHIN: SignedDuration = SignedDuration::from_mins(2);

resource_id!(
    /// Our id of an onboarding request.
    OnboardingId
);

/// A step of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Which.
    pub step: Step,
    /// How far it has come.
    pub state: StepState,
    /// Since when it is so.
    pub at: Timestamp,
}

/// One thing that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub happening: Happening,
    /// The status from then on.
    pub status: OnboardingStatus,
}

/// That somebody ended the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Who.
    pub by: CanceledBy,
    /// Why, in his words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text<500>>,
}

/// What the owner agreed to, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRecord {
    /// The version of the text that he read.
    pub text_version: String,
    /// The language in which he read it, as in `nl`.
    pub language: String,
    /// When he agreed.
    pub agreed_at: Timestamp,
    /// When he withdrew it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Timestamp>,
}

/// A link that was handed out. Only a hash of its token is kept; who has the signing keys can make the token again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// SHA-256 of the token, in base64.
    pub hash: String,
    /// The id of the key that the token was made with.
    pub key_id: String,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

/// The sign-in at a manufacturer that is under way. Both secrets are sealed, with the key that they say themselves.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// SHA-256 of the `state`, in base64: what comes back with another one is none of ours.
    pub state_hash: String,
    /// The verifier of the PKCE challenge (RFC 7636), sealed.
    pub verifier: String,
    /// The address that the owner comes back to: whoever exchanges the code has to name it again (RFC 6749 §4.1.3).
    pub callback: String,
    /// The code that the manufacturer gave (RFC 6749 §4.1.2), sealed; absent before he has signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Since when somebody exchanges the code, which is good for one exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchanging_since: Option<Timestamp>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn")
    }
}

/// An onboarding request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnboardingRequest {
    /// Our id.
    pub id: OnboardingId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The brand it belongs to; one of no brand is seen by who sees all of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_partner: Option<LabelPartnerCode>,
    /// The device.
    pub device: Device,
    /// The account that the entity is to belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The meter of that account that it is to be at, by the organisation's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_meter_id: Option<ExternalId>,
    /// The collective that it is to be a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collective: Option<CollectiveId>,
    /// The organisation's own name for the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ExternalId>,
    /// Whose device it is, as the organisation knows him.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
    /// Whether the device may be taken over from whoever has it.
    #[serde(default)]
    pub take_over: bool,
    /// Whether somebody has the device, from whom it is taken once it is proved: then the claim on it is his until then.
    #[serde(default)]
    pub taking_over: bool,
    /// What people can read about the manufacturer's way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub documentation: Option<HttpsLink>,
    /// Where the owner is sent when he is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_url: Option<ReturnUrl>,
    /// How far it has come.
    pub status: OnboardingStatus,
    /// What has to happen, in its order.
    pub steps: Vec<StepRecord>,
    /// What happened, the latest last.
    pub history: Vec<HistoryEntry>,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureCode>,
    /// Who ended it, if somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<Cancellation>,
    /// What the owner agreed to, once he did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentRecord>,
    /// The link to the consent page. It works while the status is `Pending`.
    pub consent_link: Link,
    /// The link by which consent is withdrawn, once it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal_link: Option<Link>,
    /// SHA-256 of what the owner's browser is known by, in base64, once he has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// The sign-in at the manufacturer, until the device is connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<SignIn>,
    /// The id that the entity has, or is to have.
    pub entity: EntityId,
    /// When it fails unless something happens; absent once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// What answers about it are sealed with.
    pub answer_key: AnswerKey,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What a new request is made of, beside the device.
#[derive(Debug, Clone)]
pub struct Origins {
    /// Its id. It stands in the link, which is made before the request.
    pub id: OnboardingId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The brand it belongs to.
    pub label_partner: Option<LabelPartnerCode>,
    /// The link to the consent page.
    pub consent_link: Link,
}

impl OnboardingRequest {
    /// A new request for a device, with the steps of its manufacturer. What else is known of it is set afterwards.
    #[must_use]
    pub fn new(origins: Origins, device: Device, steps: &[Step], now: Timestamp) -> Self {
        let Origins { id, organisation, label_partner, consent_link } = origins;
        let state = |first| if first { StepState::Current } else { StepState::Waiting };
        let steps = steps.iter().enumerate().map(|(i, step)| StepRecord { step: *step, state: state(i == 0), at: now });
        let status = OnboardingStatus::Pending;
        Self {
            id,
            organisation,
            label_partner,
            device,
            account: None,
            external_meter_id: None,
            collective: None,
            reference: None,
            owner: None,
            take_over: false,
            taking_over: false,
            documentation: None,
            return_url: None,
            status,
            steps: steps.collect(),
            history: vec![HistoryEntry { at: now, happening: Happening::Created, status }],
            failure: None,
            cancellation: None,
            consent: None,
            consent_link,
            withdrawal_link: None,
            browser: None,
            sign_in: None,
            entity: EntityId::new_random(),
            expires_at: Some(later(now, CONSENT_WITHIN)),
            answer_key: AnswerKey::new_random(),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether it has not ended.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self.status, OnboardingStatus::Pending | OnboardingStatus::InProgress)
    }

    /// The step that happens next; none once it has ended.
    #[must_use]
    pub fn current_step(&self) -> Option<Step> {
        self.steps.iter().find(|record| record.state == StepState::Current).map(|record| record.step)
    }

    /// Whether the device is being connected: the owner has done his part.
    #[must_use]
    pub fn is_connecting(&self) -> bool {
        self.is_live() && matches!(self.current_step(), Some(Step::Verification | Step::Connection))
    }

    /// The request while its code is being exchanged, in its next version; none if it has no code, or somebody else may be
    /// exchanging it.
    #[must_use]
    pub fn exchanging(&self, now: Timestamp) -> Option<Self> {
        let sign_in = self.sign_in.as_ref().filter(|it| it.code.is_some() && self.is_connecting())?;
        let is_free = sign_in.exchanging_since.is_none_or(|since| later(since, EXCHANGE_WITHIN) <= now);
        let sign_in = Some(SignIn { exchanging_since: Some(now), ..sign_in.clone() });
        is_free.then(|| Self { sign_in, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// The same once that has come to nothing, and may be tried again at once.
    #[must_use]
    pub fn not_exchanged(&self, now: Timestamp) -> Self {
        let sign_in = self.sign_in.clone().map(|sign_in| SignIn { exchanging_since: None, ..sign_in });
        Self { sign_in, version: self.version + 1, updated_at: now, ..self.clone() }
    }

    /// Whether the link to the consent page works.
    #[must_use]
    pub fn awaits_consent(&self, now: Timestamp) -> bool {
        self.status == OnboardingStatus::Pending && !self.is_overdue(now)
    }

    /// Whether its time is up, or would be if it were noticed.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
