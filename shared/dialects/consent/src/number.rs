//! Numbers, as people write them.

use std::fmt::Display;

use wattbook_domain::catalogue::attributes::AttributeValue;

use crate::Language;

/// The sign before the decimals.
const fn decimal_sign(language: Language) -> char {
    match language {
        Language::En => '.',
        Language::Nl | Language::De | Language::Fr => ',',
    }
}

/// A number in the person's language. Blanks and apostrophes part groups of digits; of comma and dot one is the decimal
/// sign there, and the other parts groups of three or, where it cannot mean that, is taken for the decimal sign of
/// another language. What could mean either is refused: `1.500` is not the same everywhere.
pub(crate) fn decimal(raw: &str, language: Language) -> Option<AttributeValue> {
    let (sign, digits) = signed(raw);
    let own = decimal_sign(language);
    let other = if own == '.' { ',' } else { '.' };
    let (whole, decimals) = match digits.split_once(own) {
        Some((whole, decimals)) => (ungrouped(whole, other)?, decimals),
        None => match digits.split_once(other) {
            Some((_, rest)) if rest.contains(other) => (ungrouped(&digits, other)?, ""),
            Some((_, rest)) if rest.len() == 3 => return None,
            Some((whole, decimals)) => (whole.to_owned(), decimals),
            None => (digits.clone(), ""),
        },
    };
    if !are_digits(&whole) || !(decimals.is_empty() || are_digits(decimals)) || digits.ends_with([own, other]) {
        return None;
    }
    if decimals.is_empty()
        && let Ok(number) = format!("{sign}{whole}").parse()
    {
        return Some(AttributeValue::Whole(number));
    }
    let number: f64 = format!("{sign}{whole}.{decimals}").parse().ok()?;
    number.is_finite().then_some(AttributeValue::Number(number))
}

/// A whole number in the person's language: the sign that is not the decimal one parts groups of three.
pub(crate) fn whole(raw: &str, language: Language) -> Option<AttributeValue> {
    let (sign, digits) = signed(raw);
    let other = if decimal_sign(language) == '.' { ',' } else { '.' };
    let digits = ungrouped(&digits, other)?;
    let number = are_digits(&digits).then(|| format!("{sign}{digits}").parse().ok())??;
    Some(AttributeValue::Whole(number))
}

/// A number as it is written in the language; groups are not parted.
pub(crate) fn written(number: impl Display, language: Language) -> String {
    number.to_string().replace('.', &decimal_sign(language).to_string())
}

/// The sign, and the rest without what parts groups in any language.
fn signed(raw: &str) -> (&'static str, String) {
    const MINUS: char = '\u{2212}';
    let parts = |c: &char| !c.is_whitespace() && !['\'', '\u{2019}'].contains(c);
    let text: String = raw.chars().filter(parts).collect();
    match text.strip_prefix(['-', MINUS]) {
        Some(rest) => ("-", rest.to_owned()),
        None => ("", text.strip_prefix('+').unwrap_or(&text).to_owned()),
    }
}

/// The digits without the sign that parts groups of three, if that is what it does.
fn ungrouped(digits: &str, sign: char) -> Option<String> {
    let mut groups = digits.split(sign);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<_> = groups.collect();
    let are_groups = rest.is_empty() || ((1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3));
    are_groups.then(|| digits.replace(sign, ""))
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use AttributeValue::{Number, Whole};
    use Language::{De, En, Fr, Nl};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_read_as_its_writer_means_it() {
        for (language, raw, expected) in [
            (Nl, "6,5", Some(Number(6.5))),
            (De, "6,5", Some(Number(6.5))),
            (Fr, " 6,5 ", Some(Number(6.5))),
            (En, "6.5", Some(Number(6.5))),
            // The decimal sign of another language, where it cannot mean anything else.
            (De, "6.5", Some(Number(6.5))),
            (En, "6,25", Some(Number(6.25))),
            (De, "1.500", None),
            (En, "1,500", None),
            (De, "1,500", Some(Number(1.5))),
            (En, "1.500", Some(Number(1.5))),
            (De, "1.234.567", Some(Whole(1_234_567))),
            (De, "1.234,5", Some(Number(1234.5))),
            (En, "1,234.5", Some(Number(1234.5))),
            (Fr, "1\u{202f}234,5", Some(Number(1234.5))),
            (De, "1'234,5", Some(Number(1234.5))),
            (Nl, "10 000", Some(Whole(10_000))),
            (Nl, "\u{2212}3", Some(Whole(-3))),
            (En, "+3", Some(Whole(3))),
            (En, "007", Some(Whole(7))),
            (En, "99999999999999999999", Some(Number(1e20))),
            (En, "", None),
            (En, "-", None),
            (En, ".5", None),
            (En, "5.", None),
            (Nl, "5,", None),
            (Nl, "5.", None),
            (Nl, "1,2,3", None),
            (Nl, "1.2.3", None),
            (Nl, "12.34,5", None),
            (En, "1e5", None),
            (En, "6.5 kW", None),
            (En, "NaN", None),
            (En, "inf", None),
            (En, "٣", None),
        ] {
            assert_eq!(decimal(raw, language), expected, "{language:?} {raw:?}");
        }
        assert_eq!(decimal(&"9".repeat(400), En), None);
    }

    #[test]
    fn a_whole_number_has_no_decimals() {
        for (language, raw, expected) in [
            (Nl, "80", Some(Whole(80))),
            (De, "10.000", Some(Whole(10_000))),
            (En, "10,000", Some(Whole(10_000))),
            (Fr, "10 000", Some(Whole(10_000))),
            (De, "10,000", None),
            (En, "10.000", None),
            (De, "1.5", None),
            (De, "1,5", None),
            (En, "3.0", None),
            (En, "-2", Some(Whole(-2))),
            (En, "99999999999999999999", None),
            (En, "", None),
            (En, "x", None),
        ] {
            assert_eq!(whole(raw, language), expected, "{language:?} {raw:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(number in -1e6..1e6_f64, index in 0..4_usize) {
            let (number, language) = ((number * 100.0).round() / 100.0, Language::ALL[index]);
            let read = match decimal(&written(number, language), language) {
                #[expect(clippy::cast_precision_loss, reason = "at most a million")]
                Some(Whole(whole)) => whole as f64,
                Some(Number(number)) => number,
                other => panic!("{other:?}"),
            };
            prop_assert!((read - number).abs() < f64::EPSILON, "{read} {number}");
        }

        #[test]
        fn nothing_is_too_strange(raw in "[0-9., '\\-+eé\u{202f}]{0,20}", index in 0..4_usize) {
            let _ = (decimal(&raw, Language::ALL[index]), whole(&raw, Language::ALL[index]));
        }
    }
}
