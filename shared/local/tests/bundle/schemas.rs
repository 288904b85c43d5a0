//! The JSON Schemas of messages and events: each is of a type that there is, and what is sent is what its schema says.

use std::{collections::BTreeMap, fs, sync::LazyLock};

use jsonschema::Validator;
use serde_json::{Value, json};
use wattbook_domain::webhook::EventType;
use wattbook_intake::ASKED;
use wattbook_local::message_schemas;

use crate::{
    events::samples,
    onboarding::requests::car,
    support::{body, with},
};

/// Every schema, by the type of the event whose `detail` it is of.
static SCHEMAS: LazyLock<BTreeMap<String, Value>> = LazyLock::new(|| {
    let files = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../dialects/events/schemas")).unwrap();
    let read = |path: std::path::PathBuf| {
        let event_type = path.file_name().unwrap().to_str().unwrap().strip_suffix(".json").unwrap().to_owned();
        (event_type, serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
    };
    files.map(|file| read(file.unwrap().path())).collect()
});

/// What holds an event to its schema. A consumer has to bear members that come later; here each has to be described.
static VALIDATORS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let strict = |schema: &Value| with(schema.clone(), "/additionalProperties", false);
    SCHEMAS.iter().map(|(event_type, schema)| (event_type.clone(), validator(&strict(schema)))).collect()
});

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap()
}

/// Every event of ours that a test looks at is what its schema says.
pub(crate) fn checked(events: Vec<Value>) -> Vec<Value> {
    for event in events.iter().filter(|event| event["source"] == wattbook_api::bus::SOURCE) {
        let event_type = event["detail-type"].as_str().unwrap();
        let validator = VALIDATORS.get(event_type).unwrap_or_else(|| panic!("{event_type} has no schema"));
        let wrong: Vec<_> = validator.iter_errors(&event["detail"]).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{event} is not what its schema says: {wrong:?}");
    }
    events
}

#[test]
fn each_type_has_a_schema_and_each_schema_is_of_a_type() {
    let of_messages = ASKED.iter().flat_map(|asked| [asked.event_type, asked.completed, asked.rejected]);
    let mut types: Vec<_> = EventType::WORDS.iter().copied().filter(|it| *it != "*").chain(of_messages).collect();
    types.sort_unstable();
    assert_eq!(SCHEMAS.keys().map(String::as_str).collect::<Vec<_>>(), types);
    for (event_type, schema) in SCHEMAS.iter() {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{event_type}");
        assert_eq!(schema["title"], **event_type);
        assert!(schema["properties"].as_object().unwrap().values().all(|it| it["description"].is_string()));
    }
}

/// After a change of a body: `cargo run -- --write-contracts shared/dialects`.
#[test]
fn the_schemas_of_messages_are_what_the_dialects_declare() {
    for asked in ASKED {
        let path = format!("{}/../dialects/events/schemas/{}.json", env!("CARGO_MANIFEST_DIR"), asked.event_type);
        assert_eq!(fs::read_to_string(path).unwrap(), message_schemas::text(asked), "{}", asked.event_type);
    }
}

#[test]
fn a_message_is_what_its_schema_says() {
    let message = |body: Value| json!({"correlation_id": "c", "body": body});
    let of = |event_type: &str| validator(&SCHEMAS[event_type]);
    let (customer, device) = (of("customer.provisioning.requested"), of("device.onboarding.requested"));
    assert!(customer.is_valid(&message(body(1))));
    assert!(device.is_valid(&message(car("WAUZZZGE1NB012345"))));
    for wrong in [
        json!({"correlation_id": "c"}),
        json!({"body": body(1)}),
        json!({"correlation_id": "two words", "body": body(1)}),
        message(with(body(1), "/customer_info/email", 7)),
        message(with(body(1), "/labelpartner", Value::Null)),
        message(with(body(1), "/installation_info", json!([]))),
        message(with(body(1), "/unknown", 1)),
    ] {
        assert!(!customer.is_valid(&wrong), "{wrong}");
    }
    assert!(!device.is_valid(&message(json!({"type": "EV"}))));
    // What the sample brings, but for what no rule hands on.
    let sample = samples().into_iter().find(|(name, _)| name == "take-message").unwrap().1;
    let mut known = 0;
    for record in sample["Records"].as_array().unwrap() {
        let message: Value = serde_json::from_str(record["body"].as_str().unwrap()).unwrap();
        if let Some(schema) = SCHEMAS.get(message["type"].as_str().unwrap()) {
            assert!(validator(schema).is_valid(&message["detail"]), "{message}");
            known += 1;
        }
    }
    assert_eq!(known, ASKED.len());
}
