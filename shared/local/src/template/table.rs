//! The table's part of the template.

use serde::Deserialize;

use super::{Resource, TemplateError, value::Scope, value::not_understood};

/// Properties that a table on one machine does without: they protect what is stored, or label it.
///
/// The stream is among them because it is switched on if a function listens, with what Lambda
/// needs: both images.
const WITHOUT_PART: &[&str] = &[
    "ContributorInsightsSpecification",
    "DeletionProtectionEnabled",
    "PointInTimeRecoverySpecification",
    "SSESpecification",
    "StreamSpecification",
    "TableClass",
    "Tags",
];

/// The table as `CreateTable` wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// Its name.
    pub name: String,
    /// The attributes that keys are made of.
    pub attributes: Vec<AttributeDefinition>,
    /// Its primary key.
    pub keys: Vec<KeyDefinition>,
    /// Its global secondary indexes.
    pub global_indexes: Vec<IndexDefinition>,
    /// Its local secondary indexes.
    pub local_indexes: Vec<IndexDefinition>,
    /// The attribute, in epoch seconds, after which an item is removed.
    pub expires_by: Option<String>,
}

/// An attribute that a key is made of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AttributeDefinition {
    /// The attribute.
    pub attribute_name: String,
    /// `S`, `N` or `B`.
    pub attribute_type: String,
}

/// One part of a key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct KeyDefinition {
    /// The attribute.
    pub attribute_name: String,
    /// `HASH` or `RANGE`.
    pub key_type: String,
}

/// A secondary index.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct IndexDefinition {
    /// Its name.
    pub index_name: String,
    /// Its key.
    pub key_schema: Vec<KeyDefinition>,
    /// Which attributes it repeats.
    pub projection: ProjectionDefinition,
}

/// Which attributes an index repeats.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ProjectionDefinition {
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection_type: String,
    /// The attributes besides the keys, for `INCLUDE`.
    #[serde(default)]
    pub non_key_attributes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    billing_mode: Option<String>,
    attribute_definitions: Vec<AttributeDefinition>,
    key_schema: Vec<KeyDefinition>,
    #[serde(default)]
    global_secondary_indexes: Vec<IndexDefinition>,
    #[serde(default)]
    local_secondary_indexes: Vec<IndexDefinition>,
    time_to_live_specification: Option<TimeToLive>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}

pub(super) fn read(resource: Resource<'_>, scope: &Scope<'_>, name: &str) -> Result<TableDefinition, TemplateError> {
    let place = resource.place();
    let mut evaluated = serde_json::Map::new();
    for key in resource.property_names().filter(|key| !WITHOUT_PART.contains(key)) {
        if let Some(value) = resource.property(key) {
            evaluated.insert(key.to_owned(), scope.evaluate(value, &format!("{place}.{key}"))?);
        }
    }
    let properties: Properties =
        serde_json::from_value(evaluated.into()).map_err(|error| not_understood(&place, &error))?;
    if properties.billing_mode.as_deref() != Some("PAY_PER_REQUEST") {
        return Err(not_understood(&place, &"only the billing mode PAY_PER_REQUEST is known"));
    }
    Ok(TableDefinition {
        name: name.to_owned(),
        attributes: properties.attribute_definitions,
        keys: properties.key_schema,
        global_indexes: properties.global_secondary_indexes,
        local_indexes: properties.local_secondary_indexes,
        expires_by: properties
            .time_to_live_specification
            .filter(|time_to_live| time_to_live.enabled)
            .map(|time_to_live| time_to_live.attribute_name),
    })
}
