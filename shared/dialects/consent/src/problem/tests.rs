use wattbook_domain::{
    Identifier, Text,
    catalogue::attributes::{AttributeName, AttributeValue},
};

use super::*;

fn attribute(values: Values) -> Attribute {
    let name = AttributeName::parse("code").unwrap();
    Attribute { name, title: Text::parse("Code").unwrap(), description: None, required: true, values }
}

fn kinds() -> impl Iterator<Item = IdentifierKind> {
    IdentifierKind::WORDS.iter().map(|word| word.parse().unwrap())
}

/// What people read of a value in a language.
fn said(values: Values, value: &AttributeValue, language: Language) -> String {
    let flaw = values.check(value).unwrap_err();
    Problem::from(flaw).words(&attribute(values), None, language)
}

#[test]
fn each_flaw_of_a_value_has_words_of_its_own() {
    let text = || Values::Text { least: 2, most: 4, email: false };
    let email = || Values::Text { least: 0, most: 254, email: true };
    let number = |least, most| Values::Number { least, most };
    let of = |raw: &str| AttributeValue::Text(raw.into());
    for language in Language::ALL {
        let general = Texts::of(language).problems.other;
        let mut all = vec![
            said(text(), &of("12345"), language),
            said(text(), &of("1"), language),
            said(email(), &of("jo@"), language),
            said(email(), &of("jo @x.nl\u{200b}"), language),
            said(number(Some(0.5), Some(2.0)), &AttributeValue::Whole(3), language),
            said(number(Some(0.5), None), &AttributeValue::Whole(0), language),
            said(number(None, Some(2.0)), &AttributeValue::Whole(3), language),
            said(Values::Words(Vec::new()), &of("x"), language),
        ];
        let plain = attribute(text());
        let problems = [Problem::Number, Problem::WholeNumber, Problem::Taken];
        all.extend(problems.map(|problem| problem.words(&plain, None, language)));
        all.push(Problem::from(Flaw::Required).words(&plain, None, language));
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count, "{all:#?}");
        assert!(all.iter().all(|words| words != general && !words.contains('{')), "{all:#?}");
        // What no field can have is told of all the same.
        assert_eq!(Problem::from(Flaw::AttributeName).words(&plain, None, language), general);
    }
    let nl = said(number(Some(0.5), Some(100.0)), &AttributeValue::Whole(0), Language::Nl);
    assert_eq!(nl, "Vul een getal in van 0,5 tot en met 100.");
}

#[test]
fn each_flaw_of_an_identifier_has_words_of_its_own() {
    for kind in kinds() {
        let example = kind.example();
        let digit_off: String = example.chars().rev().enumerate().map(|(index, c)| turned(index, c)).collect();
        let digit_off: String = digit_off.chars().rev().collect();
        for raw in ["1".to_owned(), format!("{example}{example}"), example.replacen(|_: char| true, "ß", 1), digit_off]
        {
            let Err(flaw) = Identifier::parse(kind, &raw) else { continue };
            for language in Language::ALL {
                let words = Problem::from(flaw.clone()).words(&attribute(Values::Truth), Some(kind), language);
                assert_eq!(words, Texts::of(language).problems.choose);
                let text = attribute(Values::Text { least: 0, most: 64, email: false });
                let words = Problem::from(flaw.clone()).words(&text, Some(kind), language);
                let known = words != Texts::of(language).problems.other && !words.contains('{');
                assert!(known, "{kind:?} {raw} {flaw:?}: {words}");
            }
        }
    }
}

/// The last digit of a text, turned into another one.
fn turned(from_right: usize, c: char) -> char {
    match c.to_digit(10) {
        Some(digit) if from_right == 0 => char::from_digit((digit + 1) % 10, 10).unwrap(),
        _ => c,
    }
}

#[test]
fn a_letter_that_looks_like_a_digit_is_asked_about() {
    let text = attribute(Values::Text { least: 0, most: 64, email: false });
    let said = |raw, kind, language| {
        let flaw = Identifier::parse(kind, raw).unwrap_err();
        Problem::from(flaw).words(&text, Some(kind), language)
    };
    assert_eq!(
        said("WAUZZZGEZNAO12345", IdentifierKind::Vin, Language::En),
        "Character 12, “\u{2068}O\u{2069}”, cannot be right. Is it the digit 0?"
    );
    assert_eq!(
        said("8716871100000000I2", IdentifierKind::EanNl, Language::De),
        "Das 17. Zeichen, „\u{2068}I\u{2069}“, kann nicht stimmen. Ist es die Ziffer 1?"
    );
    assert_eq!(
        said("WAUZZZGEZNA01234", IdentifierKind::Vin, Language::Fr),
        "Il y a 16 caractères, sans compter les espaces et les tirets. Il en faut 17."
    );
    assert_eq!(
        said("131234567890", IdentifierKind::Mpan, Language::Nl),
        "Dit heeft 12 tekens, spaties en streepjes niet meegeteld. Het moeten er 13 of 21 zijn."
    );
}

/// The rules stand in the domain, where they are told in English.
#[test]
fn lengths_are_those_of_the_rules() {
    for kind in kinds() {
        let digits: Vec<u8> = kind
            .lengths()
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .map(|part| part.parse().unwrap())
            .collect();
        let expected = match digits.as_slice() {
            [one] => Lengths::One(*one),
            [one, other] if kind.lengths().contains(" or") => Lengths::Either(*one, *other),
            [least, most] => Lengths::Range(*least, *most),
            other => panic!("{kind:?}: {other:?}"),
        };
        assert_eq!(lengths(kind), expected, "{kind:?}");
    }
}
