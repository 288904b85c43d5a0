//! Text that people and other systems gave us.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Flaw;

/// One line of text of 1 to `MAX` characters: no control characters, no white space around it.
/// Kept exactly as given; ids of other systems are never normalised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// An id that another system gave an account, an installation or a meter.
pub type ExternalId = Text<128>;

/// A name of a person, a street, a company.
pub type Name = Text<100>;

impl<const MAX: usize> Text<MAX> {
    /// Takes `raw` as it is.
    ///
    /// # Errors
    /// It is empty, too long, has white space around it or control characters in it.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        if raw.trim().is_empty() {
            return Err(Flaw::Empty);
        }
        if raw.chars().any(char::is_control) {
            return Err(Flaw::ControlCharacter);
        }
        if raw.trim().len() != raw.len() {
            return Err(Flaw::SurroundingSpace);
        }
        if raw.chars().count() > MAX {
            return Err(Flaw::TooLong { max: MAX });
        }
        Ok(Self(raw.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// So that a map by texts can be asked for a plain string: both compare and hash alike.
impl<const MAX: usize> std::borrow::Borrow<str> for Text<MAX> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_is_not_one_line_of_text() {
        for (raw, flaw) in [
            ("", Flaw::Empty),
            (" \u{3000}", Flaw::Empty),
            ("a\0b", Flaw::ControlCharacter),
            ("a\nb", Flaw::ControlCharacter),
            ("a\u{85}b", Flaw::ControlCharacter),
            (" a", Flaw::SurroundingSpace),
            ("a\u{a0}", Flaw::SurroundingSpace),
            ("abcdef", Flaw::TooLong { max: 5 }),
        ] {
            assert_eq!(Text::<5>::parse(raw), Err(flaw), "{raw:?}");
        }
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        assert!(Text::<5>::parse("ééééé").is_ok());
    }

    proptest! {
        #[test]
        fn keeps_what_it_takes(raw in "\\PC{0,200}") {
            if let Ok(text) = ExternalId::parse(&raw) {
                prop_assert_eq!(text.as_str(), raw);
            }
        }
    }
}
