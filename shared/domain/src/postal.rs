//! A postal address written as one text, taken apart.
//!
//! Understood are the forms of the United States (`221 Main Street, San Francisco, CA 94105`) and of
//! most of Europe (`Damrak 1A, 1011 AB Amsterdam, Netherlands`), with the British, Irish and Canadian
//! codes behind the city. Pieces are separated by commas, semicolons or line breaks; without any, a US
//! address is still understood if it has one street suffix. What cannot be told stays absent: the
//! text may come from anywhere, and a wrong city is worse than none. Two letters that are a US state and
//! a country alike (`CA`, `DE`) are the state, because the dialect that asks is American, unless a
//! postal code in front of the city says otherwise. Five digits say no country: they may be a ZIP code
//! and a German, French, Italian or Spanish one; with a state they are a ZIP code if it is one of that
//! state's.
//!
//! Written here because nothing published fits: `libpostal` needs a native library and two gigabytes of
//! data, `usaddress` is a model of US addresses alone, left at its first release and drawing in a
//! regular-expression engine, and `us_address_parser` knows the street but no city, state or code.

mod codes;
mod country;
mod general;
pub(crate) mod names;
pub(crate) mod states;
mod street;
#[cfg(test)]
mod tests;
mod us;
pub(crate) mod zip;

pub(crate) use country::meant as country_meant;
pub use states::letters as american_state;

use crate::CountryCode;

/// More characters than this are no address, and nothing of them is read.
const MOST_CHARACTERS: usize = 500;

/// What an address says, as far as it can be told. Every part is taken from the text, with its white
/// space evened out; street suffixes, states, postal codes and countries in their normal form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// The street and the number in it. For a US address the street suffix is abbreviated as the
    /// postal service does (USPS Publication 28): `221 Main St`.
    pub line1: Option<String>,
    /// What else stands before the city: `Apt 4`, a company.
    pub line2: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state by its two letters for a US address: `CA`. Likewise a Canadian or Australian one.
    pub state: Option<String>,
    /// The postal code in the spelling of its country: `94105-1234`, `1011AB`, `SW1A 2AA`.
    pub postal_code: Option<String>,
    /// The country.
    pub country: Option<CountryCode>,
}

/// The words between two separators; never empty.
type Piece<'a> = Vec<&'a str>;

/// Takes an address apart, in time linear in its length. Never fails: what is not understood is absent,
/// and so is everything of a text of more than 500 characters. `code` is the postal code if it is known
/// from elsewhere.
#[must_use]
pub fn parse(text: &str, code: Option<&str>) -> Parts {
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        return Parts::default();
    }
    let mut pieces: Vec<Piece> = text
        .split(|c: char| matches!(c, ',' | ';') || (c.is_control() && c != '\t'))
        .map(|piece| piece.split_whitespace().collect::<Piece>())
        .filter(|piece| !piece.is_empty())
        .collect();
    let country = country::take(&mut pieces);
    let code = code.map(|code| zip::meant(code).unwrap_or_default());
    let code = code.as_deref();
    match country {
        None => us::parse(&pieces, false, code).unwrap_or_else(|| {
            // Two letters or a name that may be a state, of which nothing tells that it is.
            let _ = pieces.pop_if(|last| us::state(last).is_some());
            general::parse(&pieces, None)
        }),
        Some("US") => us::parse(&pieces, true, code).unwrap_or_default(),
        Some(territory) if states::is_territory(territory) => {
            let parts = us::parse(&pieces, true, code).unwrap_or_default();
            Parts { country: country_code(territory), ..parts }
        }
        Some(_) => general::parse(&pieces, country),
    }
}

/// The text of some words; none if there are none.
fn text(words: &[&str]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(" "))
}

fn country_code(alpha2: &str) -> Option<CountryCode> {
    CountryCode::parse(alpha2).ok()
}

fn has_digit(words: &[&str]) -> bool {
    words.iter().any(|word| word.chars().any(|c| c.is_ascii_digit()))
}

fn starts_with_digit(words: &[&str]) -> bool {
    words.first().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

fn all_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}
