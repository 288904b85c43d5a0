//! What has to exist before a sample event can succeed: an account to read, a credential to accept.
//!
//! The functions under measurement make it themselves, so that no second writer of the table has to
//! be kept in step with them.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    measure::{self, MeasureError, Subject},
    sample::{Sample, SampleError, Serial},
    store::Store,
    workspace::Workspace,
};

/// Makes credentials.
const OPERATOR: &str = "administer-organisations";
/// Makes accounts.
const PROVISION: &str = "provision-account";

/// Why a function could not be prepared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrepareError {
    /// A sample event is not usable.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The function that writes what is needed failed.
    #[error("{0}, which has to run before: {1}")]
    Writer(&'static str, #[source] MeasureError),
    /// The function that writes what is needed does not say what it wrote.
    #[error("{writer}, which has to run before, answers without `{member}`")]
    Silent {
        /// The function.
        writer: &'static str,
        /// What its answer lacks.
        member: &'static str,
    },
}

/// The function that has to run before `name`, if there is one.
pub(crate) fn writer(name: &str) -> Option<&'static str> {
    match name {
        "get-provisioned-account" => Some(PROVISION),
        "authorize-request" | "issue-token" => Some(OPERATOR),
        _ => None,
    }
}

/// Makes subjects for measurement.
#[derive(Debug)]
pub(crate) struct Preparation<'a> {
    /// Where binaries and samples are.
    pub(crate) workspace: &'a Workspace,
    /// What the functions work on.
    pub(crate) store: &'a Store,
}

impl Preparation<'_> {
    /// The function `name` with a sample event that will succeed.
    ///
    /// # Errors
    /// There is no sample, or what it needs could not be made.
    pub(crate) async fn subject(&self, name: &str, serial: &mut Serial) -> Result<Subject, PrepareError> {
        let mut event = Sample::read(&self.workspace.event(name))?.event;
        match writer(name) {
            Some(PROVISION) => address(&mut event, &self.account(serial).await?),
            Some(OPERATOR) => {
                let (id, key) = self.credential(serial).await?;
                accredit(&mut event, &id, &key);
            }
            _ => {}
        }
        Ok(self.with(name, Sample::new(event)))
    }

    /// Provisions an account and gives the caller's id for it.
    async fn account(&self, serial: &mut Serial) -> Result<String, PrepareError> {
        let sample = Sample::read(&self.workspace.event(PROVISION))?;
        let answer = self.ask(PROVISION, sample, serial).await?;
        let body = answer.get("body").and_then(Value::as_str).unwrap_or_default();
        member(PROVISION, &serde_json::from_str(body).unwrap_or_default(), "external_account_id")
    }

    /// Creates an organisation and gives the id and the key of a credential of it.
    async fn credential(&self, serial: &mut Serial) -> Result<(String, String), PrepareError> {
        let sample = Sample::read(&self.workspace.event(OPERATOR))?;
        let organisation = self.ask(OPERATOR, sample, serial).await?;
        let organisation = member(OPERATOR, &organisation, "organisation_id")?;
        let order = json!({ "action": "issue-credential", "organisation_id": organisation, "access": "admin" });
        let credential = self.ask(OPERATOR, Sample::new(order), serial).await?;
        Ok((member(OPERATOR, &credential, "app_id")?, member(OPERATOR, &credential, "app_key")?))
    }

    async fn ask(&self, name: &'static str, sample: Sample, serial: &mut Serial) -> Result<Value, PrepareError> {
        let subject = self.with(name, sample);
        measure::ask(&subject, serial).await.map_err(|error| PrepareError::Writer(name, error))
    }

    fn with(&self, name: &str, sample: Sample) -> Subject {
        let binary = self.workspace.binary(name);
        Subject { name: name.to_owned(), binary, sample, environment: self.store.environment(name) }
    }
}

/// The text under `name`, at whatever depth of `answer`.
fn member(writer: &'static str, answer: &Value, name: &'static str) -> Result<String, PrepareError> {
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
    find(answer, name).map(str::to_owned).ok_or(PrepareError::Silent { writer, member: name })
}

/// Lets `event` ask for the account that its caller calls `id`.
fn address(event: &mut Value, id: &str) {
    let path = format!("/account/{id}");
    let query = json!({ "id_type": "external" });
    set(event, "/pathParameters/account_id", id);
    set(event, "/rawPath", &path);
    set(event, "/requestContext/http/path", &path);
    set(event, "/rawQueryString", "id_type=external");
    if let Some(place) = event.pointer_mut("/queryStringParameters") {
        *place = query;
    }
}

/// Lets `event` show the credential, in whichever places it shows one.
fn accredit(event: &mut Value, id: &str, key: &str) {
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{key}")));
    set(event, "/identitySource/0", &basic);
    set(event, "/headers/authorization", &basic);
    // API Gateway hands on forms in Base64.
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", key)];
    let form = serde_urlencoded::to_string(form).unwrap_or_default();
    if event.get("body").is_some() {
        set(event, "/headers/content-length", &form.len().to_string());
        set(event, "/body", &BASE64_STANDARD.encode(form));
    }
}

/// Puts `text` where `pointer` leads, if that is there.
fn set(event: &mut Value, pointer: &str, text: &str) {
    if let Some(place) = event.pointer_mut(pointer) {
        *place = Value::String(text.to_owned());
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
    fn an_account_is_addressed_by_the_callers_id() {
        let mut event = json!({ "rawPath": "/account/1", "pathParameters": { "account_id": "1" } });
        address(&mut event, "2");
        assert_eq!(event, json!({ "rawPath": "/account/2", "pathParameters": { "account_id": "2" } }));
    }

    #[test]
    fn what_was_written_is_found_or_missed_by_name() {
        let answer = json!({ "customer_info": { "external_account_id": "7" } });
        assert_eq!(member(PROVISION, &answer, "external_account_id").unwrap(), "7");
        let error = member(OPERATOR, &answer, "app_id").unwrap_err();
        assert_eq!(error.to_string(), "administer-organisations, which has to run before, answers without `app_id`");
    }
}
