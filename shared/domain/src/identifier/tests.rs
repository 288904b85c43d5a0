use std::str::FromStr;

use proptest::prelude::*;

use super::*;
use IdentifierKind::{
    Cups, Ean13, EanBe, EanNl, Gsrn, Malo, Melo, Mpan, Mprn, P1Code, Pdr, Pod, Prm, Serial, Vin, ZaehlpunktAt,
};

const ALL: [IdentifierKind; 16] =
    [Vin, Gsrn, Ean13, EanBe, EanNl, Malo, Melo, ZaehlpunktAt, Mpan, Mprn, Cups, Prm, Pod, Pdr, P1Code, Serial];

fn canonical(kind: IdentifierKind, raw: &str) -> String {
    Identifier::parse(kind, raw).unwrap_or_else(|flaw| panic!("{raw} {flaw}")).as_str().to_owned()
}

fn code(kind: IdentifierKind, raw: &str) -> &'static str {
    Identifier::parse(kind, raw).map_or_else(|flaw| flaw.code(), |_| "taken")
}

#[test]
fn published_examples_are_taken() {
    for (kind, raw, source) in [
        (Vin, "1G4AH59H45G118341", "49 CFR 565, table V of its text of 2004"),
        (Vin, "1J9RP1A36A1644345", "NHTSA, outline for new manufacturers"),
        (Vin, "1M8GDM9AXKP042788", "en.wikipedia.org, Vehicle identification number"),
        (Gsrn, "376104250021234569", "gs1.org, how to calculate a check digit manually"),
        (Ean13, "6291041500213", "gs1.org, how to calculate a check digit manually"),
        (Malo, "41373559241", "de.wikipedia.org, Marktlokation"),
        (Melo, "DE00056266802AO6G56M11SN51G21M24S", "de.wikipedia.org, Zählpunktbezeichnung"),
        (ZaehlpunktAt, "AT.008100.08010.0O6G56M11SN51G21M24S", "malo-generator.de, Europa-Vergleich"),
        (Mpan, "001112221312345678907", "pypi.org, mpan"),
        (Mprn, "3938424403", "everybodywiki.com, Meter Point Reference Number"),
        (Cups, "ES 1234-1234-5678-9012-JY", "arthurdejong.org/python-stdnum, es.cups"),
        (Cups, "ES 1234-123456789012-JY 1F", "arthurdejong.org/python-stdnum, es.cups"),
    ] {
        assert_eq!(code(kind, raw), "taken", "{raw} of {source}");
    }
}

#[test]
fn each_kind_has_an_example_in_its_one_form() {
    for kind in ALL {
        assert_eq!(canonical(kind, kind.example()), kind.example());
        assert_eq!(IdentifierKind::from_str(kind.word()), Ok(kind));
    }
    assert_eq!(ALL.map(IdentifierKind::word), IdentifierKind::WORDS);
}

#[test]
fn two_spellings_are_one_device() {
    for (kind, spellings) in [
        (
            Vin,
            &[
                "WAUZZZGE1NB012345",
                "wauzzzge1nb012345",
                " WAU ZZZ GE1 NB012345\t",
                "WAU-ZZZGE1\u{2013}NB012345",
                "WAU\u{2011}ZZZ\u{2212}GE1\u{ad}NB\u{fe63}012345",
                "\u{feff}WAU\u{a0}ZZZ\u{202f}GE1\u{200b}NB012345\u{200e}",
                "ＷＡＵＺＺＺＧＥ１ＮＢ０１２３４５",
                "WAUZZZGE\u{661}NB\u{6f0}\u{967}२३४५",
            ][..],
        ),
        (
            EanBe,
            &[
                "541448860000000011",
                "5414 4886 0000 0000 11",
                "541448860-000000011",
                "５４１４４８８６００００００００１１",
            ],
        ),
        (Melo, &["DE00056266802AO6G56M11SN51G21M24S", "de.000562.66802.ao6g56m11sn51g21m24s"]),
        (Mpan, &["1312345678907", "13 1234 5678 907", "00 111 222 13 1234 5678 907", "01 801 ABC 13 1234 5678 907"]),
        (
            Cups,
            &["ES1234123456789012JY", "es 1234 1234 5678 9012 jy", "ES1234123456789012JY1F", "ES1234123456789012JY0P"],
        ),
        (Pod, &["IT001E12345678", "it001e12345678", "IT 001 E 12345678 A", "IT001E123456785"]),
        (P1Code, &["7K3M9QX2", "7k3m-9qx2", "7K3M 9QX2"]),
    ] {
        for spelling in spellings {
            assert_eq!(canonical(kind, spelling), spellings[0], "{spelling:?}");
        }
    }
}

