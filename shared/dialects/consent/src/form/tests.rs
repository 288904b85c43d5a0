use proptest::prelude::*;
use wattbook_domain::IdentifierKind;

use super::*;

fn name(raw: &str) -> AttributeName {
    AttributeName::parse(raw).unwrap()
}

fn attribute(raw: &str, required: bool, values: Values) -> Attribute {
    Attribute { name: name(raw), title: Text::parse(raw).unwrap(), description: None, required, values }
}

fn attributes() -> Attributes {
    let words = ["ELECTRICITY", "GAS"].map(|word| Text::parse(word).unwrap()).into();
    Attributes(vec![
        attribute("vin", true, Values::Text { least: 17, most: 64, email: false }),
        attribute("email", false, Values::Text { least: 0, most: 254, email: true }),
        attribute("energyType", false, Values::Words(words)),
        attribute("phases", false, Values::Whole { least: Some(1), most: Some(3) }),
        attribute("peakPower", false, Values::Number { least: Some(0.0), most: None }),
        attribute("reversible", false, Values::Truth),
    ])
}

fn with_asked<T>(work: impl FnOnce(&Asked<'_>) -> T) -> T {
    let identifier = IdentifyingAttribute { attribute: name("vin"), kind: IdentifierKind::Vin };
    work(&Asked { attributes: &attributes(), identifier: &identifier })
}

fn sent(fields: &[(&str, &str)]) -> Submission {
    Submission::read(serde_urlencoded::to_string(fields).unwrap().as_bytes()).unwrap()
}

/// The codes of what is wrong with these fields, in Dutch.
fn wrong(fields: &[(&str, &str)]) -> Vec<String> {
    let form = sent(&[&[("decision", "agree")], fields].concat());
    with_asked(|asked| match form.values(asked, Language::Nl) {
        Ok(_) => Vec::new(),
        Err(tried) => tried.codes().iter().map(|(name, code)| format!("{name} {code}")).collect(),
    })
}

#[test]
fn a_form_says_exactly_one_thing() {
    for (body, expected) in [
        ("decision=agree", Some(Decision::Agree)),
        ("decision=withdraw&x=y", Some(Decision::Withdraw)),
        ("decision=decline", Some(Decision::Decline { reason: None })),
        ("decision=decline&reason=+%0d%0a+", Some(Decision::Decline { reason: None })),
        ("decision=agree&decision=agree", Some(Decision::Agree)),
        ("decision=agree&decision=decline", None),
        ("decision=Agree", None),
        ("decision=", None),
        ("reason=agree", None),
        ("", None),
        ("{\"decision\":\"agree\"}", None),
    ] {
        let read = Submission::read(body.as_bytes()).map(|form| form.decision().clone());
        assert!(read == expected, "{body}");
    }
    assert!(Submission::read(b"decision=\xff\xfe&a=%ff").is_none());
}

#[test]
fn a_reason_is_one_line_of_what_can_be_seen() {
    let reason = |raw: &str| match sent(&[("decision", "decline"), ("reason", raw)]).decision() {
        Decision::Decline { reason } => reason.as_ref().map(ToString::to_string),
        _ => None,
    };
    assert_eq!(reason("  I moved.\r\nSorry \u{202e}!  ").as_deref(), Some("I moved. Sorry !"));
    assert_eq!(reason("<b>\"no\" & 'never'</b>").as_deref(), Some("<b>\"no\" & 'never'</b>"));
    assert_eq!(reason("\u{200b}\u{feff}\0"), None);
    assert_eq!(reason(&"é".repeat(600)).map(|text| text.chars().count()), Some(500));
}

#[test]
fn values_are_those_that_the_person_means() {
    let form = sent(&[
        ("decision", "agree"),
        ("a-vin", " wau zzz-GEZNA012345 "),
        ("a-email", "jo@example.com\u{200b}"),
        ("a-energyType", "GAS"),
        ("a-phases", " 3 "),
        ("a-peakPower", "6,5"),
        ("a-reversible", "no"),
        ("a-color", "red"),
        ("vin", "x"),
    ]);
    let values = with_asked(|asked| form.values(asked, Language::Nl).map_err(|tried| format!("{:?}", tried.codes())));
    let text = |raw: &str| AttributeValue::Text(raw.into());
    let expected = [
        ("vin", text("wau zzz-GEZNA012345")),
        ("email", text("jo@example.com")),
        ("energyType", text("GAS")),
        ("phases", AttributeValue::Whole(3)),
        ("peakPower", AttributeValue::Number(6.5)),
        ("reversible", AttributeValue::Truth(false)),
    ];
    assert_eq!(values, Ok(expected.into_iter().map(|(key, value)| (name(key), value)).collect()));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let vin = ("a-vin", "WAUZZZGEZNA012345");
    assert_eq!(wrong(&[vin]), Vec::<String>::new());
    assert_eq!(wrong(&[]), ["vin required"]);
    assert_eq!(wrong(&[("a-vin", " \t ")]), ["vin required"]);
    assert_eq!(wrong(&[("a-vin", "WAUZZZGEZNAO12345")]), ["vin identifier_character"]);
    assert_eq!(wrong(&[("a-vin", &"9".repeat(3000))]), ["vin too_long"]);
    for (field, value, expected) in [
        ("a-email", "jo@", "email invalid_email"),
        ("a-energyType", "gas", "energyType not_allowed"),
        ("a-phases", "4", "phases out_of_range"),
        ("a-phases", "1,5", "phases invalid_number"),
        ("a-peakPower", "-1", "peakPower out_of_range"),
        ("a-peakPower", "1.500", "peakPower invalid_number"),
        ("a-reversible", "true", "reversible wrong_type"),
    ] {
        assert_eq!(wrong(&[vin, (field, value)]), [expected], "{value}");
    }
    let all = [("a-vin", "1"), ("a-phases", "x"), ("a-reversible", "x"), ("a-email", "x")];
    let expected = ["phases invalid_number", "reversible wrong_type", "email invalid_email", "vin identifier_length"];
    assert_eq!(wrong(&all), expected);
}

/// A number that cannot be read is not missing.
#[test]
fn what_is_required_and_unreadable_is_told_of_once() {
    let attributes = Attributes(vec![attribute("phases", true, Values::Whole { least: None, most: None })]);
    let identifier = IdentifyingAttribute { attribute: name("vin"), kind: IdentifierKind::Vin };
    let asked = Asked { attributes: &attributes, identifier: &identifier };
    let tried = sent(&[("decision", "agree"), ("a-phases", "three")]).values(&asked, Language::En).err().unwrap();
    assert_eq!(tried.codes(), [(&name("phases"), "invalid_number")]);
    assert_eq!(tried.typed(&name("phases")), "three");
}

#[test]
fn what_was_typed_is_kept_for_another_try() {
    let form = sent(&[("decision", "agree"), ("a-vin", "WAUZZZGEZNA012345"), ("a-peakPower", "6,5")]);
    let tried = with_asked(|asked| form.refused(asked, vec![(name("vin"), Problem::Taken)]));
    assert_eq!(tried.codes(), [(&name("vin"), "taken")]);
    assert_eq!((tried.typed(&name("vin")), tried.typed(&name("peakPower"))), ("WAUZZZGEZNA012345", "6,5"));
    assert_eq!((tried.typed(&name("email")), tried.problem(&name("email"))), ("", None));
}

proptest! {
    #[test]
    fn no_body_is_too_strange(body in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,60}") {
        let _ = Submission::read(&body);
        let typed = ["a-vin", "a-email", "a-peakPower", "a-phases"].map(|field| (field, text.as_str()));
        let form = sent(&[&[("decision", "agree")], &typed[..]].concat());
        with_asked(|asked| {
            for language in Language::ALL {
                let _ = form.values(asked, language);
            }
        });
    }

    /// What is not seen never stands in the way.
    #[test]
    fn a_line_is_a_text_or_nothing(
        raw in "[a-c \\u{0}-\\u{20}\\u{200b}-\\u{200f}\\u{2028}-\\u{202e}\\u{feff}\\u{fe0f}é]{0,40}",
    ) {
        let line = line(&raw);
        prop_assert!(line.is_empty() || Text::<MAX_TYPED>::parse(&line).is_ok(), "{line:?}");
    }
}
