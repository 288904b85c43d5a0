//! What we show as examples is data as it can be.

use std::{fs, path::Path};

use regex::Regex;
use wattbook_domain::{Identifier, IdentifierKind};

/// Whether the last digit is the check digit of the others (GS1 General Specifications, §7.9: modulo 10).
fn has_its_check_digit(number: &str) -> bool {
    let weighted = number.bytes().rev().enumerate().map(|(place, digit)| {
        let weight = if place % 2 == 1 { 3 } else { 1 };
        u32::from(digit - b'0') * weight
    });
    weighted.sum::<u32>() % 10 == 0
}

/// The numbers of 13 (GTIN, as EAN-13) and of 18 digits (GSRN, as EAN-18) in a text, without times and positions.
fn numbers(text: &str) -> Vec<String> {
    let other =
        Regex::new(r#""(timeEpoch|SequenceNumber|[A-Za-z]*Timestamp)": "?[0-9]+"#).unwrap().replace_all(text, "");
    let digits = Regex::new("[0-9]+").unwrap();
    let lengths = [13, 18];
    digits.find_iter(&other).map(|found| found.as_str().to_owned()).filter(|it| lengths.contains(&it.len())).collect()
}

#[test]
fn ids_of_thirteen_and_of_eighteen_digits_have_their_check_digit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let in_folder = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let readmes = in_folder("functions").into_iter().map(|folder| folder.join("README.md"));
    let documents = ["accounts", "customers", "events", "onboarding", "provisioning"]
        .map(|api| root.join(format!("shared/dialects/{api}/openapi.json")));
    let failures = [
        "api/src/contract/problems.json",
        "dialects/accounts/src/failures.json",
        "dialects/customers/src/failures.json",
    ];
    let files = [root.join("README.md"), root.join("functions/README.md")]
        .into_iter()
        .chain(readmes.filter(|path| path.exists()))
        .chain(in_folder("events"))
        .chain(documents)
        .chain(failures.map(|path| root.join("shared").join(path)));
    let mut found = 0;
    for path in files {
        for number in numbers(&fs::read_to_string(&path).unwrap()) {
            // A British metering point has thirteen digits and a check digit of its own.
            let is_mpan = Identifier::parse(IdentifierKind::Mpan, &number).is_ok();
            assert!(is_mpan || has_its_check_digit(&number), "{}: {number}", path.display());
            found += 1;
        }
    }
    assert!(found > 50, "{found}");
}

#[test]
fn a_check_digit_is_that_of_gs1() {
    // The published example of a GTIN-13, and a metering point.
    for (number, expected) in
        [("6291041500213", true), ("871687110000000005", true), ("871687110000000001", false), ("9999999999332", false)]
    {
        assert_eq!(has_its_check_digit(number), expected, "{number}");
    }
}
