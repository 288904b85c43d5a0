use std::collections::HashSet;

use super::*;
use crate::{
    Flaw, IdentifierKind, Text,
    catalogue::{
        Consent, IdentifyingAttribute, Manufacturer, Step,
        attributes::{Attribute, Attributes, Values},
    },
    onboarding::{Device, Link, Origins},
};

#[test]
fn an_id_has_its_number_in_it() {
    let mut numbers = HashSet::new();
    for _ in 0..10_000 {
        let id = EntityId::new_random();
        let text = id.to_string();
        assert_eq!((text.as_bytes()[14], id.0.get_variant()), (b'8', uuid::Variant::RFC4122), "{text}");
        assert_eq!(text.parse::<EntityId>().unwrap(), id);
        let number = id.number().get();
        assert!(NUMBERS.contains(&number) && numbers.insert(number), "{number}");
    }
    // All of the span is used, and not the beginning of it.
    assert!(numbers.iter().any(|number| *number > NUMBERS.end / 10 * 9));
    assert!(numbers.iter().any(|number| *number < NUMBERS.end / 10));
}

fn name(raw: &str) -> AttributeName {
    AttributeName::parse(raw).unwrap()
}

fn text(raw: &str) -> AttributeValue {
    AttributeValue::Text(raw.to_owned())
}

fn manufacturer() -> Manufacturer {
    let attribute = |raw: &str, required, values| Attribute {
        name: name(raw),
        title: Text::parse(raw).unwrap(),
        description: None,
        required,
        values,
    };
    let line = Values::Text { least: 0, most: 1000, email: false };
    Manufacturer {
        entity_type: EntityType::Ev,
        name: ManufacturerName::parse("Audi").unwrap(),
        connector: Connector::Sandbox,
        consent: Consent::Page,
        steps: vec![Step::Consent, Step::Connection],
        identifier: IdentifyingAttribute { attribute: name("vin"), kind: IdentifierKind::Vin },
        attributes: Attributes(vec![
            attribute("vin", true, line.clone()),
            attribute("colour", true, line.clone()),
            attribute("model", false, line),
            attribute("doors", false, Values::Whole { least: Some(1), most: Some(9) }),
        ]),
        documentation: None,
        example: BTreeMap::new(),
    }
}

/// An entity that states a VIN, a colour and a model.
fn entity() -> Entity {
    let stated = [("vin", "wauzzz-ge1nb012345"), ("colour", "red"), ("model", "Q4")];
    let stated = stated.map(|(raw, value)| (name(raw), text(value))).into();
    let origins = Origins {
        id: OnboardingId::new_random(),
        organisation: OrganisationId::new_random(),
        label_partner: None,
        consent_link: Link { hash: "h".into(), key_id: "k".into() },
    };
    let (maker, now) = (manufacturer(), Timestamp::UNIX_EPOCH);
    let device = Device::stated(&maker, stated).unwrap();
    Entity::of(&OnboardingRequest::new(origins, device, &maker.steps, now), now).unwrap()
}

fn to_set(pairs: &[(&str, Option<AttributeValue>)]) -> EntityChange {
    let attributes = pairs.iter().map(|(raw, value)| (name(raw), value.clone())).collect();
    EntityChange { attributes, ..EntityChange::default() }
}

#[test]
fn what_is_stated_is_set_and_the_rest_stays() {
    let (old, maker) = (entity(), manufacturer());
    let change = EntityChange {
        name: Setting::Set(Name::parse("Car").unwrap()),
        reference: Setting::Removed,
        ..to_set(&[
            ("model", None),
            ("doors", Some(AttributeValue::Whole(5))),
            ("vin", Some(text("WAUZZZGE1NB012345"))),
        ])
    };
    let new = old.changed(&change, Some(&maker)).unwrap();
    let kept = [("vin", text("wauzzz-ge1nb012345")), ("colour", text("red")), ("doors", AttributeValue::Whole(5))];
    assert_eq!(new.attributes, kept.map(|(raw, value)| (name(raw), value)).into());
    assert_eq!((new.name.as_ref().map(Name::as_str), &new.reference), (Some("Car"), &None));
    assert_eq!(Entity { name: None, attributes: old.attributes.clone(), ..new.clone() }, old);
    assert_eq!(new.changed(&EntityChange::default(), None).unwrap(), new);
}

