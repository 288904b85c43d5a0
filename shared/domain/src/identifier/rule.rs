//! What is known of each kind.

use super::{IdentifierKind, check};
use crate::Flaw;

/// What is known of a kind.
pub(super) struct Rule {
    /// What it is called, for people.
    pub(super) what: &'static str,
    /// An identifier of the kind, for people.
    pub(super) example: &'static str,
    /// The forms it has, no two of one length. `9` is a digit, `1` one that is not zero, `a` a letter, `x` either, `v` what
    /// a VIN may have, `t` the kind of a Spanish border point; anything else stands for itself.
    forms: &'static [&'static str],
    /// The lengths of the forms, for people.
    pub(super) lengths: &'static str,
    /// The part of a settled text that names the device.
    pub(super) core: fn(&str) -> &str,
    /// Whether the check digits agree with the rest.
    pub(super) checks: fn(&str) -> bool,
}

impl IdentifierKind {
    pub(super) const fn rule(self) -> Rule {
        match self {
            Self::Vin => {
                Rule::new("a vehicle identification number (VIN)", "WAUZZZGE1NB012345", &["vvvvvvvvvvvvvvvvv"], "17")
                    .with_check(check::vin)
            }
            Self::Gsrn => {
                Rule::new("a GSRN (EAN-18)", "376104250021234569", &["999999999999999999"], "18").with_check(check::gs1)
            }
            Self::Ean13 => Rule::new("an EAN-13", "6291041500213", &["9999999999999"], "13").with_check(check::gs1),
            Self::EanBe => {
                let what = "the EAN of a Belgian metering point";
                Rule::new(what, "541448860000000011", &["549999999999999999"], "18").with_check(check::gs1)
            }
            Self::EanNl => {
                let what = "the EAN of a Dutch connection";
                Rule::new(what, "871687110000000012", &["879999999999999999"], "18").with_check(check::gs1)
            }
            Self::Malo => Rule::new("a MaLo-ID", "41373559241", &["19999999999"], "11").with_check(check::malo),
            Self::Melo => {
                let form = &["DE99999999999xxxxxxxxxxxxxxxxxxxx"];
                Rule::new("a MeLo-ID", "DE00056266802AO6G56M11SN51G21M24S", form, "33")
            }
            Self::ZaehlpunktAt => {
                let form = &["AT99999999999xxxxxxxxxxxxxxxxxxxx"];
                Rule::new("an Austrian Zählpunktbezeichnung", "AT00810008010000000000000A1234567", form, "33")
            }
            // Profile class, time switch and line loss factor may stand before it; the supplier may change them.
            Self::Mpan => {
                let forms = &["9999999999999", "99999xxx9999999999999"];
                let lengths = "13 or, with its top line, 21";
                Rule::new("an MPAN", "1312345678907", forms, lengths)
                    .with_check(check::mpan)
                    .with_core(|text| last(text, 13))
            }
            Self::Mprn => {
                let forms = &["999999", "9999999", "99999999", "999999999", "9999999999"];
                Rule::new("an MPRN", "3938424403", forms, "6 to 10").with_check(check::mprn)
            }
            // Number and kind of a border point may stand behind it.
            Self::Cups => {
                let forms = &["ES9999999999999999aa", "ES9999999999999999aa9t"];
                let lengths = "20 or, with its border point, 22";
                Rule::new("a CUPS", "ES1234123456789012JY", forms, lengths)
                    .with_check(check::cups)
                    .with_core(|text| first(text, 20))
            }
            Self::Prm => Rule::new("a PRM (PDL)", "22516914714270", &["99999999999999"], "14"),
            // A control character may stand behind it, and most bills leave it out.
            Self::Pod => {
                let forms = &["IT999E99999999", "IT999E99999999x"];
                let lengths = "14 or, with its control character, 15";
                Rule::new("a POD", "IT001E12345678", forms, lengths).with_core(|text| first(text, 14))
            }
            Self::Pdr => Rule::new("a PDR", "00881234567890", &["99999999999999"], "14"),
            Self::P1Code => Rule::new("the code of a P1 dongle", "7K3M9QX2", CODES, "8 to 12"),
            Self::Serial => Rule::new("a serial number", "HV2140123456", SERIALS, "4 to 32"),
        }
    }
}

