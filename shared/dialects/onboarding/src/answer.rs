//! What the operations answer.

use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Failure, Request,
    http::ETag,
    schema_types::{ConnectorWord, ConsentWord, EntityTypeWord, IdentifierKindWord, StepWord},
};
use wattbook_domain::{
    IdentifierKind,
    catalogue::{Connector, Consent, EntityType, Step},
};

use crate::{
    catalogue::{Offer, OfferedType},
    schema,
    view::properties,
};

/// Everything that can be onboarded.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntityTypes {
    /// Every type.
    data: Vec<EntityTypeSummary>,
    /// About the list.
    meta: ListMeta,
}

/// About a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListMeta {
    /// How many elements there are.
    total: usize,
}

/// A type, in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntityTypeSummary {
    /// The type.
    #[serde(rename = "type")]
    #[schema(value_type = EntityTypeWord)]
    entity_type: EntityType,
    /// What it is.
    description: String,
    /// Who makes them, by name.
    manufacturers: Vec<ManufacturerSummary>,
}

/// A manufacturer, in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManufacturerSummary {
    /// Its name, or that of another way to the device.
    manufacturer: String,
    /// Whether onboarding requests for its devices can be created in this deployment.
    available: bool,
    /// How its devices are reached.
    #[schema(value_type = ConnectorWord)]
    connector: Connector,
    /// What kind of identifier names a device.
    #[serde(rename = "identifierKind")]
    #[schema(value_type = IdentifierKindWord)]
    identifier_kind: IdentifierKind,
}

/// A type.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EntityTypeDetails)]
pub struct EntityTypeView {
    /// The type.
    #[serde(rename = "type")]
    #[schema(value_type = EntityTypeWord)]
    entity_type: EntityType,
    /// What it is.
    description: String,
    /// Who makes them, by name.
    manufacturers: Vec<ManufacturerView>,
}

/// A manufacturer, or another way to a device, and what it asks for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Manufacturer)]
pub struct ManufacturerView {
    /// The type of its devices.
    #[serde(rename = "type")]
    #[schema(value_type = EntityTypeWord)]
    entity_type: EntityType,
    /// Its name.
    manufacturer: String,
    /// Whether onboarding requests for its devices can be created in this deployment.
    available: bool,
    /// How its devices are reached.
    #[schema(value_type = ConnectorWord)]
    connector: Connector,
    /// Where the owner consents.
    #[schema(value_type = ConsentWord)]
    consent: Consent,
    /// The steps, in their order.
    #[schema(value_type = Vec<StepWord>)]
    steps: Vec<Step>,
    /// What names a device.
    identifier: IdentifierView,
    /// What is asked for: a JSON Schema (2020-12) of an object, whose properties stand in the order of a form.
    #[schema(value_type = Object, additional_properties = true)]
    attributes: Value,
    /// What people can read about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uri")]
    documentation_link: Option<String>,
    /// Values that are taken.
    #[schema(value_type = Object, additional_properties = true)]
    example_attributes: Map<String, Value>,
}

/// What names a device.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IdentifyingAttribute)]
pub struct IdentifierView {
    /// Which of the attributes.
    attribute: String,
    /// What kind of identifier it is.
    #[schema(value_type = IdentifierKindWord)]
    kind: IdentifierKind,
    /// How it is written, for people.
    description: String,
}

impl EntityTypes {
    /// Of these types.
    #[must_use]
    pub fn of(types: &[OfferedType]) -> Self {
        Self { data: types.iter().map(EntityTypeSummary::of).collect(), meta: ListMeta { total: types.len() } }
    }
}

impl EntityTypeSummary {
    fn of(kind: &OfferedType) -> Self {
        let summary = |Offer { manufacturer, available, .. }: &Offer| ManufacturerSummary {
            manufacturer: manufacturer.name.to_string(),
            available: *available,
            connector: manufacturer.connector,
            identifier_kind: manufacturer.identifier.kind,
        };
        Self {
            entity_type: kind.entity_type,
            description: kind.description.to_string(),
            manufacturers: kind.offers.iter().map(summary).collect(),
        }
    }
}

impl EntityTypeView {
    /// Of this type.
    #[must_use]
    pub fn of(kind: &OfferedType) -> Self {
        Self {
            entity_type: kind.entity_type,
            description: kind.description.to_string(),
            manufacturers: kind.offers.iter().map(ManufacturerView::of).collect(),
        }
    }
}

impl ManufacturerView {
    /// Of this one.
    #[must_use]
    pub fn of(Offer { manufacturer, available, .. }: &Offer) -> Self {
        let kind = manufacturer.identifier.kind;
        Self {
            entity_type: manufacturer.entity_type,
            manufacturer: manufacturer.name.to_string(),
            available: *available,
            connector: manufacturer.connector,
            consent: manufacturer.consent,
            steps: manufacturer.steps.clone(),
            identifier: IdentifierView {
                attribute: manufacturer.identifier.attribute.to_string(),
                kind,
                description: format!(
                    "This is {}: {} letters and digits. Capitals, blanks, dots and dashes make no difference.",
                    kind.what(),
                    kind.lengths()
                ),
            },
            attributes: schema::written(&manufacturer.attributes),
            documentation_link: manufacturer.documentation.as_ref().map(|link| link.as_str().to_owned()),
            example_attributes: properties(&manufacturer.example),
        }
    }
}

/// An answer whose version is what it says: it has another one when anything in it is another.
///
/// # Errors
/// It cannot be written.
pub fn versioned(request: &Request, view: &impl Serialize) -> Result<Answer, Failure> {
    let body = serde_json::to_string(view).map_err(|error| Failure::Internal(error.into()))?;
    let digest = Sha256::digest(body.as_bytes());
    let version = digest.iter().take(8).fold(0, |version, byte| (version << 8) | u64::from(*byte));
    ETag(version).answer(request, || Ok(Answer::text(200, "application/json", body)))
}
