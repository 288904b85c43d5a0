//! ZIP codes of the United States, however they are written.

use unicode_normalization::UnicodeNormalization;

use super::{all_digits, states};
use crate::{CountryCode, Flaw};

/// The digits of a ZIP code proper.
const ZIP: usize = 5;
/// The digits that say more exactly where in it.
const PLUS_FOUR: usize = 4;

/// A postal code in the form that is compared: capitals without spaces, full-width letters and digits
/// as plain ones, and every dash a hyphen.
pub(crate) fn compared(code: &str) -> String {
    let plain = code.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase);
    plain.map(|c| if is_dash(c) { '-' } else { c }).collect()
}

/// The dashes of Unicode, the minus sign, and the hyphen that shows only at the end of a line.
const fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}')
}

/// The first five digits of a ZIP code in the form that is compared. Of the four behind them, which
/// say where in the area it is, some or all may be missing.
pub(crate) fn five_digits(compared: &str) -> Option<&str> {
    let (zip, rest) = compared.split_at_checked(ZIP)?;
    let plus_four = match rest.strip_prefix('-') {
        Some(digits) => digits.len() <= PLUS_FOUR && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => rest.is_empty() || (rest.len() == PLUS_FOUR && all_digits(rest)),
    };
    (all_digits(zip) && plus_four).then_some(zip)
}

/// The normal form of a whole ZIP code, `94105` or `94105-1234`.
pub(super) fn normal(code: &str) -> Option<String> {
    let compared = compared(code);
    let zip = five_digits(&compared)?;
    let plus_four = compared.strip_prefix(zip)?.trim_start_matches('-');
    match plus_four.len() {
        0 if compared.len() == ZIP => Some(compared),
        PLUS_FOUR => Some(format!("{zip}-{plus_four}")),
        _ => None,
    }
}