#[test]
fn says_what_is_wrong() {
    for (kind, raw, expected, part) in [
        (Vin, "", "empty", "empty"),
        (Vin, " - ", "empty", "empty"),
        (Vin, "WAUZZZGE1NB01234", "identifier_length", "17 characters, without blanks and dashes; it has 16"),
        (Vin, "WAUZZZGE1NB0I2345", "identifier_character", "'I' (U+0049), its character 13"),
        (Vin, "WAUZZZGE1NBO12345", "identifier_character", "letters I, O and Q, which look like 1 and 0"),
        (Vin, "QAUZZZGE1NB012345", "identifier_character", "'Q'"),
        // Cyrillic letters that look the same.
        (Vin, "W\u{410}UZZZGE1NB012345", "identifier_character", "U+0410"),
        (Vin, "WAUZZZGE1NB01234\0", "identifier_character", "U+0000"),
        (Vin, "1G4AH59H55G118341", "check_digit", "compare each character"),
        (EanBe, "54144886OOOOOOOO11", "identifier_character", "perhaps 0"),
        (EanBe, "5414488600000000l1", "identifier_character", "perhaps 1"),
        // What a spreadsheet makes of it.
        (EanBe, "5.4144886E+17", "identifier_length", "it has 12"),
        (EanBe, "871687110000000012", "identifier_form", "Belgian metering point, such as 541448860000000011"),
        (EanNl, "541448860000000011", "identifier_form", "Dutch"),
        (EanNl, "871687110000000013", "check_digit", "Dutch"),
        (Ean13, "6291041500214", "check_digit", "EAN-13"),
        (Gsrn, "376104250021234568", "check_digit", "GSRN"),
        (Malo, "01373559241", "identifier_character", "from 1 to 9"),
        (Malo, "41373559242", "check_digit", "MaLo-ID"),
        (Malo, "DE00056266802AO6G56M11SN51G21M24S", "identifier_length", "11"),
        (Melo, "AT00056266802AO6G56M11SN51G21M24S", "identifier_form", "DE"),
        (Mpan, "1312345678908", "check_digit", "MPAN"),
        (Mpan, "13123456789", "identifier_length", "13 or, with its top line, 21"),
        (Mprn, "3938424404", "check_digit", "MPRN"),
        (Mprn, "12345", "identifier_length", "6 to 10"),
        (Cups, "ES1234123456789012JX", "check_digit", "CUPS"),
        (Cups, "ES1234123456789012J1", "identifier_character", "a letter in this place"),
        (Cups, "ES1234123456789012JY1T", "identifier_character", "border point"),
        (Cups, "PT1234123456789012JY", "identifier_form", "ES"),
        (Prm, "2251691471427", "identifier_length", "14"),
        (Pod, "IT001G12345678", "identifier_form", "IT001E12345678"),
        (Pdr, "0088123456789A", "identifier_character", "a digit"),
        (P1Code, "7K3M9QX", "identifier_length", "8 to 12"),
        (P1Code, "7K3M/9QX2", "identifier_character", "'/'"),
        (Serial, "ABC", "identifier_length", "4 to 32"),
        (Serial, "AB🚀C", "identifier_character", "U+1F680"),
    ] {
        let flaw = Identifier::parse(kind, raw).unwrap_err();
        assert_eq!(flaw.code(), expected, "{raw:?}: {flaw}");
        assert!(flaw.to_string().contains(part), "{raw:?}: {flaw}");
    }
    assert_eq!(code(Serial, &"A".repeat(129)), "too_long");
}

