//! What a cell says.

use serde_json::{Number, Value};

use crate::{LineFault, columns::Kind};

/// How spreadsheets in English, German, French and Dutch write that something is so, or is not.
const WORDS: &[(&str, bool)] = &[
    ("true", true),
    ("false", false),
    ("1", true),
    ("0", false),
    ("wahr", true),
    ("falsch", false),
    ("vrai", true),
    ("faux", false),
    ("waar", true),
    ("onwaar", false),
];

/// Reads a cell that is not empty.
///
/// # Errors
/// It does not hold what its column does.
pub(crate) fn value(kind: Kind, text: &str) -> Result<Value, LineFault> {
    match kind {
        Kind::Text if is_float(text) => Err(LineFault::new(
            "spreadsheet_number",
            "is a number that a spreadsheet has cut off, as in 8,71687E+17: its last digits are lost. Make the column one \
             of text in the spreadsheet, take the values anew from where they came from, and import it again",
        )),
        Kind::Text => Ok(Value::from(text)),
        Kind::Number => number(text).map(Value::Number).ok_or_else(|| {
            LineFault::new("wrong_type", "should be a number such as 52.37 or 52,37, without signs between thousands")
        }),
        Kind::Flag => {
            let found = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
            found
                .map(|(_, flag)| Value::from(*flag))
                .ok_or_else(|| LineFault::new("wrong_type", "should be true or false"))
        }
    }
}

/// Whether this is how spreadsheets show a number that has too many digits for them: they know fifteen.
fn is_float(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (whole, fraction) = mantissa.split_once([',', '.']).unwrap_or((mantissa, "0"));
    // Without the sign it may be an id, such as 12E5.
    let exponent = exponent.strip_prefix(['-', '+']);
    digits(whole) && digits(fraction) && exponent.is_some_and(|exponent| exponent.len() >= 2 && digits(exponent))
}

/// A number with a decimal point or comma.
fn number(text: &str) -> Option<Number> {
    let plain =
        if text.matches(',').count() == 1 && !text.contains('.') { text.replace(',', ".") } else { text.into() };
    if !plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.')) {
        return None;
    }
    match plain.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => Number::from_f64(plain.parse().ok()?),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn code(kind: Kind, text: &str) -> String {
        value(kind, text).unwrap_err().code
    }

    #[test]
    fn what_a_spreadsheet_has_cut_off_is_refused_and_never_turned_back() {
        for cut in ["8,71687E+17", "8.71687E+17", "8E+17", "-8,7e+17", "1,20E-05", "1.2E+005"] {
            assert_eq!(code(Kind::Text, cut), "spreadsheet_number", "{cut}");
        }
        for whole in ["871687110000000005", "12E5", "8,7", "E+17", "8E+1", "8E+17a", "A8E+17", "8.E+17", "8,7,1E+17"] {
            assert_eq!(value(Kind::Text, whole), Ok(json!(whole)));
        }
    }

    #[test]
    fn words_that_others_take_for_nothing_are_values() {
        for word in ["NA", "N/A", "NO", "Null", "NULL", "nan", "None", "-", "TRUE"] {
            assert_eq!(value(Kind::Text, word), Ok(json!(word)));
        }
    }

    #[test]
    fn numbers_have_a_point_or_a_comma() {
        for (text, number) in
            [("52,37", json!(52.37)), ("-0.5", json!(-0.5)), ("7", json!(7)), ("1234,5", json!(1234.5))]
        {
            assert_eq!(value(Kind::Number, text), Ok(number));
        }
        for wrong in ["1.234,5", "1,234,5", "NA", "5E+1", "inf", "1 000", "", "-", "--1", "1.2.3"] {
            assert_eq!(code(Kind::Number, wrong), "wrong_type", "{wrong}");
        }
    }

    #[test]
    fn flags_are_read_as_spreadsheets_write_them() {
        for (text, flag) in [("TRUE", true), ("falsch", false), ("Wahr", true), ("0", false), ("ONWAAR", false)] {
            assert_eq!(value(Kind::Flag, text), Ok(json!(flag)));
        }
        assert_eq!(code(Kind::Flag, "NO"), "wrong_type");
    }
}
