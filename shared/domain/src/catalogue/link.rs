//! Links to what people can read.

use serde::{Deserialize, Serialize};

use crate::Flaw;

/// An absolute `https` address without user, port and spaces, of up to 500 characters of ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HttpsLink(String);

impl HttpsLink {
    /// The most characters.
    pub const MAX: usize = 500;

    /// Takes `raw` as it is.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        if raw.len() > Self::MAX {
            return Err(Flaw::TooLong { max: Self::MAX });
        }
        let rest = raw.strip_prefix("https://").ok_or(Flaw::HttpsLink)?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_label = |label: &str| {
            let inside = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            inside && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
        };
        let is_name = host.contains('.') && host.split('.').all(is_label);
        // What no address has as it is (RFC 3986), and what breaks out of an attribute of HTML.
        let is_clean = raw.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b));
        if is_name && is_clean { Ok(Self(raw.to_owned())) } else { Err(Flaw::HttpsLink) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
