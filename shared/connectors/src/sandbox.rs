//! What becomes of a device of the sandbox: its identifier decides.
//!
//! The fifth to the third character from the end decide, for they are free in every kind of identifier: check digits
//! and control letters stand behind them, or far before.
//!
//! | they are | the device | a VIN | a GSRN | a code or serial number |
//! |---|---|---|---|---|
//! | `900` | is never connected: the request expires | `WAUZZZGE1NB090045` | `376104250021290008` | `SANDBOX90000` |
//! | `901` | is not known there: `not_your_device` | `WAUZZZGE1NB090145` | `376104250021290107` | `SANDBOX90100` |
//! | `902` | is refused by its owner there: `refused_by_owner` | `WAUZZZGE1NB090245` | `376104250021290206` | `SANDBOX90200` |
//! | `905` | is connected after five seconds | `WAUZZZGE1NB090545` | `376104250021290503` | `SANDBOX90500` |
//! | anything else | is connected at once | `WAUZZZGE1NB012345` | `376104250021212307` | `SANDBOX12300` |

use wattbook_domain::onboarding::FailureCode;

/// What becomes of a device of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is connected.
    Succeed,
    /// It is not, for this reason.
    Fail(FailureCode),
    /// It is connected at the second try, so many seconds after the first.
    Later {
        /// From 1 to 5.
        seconds: u8,
    },
    /// Nothing is ever heard of it.
    Stall,
}

/// What becomes of a device, by its identifier in the one form ([`wattbook_domain::Identifier::as_str`]).
#[must_use]
pub fn sandbox(identifier: &str) -> Verdict {
    let end = identifier.len().saturating_sub(2);
    match identifier.get(end.saturating_sub(3)..end) {
        Some("900") => Verdict::Stall,
        Some("901") => Verdict::Fail(FailureCode::NotYourDevice),
        Some("902") => Verdict::Fail(FailureCode::RefusedByOwner),
        Some("905") => Verdict::Later { seconds: 5 },
        _ => Verdict::Succeed,
    }
}

#[cfg(test)]
mod tests {
    use wattbook_domain::{Identifier, IdentifierKind};

    use super::*;

    const VERDICTS: [(&str, Verdict); 5] = [
        ("900", Verdict::Stall),
        ("901", Verdict::Fail(FailureCode::NotYourDevice)),
        ("902", Verdict::Fail(FailureCode::RefusedByOwner)),
        ("905", Verdict::Later { seconds: 5 }),
        ("123", Verdict::Succeed),
    ];

    /// For each kind an identifier for each of the verdicts above.
    const EXAMPLES: [(&str, [&str; 5]); 16] = [
        (
            "vin",
            ["WAUZZZGE1NB090045", "WAUZZZGE1NB090145", "WAUZZZGE1NB090245", "WAUZZZGE1NB090545", "WAUZZZGE1NB012345"],
        ),
        (
            "gsrn",
            [
                "376104250021290008",
                "376104250021290107",
                "376104250021290206",
                "376104250021290503",
                "376104250021212307",
            ],
        ),
        ("ean-13", ["6291041590016", "6291041590115", "6291041590214", "6291041590511", "6291041512315"]),
        (
            "ean-be",
            [
                "541448860000090012",
                "541448860000090111",
                "541448860000090210",
                "541448860000090517",
                "541448860000012311",
            ],
        ),
        (
            "ean-nl",
            [
                "871687110000090013",
                "871687110000090112",
                "871687110000090211",
                "871687110000090518",
                "871687110000012312",
            ],
        ),
        ("malo", ["41373590047", "41373590146", "41373590245", "41373590542", "41373512348"]),
        (
            "melo",
            [
                "DE00056266802AO6G56M11SN51G29004S",
                "DE00056266802AO6G56M11SN51G29014S",
                "DE00056266802AO6G56M11SN51G29024S",
                "DE00056266802AO6G56M11SN51G29054S",
                "DE00056266802AO6G56M11SN51G21234S",
            ],
        ),
        (
            "zaehlpunkt-at",
            [
                "AT00810008010000000000000A1290067",
                "AT00810008010000000000000A1290167",
                "AT00810008010000000000000A1290267",
                "AT00810008010000000000000A1290567",
                "AT00810008010000000000000A1212367",
            ],
        ),
        ("mpan", ["1312345690009", "1312345690106", "1312345690203", "1312345690505", "1312345612302"]),
        ("mprn", ["3938490001", "3938490102", "3938490203", "3938490506", "3938412306"]),
        (
            "cups",
            [
                "ES1234123456789900MC",
                "ES1234123456789901MK",
                "ES1234123456789902ME",
                "ES1234123456789905YW",
                "ES1234123456789123HW",
            ],
        ),
        ("prm", ["22516914790070", "22516914790170", "22516914790270", "22516914790570", "22516914712370"]),
        ("pod", ["IT001E12390078", "IT001E12390178", "IT001E12390278", "IT001E12390578", "IT001E12312378"]),
        ("pdr", ["00881234590090", "00881234590190", "00881234590290", "00881234590590", "00881234512390"]),
        ("p1-code", ["7K3900X2", "7K3901X2", "7K3902X2", "7K3905X2", "7K3123X2"]),
        ("serial", ["HV2140190056", "HV2140190156", "HV2140190256", "HV2140190556", "HV2140112356"]),
    ];

    #[test]
    fn every_kind_of_identifier_reaches_every_verdict() {
        for (word, examples) in EXAMPLES {
            let kind: IdentifierKind = word.parse().unwrap();
            for ((deciding, verdict), example) in VERDICTS.into_iter().zip(examples) {
                let identifier = Identifier::parse(kind, example).unwrap_or_else(|flaw| panic!("{example}: {flaw}"));
                assert_eq!(sandbox(identifier.as_str()), verdict, "{word} {example}");
                assert_eq!(example.get(example.len() - 5..example.len() - 2), Some(deciding), "{word} {example}");
            }
            assert_eq!(sandbox(kind.example()), Verdict::Succeed, "{word}");
        }
        let words = EXAMPLES.map(|(word, _)| word);
        assert_eq!(words.as_slice(), IdentifierKind::WORDS);
    }

    #[test]
    fn whatever_it_is_asked_of_it_has_a_verdict() {
        for short in ["", "9", "900", "9000", "é900", "日本語"] {
            assert_eq!(sandbox(short), Verdict::Succeed, "{short}");
        }
        assert_eq!(sandbox("90000"), Verdict::Stall);
    }
}
