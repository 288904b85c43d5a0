//! Addresses in one text.

use crate::CountryCode;

/// The parts of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// Street and number.
    pub line1: Option<String>,
    /// What else a letter needs.
    pub line2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state.
    pub state: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
    /// The country.
    pub country: Option<CountryCode>,
}

/// Takes an address apart.
#[must_use]
pub fn parse(_text: &str) -> Parts {
    Parts::default()
}
