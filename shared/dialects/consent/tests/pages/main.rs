//! Every page as a browser reads it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "tests fail by panicking"
)]

use html5gum::{Token, Tokenizer};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use wattbook_consent::{
    Ask, AskWithdrawal, Asked, Asker, Device, DeviceId, Ended, Language, Onward, Outcome, Page, Submission,
    TEXT_VERSION,
};
use wattbook_domain::{
    IdentifierKind, Text,
    catalogue::{
        EntityType, IdentifyingAttribute,
        attributes::{Attribute, AttributeName, Attributes, Values},
    },
    onboarding::FailureCode,
};

#[path = "../../examples/preview/samples.rs"]
mod samples;

/// The elements without an end (HTML, 13.1.2).
const VOID: [&str; 3] = ["input", "meta", "link"];

/// A page, read.
#[derive(Debug, PartialEq)]
struct Read {
    /// The elements with the names of their attributes, and their ends.
    structure: Vec<String>,
    /// What stands in them and in their attributes.
    texts: Vec<String>,
    /// The text of the element `main`.
    main: String,
}

fn html(page: &Page<'_>, language: Language) -> String {
    let stored = serde_json::to_value(page.answer(language).unwrap().to_stored()).unwrap();
    stored["body"].as_str().unwrap().to_owned()
}

fn utf8(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).unwrap().to_owned()
}

/// Reads a page, of which nothing may be wrong: every element is ended, and in its place.
fn read(html: &str) -> Read {
    let mut read = Read { structure: Vec::new(), texts: Vec::new(), main: String::new() };
    let mut open: Vec<String> = Vec::new();
    for token in Tokenizer::new(html) {
        match token.unwrap() {
            Token::StartTag(tag) => {
                let name = utf8(&tag.name);
                assert!(!tag.self_closing, "{name}");
                let mut attributes = String::new();
                for (attribute, value) in &tag.attributes {
                    attributes.push(' ');
                    attributes.push_str(&utf8(attribute));
                    read.texts.push(utf8(&value.value));
                }
                read.structure.push(format!("<{name}{attributes}>"));
                if !VOID.contains(&name.as_str()) {
                    open.push(name);
                }
            }
            Token::EndTag(tag) => {
                let name = utf8(&tag.name);
                assert_eq!(open.pop().as_deref(), Some(name.as_str()), "{html}");
                read.structure.push(format!("</{name}>"));
            }
            Token::String(text) => {
                let text = utf8(&text);
                if open.iter().any(|element| element == "main") {
                    read.main.push_str(&text);
                    read.main.push(' ');
                }
                read.texts.push(text);
            }
            Token::Doctype(_) => (),
            Token::Comment(_) => panic!("a comment: {html}"),
            Token::Error(error) => panic!("{}: {html}", error.value),
        }
    }
    assert!(open.is_empty(), "{open:?}");
    read
}

#[test]
fn every_page_is_well_formed_and_small() {
    for language in Language::ALL {
        for (name, page) in samples::samples(language, "https://elsewhere.example") {
            let html = html(&page, language);
            let Read { structure, .. } = read(&html);
            let count = |start: &str| structure.iter().filter(|tag| tag.starts_with(start)).count();
            assert_eq!((count("<h1"), count("<main"), count("<title"), count("<script")), (1, 1, 1, 0), "{name}");
            assert!(
                html.starts_with("<!DOCTYPE html>") && html.contains(&format!("<html lang=\"{}\"", language.code()))
            );
            let most = if name.starts_with("ask-") { 20_000 } else { 12_000 };
            assert!(html.len() < most, "{name} has {} bytes", html.len());
            let visible = &html[html.find("</style>").unwrap()..];
            assert!(!visible.contains('{') || name.contains("hostile"), "{name}: a place was not filled in");
        }
    }
}

/// Whatever is pointed to by an id is there, and once.
#[test]
fn ids_are_unique_and_found() {
    for (name, page) in samples::samples(Language::En, "https://elsewhere.example") {
        let html = html(&page, Language::En);
        let values = |attribute: &str| -> Vec<String> {
            let start = format!(" {attribute}=\"");
            let values = html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap());
            values.flat_map(|value| value.split(' ')).map(str::to_owned).collect()
        };
        let ids = values("id");
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{name}: {ids:?}");
        let links = values("href").into_iter().filter_map(|link| link.strip_prefix('#').map(str::to_owned));
        for id in
            values("for").into_iter().chain(values("aria-describedby")).chain(values("aria-labelledby")).chain(links)
        {
            assert!(ids.contains(&id), "{name}: {id}");
        }
    }
}

#[test]
fn a_device_without_control_says_so() {
    let pages = samples::samples(Language::En, "https://elsewhere.example");
    let main = |wanted: &str| {
        let (_, page) = pages.iter().find(|(name, _)| *name == wanted).unwrap();
        read(&html(page, Language::En)).main
    };
    assert!(main("ask-meter").contains("The device is only read."));
    assert!(main("ask-meter").contains("read as") && main("ask-meter").contains("541448860000000011"));
    assert!(!main("ask").contains("only read") && !main("ask").contains("read as"));
    assert!(main("ask").contains("sign in at") && !main("ask-meter").contains("sign in at"));
}

