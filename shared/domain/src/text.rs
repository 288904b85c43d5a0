//! Text and ids that people and other systems gave us.
//!
//! What cannot be seen is refused by name: of two ids that look alike nobody could say which is which, and a name that
//! turns the direction of writing shows what it is not. What a script is written with stays: joiners in names of
//! Persian, Hindi and emoji, and the signs that choose between the forms of a character.

use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};
use serde::{Deserialize, Serialize};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::Flaw;

/// One line of text of 1 to `MAX` characters: no control characters, no white space around it, nothing in it that
/// cannot be seen but what its script is written with. Kept exactly as given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

/// An id of 1 to `MAX` characters: one line on which every character can be seen, with plain spaces (U+0020) inside at
/// most. Kept exactly as given, and compared composed (NFC): how a letter was typed makes no second id.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id<const MAX: usize>(String);

/// An id that another system gave an account, an installation or a meter.
pub type ExternalId = Id<128>;

/// A customer's id at an identity provider.
pub type ProviderId = Id<256>;

/// What is printed on a meter.
pub type SerialNumber = Id<100>;

/// A name of a person, a street, a company.
pub type Name = Text<100>;

impl<const MAX: usize> Text<MAX> {
    /// Takes `raw` as it is.
    ///
    /// # Errors
    /// It is empty, too long, has white space around it, control characters or what cannot be seen in it.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        check_line(raw, MAX, breaks_text)?;
        match raw.chars().next().filter(|first| is_ignorable(*first) || *first == BLANK_BRAILLE) {
            Some(found) => Err(Flaw::InvisibleCharacter { found }),
            None => Ok(Self(raw.to_owned())),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> Id<MAX> {
    /// Takes `raw` as it is.
    ///
    /// # Errors
    /// It is empty, too long, has white space around it, control characters or what cannot be seen in it.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        check_line(raw, MAX, breaks_id).map(|()| Self(raw.to_owned()))
    }

    /// The id as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is compared: composed (NFC).
    #[must_use]
    pub fn canonical(&self) -> Cow<'_, str> {
        composed(&self.0)
    }

    /// Whether `raw` is this id.
    #[must_use]
    pub fn is(&self, raw: &str) -> bool {
        self.canonical() == composed(raw)
    }
}

impl<const MAX: usize> PartialEq for Id<MAX> {
    fn eq(&self, other: &Self) -> bool {
        self.is(&other.0)
    }
}

impl<const MAX: usize> Eq for Id<MAX> {}

impl<const MAX: usize> PartialOrd for Id<MAX> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const MAX: usize> Ord for Id<MAX> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.canonical().cmp(&other.canonical())
    }
}

impl<const MAX: usize> Hash for Id<MAX> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> fmt::Display for Id<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What text and ids have in common; `breaks` says which characters may not be in it.
fn check_line(raw: &str, max: usize, breaks: fn(char) -> bool) -> Result<(), Flaw> {
    if raw.trim().is_empty() {
        return Err(Flaw::Empty);
    }
    check_seen(raw, breaks)?;
    check_edges(raw)?;
    if raw.chars().count() > max { Err(Flaw::TooLong { max }) } else { Ok(()) }
}

/// Whether `raw` has no control characters, and none that `breaks`.
pub(crate) fn check_seen(raw: &str, breaks: fn(char) -> bool) -> Result<(), Flaw> {
    if let Some(found) = raw.chars().find(|c| c.is_control()) {
        return Err(Flaw::ControlCharacter { found });
    }
    match raw.chars().find(|c| breaks(*c)) {
        Some(found) => Err(Flaw::InvisibleCharacter { found }),
        None => Ok(()),
    }
}

/// Whether no white space stands around `raw`.
pub(crate) fn check_edges(raw: &str) -> Result<(), Flaw> {
    match raw.chars().next().into_iter().chain(raw.chars().next_back()).find(|c| c.is_whitespace()) {
        Some(found) => Err(Flaw::SurroundingSpace { found }),
        None => Ok(()),
    }
}

/// Composed (NFC).
pub(crate) fn composed(text: &str) -> Cow<'_, str> {
    match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    }
}

/// Is seen as a space, and is called a symbol.
const BLANK_BRAILLE: char = '\u{2800}';

/// Whether a character may not be in a text: separators of lines, and what is not seen, such as the controls of the
/// direction of writing, byte-order marks and tags, unless a script is written with it.
pub(crate) fn breaks_text(c: char) -> bool {
    const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
    const ZERO_WIDTH_JOINER: char = '\u{200d}';
    const MONGOLIAN_VOWEL_SEPARATOR: char = '\u{180e}';
    match category(c) {
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => true,
        // Of what is ignorable and neither, scripts have the marks and the letters: selectors of variants, fillers.
        GeneralCategory::Format | GeneralCategory::Unassigned => {
            let of_a_script = [ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER, MONGOLIAN_VOWEL_SEPARATOR].contains(&c);
            // Interlinear annotations are not ignorable, and not seen either.
            (is_ignorable(c) && !of_a_script) || ('\u{fff9}'..='\u{fffb}').contains(&c)
        }
        _ => false,
    }
}