/// ISO 3779 leaves the ninth character to the manufacturer, and most outside of North America use it for something else.
#[test]
fn a_check_digit_of_a_vin_counts_in_north_america_alone() {
    for place in ["W", "V", "L", "K", "J", "6", "9", "Z"] {
        assert_eq!(code(Vin, &format!("{place}G4AH59H55G118341")), "taken", "{place}");
    }
    let taken = |first: char| {
        ('0'..='9').chain(['X']).filter(move |digit| code(Vin, &format!("{first}G4AH59H{digit}5G118341")) == "taken")
    };
    for first in '1'..='5' {
        assert_eq!(taken(first).count(), 1, "{first}");
    }
}

/// Numbers of a kind, with check digits that agree.
fn numbers(kind: IdentifierKind) -> BoxedStrategy<String> {
    let (free, ends): (&str, Vec<String>) = match kind {
        Vin => {
            return ("[1-5][A-HJ-NPR-Z0-9]{7}", "[A-HJ-NPR-Z0-9]{8}")
                .prop_map(|(front, rear)| {
                    let mut tries = ('0'..='9').chain(['X']).map(|digit| format!("{front}{digit}{rear}"));
                    tries.find(|vin| code(Vin, vin) == "taken").unwrap()
                })
                .boxed();
        }
        Gsrn => ("[0-9]{17}", (0..10).map(|n| n.to_string()).collect()),
        Ean13 => ("[0-9]{12}", (0..10).map(|n| n.to_string()).collect()),
        Malo => ("[1-9][0-9]{9}", (0..10).map(|n| n.to_string()).collect()),
        Mpan => ("[0-9]{12}", (0..10).map(|n| n.to_string()).collect()),
        Mprn => ("[0-9]{8}", (0..11).map(|n| format!("{n:02}")).collect()),
        _ => {
            let letters = "TRWAGMYFPDXBNJZSQVHLCKE";
            let pairs = letters.chars().flat_map(move |a| letters.chars().map(move |b| format!("{a}{b}")));
            ("ES[0-9]{16}", pairs.collect())
        }
    };
    free.prop_map(move |free| {
        let tries = ends.iter().map(|end| format!("{free}{end}"));
        tries.into_iter().find(|number| code(kind, number) == "taken").unwrap()
    })
    .boxed()
}

/// What a number becomes if the character at `index` is mistyped by so much.
fn mistyped(number: &str, index: usize, by: u32) -> String {
    let other = |c: char| c.to_digit(10).and_then(|digit| char::from_digit((digit + by) % 10, 10)).unwrap_or(c);
    number.chars().enumerate().map(|(i, c)| if i == index { other(c) } else { c }).collect()
}

/// What a number becomes if two neighbours change places.
fn swapped(number: &str, index: usize) -> String {
    let mut characters: Vec<_> = number.chars().collect();
    characters.swap(index, index + 1);
    characters.into_iter().collect()
}

/// The difference of two neighbouring digits.
fn step(number: &str, index: usize) -> u32 {
    let digit = |i: usize| number.chars().nth(i).and_then(|c| c.to_digit(10)).unwrap_or_default();
    digit(index).abs_diff(digit(index + 1))
}