const CODES: &[&str] = &[free(8), free(9), free(10), free(11), free(12)];
const SERIALS: &[&str] = &[
    free(4),
    free(5),
    free(6),
    free(7),
    free(8),
    free(9),
    free(10),
    free(11),
    free(12),
    free(13),
    free(14),
    free(15),
    free(16),
    free(17),
    free(18),
    free(19),
    free(20),
    free(21),
    free(22),
    free(23),
    free(24),
    free(25),
    free(26),
    free(27),
    free(28),
    free(29),
    free(30),
    free(31),
    free(32),
];

/// A form of so many letters and digits, at most 32.
const fn free(characters: usize) -> &'static str {
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".split_at(characters).0
}

impl Rule {
    const fn new(
        what: &'static str,
        example: &'static str,
        forms: &'static [&'static str],
        lengths: &'static str,
    ) -> Self {
        Self { what, example, forms, lengths, core: |text| text, checks: |_| true }
    }

    const fn with_check(self, checks: fn(&str) -> bool) -> Self {
        Self { checks, ..self }
    }

    const fn with_core(self, core: fn(&str) -> &str) -> Self {
        Self { core, ..self }
    }

    /// Whether a settled text has one of the forms.
    pub(super) fn fits(&self, settled: &str) -> Result<(), Flaw> {
        let found = settled.chars().count();
        let form = self.forms.iter().find(|form| form.len() == found);
        let form = form.ok_or(Flaw::IdentifierLength { what: self.what, lengths: self.lengths, found })?;
        let mut places = form.chars().zip(settled.chars()).enumerate();
        match places.find(|(_, (class, found))| !has(*class, *found)) {
            Some((index, (class, found))) => Err(self.refused(class, found, index + 1)),
            None => Ok(()),
        }
    }

    fn refused(&self, class: char, found: char, place: usize) -> Flaw {
        let what = self.what;
        let hint = match (class, found) {
            ('9' | '1' | 'a' | 'x' | 'v' | 't', _) if !found.is_ascii_alphanumeric() => {
                "it has letters from A to Z and digits at most"
            }
            ('v', _) => "a VIN has none of the letters I, O and Q, which look like 1 and 0",
            ('9' | '1', 'O' | 'Q' | 'D') => "there is a digit in this place: perhaps 0",
            ('9' | '1', 'I' | 'L') => "there is a digit in this place: perhaps 1",
            ('1', _) => "it begins with a digit from 1 to 9",
            ('9', _) => "there is a digit in this place",
            ('a', _) => "there is a letter in this place",
            ('t', _) => "a border point is of kind F, P, R, C, X, Y or Z",
            _ => return Flaw::IdentifierForm { what, example: self.example },
        };
        Flaw::IdentifierCharacter { what, found, place, hint }
    }
}

/// Whether a form may have `found` where it says `class`.
fn has(class: char, found: char) -> bool {
    match class {
        '9' => found.is_ascii_digit(),
        '1' => ('1'..='9').contains(&found),
        'a' => found.is_ascii_uppercase(),
        'x' => found.is_ascii_uppercase() || found.is_ascii_digit(),
        'v' => (found.is_ascii_uppercase() && !"IOQ".contains(found)) || found.is_ascii_digit(),
        't' => "FPRCXYZ".contains(found),
        literal => literal == found,
    }
}

fn first(text: &str, characters: usize) -> &str {
    text.get(..characters).unwrap_or(text)
}

fn last(text: &str, characters: usize) -> &str {
    text.len().checked_sub(characters).and_then(|start| text.get(start..)).unwrap_or(text)
}
