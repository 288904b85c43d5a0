//! Countries.

use serde::{Deserialize, Serialize};

use crate::{Flaw, postal};

/// What the European Union and the Unicode consortium call Kosovo, of the codes that the standard
/// leaves to its users.
const KOSOVO: &str = "XK";
/// Territories of the United States that the standard lists as countries.
const TERRITORIES: &[&str] = &["AS", "GU", "MP", "PR", "UM", "VI"];
/// Countries of their own that the United States' post serves, by ZIP codes.
const FREELY_ASSOCIATED: &[&str] = &["FM", "MH", "PW"];

/// A country by its ISO 3166-1 alpha-2 code, in capitals. Kosovo, which has none, is `XK`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CountryCode(String);

impl CountryCode {
    /// Takes a code that the standard assigns, or `XK`.
    ///
    /// # Errors
    /// No country has this code. If it is one in small letters, the code of another list, a name or a
    /// usual mistake, the flaw says which one is meant.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        match rust_iso3166::from_alpha2(raw) {
            Some(country) if country.alpha2 == raw => Ok(Self(raw.to_owned())),
            None if raw == KOSOVO => Ok(Self(raw.to_owned())),
            _ => Err(Flaw::CountryCode { meant: postal::country_meant(raw) }),
        }
    }

    /// Every code that is taken.
    pub fn all() -> impl Iterator<Item = &'static str> {
        rust_iso3166::ALL_ALPHA2.iter().copied().chain([KOSOVO])
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The United States.
    #[must_use]
    pub fn united_states() -> Self {
        Self("US".to_owned())
    }

    /// Whether it is the United States or one of their territories.
    #[must_use]
    pub fn is_american(&self) -> bool {
        self.0 == "US" || TERRITORIES.contains(&self.as_str())
    }

    /// Whether its postal codes are ZIP codes.
    #[must_use]
    pub fn has_zip_codes(&self) -> bool {
        self.is_american() || FREELY_ASSOCIATED.contains(&self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_only_codes_of_the_standard_and_kosovo() {
        for raw in ["NL", "PR", "JE", "XK"] {
            assert!(CountryCode::parse(raw).is_ok(), "{raw:?}");
        }
        for raw in ["", "XX", "ZZ", "EU", "N", "NL, BE", "\u{e9}\u{e9}", "Atlantis", "Virgin Islands", "Korea"] {
            assert_eq!(CountryCode::parse(raw), Err(Flaw::CountryCode { meant: None }), "{raw:?}");
        }
    }

    #[test]
    fn what_is_taken_is_what_is_listed() {
        assert!(CountryCode::all().all(|code| CountryCode::parse(code).is_ok()));
        assert_eq!(CountryCode::all().count(), 250);
    }

    #[test]
    fn a_refusal_names_the_code_that_is_meant() {
        for (raw, code) in [
            ("UK", "GB"),
            ("uk", "GB"),
            ("gb", "GB"),
            ("U.K.", "GB"),
            ("GBR", "GB"),
            ("England", "GB"),
            ("USA", "US"),
            ("usa", "US"),
            ("U.S.A.", "US"),
            ("840", "US"),
            ("United States", "US"),
            ("United States of America", "US"),
            ("nl", "NL"),
            ("Nl", "NL"),
            (" NL ", "NL"),
            ("\u{ff2e}\u{ff2c}", "NL"),
            ("NLD", "NL"),
            ("Nederland", "NL"),
            ("The Netherlands", "NL"),
            ("Pays-Bas", "NL"),
            ("DEU", "DE"),
            ("D", "DE"),
            ("GER", "DE"),
            ("Germany", "DE"),
            ("GERMANY", "DE"),
            ("Deutschland", "DE"),
            ("Allemagne", "DE"),
            ("EL", "GR"),
            ("el", "GR"),
            ("Ελλάδα", "GR"),
            ("Österreich", "AT"),
            ("Espa\u{f1}a", "ES"),
            ("La R\u{e9}union", "RE"),
            ("Bolivia", "BO"),
            ("Ivory Coast", "CI"),
            ("XKX", "XK"),
            ("Kosovo", "XK"),
            ("Puerto Rico", "PR"),
        ] {
            let meant = Some(code);
            assert_eq!(CountryCode::parse(raw), Err(Flaw::CountryCode { meant }), "{raw:?}");
        }
        let message = CountryCode::parse("UK").unwrap_err().to_string();
        assert!(message.contains("GB"), "{message}");
    }
}
