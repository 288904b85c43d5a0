//! The JSON Schemas of the messages that ask for something, made of what the dialects declare of the same bodies.

use std::{fs, io, path::Path};

use serde_json::{Value, json};
use wattbook_api::contract::{self, Shape};
use wattbook_intake::{ASKED, Asked, Dialect};

/// The schema of what an event says that asks for something: of its `detail`.
#[must_use]
pub fn of(asked: &Asked) -> Value {
    let (shape, like) = match asked.dialect {
        Dialect::Provisioning => (contract::json::<wattbook_provisioning::bodies::AccountBody>(), "of `POST /account`"),
        Dialect::Accounts => (contract::json::<wattbook_accounts::bodies::AccountBody>(), "of `PUT /rest/v1/accounts`"),
        Dialect::Onboarding => {
            (contract::json::<wattbook_onboarding::requests::body::OnboardingBody>(), "of `POST /onboarding/entities`")
        }
        Dialect::Records => {
            (contract::json::<wattbook_customers::records::RecordBody>(), "of `PUT /api/records/{kind}/{key}`")
        }
    };
    let Shape { schema: body, named } = shape;
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": asked.event_type,
        "description": format!(
            "What comes of it is told by `{}` or `{}`. The organisation is that of the rule that hands it on.",
            asked.completed, asked.rejected
        ),
        "type": "object",
        "required": ["correlation_id", "body"],
        "properties": {
            "correlation_id": {
                "type": "string",
                "pattern": "^[!-~]{1,200}$",
                "description": "What you know it by. The same again within 24 hours takes effect once.",
            },
            "body": { "allOf": [body], "description": format!("The body {like}.") },
        },
        "$defs": named,
    });
    relocated(schema)
}

/// Writes them into `folder`, each as a file that is called as the type of its event.
///
/// # Errors
/// One cannot be written.
pub fn write(folder: &Path) -> io::Result<()> {
    ASKED.iter().try_for_each(|asked| fs::write(folder.join(format!("{}.json", asked.event_type)), text(asked)))
}

/// The file of one.
#[must_use]
pub fn text(asked: &Asked) -> String {
    format!("{:#}\n", of(asked))
}

/// With what it refers to where a schema has it, and not where a contract does.
fn relocated(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let moved = members.into_iter().map(|(name, value)| match (name.as_str(), &value) {
                ("$ref", Value::String(to)) => (name, to.replace("#/components/schemas/", "#/$defs/").into()),
                _ => (name, relocated(value)),
            });
            Value::Object(moved.collect())
        }
        Value::Array(elements) => elements.into_iter().map(relocated).collect(),
        other => other,
    }
}
