//! Webhooks: where an organisation is told of events, and how the telling goes.
//!
//! A webhook has one address, the types of events that are sent there, and a secret that proves who sends them. Each event
//! that it is told of is a [`Delivery`], tried until it arrives or its time is up.

mod address;
mod delivery;
mod receiver;

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AnswerKey, LabelPartnerCode, OrganisationId, Text, account::resource_id, words::words};
pub use address::is_public;
pub use delivery::{Delivery, DeliveryFailure, DeliveryId, DeliveryStatus, Subject};
pub use receiver::{ReceiverUrl, Receivers};

resource_id!(
    /// Our id of a webhook.
    WebhookId
);

words! {
    /// A type of events that a webhook can be told of.
    EventType {
        /// Every one, those included that will come.
        All = "*",
        /// An account is new.
        AccountCreated = "account.created",
        /// An account was changed.
        AccountUpdated = "account.updated",
        /// An account is gone.
        AccountDeleted = "account.deleted",
        /// An account that was there has one more installation.
        InstallationAdded = "installation.added",
        /// A customer is to verify his e-mail.
        EmailVerificationRequested = "email.verification_requested",
        /// A customer is to set a password.
        PasswordRequested = "password.requested",
        /// A customer wants another password.
        PasswordResetRequested = "password.reset_requested",
        /// An onboarding request has another status.
        OnboardingStatusChanged = "onboarding.status_changed",
        /// An owner has withdrawn his consent.
        ConsentWithdrawn = "consent.withdrawn",
        /// An entity is connected.
        EntityConnected = "entity.connected",
        /// An entity is connected no longer.
        EntityDisconnected = "entity.disconnected",
        /// A webhook is told of nothing any more.
        WebhookDisabled = "webhook.disabled",
    }
}

words! {
    /// Why a webhook is told of nothing any more.
    DisabledBy {
        /// An event could not be delivered for as long as it was tried.
        Failures = "failures",
        /// Its receiver said that it is gone (410).
        Receiver = "receiver",
        /// The organisation.
        Caller = "caller",
    }
}

/// Since when a webhook is told of nothing, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// Why.
    pub by: DisabledBy,
    /// Since when.
    pub at: Timestamp,
}

/// A secret as it is kept: sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedSecret(pub String);

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSecret")
    }
}

/// The secret before the current one: what is sent is signed with it, too, so that no receiver has to change at the moment
/// of the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousSecret {
    /// The secret.
    pub secret: SealedSecret,
    /// Until when it is used.
    pub until: Timestamp,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Our id.
    pub id: WebhookId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The brand whose events it is told of; those of all of the organisation without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_partner: Option<LabelPartnerCode>,
    /// Where events are sent.
    pub url: ReceiverUrl,
    /// What it is told of.
    pub event_types: Vec<EventType>,
    /// What people say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text<255>>,
    /// What proves who sends.
    pub secret: SealedSecret,
    /// The one before, while it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_secret: Option<PreviousSecret>,
    /// Since when it is told of nothing, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Disabled>,
    /// What answers about it are sealed with, and events about what is erased.
    pub answer_key: AnswerKey,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Webhook {
    /// The most webhooks of an organisation.
    pub const MOST: usize = 20;

    /// For how long a secret is used beside the one that took its place.
    pub const SECRET_OVERLAP: SignedDuration = SignedDuration::from_hours(24);

    /// Whether it is to be told of an event of that type about something of that brand.
    #[must_use]
    pub fn wants(&self, event_type: &str, brand: Option<&LabelPartnerCode>) -> bool {
        let is_named = |wanted: &EventType| *wanted == EventType::All || wanted.word() == event_type;
        let is_reached = self.label_partner.is_none() || self.label_partner.as_ref() == brand;
        self.disabled.is_none() && is_reached && self.event_types.iter().any(is_named)
    }

    /// The secrets that something is signed with at that time, the current one first.
    #[must_use]
    pub fn secrets(&self, now: Timestamp) -> Vec<&SealedSecret> {
        let previous = self.previous_secret.as_ref().filter(|previous| now < previous.until);
        [&self.secret].into_iter().chain(previous.map(|previous| &previous.secret)).collect()
    }

    /// With another secret; that from before is used for a day yet.
    #[must_use]
    pub fn with_secret(&self, secret: SealedSecret, now: Timestamp) -> Self {
        let until = now.checked_add(Self::SECRET_OVERLAP).unwrap_or(Timestamp::MAX);
        let previous_secret = Some(PreviousSecret { secret: self.secret.clone(), until });
        Self { secret, previous_secret, ..self.clone() }
    }
}

#[cfg(test)]
mod tests;
