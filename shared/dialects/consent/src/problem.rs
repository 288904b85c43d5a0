//! What is wrong with a value, in words for people.

use wattbook_domain::{
    Flaw, IdentifierKind,
    catalogue::attributes::{Attribute, Values},
};

use crate::{
    Language, number,
    texts::{Texts, filled},
};

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// It breaks a rule.
    Value(Flaw),
    /// It is no number, or could be two.
    Number,
    /// It is no whole number.
    WholeNumber,
    /// The device is connected already, or is about to be: for whom is not said.
    Taken,
}

impl From<Flaw> for Problem {
    fn from(flaw: Flaw) -> Self {
        Self::Value(flaw)
    }
}

impl Problem {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Value(flaw) => flaw.code(),
            Self::Number | Self::WholeNumber => "invalid_number",
            Self::Taken => "taken",
        }
    }

    /// For whoever typed it. `kind` is that of the identifier, if the attribute is one.
    pub(crate) fn words(&self, attribute: &Attribute, kind: Option<IdentifierKind>, language: Language) -> String {
        let texts = &Texts::of(language).problems;
        let is_choice = matches!(attribute.values, Values::Words(_) | Values::Truth);
        match self {
            Self::Number => filled(texts.number, &[("example", &number::written(6.5, language))]),
            Self::WholeNumber => texts.whole_number.to_owned(),
            Self::Taken => texts.taken.to_owned(),
            Self::Value(_) if is_choice => texts.choose.to_owned(),
            Self::Value(flaw) => match flaw {
                Flaw::Empty | Flaw::Required => texts.required.to_owned(),
                Flaw::TooLong { max } => filled(texts.too_long, &[("max", max)]),
                Flaw::TooShort { min } => filled(texts.too_short, &[("min", min)]),
                Flaw::Email => texts.email.to_owned(),
                Flaw::ControlCharacter { .. } | Flaw::InvisibleCharacter { .. } | Flaw::SurroundingSpace { .. } => {
                    texts.unseen.to_owned()
                }
                Flaw::Beyond { .. } => beyond(&attribute.values, language),
                Flaw::IdentifierLength { found, .. } => identifier_length(kind, *found, language),
                Flaw::IdentifierCharacter { found, place, .. } => identifier_character(*found, *place, language),
                Flaw::IdentifierForm { example, .. } => filled(texts.identifier_form, &[("example", example)]),
                Flaw::CheckDigit { .. } => texts.check_digit.to_owned(),
                _ => texts.other.to_owned(),
            },
        }
    }
}

fn beyond(values: &Values, language: Language) -> String {
    let texts = &Texts::of(language).problems;
    let written = |number: f64| number::written(number, language);
    #[expect(clippy::cast_precision_loss, reason = "bounds of what people state are far below 2^52")]
    let whole = |number: i64| number as f64;
    let (least, most) = match values {
        Values::Whole { least, most } => (least.map(whole), most.map(whole)),
        Values::Number { least, most } => (*least, *most),
        _ => (None, None),
    };
    match (least, most) {
        (Some(least), Some(most)) => filled(texts.between, &[("least", &written(least)), ("most", &written(most))]),
        (Some(least), None) => filled(texts.at_least, &[("least", &written(least))]),
        (None, Some(most)) => filled(texts.at_most, &[("most", &written(most))]),
        (None, None) => texts.other.to_owned(),
    }
}

fn identifier_length(kind: Option<IdentifierKind>, found: usize, language: Language) -> String {
    let texts = &Texts::of(language).problems;
    let lengths = match kind.map(lengths) {
        None => return texts.other.to_owned(),
        Some(Lengths::One(one)) => one.to_string(),
        Some(Lengths::Either(one, other)) => filled(texts.either, &[("one", &one), ("other", &other)]),
        Some(Lengths::Range(least, most)) => filled(texts.range, &[("least", &least), ("most", &most)]),
    };
    filled(texts.identifier_length, &[("lengths", &lengths), ("found", &found)])
}

fn identifier_character(found: char, place: usize, language: Language) -> String {
    let texts = &Texts::of(language).problems;
    // Of whatever script it is, it turns no direction of writing around itself.
    let shown = format!("\u{2068}{found}\u{2069}");
    let said = filled(texts.identifier_character, &[("found", &shown), ("place", &place)]);
    let meant = match found {
        'O' | 'Q' | 'D' => 0,
        'I' | 'L' => 1,
        _ => return said,
    };
    format!("{said} {}", filled(texts.perhaps, &[("digit", &meant)]))
}

/// How many characters an identifier has, without what stands between its groups.
#[derive(Debug, PartialEq)]
enum Lengths {
    One(u8),
    Either(u8, u8),
    Range(u8, u8),
}

const fn lengths(kind: IdentifierKind) -> Lengths {
    match kind {
        IdentifierKind::Vin => Lengths::One(17),
        IdentifierKind::Gsrn | IdentifierKind::EanBe | IdentifierKind::EanNl => Lengths::One(18),
        IdentifierKind::Ean13 => Lengths::One(13),
        IdentifierKind::Malo => Lengths::One(11),
        IdentifierKind::Melo | IdentifierKind::ZaehlpunktAt => Lengths::One(33),
        IdentifierKind::Mpan => Lengths::Either(13, 21),
        IdentifierKind::Mprn => Lengths::Range(6, 10),
        IdentifierKind::Cups => Lengths::Either(20, 22),
        IdentifierKind::Prm | IdentifierKind::Pdr => Lengths::One(14),
        IdentifierKind::Pod => Lengths::Either(14, 15),
        IdentifierKind::P1Code => Lengths::Range(8, 12),
        IdentifierKind::Serial => Lengths::Range(4, 32),
    }
}

#[cfg(test)]
mod tests;
