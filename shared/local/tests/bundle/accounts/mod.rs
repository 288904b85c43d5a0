//! The accounts dialect: a file per operation, and one for each promise that several share.

mod add;
mod delete;
mod dialects;
mod get;
mod isolation;
mod malformed;
mod places;
mod properties;
mod races;
mod seeds;
mod tariffs;
mod update;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Answered, Running, send};

pub(crate) const ACCOUNTS: &str = "/rest/v1/accounts";

/// The four paths under which an account is found: by our id and by the caller's own, plural and singular.
pub(crate) fn aliases(id: &str, own: &str) -> [String; 4] {
    [
        format!("/rest/v1/accounts/{id}"),
        format!("/rest/v1/accounts/pid/{own}"),
        format!("/rest/v1/account/{id}"),
        format!("/rest/v1/account/pid/{own}"),
    ]
}

impl Running {
    /// Sends a request of this dialect as the admin.
    pub(crate) async fn rest(&self, method: Method, path: &str, body: impl Into<Option<Value>>) -> Answered {
        self.change(method, self.admin(), path, body.into()).await
    }

    /// The same, to be given headers.
    pub(crate) fn rest_request(&self, method: Method, path: &str) -> RequestBuilder {
        let admin = self.admin();
        self.request(method, path).basic_auth(&admin.app_id, Some(&admin.app_key))
    }

    /// A request with one header.
    pub(crate) async fn rest_with(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        header: (&str, &str),
    ) -> Answered {
        let request = self.rest_request(method, path).header(header.0, header.1);
        send(body.iter().fold(request, RequestBuilder::json)).await
    }

    /// Adds an account that must be taken, and gives it as it was answered.
    pub(crate) async fn added(&self, body: Value) -> Value {
        result(&self.rest(Method::POST, ACCOUNTS, body).await)
    }

    /// The account under an own id, with all its fields.
    pub(crate) async fn by_pid(&self, own: &str) -> Value {
        result(&self.get(self.admin(), &format!("/rest/v1/accounts/pid/{own}?fields=ext")).await)
    }
}

/// The results of a success, after a look at the envelope.
pub(crate) fn results(answer: &Answered) -> Vec<Value> {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{answer:?}");
    let envelope = answer.json();
    let members: Vec<_> = envelope.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["status", "count", "type", "results"]);
    let results = envelope["results"].as_array().cloned().unwrap_or_default();
    assert_eq!((&envelope["status"], &envelope["count"]), (&json!("success"), &json!(results.len())));
    results
}

/// The one result of a success.
pub(crate) fn result(answer: &Answered) -> Value {
    let mut results = results(answer);
    assert_eq!(results.len(), 1, "{answer:?}");
    results.remove(0)
}

/// Status and errors, each as `code object property value`, after a look at the envelope.
pub(crate) fn refusal(answer: &Answered) -> (u16, Vec<String>) {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    assert!(answer.header("x-request-id").is_some());
    let envelope = answer.json();
    let list = envelope["results"].as_array().unwrap_or_else(|| panic!("no errors: {answer:?}"));
    assert_eq!((&envelope["status"], &envelope["type"]), (&json!("error"), &json!("Error")));
    assert_eq!(envelope["count"], json!(list.len()));
    let error = |error: &Value| {
        assert!(!error["message"].as_str().unwrap().is_empty());
        let parts = ["code", "objectName", "propertyName", "propertyValue"].map(|name| error[name].as_str());
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    (answer.status, list.iter().map(error).collect())
}

/// A refusal to compare with.
pub(crate) fn refused(status: u16, errors: &[&str]) -> (u16, Vec<String>) {
    (status, errors.iter().map(|&error| error.to_owned()).collect())
}
