//! Entities: how they are shown, and what can be set of them.

use deserr::Deserr;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema, Type,
        schema::{AdditionalProperties, ObjectBuilder, SchemaType},
    },
};
use wattbook_api::{
    Answer, Failure, Faults, Services,
    fault::{Pointer, Reason},
    http::ETag,
    schema_types::{
        ConnectorWord, DisconnectReasonWord, EntityStatusWord, EntityTypeWord, ExternalIdText, Line100, PermissionWord,
    },
};
use wattbook_domain::{
    ExternalId, Flaw, Name,
    catalogue::{Connector, EntityType, Manufacturer, attributes::MAX_ATTRIBUTES},
    entity::{DisconnectReason, Entity, EntityChange, EntityStatus, Permission, Setting},
};

use crate::{
    catalogue,
    schema::{Members, ValueBody},
    view::{IdentifierView, TenantView, properties},
};

/// An entity: a device that is connected, or was.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Entity)]
pub struct EntityView {
    /// Our id.
    #[schema(format = "uuid")]
    id: String,
    /// The same as a number of 14 to 16 digits, for systems whose ids are numbers.
    #[schema(minimum = 10_000_000_000_000_i64, maximum = 9_007_199_254_740_991_i64)]
    number: u64,
    /// What it is.
    #[serde(rename = "type")]
    #[schema(value_type = EntityTypeWord)]
    entity_type: EntityType,
    /// Who makes it, or another way to it.
    manufacturer: String,
    /// How it is reached.
    #[schema(value_type = ConnectorWord)]
    connector: Connector,
    /// Whether it is connected.
    #[schema(value_type = EntityStatusWord)]
    status: EntityStatus,
    /// What names it.
    identifier: IdentifierView,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
    /// Your own name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reference: Option<String>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    owner: Option<String>,
    /// What is stated of it, as it was written.
    #[schema(value_type = Object, additional_properties = true)]
    properties: Map<String, Value>,
    /// The organisation.
    tenant: TenantView,
    /// The brand.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    label_partner: Option<String>,
    /// The account that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    account_id: Option<String>,
    /// The meter of that account that it is at.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_meter_id: Option<String>,
    /// The ids of the collectives that it is in.
    #[schema(value_type = Vec<String>)]
    collectives: Vec<String>,
    /// The onboarding request that it came of.
    #[schema(format = "uuid")]
    onboarding_id: String,
    /// When it was connected.
    #[schema(format = "date-time")]
    connected_at: String,
    /// When it was disconnected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    disconnected_at: Option<String>,
    /// Why it was disconnected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<DisconnectReasonWord>)]
    disconnect_reason: Option<DisconnectReason>,
    /// The offboarding that disconnected it, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    offboarding_id: Option<String>,
    /// When it was created, which is when it was connected.
    #[schema(format = "date-time")]
    created: String,
    /// When it was last changed.
    #[schema(format = "date-time")]
    updated: String,
}

/// What the caller can do with an entity.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = EntityPermissions)]
pub struct PermissionsView {
    /// The entity.
    #[schema(format = "uuid")]
    entity_id: String,
    /// What can be done with it now. Of one that is connected no longer, nothing but to read it.
    #[schema(value_type = Vec<PermissionWord>)]
    permissions: Vec<Permission>,
}

/// What to set of an entity. What is absent stays; `null` takes it out.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = EntityChange)]
pub struct EntityChangeBody {
    /// What people call it.
    #[deserr(default)]
    #[serde(default)]
    #[schema(value_type = Option<Line100>)]
    pub name: Setting<Name>,
    /// Your own name for it.
    #[deserr(default)]
    #[serde(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub reference: Setting<ExternalId>,
    /// Attributes that the manufacturer asks for, by their names.
    #[deserr(default)]
    #[schema(value_type = Option<PropertiesSchema>)]
    pub properties: Option<Members<Option<ValueBody>>>,
}

/// Attributes by their names, for the contract.
pub struct PropertiesSchema;

impl PartialSchema for PropertiesSchema {
    fn schema() -> RefOr<Schema> {
        let name = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[a-z][A-Za-z0-9]{0,39}$"));
        let value = SchemaType::from_iter([Type::String, Type::Number, Type::Boolean, Type::Null]);
        let value =
            ObjectBuilder::new().schema_type(value).max_length(Some(1000)).minimum(Some(-1e15)).maximum(Some(1e15));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Attributes by their names; `null` takes one out."))
            .property_names(Some(Schema::from(name)))
            .max_properties(Some(MAX_ATTRIBUTES))
            .additional_properties(Some(AdditionalProperties::RefOr(RefOr::T(value.into()))))
            .into()
    }
}

