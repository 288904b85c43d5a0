//! The operator's function for the catalogue. The catalogue is the deployment's: a test has names of its own in it, and
//! takes them back.

use serde_json::{Value, json};

use super::TYPES;
use crate::support::{Running, with};

fn definition(name: &str) -> Value {
    json!({
        "type": "Boiler", "manufacturer": name, "connector": "pairing-code", "consent": "Page",
        "steps": ["Consent", "PairingCode", "Connection"],
        "identifier": {"attribute": "code", "kind": "serial"},
        "attributes": {
            "type": "object", "required": ["code"],
            "properties": {
                "code": {"type": "string", "title": "Serial number", "minLength": 4, "maxLength": 64},
                "volume": {"type": "integer", "title": "Volume", "minimum": 1},
                "power": {"type": "number", "title": "Power", "minimum": 0.5, "maximum": 50},
                "color": {"type": "string", "title": "Colour", "enum": ["white", "grey"]},
                "email": {"type": "string", "title": "E-mail", "format": "email"},
                "leased": {"type": "boolean", "title": "Leased"},
            },
        },
        "documentationLink": "https://www.example.com/help",
        "exampleAttributes": {"code": "EX-0012345", "volume": 120, "power": 2.5, "color": "grey", "leased": true},
    })
}

impl Running {
    pub(super) async fn administer(&self, event: Value) -> Result<Value, (String, String)> {
        let answer = self.bundle.invoke("administer-catalogue", &event).await;
        answer.map_err(|error| (error.code().to_owned(), error.to_string()))
    }

    pub(super) async fn put_manufacturer(&self, definition: Value) -> Result<Value, (String, String)> {
        self.administer(json!({"action": "put-manufacturer", "definition": definition})).await
    }

    pub(super) async fn remove_manufacturer(&self, kind: &str, name: &str) -> Result<Value, (String, String)> {
        self.administer(json!({"action": "remove-manufacturer", "type": kind, "manufacturer": name})).await
    }

