//! How an identifier is written, which says nothing of what it names.

use icu_properties::{
    CodePointMapData,
    props::{GeneralCategory, GeneralCategory as Category},
};
use unicode_normalization::UnicodeNormalization;

/// The text in capitals, without what stands between its groups: white space of any width, dashes of any length, dots,
/// and what cannot be seen. Characters that are another one in another width are that (Unicode, NFKC), and digits of any
/// script are those of ASCII.
pub(super) fn settled(raw: &str) -> String {
    let kept = |c: char| digit(c).unwrap_or_else(|| c.to_ascii_uppercase());
    raw.nfkc().filter(|c| !parts(*c)).map(kept).collect()
}

/// Whether a character only parts others.
fn parts(c: char) -> bool {
    /// Is called a mathematical symbol.
    const MINUS: char = '\u{2212}';
    c.is_whitespace() || c == '.' || c == MINUS || matches!(category(c), Category::DashPunctuation | Category::Format)
}

/// The ASCII digit for one of any script: they stand in rows of ten, from zero on.
fn digit(c: char) -> Option<char> {
    let is_digit = |code: u32| char::from_u32(code).is_some_and(|c| category(c) == Category::DecimalNumber);
    let code = u32::from(c);
    if c.is_ascii() || !is_digit(code) {
        return None;
    }
    let before = (1..10).take_while(|back| code.checked_sub(*back).is_some_and(is_digit)).count();
    u32::try_from(before).ok().and_then(|value| char::from_digit(value, 10))
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}