impl ToSchema for PropertiesSchema {
    fn name() -> std::borrow::Cow<'static, str> {
        "PutProperties".into()
    }
}

impl From<EntityChangeBody> for EntityChange {
    fn from(read: EntityChangeBody) -> Self {
        let stated = read.properties.into_iter().flat_map(|members| members.0);
        let attributes = stated.map(|(name, value)| (name, value.map(|ValueBody(value)| value))).collect();
        Self { name: read.name, reference: read.reference, attributes }
    }
}

impl EntityView {
    /// Of this one.
    #[must_use]
    pub fn of(entity: &Entity) -> Self {
        Self {
            id: entity.id.to_string(),
            number: entity.id.number().get(),
            entity_type: entity.entity_type,
            manufacturer: entity.manufacturer.to_string(),
            connector: entity.connector,
            status: entity.status(),
            identifier: IdentifierView {
                attribute: entity.identifying.to_string(),
                kind: entity.identifier.kind(),
                value: entity.identifier.to_string(),
            },
            name: entity.name.as_ref().map(ToString::to_string),
            reference: entity.reference.as_ref().map(ToString::to_string),
            owner: entity.owner.as_ref().map(ToString::to_string),
            properties: properties(&entity.attributes),
            tenant: TenantView::of(entity.organisation),
            label_partner: entity.label_partner.as_ref().map(ToString::to_string),
            account_id: entity.account.map(|id| id.to_string()),
            external_meter_id: entity.external_meter_id.as_ref().map(ToString::to_string),
            collectives: entity.collectives.iter().map(ToString::to_string).collect(),
            onboarding_id: entity.onboarding.to_string(),
            connected_at: entity.created_at.to_string(),
            disconnected_at: entity.disconnected.map(|it| it.at.to_string()),
            disconnect_reason: entity.disconnected.map(|it| it.reason),
            offboarding_id: entity.offboarding.map(|id| id.to_string()),
            created: entity.created_at.to_string(),
            updated: entity.updated_at.to_string(),
        }
    }
}

impl PermissionsView {
    /// Of this one.
    #[must_use]
    pub fn of(entity: &Entity) -> Self {
        Self { entity_id: entity.id.to_string(), permissions: entity.permissions() }
    }
}

/// Answers with an entity as it is stored, in its version.
///
/// # Errors
/// It cannot be written as JSON.
pub fn answer(entity: &Entity) -> Result<Answer, Failure> {
    Ok(Answer::json(200, &EntityView::of(entity))?.header("etag", ETag(entity.version)))
}

/// The manufacturer of an entity, as the deployment has it now.
///
/// # Errors
/// The deployment has it no longer, or the store failed.
pub async fn manufacturer(services: &Services, entity: &Entity) -> Result<Manufacturer, Failure> {
    match catalogue::one(services, entity.entity_type.word(), entity.manufacturer.as_str()).await {
        Ok(offer) => Ok(offer.manufacturer),
        Err(Failure::NotFound) => {
            let mut faults = Faults::default();
            let message = "cannot be set: the manufacturer is none of the catalogue any more, so that nobody knows what it \
                           asks for";
            faults.body(&Pointer::root().child("properties"), Reason::new("unknown_manufacturer", message));
            Err(Failure::Rules(faults))
        }
        Err(failure) => Err(failure),
    }
}

/// The entity with what is to be set.
///
/// # Errors
/// It is connected no longer, or a property will not do: 400 if one is wrong by itself, 409 if all would do for another
/// entity.
pub fn changed(entity: &Entity, change: &EntityChange, manufacturer: Option<&Manufacturer>) -> Result<Entity, Failure> {
    check_connected(entity, &Pointer::root())?;
    entity.changed(change, manufacturer).map_err(|flaws| {
        let of_this_one = flaws.iter().all(|(_, flaw)| *flaw == Flaw::Immutable);
        let mut faults = Faults::default();
        for (name, flaw) in flaws {
            faults.body(&Pointer::root().child("properties").child(name), flaw);
        }
        if of_this_one { Failure::Rules(faults) } else { Failure::Faults(faults) }
    })
}

/// That an entity is connected; of another one nothing changes.
///
/// # Errors
/// It is not.
pub fn check_connected(entity: &Entity, path: &Pointer) -> Result<(), Failure> {
    if entity.is_connected() {
        Ok(())
    } else {
        Err(Failure::Disconnected { path: path.clone(), offboarding: entity.offboarding })
    }
}
