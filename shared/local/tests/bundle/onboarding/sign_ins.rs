//! The sign-ins of manufacturers, as an operator sets them. They are the deployment's: a test has manufacturers of its
//! own, whose names begin with `Signed-in`, and takes them back.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::TYPES;
use crate::support::{Item, Running, with};

const SECRET: &str = "very-s3cret&:%";

fn definition(name: &str) -> Value {
    json!({
        "type": "EV", "manufacturer": name, "connector": "oauth2", "consent": "PageAndSignIn",
        "steps": ["Consent", "SignIn", "Connection"],
        "identifier": {"attribute": "vin", "kind": "vin"},
        "attributes": {
            "type": "object", "required": ["vin"],
            "properties": {"vin": {"type": "string", "title": "VIN", "minLength": 17, "maxLength": 64}},
        },
        "exampleAttributes": {"vin": "WAUZZZGEZNA012345"},
    })
}

fn sign_in() -> Value {
    json!({
        "authorizeUrl": "https://id.example.com/authorize?audience=fleet",
        "tokenUrl": "https://id.example.com/token",
        "clientId": "wattbook at example",
        "clientSecret": SECRET,
        "scopes": ["vehicles:read", "offline_access"],
        "devicesUrl": "https://api.example.com/vehicles/{identifier}",
        "clientAuthentication": "body",
    })
}

/// The sort key of a sign-in.
fn key(matched: &str) -> AttributeValue {
    AttributeValue::S(format!("EV#{matched}#SIGNIN"))
}

impl Running {
    async fn put_sign_in(&self, name: &str, sign_in: Value) -> Result<Value, (String, String)> {
        self.administer(json!({"action": "put-sign-in", "type": "EV", "manufacturer": name, "signIn": sign_in})).await
    }

    async fn remove_sign_in(&self, name: &str) -> Result<Value, (String, String)> {
        self.administer(json!({"action": "remove-sign-in", "type": "EV", "manufacturer": name})).await
    }

    /// The sign-in of a manufacturer in the operator's list.
    async fn listed_sign_in(&self, name: &str) -> Option<Value> {
        let list = self.administer(json!({"action": "list-sign-ins"})).await.unwrap();
        list["signIns"].as_array().unwrap().iter().find(|it| it["manufacturer"] == name).cloned()
    }

    /// The item of a sign-in, past the functions.
    async fn stored_sign_in(&self, matched: &str) -> Item {
        let get = self.table_client().get_item().table_name(self.bundle.table());
        let get = get.key("pk", AttributeValue::S("CATALOGUE".into()));
        get.key("sk", key(matched)).send().await.unwrap().item.unwrap()
    }

    /// Whether a manufacturer is available, which its own answer, that of its type and the list of all say alike.
    async fn is_available(&self, name: &str) -> bool {
        let of = |manufacturers: &Value| {
            let found = manufacturers.as_array().unwrap().iter().find(|it| it["manufacturer"] == name).cloned();
            found.unwrap()["available"].as_bool().unwrap()
        };
        let own = self.get(self.admin(), &format!("{TYPES}/EV/{name}")).await.json()["available"].as_bool().unwrap();
        assert_eq!(of(&self.get(self.admin(), &format!("{TYPES}/EV")).await.json()["manufacturers"]), own);
        let all = self.get(self.admin(), TYPES).await.json();
        let vehicles = all["data"].as_array().unwrap().iter().find(|kind| kind["type"] == "EV").unwrap();
        assert_eq!(of(&vehicles["manufacturers"]), own);
        own
    }
}