/// Names, identifiers and what was typed, in every place that takes them.
fn page_with<T>(texts: &[String; 6], kind: usize, work: impl FnOnce(&Page<'_>) -> T) -> T {
    let [organisation, brand, manufacturer, model, title, id] = texts.each_ref().map(String::as_str);
    let asker = Asker { organisation, brand: Some(brand) };
    let device = Device {
        entity_type: EntityType::Pv,
        manufacturer,
        model: Some(model),
        id: Some(DeviceId { title, written: id, settled: "SETTLED" }),
    };
    let name = AttributeName::parse("code").unwrap();
    let fitting = |text: &str| Text::parse(text).or_else(|_| Text::parse("x")).unwrap();
    let attribute = |name: &str, values| Attribute {
        name: AttributeName::parse(name).unwrap(),
        title: fitting(title),
        description: Text::parse(model).ok(),
        required: true,
        values,
    };
    let attributes = Attributes(vec![
        attribute("code", Values::Text { least: 1, most: 9, email: false }),
        attribute("mode", Values::Words(vec![fitting(brand)])),
        attribute("plan", Values::Words((0..9).map(|_| fitting(manufacturer)).collect())),
    ]);
    let identifier = IdentifyingAttribute { attribute: name, kind: IdentifierKind::P1Code };
    let missing = Asked { attributes: &attributes, identifier: &identifier };
    let fields = [("decision", "agree"), ("a-code", id), ("a-mode", model), ("a-plan", title)];
    let body = serde_urlencoded::to_string(fields).unwrap();
    let tried = Submission::read(body.as_bytes()).unwrap().values(&missing, Language::En).err();
    let address = format!("https://elsewhere.example/{id}");
    let good_until = jiff::Timestamp::UNIX_EPOCH;
    let return_to = Some(address.as_str());
    let page = match kind {
        0 => Page::Ask(Ask {
            asker,
            device,
            good_until,
            sign_in: return_to,
            return_to,
            asked: missing,
            tried: tried.as_ref(),
        }),
        1 => {
            let outcome = Outcome::Failed { code: FailureCode::TakenOver };
            Page::Ended(Ended { asker, outcome, return_to, withdrawal: Some(id) })
        }
        2 => Page::AskWithdrawal(AskWithdrawal { asker, device }),
        3 => Page::Onward(Onward { asker, name: manufacturer, address: &address }),
        4 => Page::Waiting { asker },
        _ => Page::Expired { asker: Some(asker) },
    };
    work(&page)
}

/// What breaks out of markup that is not escaped, and anything else.
fn strange() -> impl Strategy<Value = String> {
    prop_oneof!["([<>&\"'/=` a-c;#{}%!\\-]|</title>|<script>|&lt;|]]>|-->|\\PC){1,24}", any::<String>()]
}

/// A text as a page has it: without what HTML cannot have.
fn fit(text: &str) -> String {
    let is_noncharacter = |c| u32::from(c) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c);
    text.replace(|c: char| (c.is_control() && c != '\n') || is_noncharacter(c), " ")
}

proptest! {
    #[test]
    fn what_others_wrote_is_text_and_nothing_else(
        texts in prop::array::uniform6(strange()),
        kind in 0..6_usize,
        index in 0..4_usize,
    ) {
        let language = Language::ALL[index];
        let strange = page_with(&texts, kind, |page| read(&html(page, language)));
        let plain = ["o", "b", "m", "n", "t", "i"].map(str::to_owned);
        let plain = page_with(&plain, kind, |page| read(&html(page, language)));
        // Attributes of what was chosen aside, which depend on what was typed.
        let shape = |read: &Read| {
            let chosen = |tag: &String| tag.replace(" selected", "").replace(" checked", "");
            read.structure.iter().map(chosen).filter(|tag| !tag.contains("problem")).collect::<Vec<_>>()
        };
        if kind != 0 {
            prop_assert_eq!(shape(&strange), shape(&plain));
        }
        prop_assert!(!strange.structure.iter().any(|tag| tag.starts_with("<script") || tag.contains(" on")));
        prop_assert!(strange.texts.iter().any(|text| text.contains(&fit(&texts[1]))), "the brand is told");
    }
}

/// What every version of the consent page said: a digest of its words in all languages. A change of them is another
/// version, because people agreed to the words that they saw: raise `TEXT_VERSION` and add a line.
const DIGESTS: [(u32, u64); 1] = [(1, 0xa844_2d2b_23c9_aba4)];

#[test]
fn what_people_agree_to_has_a_version() {
    let mut said = String::new();
    for language in Language::ALL {
        for word in EntityType::WORDS {
            for sign_in in [None, Some("https://sign-in.example")] {
                said.push_str(&consent_page(word.parse().unwrap(), sign_in, language));
            }
        }
    }
    let digest = Sha256::digest(said).iter().take(8).fold(0, |digest, byte| (digest << 8) | u64::from(*byte));
    let versions: Vec<_> = DIGESTS.iter().map(|(version, _)| *version).collect();
    assert_eq!(versions, (1..=TEXT_VERSION).collect::<Vec<_>>());
    let last = DIGESTS.last().map(|(_, last)| format!("{last:#x}"));
    assert_eq!(last, Some(format!("{digest:#x}")), "the words have changed: another version, and this digest");
}

/// The words of the page for a type, less what white space there is.
fn consent_page(entity_type: EntityType, sign_in: Option<&str>, language: Language) -> String {
    let attributes = Attributes::default();
    let identifier =
        IdentifyingAttribute { attribute: AttributeName::parse("code").unwrap(), kind: IdentifierKind::Serial };
    let page = Page::Ask(Ask {
        asker: Asker { organisation: "O", brand: Some("B") },
        device: Device { entity_type, manufacturer: "M", model: None, id: None },
        good_until: jiff::Timestamp::UNIX_EPOCH,
        sign_in,
        return_to: None,
        asked: Asked { attributes: &attributes, identifier: &identifier },
        tried: None,
    });
    read(&html(&page, language)).main.split_whitespace().collect::<Vec<_>>().join(" ")
}
