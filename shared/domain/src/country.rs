//! Countries.

use serde::{Deserialize, Serialize};

use crate::Flaw;

/// A country by its ISO 3166-1 alpha-2 code, in capitals.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CountryCode(String);

impl CountryCode {
    /// Takes a code that the standard assigns.
    ///
    /// # Errors
    /// No country has this code.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        match rust_iso3166::from_alpha2(raw) {
            Some(country) if country.alpha2 == raw => Ok(Self(raw.to_owned())),
            _ => Err(Flaw::CountryCode),
        }
    }

    /// Every code that the standard assigns.
    #[must_use]
    pub const fn all() -> &'static [&'static str] {
        rust_iso3166::ALL_ALPHA2
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_codes_of_the_standard() {
        assert!(CountryCode::parse("NL").is_ok());
        for raw in ["", "nl", "XX", "NLD", "N", "NL ", "\u{e9}\u{e9}"] {
            assert_eq!(CountryCode::parse(raw), Err(Flaw::CountryCode), "{raw:?}");
        }
    }
}
