//! What views of requests, entities and collectives have in common.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wattbook_api::schema_types::IdentifierKindWord;
use wattbook_domain::{
    IdentifierKind, OrganisationId,
    catalogue::attributes::{AttributeName, AttributeValue},
};

use crate::schema::number;

/// What names a device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeviceIdentifier)]
pub struct IdentifierView {
    /// The attribute that has it.
    pub attribute: String,
    /// What kind it is.
    #[schema(value_type = IdentifierKindWord)]
    pub kind: IdentifierKind,
    /// Its one form: capitals and digits alone.
    pub value: String,
}

/// An organisation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tenant)]
pub struct TenantView {
    /// Its id.
    #[schema(format = "uuid")]
    pub id: String,
}

impl TenantView {
    /// Of this one.
    #[must_use]
    pub fn of(organisation: OrganisationId) -> Self {
        Self { id: organisation.to_string() }
    }
}

/// Attributes, as they are written in JSON.
#[must_use]
pub fn properties(attributes: &BTreeMap<AttributeName, AttributeValue>) -> Map<String, Value> {
    let value = |value: &AttributeValue| match value {
        AttributeValue::Truth(truth) => Value::from(*truth),
        AttributeValue::Whole(whole) => Value::from(*whole),
        AttributeValue::Number(other) => number(*other),
        AttributeValue::Text(text) => Value::from(text.as_str()),
    };
    attributes.iter().map(|(name, it)| (name.to_string(), value(it))).collect()
}
