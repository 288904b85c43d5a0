use super::{attributes::Values, *};
use crate::Text;

fn name(raw: &str) -> AttributeName {
    AttributeName::parse(raw).unwrap()
}

fn text(raw: &str) -> AttributeValue {
    AttributeValue::Text(raw.into())
}

fn attribute(raw: &str, required: bool, values: Values) -> Attribute {
    Attribute { name: name(raw), title: Text::parse(raw).unwrap(), description: None, required, values }
}

fn manufacturer() -> Manufacturer {
    let words = ["Go", "Plus"].map(|word| Text::parse(word).unwrap()).into();
    Manufacturer {
        entity_type: EntityType::Ev,
        name: ManufacturerName::parse("Audi").unwrap(),
        connector: Connector::Oauth2,
        consent: Consent::PageAndSignIn,
        steps: vec![Step::Consent, Step::SignIn, Step::Connection],
        identifier: IdentifyingAttribute { attribute: name("vin"), kind: IdentifierKind::Vin },
        attributes: Attributes(vec![
            attribute("vin", true, Values::Text { least: 1, most: 64, email: false }),
            attribute("email", false, Values::Text { least: 0, most: 254, email: true }),
            attribute("plan", false, Values::Words(words)),
            attribute("seats", false, Values::Whole { least: Some(1), most: Some(9) }),
            attribute("capacity", false, Values::Number { least: Some(0.5), most: None }),
            attribute("leased", false, Values::Truth),
        ]),
        documentation: HttpsLink::parse("https://www.audi.com/help?x=1#y").ok(),
        example: [(name("vin"), text("WAUZZZGE1NB012345"))].into(),
    }
}

fn codes(found: &[(Part, Flaw)]) -> Vec<String> {
    let place = |part: &Part| match part {
        Part::Value(name) => name.to_string(),
        part => format!("{part:?}"),
    };
    found.iter().map(|(part, flaw)| format!("{} {}", place(part), flaw.code())).collect()
}

#[test]
fn values_are_held_to_what_is_asked_for() {
    let asked = manufacturer();
    let check = |values: &[(&str, AttributeValue)]| {
        let values = values.iter().map(|(key, value)| (name(key), value.clone())).collect();
        codes(&asked.check_values(&values))
    };
    let vin = ("vin", text("wau zzz-GE1NB012345"));
    assert_eq!(check(&[]), ["vin required"]);
    assert_eq!(check(std::slice::from_ref(&vin)), Vec::<String>::new());
    for (key, value, expected) in [
        ("vin", text("WAUZZZGE1NBO12345"), "vin identifier_character"),
        ("vin", text(""), "vin empty"),
        ("vin", AttributeValue::Whole(1), "vin wrong_type"),
        ("email", text("jo@"), "email invalid_email"),
        ("email", text(&"a".repeat(255)), "email too_long"),
        ("plan", text("go"), "plan not_allowed"),
        ("plan", AttributeValue::Truth(true), "plan wrong_type"),
        ("seats", AttributeValue::Whole(0), "seats out_of_range"),
        ("seats", AttributeValue::Whole(10), "seats out_of_range"),
        ("seats", AttributeValue::Number(1.5), "seats wrong_type"),
        ("capacity", AttributeValue::Whole(0), "capacity out_of_range"),
        ("capacity", AttributeValue::Number(0.4), "capacity out_of_range"),
        ("capacity", text("1"), "capacity wrong_type"),
        ("leased", text("true"), "leased wrong_type"),
        ("color", text("red"), "color unknown_member"),
    ] {
        let others = Some(vin.clone()).filter(|_| key != "vin");
        let values: Vec<_> = others.into_iter().chain([(key, value)]).collect();
        assert_eq!(check(&values), [expected], "{values:?}");
    }
    let fine = [
        vin,
        ("email", text("jo@example.com")),
        ("plan", text("Go")),
        ("seats", AttributeValue::Whole(9)),
        ("capacity", AttributeValue::Whole(77)),
        ("leased", AttributeValue::Truth(false)),
    ];
    assert_eq!(check(&fine), Vec::<String>::new());
}

