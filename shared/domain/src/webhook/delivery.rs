//! What becomes of an event that a webhook is told of.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::WebhookId;
use crate::{AccountId, OrganisationId, onboarding::OnboardingId, words::words};

words! {
    /// How far a delivery has come.
    DeliveryStatus {
        /// It is to be tried, again or for the first time.
        Pending = "pending",
        /// The receiver has taken it.
        Delivered = "delivered",
        /// It is tried no more.
        Failed = "failed",
    }
}

words! {
    /// Why a try did not succeed, or none was made.
    DeliveryFailure {
        /// The receiver answered with another status than 2xx.
        Refused = "refused",
        /// There was no answer in time.
        TimeOut = "time_out",
        /// There was no connection: no such name, nobody there, or no certificate that is trusted.
        NoConnection = "no_connection",
        /// The name leads to an address that is not on the internet.
        AddressNotAllowed = "address_not_allowed",
        /// What the event was about is erased, and with it what was to be sent.
        Erased = "erased",
        /// The webhook was disabled before it was sent.
        Disabled = "disabled",
    }
}

/// Our id of a delivery: a UUID of version 8 (RFC 9562) that begins with the time of the event, so that the ids sort as the
/// events did, and that follows from event and webhook, so that an event that is noticed again is the same delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(Uuid);

impl DeliveryId {
    /// Of an event that a webhook is told of.
    #[must_use]
    pub fn of(webhook: WebhookId, event: Uuid, occurred_at: Timestamp) -> Self {
        let digest = Uuid::new_v5(&event, webhook.to_string().as_bytes());
        let mut bytes = digest.into_bytes();
        let time = occurred_at.as_millisecond().to_be_bytes();
        for (byte, of_time) in bytes.iter_mut().zip(time.into_iter().skip(2)) {
            *byte = of_time;
        }
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for DeliveryId {
    type Err = uuid::Error;

    fn from_str(raw: &str) -> Result<Self, uuid::Error> {
        raw.parse().map(Self)
    }
}

/// With whose key an event is sealed while it waits: it can be read as long as that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An account.
    Account(AccountId),
    /// An onboarding request; the entity that it became has none of its own.
    Onboarding(OnboardingId),
    /// The webhook itself: the event tells that something was erased, or is about the webhook.
    Webhook,
}

/// An event that a webhook is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Our id.
    pub id: DeliveryId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Which webhook is told.
    pub webhook: WebhookId,
    /// The event's id.
    pub event: Uuid,
    /// The event's type.
    pub event_type: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What its order is kept with: events of one account are delivered one after the other.
    pub order: String,
    /// Whose key it is sealed with.
    pub subject: Subject,
    /// What is sent, sealed.
    pub payload: String,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub tries: u32,
    /// How often since it was last to be sent: from this the pauses follow.
    pub tries_in_turn: u32,
    /// When it was last tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Timestamp>,
    /// The status of the receiver's last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<u16>,
    /// Why the last try did not succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<DeliveryFailure>,
    /// When it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_try_at: Option<Timestamp>,
    /// Since when it is to be sent: when it was noticed, or sent again.
    pub sent_at: Timestamp,
    /// Counts the changes, from 1.
    pub version: u64,
}

impl Delivery {
    /// For how long it is kept, from when it is to be sent.
    pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// The next version, after a try at that time.
    fn tried(&self, now: Timestamp) -> Self {
        let tries = (self.tries.saturating_add(1), self.tries_in_turn.saturating_add(1));
        Self { tries: tries.0, tries_in_turn: tries.1, tried_at: Some(now), ..self.next() }
    }

    fn next(&self) -> Self {
        Self { version: self.version + 1, failure: None, next_try_at: None, ..self.clone() }
    }

    /// After the receiver took it.
    #[must_use]
    pub fn delivered(&self, answered: u16, now: Timestamp) -> Self {
        Self { status: DeliveryStatus::Delivered, answered: Some(answered), ..self.tried(now) }
    }

    /// After a try that did not succeed; without a time for the next one it has failed for good.
    #[must_use]
    pub fn missed(
        &self,
        failure: DeliveryFailure,
        answered: Option<u16>,
        now: Timestamp,
        next_try_at: Option<Timestamp>,
    ) -> Self {
        let status = if next_try_at.is_some() { DeliveryStatus::Pending } else { DeliveryStatus::Failed };
        Self { status, answered, failure: Some(failure), next_try_at, ..self.tried(now) }
    }

    /// After it was given up without a try.
    #[must_use]
    pub fn given_up(&self, failure: DeliveryFailure) -> Self {
        Self { status: DeliveryStatus::Failed, failure: Some(failure), ..self.next() }
    }

    /// To be sent again.
    #[must_use]
    pub fn sent_again(&self, now: Timestamp) -> Self {
        Self { status: DeliveryStatus::Pending, tries_in_turn: 0, sent_at: now, ..self.next() }
    }
}
