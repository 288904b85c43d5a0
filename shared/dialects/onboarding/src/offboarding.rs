//! Offboarding: how an organisation lets go of a device.

use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{Faults, clock, schema_types::Line500};
use wattbook_domain::{
    AnswerKey, Text,
    entity::{Entity, EntityId, Offboarding, OffboardingId},
};

use crate::view::TenantView;

/// An entity to offboard.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields, rename_all = camelCase)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = OffboardEntity)]
pub struct OffboardingBody {
    /// Our id of the entity.
    #[schema(value_type = String, format = "uuid")]
    pub entity_id: EntityId,
    /// Why, for your own records.
    #[deserr(default)]
    #[schema(value_type = Option<Line500>)]
    pub reason: Option<Text<500>>,
}

/// An offboarding, which is done when it is answered.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OffboardingRequest)]
pub struct OffboardingView {
    /// Our id; absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    id: Option<String>,
    /// What is asked for.
    #[schema(pattern = "^Offboarding$")]
    request_type: &'static str,
    /// How far it has come.
    #[schema(pattern = "^Succeeded$")]
    status: &'static str,
    /// The entity.
    #[schema(format = "uuid")]
    entity_id: String,
    /// Why, as you said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// The organisation.
    tenant: TenantView,
    /// The brand.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    label_partner: Option<String>,
    /// When.
    #[schema(format = "date-time")]
    created: String,
}

impl OffboardingBody {
    /// The offboarding that is asked for, of this entity.
    #[must_use]
    pub fn of(&self, entity: &Entity) -> Offboarding {
        Offboarding {
            id: OffboardingId::new_random(),
            organisation: entity.organisation,
            label_partner: entity.label_partner.clone(),
            entity: entity.id,
            reason: self.reason.clone(),
            answer_key: AnswerKey::new_random(),
            created_at: clock::now(),
        }
    }
}

impl OffboardingView {
    /// Of one that is stored.
    #[must_use]
    pub fn of(offboarding: &Offboarding) -> Self {
        Self { id: Some(offboarding.id.to_string()), ..Self::rehearsed(offboarding) }
    }

    /// Of one that is not: without its id.
    #[must_use]
    pub fn rehearsed(offboarding: &Offboarding) -> Self {
        Self {
            id: None,
            request_type: "Offboarding",
            status: "Succeeded",
            entity_id: offboarding.entity.to_string(),
            reason: offboarding.reason.as_ref().map(ToString::to_string),
            tenant: TenantView::of(offboarding.organisation),
            label_partner: offboarding.label_partner.as_ref().map(ToString::to_string),
            created: offboarding.created_at.to_string(),
        }
    }
}
