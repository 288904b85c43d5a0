//! Messages to customers.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Record, RecordKind, padded};

/// Whether a message has been read (seed `customer-api-esmart`, the count of messages).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum MessageState {
    /// It has not.
    Unread,
    /// It has.
    Read,
}

impl MessageState {
    /// The number for it.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Unread => 1,
            Self::Read => 2,
        }
    }

    /// The one of that number.
    #[must_use]
    pub const fn numbered(number: u8) -> Option<Self> {
        match number {
            1 => Some(Self::Unread),
            2 => Some(Self::Read),
            _ => None,
        }
    }
}

impl From<MessageState> for u8 {
    fn from(state: MessageState) -> Self {
        state.number()
    }
}

impl TryFrom<u8> for MessageState {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        Self::numbered(number).ok_or("no state of a message")
    }
}

/// A message to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The organisation's number of it, unique within the account.
    pub number: u32,
    /// Whether it has been read.
    pub state: MessageState,
    /// When that was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_changed: Option<Timestamp>,
    /// What it is about: 0 to 4.
    pub category: u8,
    /// How important it is: 0 to 2.
    pub priority: u8,
    /// By what it was sent: 0 to 3.
    pub channel: u8,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// What it is called.
    pub subject: String,
    /// What it says.
    pub body: String,
    /// The meter that it is about, as the organisation names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter: Option<String>,
}

impl Message {
    /// The most characters of what one says.
    pub const MAX_BODY: usize = 10_000;

    /// The same in another state.
    #[must_use]
    pub fn marked(&self, state: MessageState, now: Timestamp) -> Self {
        if self.state == state {
            return self.clone();
        }
        Self { state, state_changed: Some(now), ..self.clone() }
    }
}

impl Record for Message {
    const KIND: RecordKind = RecordKind::Message;

    fn id(&self) -> String {
        padded(self.number)
    }

    fn listed(&self) -> Option<(String, Vec<(&'static str, String)>)> {
        Some((self.sent_at.to_string(), vec![("state", self.state.number().to_string())]))
    }
}
