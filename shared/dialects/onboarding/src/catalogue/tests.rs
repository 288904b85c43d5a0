use std::collections::BTreeSet;

use serde_json::json;
use wattbook_domain::{
    Identifier,
    catalogue::{Connector, attributes::AttributeValue},
};
use wattbook_store::Own;

use super::*;
use crate::{answer::ManufacturerView, schema};

/// What is told of a manufacturer in a deployment that has nothing of its own.
fn view(manufacturer: &Manufacturer) -> Value {
    let offer = Offer::of(manufacturer.clone(), &OwnCatalogue::default());
    serde_json::to_value(ManufacturerView::of(&offer)).unwrap()
}

fn manufacturers() -> impl Iterator<Item = &'static Manufacturer> {
    built_in().unwrap().iter().flat_map(|kind| &kind.manufacturers)
}

#[test]
fn every_type_is_there_once_with_its_manufacturers() {
    let types: Vec<_> = built_in().unwrap().iter().map(|kind| kind.entity_type.word()).collect();
    assert_eq!(types, EntityType::WORDS);
    for kind in built_in().unwrap() {
        let names: BTreeSet<_> = kind.manufacturers.iter().map(|it| it.name.matched()).collect();
        assert_eq!(names.len(), kind.manufacturers.len(), "{:?}", kind.entity_type);
        let sandboxes = kind.manufacturers.iter().filter(|it| it.connector == Connector::Sandbox);
        assert_eq!(sandboxes.map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Sandbox"], "{:?}", kind.entity_type);
        let least = if matches!(kind.entity_type, EntityType::Ev | EntityType::Pv) { 13 } else { 3 };
        assert!(kind.manufacturers.len() >= least, "{:?}", kind.entity_type);
    }
    // Those that the published text names.
    for (kind, name) in [("EV", "Audi"), ("PV", "Huawei"), ("SmartMeter", "re.alto P1-Dongle")] {
        let kind = built_in_type(kind).unwrap();
        assert!(find(&kind.manufacturers, &ManufacturerName::parse(name).unwrap()).is_some(), "{name}");
    }
}

/// Held to JSON Schema by a library for all of it, and not by what reads the catalogue.
#[test]
fn every_schema_is_one_and_takes_its_example() {
    for manufacturer in manufacturers() {
        let name = &manufacturer.name;
        let schema = schema::written(&manufacturer.attributes);
        assert!(jsonschema::draft202012::meta::is_valid(&schema), "{name}: {schema}");
        let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
        let view = view(manufacturer);
        let faults: Vec<_> = validator.iter_errors(&view["exampleAttributes"]).map(|error| error.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{name}");
        assert!(!validator.is_valid(&json!({})), "{name}");
        let mut with_more = view["exampleAttributes"].clone();
        with_more["unheardOf"] = json!(1);
        assert!(!validator.is_valid(&with_more), "{name}");
    }
}

#[test]
fn every_example_names_a_device_and_every_link_is_https() {
    for manufacturer in manufacturers() {
        let name = &manufacturer.name;
        let value = manufacturer.example.get(&manufacturer.identifier.attribute);
        let Some(AttributeValue::Text(raw)) = value else { panic!("{name}: {value:?}") };
        Identifier::parse(manufacturer.identifier.kind, raw).unwrap_or_else(|flaw| panic!("{name}: {flaw}"));
        let link = manufacturer.documentation.as_ref().map(|link| link.as_str().starts_with("https://"));
        let expected = (manufacturer.connector != Connector::Sandbox).then_some(true);
        assert_eq!(link, expected, "{name}");
    }
}

/// What is told of a manufacturer can be given back as its definition: so an operator begins with one that is there.
#[test]
fn what_is_answered_can_be_read_again() {
    for manufacturer in manufacturers() {
        let mut view = view(manufacturer);
        let members = view.as_object_mut().unwrap();
        // These are for readers alone.
        members.remove("available");
        members["identifier"].as_object_mut().unwrap().remove("description");
        let mut faults = Faults::default();
        let definition = body::read::<Definition>(&view, &mut faults).unwrap_or_else(|| panic!("{faults:?}"));
        let again = definition.manufacturer(&Pointer::root(), &mut faults);
        assert_eq!(again.as_ref(), Some(manufacturer), "{faults:?}");
    }
}

/// Of the schemas that operators write: what is taken is JSON Schema, and says the same of values as the library.
#[test]
fn the_part_of_json_schema_that_is_taken_says_what_json_schema_says() {
    let schema = json!({
        "type": "object", "required": ["text"],
        "properties": {
            "text": {"type": "string", "title": "T", "minLength": 2, "maxLength": 3},
            "word": {"type": "string", "title": "W", "enum": ["a", "b"]},
            "whole": {"type": "integer", "title": "I", "minimum": 1, "maximum": 3},
            "number": {"type": "number", "title": "N", "minimum": 0.5},
            "truth": {"type": "boolean", "title": "B"},
        },
        "additionalProperties": false,
    });
    let attributes = {
        let mut faults = Faults::default();
        let read = body::read::<crate::schema::SchemaBody>(&schema, &mut faults).unwrap();
        let attributes = read.attributes(&Pointer::root(), &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        attributes
    };
    let validator = jsonschema::draft202012::new(&schema::written(&attributes)).unwrap();
    for values in [
        json!({"text": "ab"}),
        json!({"text": "äöü"}),
        json!({"text": "🚀🚀🚀"}),
        json!({}),
        json!({"text": "a"}),
        json!({"text": "abcd"}),
        json!({"text": 1}),
        json!({"text": "ab", "word": "a"}),
        json!({"text": "ab", "word": "A"}),
        json!({"text": "ab", "word": true}),
        json!({"text": "ab", "whole": 1}),
        json!({"text": "ab", "whole": 1.0}),
        json!({"text": "ab", "whole": 1.5}),
        json!({"text": "ab", "whole": 4}),
        json!({"text": "ab", "whole": "1"}),
        json!({"text": "ab", "number": 0.5}),
        json!({"text": "ab", "number": 0.4}),
        json!({"text": "ab", "number": -1}),
        json!({"text": "ab", "number": 1}),
        json!({"text": "ab", "truth": false}),
        json!({"text": "ab", "truth": 0}),
        json!({"text": "ab", "other": 0}),
    ] {
        let mut faults = Faults::default();
        let read = body::read::<crate::schema::Members<crate::schema::ValueBody>>(&values, &mut faults).unwrap();
        let read = read.0.into_iter().map(|(name, crate::schema::ValueBody(value))| (name, value)).collect();
        assert_eq!(attributes.check(&read).is_empty(), validator.is_valid(&values), "{values}");
    }
}

#[test]
fn a_definition_is_told_all_of_its_faults() {
    let definition = json!({
        "type": "Ev", "manufacturer": "a/b", "connector": "magic", "consent": "Page", "steps": ["Consent", "Pray"],
        "identifier": {"attribute": "No", "kind": "vin2", "x": 1},
        "attributes": {
            "$schema": "http://json-schema.org/draft-07/schema#", "type": "array", "required": ["vin", 7],
            "properties": {
                "vin": {"type": "text", "title": "", "pattern": ".*"},
                "Vin": {"type": "string", "title": "V"},
                "when": {"type": "string", "title": "W", "format": "date"},
            },
            "additionalProperties": true,
        },
        "documentationLink": "http://example.com", "exampleAttributes": {"vin": null, "n": 1e300, "list": []}, "logo": "x",
    });
    let mut faults = Faults::default();
    assert!(body::read::<Definition>(&definition, &mut faults).is_none());
    assert_eq!(
        places(&faults),
        [
            "/type not_allowed",
            "/manufacturer invalid_manufacturer_name",
            "/connector not_allowed",
            "/steps/1 not_allowed",
            "/identifier/attribute invalid_attribute_name",
            "/identifier/kind not_allowed",
            "/identifier/x unknown_member",
            "/attributes/$schema not_allowed",
            "/attributes/type not_allowed",
            "/attributes/required/1 wrong_type",
            "/attributes/properties/vin/type not_allowed",
            "/attributes/properties/vin/title empty",
            "/attributes/properties/vin/pattern unknown_member",
            "/attributes/properties/Vin invalid_attribute_name",
            "/attributes/properties/when/format not_allowed",
            "/attributes/additionalProperties not_allowed",
            "/documentationLink invalid_link",
            "/exampleAttributes/vin wrong_type",
            "/exampleAttributes/n out_of_range",
            "/exampleAttributes/list wrong_type",
            "/logo unknown_member",
        ]
    );
}

#[test]
fn what_no_value_could_satisfy_is_refused() {
    let property = |property: Value| {
        let schema = json!({"type": "object", "required": ["b", "a", "a"], "properties": {"a": property}});
        let mut faults = Faults::default();
        let read = body::read::<crate::schema::SchemaBody>(&schema, &mut faults).unwrap();
        read.attributes(&Pointer::root(), &mut faults);
        let own = places(&faults);
        assert_eq!(own[..2], ["/required/0 not_allowed", "/required/2 repeated_value"]);
        own[2..].join(", ").replace("/properties/a", "")
    };
    for (given, expected) in [
        (json!({"type": "string", "title": "A", "minLength": 5, "maxLength": 4}), " inconsistent"),
        (json!({"type": "string", "title": "A", "maxLength": 1001}), "/maxLength out_of_range"),
        (json!({"type": "string", "title": "A", "format": "email", "maxLength": 300}), "/maxLength out_of_range"),
        (json!({"type": "string", "title": "A", "minimum": 1}), "/minimum not_allowed"),
        (json!({"type": "string", "title": "A", "enum": []}), "/enum wrong_length"),
        (json!({"type": "string", "title": "A", "enum": ["a", "a"]}), "/enum/1 repeated_value"),
        (json!({"type": "string", "title": "A", "enum": ["a"], "maxLength": 4}), "/maxLength not_allowed"),
        (json!({"type": "integer", "title": "A", "minimum": 0.5}), "/minimum invalid_number"),
        (json!({"type": "integer", "title": "A", "minimum": 2, "maximum": 1}), " inconsistent"),
        (json!({"type": "number", "title": "A", "maximum": 1e16}), "/maximum out_of_range"),
        (json!({"type": "boolean", "title": "A", "enum": ["a"]}), "/enum not_allowed"),
    ] {
        assert_eq!(property(given.clone()), expected, "{given}");
    }
}

fn places(faults: &Faults) -> Vec<String> {
    let place = |fault: &wattbook_api::Fault| match &fault.location {
        wattbook_api::fault::Location::Body(path) => format!("{} {}", path.as_str(), fault.reason.code),
        other => format!("{other:?}"),
    };
    faults.list().iter().map(place).collect()
}

#[test]
fn a_type_is_found_however_it_is_spelt() {
    for word in ["EV", "ev", "Ev", "SmartMeter", "smart-meter", "Smart Meter", "SMARTMETER", "charge_pole"] {
        assert!(entity_type(word).is_some(), "{word}");
    }
    for word in ["", "E V X", "car", "EV/Audi", "*", "\0"] {
        assert_eq!(entity_type(word), None, "{word:?}");
    }
}

#[test]
fn the_deployments_own_stand_in_the_place_of_what_is_built_in() {
    let built_in = built_in_type("Boiler").unwrap();
    let called =
        |name: &str| Manufacturer { name: ManufacturerName::parse(name).unwrap(), ..built_in.manufacturers[0].clone() };
    let own = |entity_type, matched: &str, manufacturer| Own { entity_type, matched: matched.into(), manufacturer };
    let manufacturers = vec![
        own(EntityType::Boiler, "acme", Some(called("ACME"))),
        own(EntityType::Boiler, "ariston", Some(called("ARISTON"))),
        own(EntityType::Boiler, "sandbox", None),
        own(EntityType::Boiler, "neverheardof", None),
        own(EntityType::Ev, "other", Some(called("Other"))),
    ];
    let merged = merged(built_in, &OwnCatalogue { manufacturers, ..OwnCatalogue::default() });
    let names: Vec<_> = merged.offers.iter().map(|it| it.manufacturer.name.as_str()).collect();
    assert_eq!(names, ["ACME", "ARISTON", "Atlantic", "Itho Daalderop"]);
}

#[test]
fn where_the_owner_signs_in_there_has_to_be_a_sign_in() {
    let signed_in: Vec<_> = manufacturers().filter(|it| it.connector == Connector::Oauth2).collect();
    let sign_ins = [(EntityType::Ev, "audi"), (EntityType::Pv, "audi"), (EntityType::Boiler, "sandbox")];
    let sign_ins = sign_ins.map(|(entity_type, matched)| ((entity_type, matched.to_owned()), true)).into();
    let own = OwnCatalogue { sign_ins, ..OwnCatalogue::default() };
    assert!(signed_in.len() > 20);
    for manufacturer in manufacturers() {
        let is_audi = manufacturer.entity_type == EntityType::Ev && manufacturer.name.as_str() == "Audi";
        let expected = is_audi || manufacturer.connector != Connector::Oauth2;
        assert_eq!(Offer::of(manufacturer.clone(), &own).available, expected, "{}", manufacturer.name);
        assert_eq!(view(manufacturer)["available"], manufacturer.connector != Connector::Oauth2);
    }
}

#[test]
fn a_file_that_is_wrong_says_where() {
    let faulty = FILE.replacen("\"way\": \"sign-in\"", "\"way\": \"sing-in\"", 1);
    let error = read(&faulty).unwrap_err().to_string();
    assert!(error.contains("/types/0/manufacturers/0/connector"), "{error}");
    assert!(read("{").is_err() && read("{}").is_err());
}