#[tokio::test]
async fn a_manufacturer_is_available_while_there_is_a_sign_in() {
    let running = Running::start().await;
    let (name, longer) = ("Signed-in Cars", "Signed-in Cars Sport");
    for name in [name, longer] {
        assert_eq!(running.put_manufacturer(definition(name)).await.unwrap()["available"], false);
    }
    assert!(!running.is_available(name).await);
    let before = running.get(running.admin(), &format!("{TYPES}/EV/{name}")).await;

    // However its name is spelt.
    let put = running.put_sign_in("SIGNED IN cars", sign_in()).await.unwrap();
    assert!(running.is_available(name).await);
    assert!(!running.is_available(longer).await);
    let after = running.get(running.admin(), &format!("{TYPES}/EV/{name}")).await;
    assert_ne!(after.header("etag"), before.header("etag"));
    assert_eq!(running.put_manufacturer(definition(name)).await.unwrap()["available"], true);
    // It is no definition: what the deployment has of its own is as it was.
    let own = running.administer(json!({"action": "list-manufacturers"})).await.unwrap();
    let own: Vec<_> = own["manufacturers"].as_array().unwrap().iter().filter(|it| it["manufacturer"] == name).collect();
    assert_eq!(own, [&after.json()]);

    let mut expected = sign_in();
    expected.as_object_mut().unwrap().remove("clientSecret");
    for (member, value) in [
        ("type", json!("EV")),
        ("manufacturer", json!(name)),
        ("readable", json!(true)),
        ("hasClientSecret", json!(true)),
        ("provesDevice", json!(true)),
        ("setAt", put["setAt"].clone()),
    ] {
        expected[member] = value;
    }
    assert_eq!(put, expected);
    assert_eq!(running.listed_sign_in(name).await, Some(expected));

    // What is put later stands in the place of what was before.
    let least = json!({"authorizeUrl": "http://localhost:8080/a", "tokenUrl": "http://[::1]:8080/t", "clientId": "x"});
    let put = running.put_sign_in(name, least).await.unwrap();
    for (member, value) in [
        ("hasClientSecret", json!(false)),
        ("scopes", json!([])),
        ("devicesUrl", Value::Null),
        ("clientAuthentication", json!("basic")),
        ("provesDevice", json!(false)),
    ] {
        assert_eq!(put[member], value, "{member}");
    }
    assert_eq!(running.listed_sign_in(name).await, Some(put));

    // It stays when its manufacturer goes, and is there when he comes back.
    running.remove_manufacturer("EV", name).await.unwrap();
    assert!(running.listed_sign_in(name).await.is_some());
    assert_eq!(running.put_manufacturer(definition(name)).await.unwrap()["available"], true);
    assert_eq!(running.remove_sign_in("signed-in-cars").await.unwrap()["type"], "EV");
    assert!(!running.is_available(name).await);
    assert_eq!(running.listed_sign_in(name).await, None);
    assert_eq!(running.remove_sign_in(name).await.unwrap_err().0, "not_found");
    for name in [name, longer] {
        running.remove_manufacturer("EV", name).await.unwrap();
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn its_secret_is_told_to_nobody_and_not_in_the_table() {
    let running = Running::start().await;
    let name = "Signed-in Secrets";
    running.put_manufacturer(definition(name)).await.unwrap();
    let put = running.put_sign_in(name, sign_in()).await.unwrap();
    let list = running.administer(json!({"action": "list-sign-ins"})).await.unwrap();
    let seen = running.get(running.admin(), &format!("{TYPES}/EV/{name}")).await.text;
    let table = format!("{:?}{:?}", running.scan().await, running.stored_sign_in("signedinsecrets").await);
    for (place, text) in [("put", put.to_string()), ("list", list.to_string()), ("API", seen), ("table", table)] {
        assert!(!text.contains(SECRET), "{place}");
        // In the table the rest is nobody's business, either.
        assert!(place == "put" || place == "list" || !text.contains("id.example.com"), "{place}");
    }
    // A fault tells of the secret that it is wrong, and not what it is.
    let (_, message) =
        running.put_sign_in(name, with(sign_in(), "/clientSecret", json!("very-s3cret-é"))).await.unwrap_err();
    assert!(message.contains("/signIn/clientSecret") && !message.contains("s3cret"), "{message}");
    running.remove_sign_in(name).await.unwrap();
    running.remove_manufacturer("EV", name).await.unwrap();
    running.bundle.stop().await;
}

#[tokio::test]
async fn it_cannot_be_put_in_the_place_of_another() {
    let running = Running::start().await;
    let names = ["Signed-in Here", "Signed-in There"];
    for name in names {
        running.put_manufacturer(definition(name)).await.unwrap();
    }
    running.put_sign_in(names[0], sign_in()).await.unwrap();
    let mut copied = running.stored_sign_in("signedinhere").await;
    copied.insert("sk".into(), key("signedinthere"));
    let put = running.table_client().put_item().table_name(running.bundle.table());
    put.set_item(Some(copied)).send().await.unwrap();

    let list = running.administer(json!({"action": "list-sign-ins"})).await.unwrap();
    let of_both: Vec<_> =
        list["signIns"].as_array().unwrap().iter().filter(|it| it["manufacturer"] == names[0]).collect();
    assert_eq!(of_both.iter().map(|it| &it["readable"]).collect::<Vec<_>>(), [true, false]);
    for name in names {
        running.remove_sign_in(name).await.unwrap();
        running.remove_manufacturer("EV", name).await.unwrap();
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn says_all_that_is_wrong_with_a_sign_in() {
    let running = Running::start().await;
    let name = "Signed-in Wrongly";
    running.put_manufacturer(definition(name)).await.unwrap();
    let put = |manufacturer: &str, sign_in: Value| json!({"action": "put-sign-in", "type": "EV", "manufacturer": manufacturer, "signIn": sign_in});
    let many: Vec<_> = (0..31).map(|i| format!("scope{i}")).collect();
    for (event, parts) in [
        (
            json!({"action": "put-sign-in"}),
            &["/type is required", "/manufacturer is required", "/signIn is required"][..],
        ),
        (put(name, json!(null)), &["/signIn must be an object"]),
        (
            put(name, json!({})),
            &["/signIn/authorizeUrl is required", "/signIn/tokenUrl is required", "/signIn/clientId is required"],
        ),
        (
            put(
                "Nobody",
                json!({
                    "authorizeUrl": "http://id.example.com", "tokenUrl": "https://jo:pw@id.example.com/", "clientId": "",
                    "clientSecret": 1, "scopes": ["a b", "c"], "devicesUrl": "https://{identifier}/",
                    "clientAuthentication": "none", "secret": "x",
                }),
            ),
            &[
                "/manufacturer is not in the catalogue",
                "/signIn/authorizeUrl must be an https address",
                "/signIn/tokenUrl must have no user",
                "/signIn/clientId must have 1 to 200",
                "/signIn/clientSecret must be a string",
                "/signIn/scopes/0 must be one scope",
                "/signIn/devicesUrl must have {identifier} in its path",
                "/signIn/clientAuthentication must be one of basic, body",
                "/signIn/secret is not known here",
            ],
        ),
        (put("Sandbox", sign_in()), &["/manufacturer must have the connector oauth2"]),
        (
            put(name, with(sign_in(), "/tokenUrl", json!("https://id.example.com/#x"))),
            &["/signIn/tokenUrl must have no fragment"],
        ),
        (
            put(name, with(sign_in(), "/tokenUrl", json!("ftp://id.example.com/"))),
            &["/signIn/tokenUrl must be an https"],
        ),
        (put(name, with(sign_in(), "/scopes", json!(many))), &["/signIn/scopes must have at most 30"]),
        (put(name, with(sign_in(), "/scopes", json!("a b"))), &["/signIn/scopes must be an array"]),
        (json!({"action": "remove-sign-in", "type": "EV"}), &["/manufacturer is required"]),
        (json!({"action": "list-sign-ins", "type": "EV"}), &["/type is not known"]),
        (json!({"action": "put-signin"}), &["put-sign-in, remove-sign-in, list-sign-ins"]),
    ] {
        let (code, message) = running.administer(event.clone()).await.unwrap_err();
        assert_eq!(code, "invalid_request", "{event}: {message}");
        for part in parts {
            assert!(message.contains(part), "{event}: {message}");
        }
    }
    assert_eq!(running.listed_sign_in(name).await, None);
    running.remove_manufacturer("EV", name).await.unwrap();
    running.bundle.stop().await;
}
