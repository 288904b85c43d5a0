use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;
use wattbook_domain::catalogue::attributes::Values;

use super::*;

/// Every text of a language, by where it stands.
fn all(language: Language) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    collect(&serde_json::to_value(Texts::of(language)).unwrap(), "", &mut found);
    found
}

fn collect(value: &Value, at: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, it)| collect(it, &format!("{at}.{name}"), found)),
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(i, it)| collect(it, &format!("{at}.{i}"), found));
        }
        Value::String(text) => {
            found.insert(at.to_owned(), text.clone());
        }
        _ => (),
    }
}

fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
}

#[test]
fn every_language_says_the_same_things_with_the_same_values() {
    let english = all(Language::En);
    for language in Language::ALL {
        let texts = all(language);
        assert!(texts.keys().eq(english.keys()), "{language:?}");
        for (at, text) in &texts {
            assert_eq!(places(text), places(&english[at]), "{language:?} {at}");
            assert_eq!(text.trim(), text, "{language:?} {at}");
            assert!(!text.is_empty() && !text.contains("  "), "{language:?} {at}");
            assert!(!text.contains(['<', '>', '\'', '"']), "{language:?} {at}: {text}");
            // The pages fill in one name.
            assert!(text.matches("{name}").count() <= 1, "{language:?} {at}");
        }
    }
}

/// What has not been translated is the same in two languages; a few words are.
#[test]
fn sentences_are_translated() {
    let mut seen = BTreeMap::new();
    for language in Language::ALL {
        for (at, text) in all(language).into_iter().filter(|(_, text)| text.contains(' ') && !text.starts_with('{')) {
            if let Some((other, there)) = seen.insert(text.clone(), (language, at.clone())) {
                assert_eq!(other, language, "{at} and {there}: {text}");
            }
        }
    }
}

#[test]
fn french_has_no_plain_space_before_its_signs() {
    for (at, text) in all(Language::Fr) {
        assert!(![" ?", " :", " !", " ;", "« ", " »"].iter().any(|wrong| text.contains(wrong)), "{at}: {text}");
    }
}

/// Its titles, descriptions and words, and the ways to metering points.
#[test]
fn the_built_in_catalogue_is_translated() {
    let mut texts = BTreeSet::new();
    for kind in wattbook_onboarding::catalogue::built_in().unwrap() {
        for manufacturer in &kind.manufacturers {
            for attribute in &manufacturer.attributes.0 {
                texts.insert(attribute.title.as_str());
                texts.extend(attribute.description.iter().map(wattbook_domain::Text::as_str));
                if let Values::Words(words) = &attribute.values {
                    texts.extend(words.iter().map(wattbook_domain::Text::as_str));
                }
            }
            // The others are names, which are the same everywhere.
            if manufacturer.connector == wattbook_domain::catalogue::Connector::MeteringPoint {
                texts.insert(manufacturer.name.as_str());
            }
        }
    }
    assert!(texts.len() > 30);
    for text in &texts {
        for language in Language::ALL {
            assert!(catalogue::known(text, language).is_some_and(|known| !known.is_empty()), "{text}");
        }
    }
    let table: Vec<_> = catalogue::TABLE.iter().map(|(known, _)| *known).collect();
    assert_eq!(table.iter().collect::<BTreeSet<_>>().len(), table.len());
    assert!(table.iter().all(|known| texts.contains(known)), "nothing is translated that is not there any more");
}

#[test]
fn what_a_deployer_added_stays_as_it_is() {
    assert_eq!(translated("Zählernummer", Language::Fr), "Zählernummer");
    assert_eq!(translated("VIN", Language::De), "Fahrgestellnummer (FIN)");
}

#[test]
fn every_type_has_its_texts() {
    let names =
        |language| EntityType::WORDS.iter().map(move |word| Texts::of(language).types.of(word.parse().unwrap()).name);
    for language in Language::ALL {
        assert_eq!(names(language).collect::<BTreeSet<_>>().len(), EntityType::WORDS.len());
    }
}

proptest! {
    #[test]
    fn a_value_is_filled_in_as_it_is(value in "\\PC{0,20}") {
        prop_assert_eq!(filled("a {x} b {y}", &[("x", &value), ("y", &1)]), format!("a {value} b 1"));
        prop_assert_eq!(filled(&value.replace(['{', '}'], ""), &[]), value.replace(['{', '}'], ""));
    }
}
