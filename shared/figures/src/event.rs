//! Changing sample events, and reading answers.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// An answer does not hold what it should.
#[derive(Debug, thiserror::Error)]
#[error("{function} answers without `{member}`")]
pub(crate) struct Silent {
    function: &'static str,
    member: &'static str,
}

/// The text under `name`, at whatever depth of what `function` answered.
///
/// # Errors
/// It is not there.
pub(crate) fn member(function: &'static str, answer: &Value, name: &'static str) -> Result<String, Silent> {
    fn find<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
        match value {
            Value::Object(members) => {
                let here = members.get(name).and_then(Value::as_str);
                here.or_else(|| members.values().find_map(|value| find(value, name)))
            }
            Value::Array(elements) => elements.iter().find_map(|value| find(value, name)),
            _ => None,
        }
    }
    find(answer, name).map(str::to_owned).ok_or(Silent { function, member: name })
}

/// The JSON in the body of an HTTP answer; null if there is none.
pub(crate) fn body(answer: &Value) -> Value {
    let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
    serde_json::from_str(body).unwrap_or_default()
}

/// Lets `event` ask for the account whose id is `id`: ours (`internal`) or the caller's (`external`).
pub(crate) fn address(event: &mut Value, id_type: &str, id: &str) {
    let path = format!("/account/{id}");
    set(event, "/pathParameters/account_id", id);
    set(event, "/rawPath", &path);
    set(event, "/requestContext/http/path", &path);
    set(event, "/rawQueryString", &format!("id_type={id_type}"));
    add(event, "", "queryStringParameters", json!({ "id_type": id_type }));
}

/// Lets `event` show the credential, in whichever places it shows one.
pub(crate) fn accredit(event: &mut Value, id: &str, key: &str) {
    show(event, &format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{key}"))));
    // API Gateway hands on forms in Base64.
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", key)];
    let form = serde_urlencoded::to_string(form).unwrap_or_default();
    if event.get("body").is_some() {
        set(event, "/headers/content-length", &form.len().to_string());
        set(event, "/body", &BASE64_STANDARD.encode(form));
    }
}

/// Puts `authorization` where `event` has such a header.
pub(crate) fn show(event: &mut Value, authorization: &str) {
    set(event, "/identitySource/0", authorization);
    set(event, "/headers/authorization", authorization);
}

/// Puts `text` where `pointer` leads, if that is there.
pub(crate) fn set(event: &mut Value, pointer: &str, text: &str) {
    if let Some(place) = event.pointer_mut(pointer) {
        *place = Value::String(text.to_owned());
    }
}

/// Gives the object to which `pointer` leads the member `name`, also if it has none yet.
pub(crate) fn add(event: &mut Value, pointer: &str, name: &str, value: Value) {
    if let Some(members) = event.pointer_mut(pointer).and_then(Value::as_object_mut) {
        members.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_goes_where_the_event_has_one() {
        let mut asked = json!({ "identitySource": ["Basic x"], "headers": { "authorization": "Basic x" } });
        accredit(&mut asked, "id", "key");
        assert_eq!(
            asked,
            json!({ "identitySource": ["Basic aWQ6a2V5"], "headers": { "authorization": "Basic aWQ6a2V5" } })
        );

        let mut form = json!({ "headers": { "content-length": "1" }, "body": "eA==", "isBase64Encoded": true });
        accredit(&mut form, "id", "a+b");
        let body = BASE64_STANDARD.decode(form.get("body").unwrap().as_str().unwrap()).unwrap();
        assert_eq!(body, b"grant_type=client_credentials&client_id=id&client_secret=a%2Bb");
        assert_eq!(form.pointer("/headers/content-length").unwrap(), &json!(body.len().to_string()));
    }

    #[test]
    fn an_account_is_addressed_by_an_id() {
        let mut event = json!({ "rawPath": "/account/1", "pathParameters": { "account_id": "1" } });
        address(&mut event, "external", "2");
        assert_eq!(
            event,
            json!({ "rawPath": "/account/2", "pathParameters": { "account_id": "2" },
                "queryStringParameters": { "id_type": "external" } })
        );
    }

    #[test]
    fn what_was_written_is_found_or_missed_by_name() {
        let answer = json!({ "customer_info": { "external_account_id": "7" } });
        assert_eq!(member("provision-account", &answer, "external_account_id").unwrap(), "7");
        let error = member("administer-organisations", &answer, "app_id").unwrap_err();
        assert_eq!(error.to_string(), "administer-organisations answers without `app_id`");
    }
}