/// A ZIP code at the end of some words, in its normal form, and what stands before it.
pub(super) fn at_end<'a>(words: &'a [&'a str]) -> (Option<String>, &'a [&'a str]) {
    // `94105 - 1234`, `94105 1234`, `94105`.
    let found = (1..=3.min(words.len())).rev().find_map(|count| {
        let (before, code) = words.split_at_checked(words.len() - count)?;
        // The first word has the five digits: `1 94105` is two numbers.
        compared(code.first()?).split_at_checked(ZIP).filter(|(zip, _)| all_digits(zip))?;
        Some((normal(&code.concat())?, before))
    });
    found.map_or((None, words), |(code, before)| (Some(code), before))
}

/// Refuses an American ZIP code that lacks the zeros it begins with, which spreadsheets and numbers
/// drop: 2139 is 02139 in Cambridge, Massachusetts. Without a country, only the state tells that a
/// number so short is one: then it must be one of that state's, for Western Australia writes `WA 6000`.
///
/// # Errors
/// It lacks them. What it may have been is said and never taken for it.
pub(crate) fn check(code: &str, country: Option<&CountryCode>, state: Option<&str>) -> Result<(), Flaw> {
    let Some(zip) = with_zeros(&compared(code)) else { return Ok(()) };
    let american = match (country, state) {
        (Some(country), _) => country.has_zip_codes(),
        (None, Some(state)) => states::agree(state, &zip),
        (None, None) => false,
    };
    if american { Err(Flaw::LostZero { zip }) } else { Ok(()) }
}

/// The ZIP code that may be meant, with the zeros that it may have lost.
pub(crate) fn meant(code: &str) -> Option<String> {
    let compared = compared(code);
    five_digits(&compared).map(str::to_owned).or_else(|| with_zeros(&compared))
}

/// The ZIP code that may be meant by one that is too short, in the form that is compared.
fn with_zeros(compared: &str) -> Option<String> {
    let (zip, plus_four) = match compared.split_once('-') {
        Some(parts) => parts,
        // Seven or eight digits are nine of which the first are missing.
        None if (ZIP + 2..ZIP + PLUS_FOUR).contains(&compared.len()) && all_digits(compared) => {
            compared.split_at_checked(compared.len() - PLUS_FOUR)?
        }
        None => (compared, ""),
    };
    let fits = all_digits(zip) && zip.len() < ZIP && (plus_four.is_empty() || all_digits(plus_four));
    let plus_four = if plus_four.is_empty() { String::new() } else { format!("-{plus_four}") };
    fits.then(|| format!("{zip:0>ZIP$}{plus_four}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_zip_code_is_compared_by_its_first_five_digits() {
        for code in [
            "94105",
            " 94105 ",
            "94105-1234",
            "941051234",
            "94105 1234",
            "94105\u{2013}1234",
            "94105\u{2011}1234",
            "94105\u{ad}1234",
            "94105-",
            "\u{ff19}\u{ff14}\u{ff11}\u{ff10}\u{ff15}",
            "\u{ff19}\u{ff14}\u{ff11}\u{ff10}\u{ff15}\u{ff0d}\u{ff11}\u{ff12}\u{ff13}\u{ff14}",
        ] {
            assert_eq!(five_digits(&compared(code)), Some("94105"), "{code:?}");
        }
        for code in ["", "9410", "941051", "9410512345", "94105-12345", "94105-12a4", "9410\u{e9}", "1011AB", "-94105"]
        {
            assert_eq!(five_digits(&compared(code)), None, "{code:?}");
        }
    }

    #[test]
    fn a_zip_code_without_its_zeros_is_refused_and_not_mended() {
        let refused = |code: &str, country: Option<&str>, state: Option<&str>| {
            let country = country.map(|code| CountryCode::parse(code).unwrap());
            match check(code, country.as_ref(), state) {
                Err(Flaw::LostZero { zip }) => zip,
                other => format!("{other:?}"),
            }
        };
        for (code, country, state, zip) in [
            ("2139", Some("US"), None, "02139"),
            ("2139", None, Some("MA"), "02139"),
            ("2139", None, Some("Massachusetts"), "02139"),
            ("2139", None, Some("US-MA"), "02139"),
            ("2139-1234", Some("US"), None, "02139-1234"),
            ("21391234", Some("US"), None, "02139-1234"),
            ("\u{ff12}\u{ff11}\u{ff13}\u{ff19}", Some("US"), None, "02139"),
            ("501", None, Some("NY"), "00501"),
            ("901", Some("PR"), None, "00901"),
            ("901", None, Some("PR"), "00901"),
            ("6011234", Some("US"), Some("PR"), "00601-1234"),
            ("802", Some("VI"), None, "00802"),
            ("9345", None, Some("AE"), "09345"),
            ("1", Some("US"), None, "00001"),
            ("9410", Some("US"), Some("CA"), "09410"),
            ("9694", Some("FM"), None, "09694"),
        ] {
            assert_eq!(refused(code, country, state), zip, "{code} {country:?} {state:?}");
        }
        for (code, country, state) in [
            ("02139", Some("US"), None),
            ("02139-1234", Some("US"), None),
            ("123456", Some("US"), None),
            ("1011 AB", Some("US"), None),
            ("-1234", Some("US"), None),
            ("2139", None, None),
            // Perth in Western Australia, Cambridge in New South Wales, Neuchâtel, Haarlem.
            ("6000", None, Some("WA")),
            ("2139", None, Some("NSW")),
            ("2000", None, Some("NE")),
            ("2011", None, Some("NH")),
            ("1000", Some("BE"), None),
            ("2139", Some("AU"), Some("MA")),
        ] {
            assert_eq!(refused(code, country, state), "Ok(())", "{code} {country:?} {state:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(code in "\\PC{0,12}", state in "\\PC{0,3}") {
            let compared = compared(&code);
            let _ = (five_digits(&compared), normal(&code), meant(&code), check(&code, None, Some(&state)));
        }

        #[test]
        fn what_is_refused_is_a_zip_code_that_is_taken(code in "[0-9]{1,9}(-[0-9]{1,4})?") {
            let country = CountryCode::united_states();
            if let Err(Flaw::LostZero { zip }) = check(&code, Some(&country), None) {
                prop_assert!(five_digits(&zip).is_some() && check(&zip, Some(&country), None).is_ok(), "{code} {zip}");
            }
        }
    }
}
