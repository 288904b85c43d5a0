//! Records: small documents that an account or an organisation has many of, each of one kind. What a kind is found and
//! listed by is said by the kind itself ([`Record`]); how they are kept is the same for all.

mod invoice;
mod message;
mod reading;
mod terms;

use serde::{Serialize, de::DeserializeOwned};

use crate::{AccountId, Flaw, Text, words::words};

pub use invoice::{Invoice, InvoiceLine, InvoiceStatus, Kid};
pub use message::{Message, MessageState};
pub use reading::{Reading, ReadingNeighbours};
pub use terms::{Acceptance, Acceptances, App, AppName, Terms, TermsKind};

words! {
    /// A kind of records.
    RecordKind {
        /// An app, of an organisation.
        App = "app",
        /// That an account is tied to another one.
        Associate = "associate",
        /// An invoice of an account.
        Invoice = "invoice",
        /// A message to the customer of an account.
        Message = "message",
        /// A reading of a meter of an account.
        Reading = "reading",
        /// The current version of terms of an app, of an organisation.
        Terms = "terms",
    }
}

impl RecordKind {
    /// Those that an organisation brings in one by one.
    pub const BROUGHT: &'static [Self] = &[Self::App, Self::Associate, Self::Invoice, Self::Message, Self::Terms];

    /// Whether its records belong to accounts, and not to the organisation as a whole.
    #[must_use]
    pub const fn is_of_accounts(self) -> bool {
        !matches!(self, Self::App | Self::Terms)
    }
}

/// What a kind of records says of itself.
pub trait Record: Serialize + DeserializeOwned + PartialEq + Send + Sync {
    /// The kind.
    const KIND: RecordKind;
    /// Whether an id is one record's in the whole organisation, and not only within what the record belongs to.
    const IS_UNIQUE: bool = false;

    /// By which it is told from the others of its kind and its owner. Without a list they are in the order of it.
    fn id(&self) -> String;

    /// Where it stands among the others of its kind, the latest last, if there is a list of them; what it is filtered by
    /// there follows.
    fn listed(&self) -> Option<(String, Vec<(&'static str, String)>)> {
        None
    }
}

/// That an account is tied to another one of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Associate {
    /// The other account.
    pub account: AccountId,
    /// How, in the words of whoever brought it in.
    pub relationship: Text<64>,
}

impl Record for Associate {
    const KIND: RecordKind = RecordKind::Associate;

    fn id(&self) -> String {
        self.account.to_string()
    }
}

/// Text of several lines, as people write it in a message.
///
/// # Errors
/// It is empty, too long, or has control characters other than breaks of lines and tabs.
pub fn prose(raw: &str, max: usize) -> Result<String, Flaw> {
    let wrong = |c: &char| c.is_control() && !['\n', '\r', '\t'].contains(c);
    if let Some(found) = raw.chars().find(wrong) {
        return Err(Flaw::ControlCharacter { found });
    }
    match raw.trim() {
        "" => Err(Flaw::Empty),
        text if text.chars().count() > max => Err(Flaw::TooLong { max }),
        text => Ok(text.to_owned()),
    }
}

/// A number as part of a key, so that keys sort as numbers do.
fn padded(number: u32) -> String {
    format!("{number:010}")
}