proptest! {
    /// Weights 3 and 1 have no divisor in common with 10; of two neighbours only 0 and 5, 1 and 6, … can change places.
    #[test]
    fn gs1_catches_a_mistyped_digit_and_most_swaps(number in numbers(Gsrn), short in numbers(Ean13), index in 0_usize..17, by in 1_u32..10) {
        for (kind, number, index) in [(Gsrn, number, index), (Ean13, short, index % 12)] {
            prop_assert_eq!(code(kind, &mistyped(&number, index, by)), "check_digit");
            let caught = !matches!(step(&number, index), 0 | 5);
            prop_assert_eq!(code(kind, &swapped(&number, index)) == "check_digit", caught);
        }
    }

    /// Every swap, and every mistyped digit but by five where the weight is 2.
    #[test]
    fn a_malo_id_catches_swaps_and_mistyped_digits(number in numbers(Malo), index in 1_usize..10, by in 1_u32..10) {
        let caught = index % 2 == 0 || by != 5;
        prop_assert_eq!(code(Malo, &mistyped(&number, index, by)) == "check_digit", caught);
        if step(&number, index) != 0 {
            prop_assert_eq!(code(Malo, &swapped(&number, index)), "check_digit");
        }
    }

    /// All of both, modulo 11 and written with two digits.
    #[test]
    fn an_mprn_catches_swaps_and_mistyped_digits(number in numbers(Mprn), index in 0_usize..8, by in 1_u32..10) {
        prop_assert_eq!(code(Mprn, &mistyped(&number, index, by)), "check_digit");
        if index < 7 && step(&number, index) != 0 {
            prop_assert_eq!(code(Mprn, &swapped(&number, index)), "check_digit");
        }
    }

    /// The same but for what ten and zero, which share a digit, hide.
    #[test]
    fn an_mpan_catches_what_its_check_digit_can_tell(number in numbers(Mpan), index in 0_usize..12, by in 1_u32..10) {
        if number.ends_with('0') {
            return Ok(());
        }
        prop_assert_eq!(code(Mpan, &mistyped(&number, index, by)), "check_digit");
        if index < 11 && step(&number, index) != 0 {
            prop_assert_eq!(code(Mpan, &swapped(&number, index)), "check_digit");
        }
    }

    /// All of both, modulo 23².
    #[test]
    fn a_cups_catches_swaps_and_mistyped_digits(number in numbers(Cups), index in 2_usize..18, by in 1_u32..10) {
        prop_assert_eq!(code(Cups, &mistyped(&number, index, by)), "check_digit");
        if index < 17 && step(&number, index) != 0 {
            prop_assert_eq!(code(Cups, &swapped(&number, index)), "check_digit");
        }
    }

    /// Digits that are mistyped for others, and neighbours that count differently, beside the check digit itself.
    #[test]
    fn a_north_american_vin_catches_swaps_and_mistyped_digits(number in numbers(Vin), index in 1_usize..17, by in 1_u32..10) {
        let other = mistyped(&number, index, by);
        if other != number && index != 8 {
            prop_assert_eq!(code(Vin, &other), "check_digit");
        }
        let (a, b) = (number.chars().nth(index).unwrap(), number.chars().nth(index + 1).unwrap_or('0'));
        if a.is_ascii_digit() && b.is_ascii_digit() && a != b && !matches!(index, 7 | 8 | 16) {
            prop_assert_eq!(code(Vin, &swapped(&number, index)), "check_digit");
        }
    }

    /// Whatever is taken is in its one form afterwards, and in that it is taken again.
    #[test]
    fn the_one_form_is_its_own(kind in 0_usize..16, raw in "\\PC{0,40}|[A-Za-z0-9 .-]{4,40}|[0-9 -]{6,24}") {
        if let Ok(identifier) = Identifier::parse(ALL[kind], &raw) {
            prop_assert!(identifier.as_str().chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()));
            prop_assert_eq!(Identifier::parse(ALL[kind], identifier.as_str()), Ok(identifier.clone()));
        }
    }

    /// However the groups are parted and written, it is the same device.
    #[test]
    fn blanks_dashes_and_cases_make_no_second_device(kind in 0_usize..16, parts in prop::collection::vec("[ \\-\u{2013}\u{a0}\u{200b}]?", 40), small in any::<bool>()) {
        let kind = ALL[kind];
        let example = if small { kind.example().to_lowercase() } else { kind.example().to_owned() };
        let written: String = example.chars().zip(&parts).flat_map(|(c, part)| part.chars().chain([c])).collect();
        prop_assert_eq!(canonical(kind, &written), kind.example());
    }
}