/// Whether a character may not be in an id: separators, formatting, and whatever else is not seen or seen as a space.
pub(crate) fn breaks_id(c: char) -> bool {
    match category(c) {
        GeneralCategory::Format | GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => true,
        GeneralCategory::SpaceSeparator => c != ' ',
        _ => is_ignorable(c) || c == BLANK_BRAILLE,
    }
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Whether nothing is shown of a character by itself (Unicode, `Default_Ignorable_Code_Point`).
fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_is_not_one_line_of_text() {
        for (raw, flaw) in [
            ("", Flaw::Empty),
            (" \u{3000}", Flaw::Empty),
            ("a\0b", Flaw::ControlCharacter { found: '\0' }),
            ("a\nb", Flaw::ControlCharacter { found: '\n' }),
            ("a\u{85}b", Flaw::ControlCharacter { found: '\u{85}' }),
            (" a", Flaw::SurroundingSpace { found: ' ' }),
            ("a\u{a0}", Flaw::SurroundingSpace { found: '\u{a0}' }),
            ("abcdef", Flaw::TooLong { max: 5 }),
        ] {
            assert_eq!(Text::<5>::parse(raw), Err(flaw), "{raw:?}");
        }
    }

    #[test]
    fn counts_characters_and_not_bytes() {
        assert!(Text::<5>::parse("ééééé").is_ok());
        assert!(Id::<5>::parse("ééééé").is_ok());
    }

    /// Soft hyphen, Arabic letter mark, zero-width space, the marks and controls of direction, separators of lines,
    /// word joiner, byte-order mark, annotation, tag.
    const UNSEEN: [char; 18] = [
        '\u{ad}',
        '\u{61c}',
        '\u{200b}',
        '\u{200e}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202e}',
        '\u{2060}',
        '\u{2063}',
        '\u{2066}',
        '\u{2069}',
        '\u{feff}',
        '\u{fff9}',
        '\u{1d173}',
        '\u{e0001}',
        '\u{e0041}',
    ];

    #[test]
    fn what_cannot_be_seen_is_refused_by_name() {
        for found in UNSEEN {
            for raw in [format!("a{found}b"), format!("{found}a"), format!("a{found}"), found.to_string()] {
                // Two of them are white space, and alone nothing.
                if raw.trim().is_empty() {
                    continue;
                }
                let flaw = Flaw::InvisibleCharacter { found };
                assert_eq!(Text::<5>::parse(&raw), Err(flaw.clone()), "{raw:?}");
                assert_eq!(Id::<5>::parse(&raw), Err(flaw.clone()), "{raw:?}");
                assert!(flaw.to_string().contains(&format!("U+{:04X}", u32::from(found))), "{flaw}");
            }
        }
    }

    /// Joiners, selectors of variants, fillers, a joiner of graphemes, white space other than U+0020.
    #[test]
    fn an_id_has_nothing_that_could_make_two_of_one() {
        for found in [
            '\u{200c}',
            '\u{200d}',
            '\u{fe0f}',
            '\u{e0100}',
            '\u{180e}',
            '\u{34f}',
            '\u{115f}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{2800}',
            '\u{a0}',
            '\u{2003}',
            '\u{202f}',
            '\u{3000}',
            '\u{600}',
        ] {
            let raw = format!("8716{found}871");
            assert_eq!(ExternalId::parse(&raw), Err(Flaw::InvisibleCharacter { found }), "{raw:?}");
        }
        for raw in ["A/17?x#y", "..", ".", "50%25", "%2F", "a+b", "a b", "ü", "計器-1", "अ१", "🚀", "O'Neil \"3\""]
        {
            assert!(ExternalId::parse(raw).is_ok(), "{raw:?}");
        }
    }

    #[test]
    fn a_name_keeps_what_its_script_is_written_with() {
        for raw in [
            "علی\u{200c}رضا",
            "क्\u{200d}ष",
            "👩\u{200d}💻",
            "❤\u{fe0f}",
            "葛\u{e0100}",
            "ന\u{d4d}\u{200d}",
            "a\u{a0}b",
            "٢\u{600}",
        ] {
            assert!(Name::parse(raw).is_ok(), "{raw:?}");
        }
        // Nothing to see, or nothing at its beginning.
        for found in ['\u{3164}', '\u{200d}', '\u{fe0f}', '\u{2800}'] {
            for raw in [found.to_string(), format!("{found}a")] {
                assert_eq!(Name::parse(&raw), Err(Flaw::InvisibleCharacter { found }), "{raw:?}");
            }
        }
    }

    #[test]
    fn an_id_is_compared_composed_and_kept_as_given() {
        let (composed, decomposed) =
            (ExternalId::parse("M\u{fc}ller-1").unwrap(), ExternalId::parse("Mu\u{308}ller-1").unwrap());
        assert_eq!(composed, decomposed);
        assert_eq!(BTreeSet::from([composed.clone(), decomposed.clone()]).len(), 1);
        assert!(decomposed.is("M\u{fc}ller-1") && !decomposed.is("Muller-1"));
        assert_eq!(decomposed.as_str(), "Mu\u{308}ller-1");
        assert_ne!(composed, ExternalId::parse("MÜLLER-1").unwrap());
    }

    proptest! {
        #[test]
        fn keeps_what_it_takes(raw in "\\PC{0,200}") {
            if let Ok(text) = Name::parse(&raw) {
                prop_assert_eq!(text.as_str(), &raw);
            }
            if let Ok(id) = ExternalId::parse(&raw) {
                prop_assert_eq!(id.as_str(), &raw);
                prop_assert!(id.is(&raw.nfd().collect::<String>()));
            }
        }

        /// Whoever takes out all that is not seen of an id that was taken takes out nothing.
        #[test]
        fn what_is_an_id_is_text_too(raw in "[ -~\\u{a0}\\u{ad}\\u{200b}-\\u{200f}\\u{2028}-\\u{202e}\\u{2060}-\\u{206f}\\u{feff}é]{0,12}") {
            if ExternalId::parse(&raw).is_ok() {
                prop_assert!(Text::<128>::parse(&raw).is_ok());
                prop_assert!(raw.chars().all(|c| (' '..='~').contains(&c) || c == 'é'));
            }
        }
    }
}