type Change = fn(&mut Manufacturer);

#[test]
fn a_definition_goes_together() {
    assert_eq!(manufacturer().check(), []);
    let cases: [(Change, &[&str]); 11] = [
        (|it| it.steps.clear(), &["Steps inconsistent"]),
        (|it| it.steps.reverse(), &["Steps inconsistent"]),
        (|it| it.steps.insert(1, Step::SignIn), &["Steps inconsistent"]),
        (|it| it.steps = vec![Step::Consent, Step::Connection], &["Steps inconsistent"]),
        (|it| it.steps.insert(1, Step::PairingCode), &["Steps inconsistent"]),
        (|it| it.steps.insert(1, Step::Verification), &["Steps inconsistent"]),
        (|it| it.consent = Consent::Page, &["Consent inconsistent"]),
        (|it| it.connector = Connector::Sandbox, &["Steps inconsistent", "Consent inconsistent"]),
        (|it| it.identifier.attribute = name("email"), &["IdentifyingAttribute inconsistent"]),
        (|it| it.identifier.kind = IdentifierKind::Malo, &["vin identifier_length"]),
        (|it| it.example.clear(), &["vin required"]),
    ];
    for (change, expected) in cases {
        let mut changed = manufacturer();
        change(&mut changed);
        assert_eq!(codes(&changed.check()), expected);
    }
}

#[test]
fn a_name_is_found_however_it_is_spelt() {
    for spellings in [
        &["Škoda", "ŠKODA", "skoda", "S\u{30c}koda", "ＳＫＯＤＡ"][..],
        &["Mercedes-Benz", "mercedes benz", "MERCEDES\u{2013}BENZ", "MercedesBenz"],
        &["re.alto P1-Dongle", "REALTO P1 DONGLE", "re.alto%P1_Dongle"],
        &["go-e", "GOE", "go.e"],
        &["Citroën", "citroen"],
    ] {
        for spelling in spellings {
            assert_eq!(matched(spelling), matched(spellings[0]), "{spelling}");
        }
    }
    assert_ne!(matched("SMA"), matched("SMB"));
    // The last of them is one character, and eighteen when it is taken apart.
    for raw in ["", " ", "-", "a/b", " a", "a\nb", &"x".repeat(65), &"\u{fdfa}".repeat(64)] {
        assert!(ManufacturerName::parse(raw).is_err(), "{raw:?}");
    }
    assert_eq!(ManufacturerName::parse("三菱").map(|name| name.matched()).as_deref(), Ok("三菱"));
}

#[test]
fn a_link_leads_to_a_page_by_https() {
    for raw in ["https://example.com", "https://www.example.com/a/b?c=d#e", "https://xn--koda-08a.example/"] {
        assert!(HttpsLink::parse(raw).is_ok(), "{raw}");
    }
    for raw in [
        "",
        "example.com",
        "http://example.com",
        "HTTPS://example.com",
        "https://",
        "https:///x",
        "https://localhost",
        "https://user@example.com",
        "https://user:secret@example.com/",
        "https://example.com:8443",
        "https://.example.com",
        "https://example..com",
        "https://-example.com",
        "https://exa mple.com",
        "https://example.com/a b",
        "https://example.com/\"><script>",
        "https://example.com/\u{202e}",
        "https://škoda.example",
        "javascript:alert(1)//https://example.com",
    ] {
        assert_eq!(HttpsLink::parse(raw), Err(Flaw::HttpsLink), "{raw}");
    }
    assert_eq!(HttpsLink::parse(&format!("https://a.b/{}", "x".repeat(500))), Err(Flaw::TooLong { max: 500 }));
}

#[test]
fn an_attribute_has_a_name_that_programs_can_use() {
    for raw in ["vin", "siteId", "a1"] {
        assert!(AttributeName::parse(raw).is_ok(), "{raw}");
    }
    for raw in ["", "Vin", "1a", "a-b", "a b", "a.b", "é", "__proto__", &"x".repeat(41)] {
        assert_eq!(AttributeName::parse(raw), Err(Flaw::AttributeName), "{raw}");
    }
}