    /// The names of a type's manufacturers, as callers see them, in both lists.
    async fn names(&self, kind: &str) -> Vec<String> {
        let names = |manufacturers: &Value| {
            let each = manufacturers.as_array().unwrap().iter();
            each.map(|it| it["manufacturer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let whole = self.get(self.admin(), &format!("{TYPES}/{kind}")).await.json();
        if !self.bundle.is_deployed() {
            let all = self.get(self.admin(), TYPES).await.json();
            let listed = all["data"].as_array().unwrap().iter().find(|it| it["type"] == kind).unwrap();
            assert_eq!(names(&listed["manufacturers"]), names(&whole["manufacturers"]));
        }
        names(&whole["manufacturers"])
    }
}

#[tokio::test]
async fn a_manufacturer_comes_changes_and_goes_without_a_new_build() {
    let running = Running::start().await;
    let path = format!("{TYPES}/Boiler/acme%20boilers");
    assert_eq!(running.get(running.admin(), &path).await.status, 404);

    let put = running.put_manufacturer(definition("ACME Boilers")).await.unwrap();
    let seen = running.get(running.other(), &path).await;
    assert_eq!((seen.status, seen.json()), (200, put.clone()));
    assert_eq!(
        put["attributes"]["properties"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["code", "volume", "power", "color", "email", "leased"]
    );
    assert_eq!(put["exampleAttributes"], definition("x")["exampleAttributes"]);
    let names = running.names("Boiler").await;
    assert!(names.contains(&"ACME Boilers".to_owned()) && names.contains(&"Ariston".to_owned()), "{names:?}");
    assert!(!running.names("HeatPump").await.contains(&"ACME Boilers".to_owned()));

    // In another spelling it is the same one; what was told of it can be given back.
    let mut changed = put.clone();
    changed.as_object_mut().unwrap().remove("available");
    changed["identifier"].as_object_mut().unwrap().remove("description");
    changed["manufacturer"] = json!("Acme-Boilers");
    changed["exampleAttributes"] = json!({"code": "EX-1111"});
    running.put_manufacturer(changed).await.unwrap();
    let again = running.get(running.admin(), &path).await;
    assert_eq!(again.json()["manufacturer"], "Acme-Boilers");
    assert_ne!(again.header("etag"), seen.header("etag"));
    let names = running.names("Boiler").await;
    assert_eq!(names.iter().filter(|name| name.to_lowercase().contains("acme")).collect::<Vec<_>>(), ["Acme-Boilers"]);
    let own = running.administer(json!({"action": "list-manufacturers"})).await.unwrap();
    assert!(own["manufacturers"].as_array().unwrap().contains(&again.json()), "{own}");

    running.remove_manufacturer("Boiler", "ACMEBOILERS").await.unwrap();
    assert_eq!(running.get(running.admin(), &path).await.status, 404);
    assert_eq!(running.remove_manufacturer("Boiler", "ACME Boilers").await.unwrap_err().0, "not_found");
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_built_in_can_be_replaced_and_hidden() {
    let running = Running::start().await;
    let path = format!("{TYPES}/Boiler/Atlantic");
    let built_in = running.get(running.admin(), &path).await.json();
    running.put_manufacturer(definition("ATLANTIC")).await.unwrap();
    let replaced = running.get(running.admin(), &path).await.json();
    assert_eq!((&replaced["manufacturer"], &replaced["connector"]), (&json!("ATLANTIC"), &json!("pairing-code")));
    let names = running.names("Boiler").await;
    assert_eq!(names.iter().filter(|name| name.to_lowercase() == "atlantic").count(), 1);
    running.remove_manufacturer("Boiler", "Atlantic").await.unwrap();
    assert_eq!(running.get(running.admin(), &path).await.json(), built_in);

    let hide = |kind: &str, name: &str| json!({"action": "hide-manufacturer", "type": kind, "manufacturer": name});
    let path = format!("{TYPES}/HeatPump/Panasonic");
    running.administer(hide("HeatPump", "PANASONIC")).await.unwrap();
    assert_eq!(running.get(running.admin(), &path).await.json()["code"], "not_found");
    assert!(!running.names("HeatPump").await.contains(&"Panasonic".to_owned()));
    let own = running.administer(json!({"action": "list-manufacturers"})).await.unwrap();
    let hidden = json!({"type": "HeatPump", "manufacturer": "panasonic", "hidden": true});
    assert!(own["manufacturers"].as_array().unwrap().contains(&hidden), "{own}");
    running.remove_manufacturer("HeatPump", "Panasonic").await.unwrap();
    assert!(running.names("HeatPump").await.contains(&"Panasonic".to_owned()));
    assert_eq!(running.administer(hide("HeatPump", "Panasonik")).await.unwrap_err().0, "not_found");
    running.bundle.stop().await;
}

#[tokio::test]
async fn says_all_that_is_wrong_with_an_event() {
    let running = Running::start().await;
    let put = |path: &str, value: Value| json!({"action": "put-manufacturer", "definition": with(definition("Wrong"), path, value)});
    for (event, code, parts) in [
        (json!([]), "invalid_request", &["must be an object"][..]),
        (json!(null), "invalid_request", &["must be an object"]),
        (json!({}), "invalid_request", &["/action is required"]),
        (json!({"action": 1}), "invalid_request", &["/action"]),
        (json!({"action": "drop"}), "invalid_request", &["put-manufacturer, hide-manufacturer"]),
        (json!({"action": "list-manufacturers", "type": "EV"}), "invalid_request", &["/type is not known"]),
        (json!({"action": "put-manufacturer"}), "invalid_request", &["/definition is required"]),
        (
            json!({"action": "put-manufacturer", "definition": {}}),
            "invalid_request",
            &[
                "/definition/type is required",
                "/definition/manufacturer is required",
                "/definition/exampleAttributes is required",
            ],
        ),
        (
            json!({"action": "remove-manufacturer", "type": "EV", "manufacturer": "a/b"}),
            "invalid_request",
            &["no slash"],
        ),
        (json!({"action": "remove-manufacturer", "type": "car", "manufacturer": "A"}), "invalid_request", &["EV, PV"]),
        (json!({"action": "remove-manufacturer", "type": "EV", "manufacturer": "Audi"}), "not_found", &[]),
        (put("/type", json!("ev")), "invalid_request", &["/definition/type must be one of EV, PV"]),
        (put("/connector", json!("oauth2")), "invalid_request", &["/definition/steps", "/definition/consent"]),
        (put("/identifier/attribute", json!("volume")), "invalid_request", &["/definition/identifier/attribute"]),
        (
            put("/identifier/kind", json!("vin")),
            "invalid_request",
            &["/definition/exampleAttributes/code must be a vehicle"],
        ),
        (
            put("/exampleAttributes/code", json!("EX")),
            "invalid_request",
            &["/definition/exampleAttributes/code must be a serial number"],
        ),
        (
            put("/exampleAttributes/volume", json!(0)),
            "invalid_request",
            &["/definition/exampleAttributes/volume must be at least 1"],
        ),
        (
            put("/exampleAttributes/color", json!("red")),
            "invalid_request",
            &["/definition/exampleAttributes/color must be one of white, grey"],
        ),
        (
            put("/documentationLink", json!("javascript:alert(1)")),
            "invalid_request",
            &["/definition/documentationLink"],
        ),
        (
            put("/attributes/properties/code/pattern", json!(".*")),
            "invalid_request",
            &["/definition/attributes/properties/code/pattern is not known here"],
        ),
        (put("/attributes/required/0", json!("cod")), "invalid_request", &["/definition/attributes/required/0"]),
    ] {
        let (found, message) = running.administer(event.clone()).await.unwrap_err();
        assert_eq!(found, code, "{event}: {message}");
        for part in parts {
            assert!(message.contains(part), "{event}: {message}");
        }
    }
    assert_eq!(running.get(running.admin(), &format!("{TYPES}/Boiler/Wrong")).await.status, 404);
    running.bundle.stop().await;
}

/// Each text may be as long as it may; all of them together may not.
#[tokio::test]
async fn a_definition_that_takes_too_much_is_refused() {
    let running = Running::start().await;
    let mut large = definition("Large");
    let properties = large["attributes"]["properties"].as_object_mut().unwrap();
    for i in 0..24 {
        let words: Vec<_> = (0..50).map(|word| format!("{word:02}{}", "w".repeat(60))).collect();
        properties.insert(format!("more{i}"), json!({"type": "string", "title": "More", "enum": words}));
    }
    let (code, message) = running.put_manufacturer(large.clone()).await.unwrap_err();
    assert_eq!(code, "invalid_request");
    assert!(message.contains("/definition would take more than 16384 bytes"), "{message}");
    large["attributes"]["properties"]
        .as_object_mut()
        .unwrap()
        .insert("onemore".into(), json!({"type": "boolean", "title": "M"}));
    let (_, message) = running.put_manufacturer(large).await.unwrap_err();
    assert!(message.contains("/definition/attributes/properties must have 1 to 30 members"), "{message}");
    running.bundle.stop().await;
}