#[test]
fn every_flaw_of_what_is_stated_is_told_and_none_of_the_rest() {
    let (mut old, mut maker) = (entity(), manufacturer());
    let long = "x".repeat(900);
    let change = to_set(&[
        ("vin", Some(text("WAUZZZGE1NB012346"))),
        ("colour", None),
        ("doors", Some(AttributeValue::Whole(10))),
        ("wheels", Some(AttributeValue::Whole(4))),
        ("model", Some(text("Q\u{202e}4"))),
    ]);
    let flaws = old.changed(&change, Some(&maker)).unwrap_err();
    let told: Vec<_> = flaws.iter().map(|(raw, flaw)| (raw.as_str(), flaw.code())).collect();
    let expected = [
        ("vin", "immutable"),
        ("colour", "required"),
        ("doors", "out_of_range"),
        ("wheels", "unknown_member"),
        ("model", "invisible_character"),
    ];
    assert_eq!(told, expected);
    // The manufacturer has come to ask for more, and for the colour no longer.
    maker.attributes.0.retain(|attribute| attribute.name != name("colour"));
    maker.attributes.0.push(Attribute { name: name("seats"), required: true, ..maker.attributes.0[2].clone() });
    assert!(old.changed(&to_set(&[("doors", Some(AttributeValue::Whole(3)))]), Some(&maker)).is_ok());
    assert!(old.changed(&to_set(&[("colour", None)]), Some(&maker)).is_ok());
    for number in 0..9 {
        old.attributes.insert(name(&format!("old{number}")), text(&long));
    }
    let flaws = old.changed(&to_set(&[("model", Some(text(&long)))]), Some(&maker)).unwrap_err();
    assert!(matches!(flaws[..], [(_, Flaw::TooMuch { .. })]), "{flaws:?}");
}

#[test]
fn an_entity_is_in_collectives_of_its_own_brand_and_in_ten_at_most() {
    let mut it = entity();
    let of = |brand: Option<&str>| Collective {
        id: CollectiveId::new_random(),
        organisation: it.organisation,
        label_partner: brand.map(|code| LabelPartnerCode::parse(code).unwrap()),
        name: Name::parse("Home").unwrap(),
        kind: CollectiveKind::Household,
        reference: None,
        answer_key: AnswerKey::new_random(),
        created_at: it.created_at,
    };
    let (first, other_brand) = (of(None), of(Some("NORTH")));
    let others: Vec<_> = (0..Entity::MAX_COLLECTIVES).map(|_| of(None)).collect();
    assert_eq!(it.added_to(&other_brand), Err(Flaw::AnotherBrand));
    assert_eq!(
        it.permissions(),
        [Permission::Read, Permission::Update, Permission::AddToCollective, Permission::Offboard]
    );
    for collective in &others {
        it = it.added_to(collective).unwrap();
    }
    assert_eq!(it.added_to(&first), Err(Flaw::TooManyCollectives { most: 10 }));
    assert_eq!(it.added_to(&others[0]), Ok(it.clone()));
    assert!(!it.permissions().contains(&Permission::AddToCollective));
    let out = it.removed_from(others[0].id);
    assert_eq!((out.collectives.len(), out.removed_from(others[0].id)), (9, out.clone()));
    assert!(out.added_to(&first).is_ok());
    assert_eq!(it.disconnected(DisconnectReason::Offboarded, it.created_at).unwrap().permissions(), [Permission::Read]);
}
