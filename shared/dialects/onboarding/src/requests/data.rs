//! What a request is about: the device, and whose it is.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wattbook_api::schema_types::EntityTypeWord;
use wattbook_domain::{
    catalogue::EntityType,
    onboarding::{OnboardingRequest, OnboardingStatus},
};

use crate::view::{IdentifierView, TenantView, properties};

/// What a request is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnboardingData)]
pub struct DataView {
    /// The device.
    entity: DeviceView,
    /// The organisation.
    tenant: TenantView,
    /// The collective that it is to be a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    collective: Option<CollectiveRef>,
}

/// The device of a request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OnboardingDevice)]
pub struct DeviceView {
    /// The entity's id, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    id: Option<String>,
    /// What it is.
    #[serde(rename = "type")]
    #[schema(value_type = EntityTypeWord)]
    entity_type: EntityType,
    /// Who makes it, or another way to it.
    manufacturer: String,
    /// What names it, once that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    identifier: Option<IdentifierView>,
    /// What is stated of it, as it was written.
    #[schema(value_type = Object, additional_properties = true)]
    properties: Map<String, Value>,
    /// What its owner is still asked for, by the names of the attributes.
    missing: Vec<String>,
    /// Your own name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reference: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    owner: Option<String>,
    /// The brand.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    label_partner: Option<String>,
    /// The account that it is to belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    account_id: Option<String>,
    /// The meter that it is at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_meter_id: Option<String>,
}

/// A collective.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CollectiveReference)]
pub struct CollectiveRef {
    /// Our id.
    #[schema(format = "uuid")]
    pub id: String,
}

impl DataView {
    pub(super) fn of(request: &OnboardingRequest) -> Self {
        let device = &request.device;
        let entity = (request.status == OnboardingStatus::Succeeded).then(|| request.entity.to_string());
        Self {
            entity: DeviceView {
                id: entity,
                entity_type: device.entity_type,
                manufacturer: device.manufacturer.to_string(),
                identifier: device.identifier.as_ref().map(|identifier| IdentifierView {
                    attribute: device.identifying.attribute.to_string(),
                    kind: identifier.kind(),
                    value: identifier.to_string(),
                }),
                properties: properties(&device.attributes),
                missing: device.missing.0.iter().map(|it| it.name.to_string()).collect(),
                reference: request.reference.as_ref().map(|it| it.as_str().to_owned()),
                owner: request.owner.as_ref().map(|it| it.as_str().to_owned()),
                label_partner: request.label_partner.as_ref().map(ToString::to_string),
                account_id: request.account.map(|it| it.to_string()),
                external_meter_id: request.external_meter_id.as_ref().map(|it| it.as_str().to_owned()),
            },
            tenant: TenantView::of(request.organisation),
            collective: request.collective.map(|id| CollectiveRef { id: id.to_string() }),
        }
    }
}
