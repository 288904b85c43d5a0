//! Telephone numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Flaw;

/// A telephone number: 1 to 14 digits and nothing else (seed `customer-api-esmart`, "Partially update of a customer").
/// One of another country begins with `00` and its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The most digits.
    pub const MAX: usize = 14;

    /// Takes digits, those of Arabic and Persian included, which are kept as 0 to 9.
    ///
    /// # Errors
    /// It has another character, or more of them.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let digit = |c: char| match c {
            '0'..='9' => Some(c),
            '\u{660}'..='\u{669}' => char::from_digit(u32::from(c) - 0x660, 10),
            '\u{6f0}'..='\u{6f9}' => char::from_digit(u32::from(c) - 0x6f0, 10),
            _ => None,
        };
        let digits: String = raw.chars().map(digit).collect::<Option<_>>().ok_or(Flaw::PhoneNumber)?;
        if (1..=Self::MAX).contains(&digits.len()) { Ok(Self(digits)) } else { Err(Flaw::PhoneNumber) }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_digits_alone() {
        for (raw, kept) in [
            ("0", Some("0")),
            ("004790000000", Some("004790000000")),
            ("12345678901234", Some("12345678901234")),
            ("۰۹۱۲۳۴۵۶۷۸۹", Some("09123456789")),
            ("٠٩١٢", Some("0912")),
            ("123456789012345", None),
            ("+4790000000", None),
            ("900 00 000", None),
            ("0262-123456", None),
            ("", None),
            ("²", None),
        ] {
            assert_eq!(PhoneNumber::parse(raw).ok().as_ref().map(PhoneNumber::as_str), kept, "{raw}");
        }
    }
}
