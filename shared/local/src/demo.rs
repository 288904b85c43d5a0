//! The demo organisations, made as an operator would: through the operator function.

use std::{fmt, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{InvokeError, LocalError},
    functions::Functions,
    gateway::request_id,
    private_file,
};

/// The operator function's name.
pub const OPERATOR: &str = "administer-organisations";

/// An app id and its key. The key is left out of debug output.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The app id.
    pub app_id: String,
    /// The app key.
    pub app_key: String,
}

impl fmt::Debug for Credential {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Credential").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// The demo organisations and their credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demo {
    /// The id of "Demo Energy", with the label partners NORTH and SOUTH.
    pub organisation_id: String,
    /// Its admin.
    pub admin: Credential,
    /// Its credential for NORTH alone.
    pub brand: Credential,
    /// The id of "Other Energy", with the label partner EAST.
    pub other_organisation_id: String,
    /// Its admin.
    pub other: Credential,
}

/// The demo of an earlier start if the store still has its organisations, else a new one.
///
/// Keys are shown once, when a credential is issued, so `file` keeps them for the next start.
pub(crate) async fn find_or_make(functions: &Functions, file: &Path) -> Result<Demo, LocalError> {
    if let Some(demo) = private_file::read_json::<Demo>(file)? {
        let (own, other) =
            tokio::join!(is_known(functions, &demo.organisation_id), is_known(functions, &demo.other_organisation_id));
        if own? && other? {
            return Ok(demo);
        }
    }
    let (own, other) = tokio::join!(
        organisation(functions, "Demo Energy", &[("NORTH", "RT-HR-NILM-HW"), ("SOUTH", "BR-LR-NILM-noHW")]),
        organisation(functions, "Other Energy", &[("EAST", "RT-HR-NILM-HW")]),
    );
    let ((organisation_id, admin), (other_organisation_id, other)) = (own?, other?);
    let brand = json!({
        "action": "issue-credential",
        "organisation_id": organisation_id,
        "access": "labelpartner",
        "label_partner": "NORTH",
    });
    let brand = credential(functions, brand).await?;
    let demo = Demo { organisation_id, admin, brand, other_organisation_id, other };
    private_file::write(file, json!(demo).to_string().as_bytes())?;
    Ok(demo)
}

async fn is_known(functions: &Functions, organisation_id: &str) -> Result<bool, LocalError> {
    match administer(functions, json!({ "action": "get-organisation", "organisation_id": organisation_id })).await {
        Ok(_) => Ok(true),
        Err(LocalError::Demo { source, .. }) if source.code() == "not_found" => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes an organisation with its label partners, by code and default service type, and gives its
/// id and an admin credential.
async fn organisation(
    functions: &Functions,
    name: &str,
    label_partners: &[(&str, &str)],
) -> Result<(String, Credential), LocalError> {
    let created = administer(functions, json!({ "action": "create-organisation", "name": name })).await?;
    let id = member(&created, "create-organisation", "organisation_id")?;
    for (code, service_type) in label_partners {
        let request = json!({
            "action": "put-label-partner",
            "organisation_id": id,
            "code": code,
            "name": capitalised(code),
            "default_service_type": service_type,
        });
        administer(functions, request).await?;
    }
    let admin = json!({ "action": "issue-credential", "organisation_id": id, "access": "admin" });
    let admin = credential(functions, admin).await?;
    Ok((id, admin))
}

async fn credential(functions: &Functions, request: Value) -> Result<Credential, LocalError> {
    let issued = administer(functions, request).await?;
    Ok(Credential {
        app_id: member(&issued, "issue-credential", "app_id")?,
        app_key: member(&issued, "issue-credential", "app_key")?,
    })
}

async fn administer(functions: &Functions, request: Value) -> Result<Value, LocalError> {
    let action = request.get("action").and_then(Value::as_str).unwrap_or_default().to_owned();
    invoke(functions, OPERATOR, &request).await.map_err(|source| LocalError::Demo { action, source })
}

/// Invokes a function with an event that is at hand, outside of any request.
pub(crate) async fn invoke(functions: &Functions, name: &str, event: &Value) -> Result<Value, InvokeError> {
    let event = serde_json::value::to_raw_value(event)?;
    let answer = functions.invoke(name, event, &request_id()).await?;
    Ok(serde_json::from_str(answer.get())?)
}

fn member(answer: &Value, action: &str, member: &'static str) -> Result<String, LocalError> {
    let found = answer.get(member).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| LocalError::DemoAnswer { action: action.to_owned(), member })
}

/// `NORTH` is called North.
fn capitalised(code: &str) -> String {
    let mut characters = code.chars();
    characters.next().map(|first| format!("{first}{}", characters.as_str().to_lowercase())).unwrap_or_default()
}
