//! Apps of an organisation, their terms, and which of them a customer has accepted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Record, RecordKind};
use crate::{Flaw, Text, words::words};

/// The short name of an app: 1 to 32 letters and digits of ASCII, hyphens and underscores, whatever their case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AppName(String);

impl AppName {
    /// Takes one, in small letters.
    ///
    /// # Errors
    /// It has another form.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let allowed = raw.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if allowed && (1..=32).contains(&raw.len()) {
            Ok(Self(raw.to_ascii_lowercase()))
        } else {
            let (what, example) = ("the short name of an app: up to 32 letters, digits, - and _", "smartliv");
            Err(Flaw::IdentifierForm { what, example })
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

words! {
    /// Which of an app's terms.
    TermsKind {
        /// Those that everybody accepts.
        General = "general",
        /// Those for more than that.
        Additional = "additional",
    }
}

/// An app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its short name.
    pub short_name: AppName,
    /// What people call it.
    pub name: Text<100>,
}

impl Record for App {
    const KIND: RecordKind = RecordKind::App;

    fn id(&self) -> String {
        self.short_name.as_str().to_owned()
    }
}

/// The current version of terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Of which app.
    pub app: AppName,
    /// Which of its terms.
    pub kind: TermsKind,
    /// The version, in the words of the organisation.
    pub version: Text<32>,
    /// Where they can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Text<500>>,
}

impl Terms {
    /// The id of such terms.
    #[must_use]
    pub fn id_of(app: &AppName, kind: TermsKind) -> String {
        format!("{}.{}", app.as_str(), kind.word())
    }
}

impl Record for Terms {
    const KIND: RecordKind = RecordKind::Terms;

    fn id(&self) -> String {
        Self::id_of(&self.app, self.kind)
    }
}

/// That terms have been accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Which version.
    pub version: Text<32>,
    /// When.
    pub at: Timestamp,
}

/// What a customer has accepted of an app's terms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptances {
    /// The general ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub general: Option<Acceptance>,
    /// The additional ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional: Option<Acceptance>,
}

impl Acceptances {
    /// Those of a kind.
    #[must_use]
    pub const fn of(&self, kind: TermsKind) -> Option<&Acceptance> {
        match kind {
            TermsKind::General => self.general.as_ref(),
            TermsKind::Additional => self.additional.as_ref(),
        }
    }

    /// Accepts the current version of terms, unless that has been accepted.
    pub fn accept(&mut self, terms: &Terms, now: Timestamp) {
        let place = match terms.kind {
            TermsKind::General => &mut self.general,
            TermsKind::Additional => &mut self.additional,
        };
        if place.as_ref().is_none_or(|it| it.version != terms.version) {
            *place = Some(Acceptance { version: terms.version.clone(), at: now });
        }
    }
}
