//! Collectives: what they are made of, how they are shown, and who is added to them.

use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Failure, Faults, clock,
    fault::Pointer,
    posted::Posted,
    schema_types::{CollectiveKindWord, ExternalIdText, LabelPartner, Line100},
};
use wattbook_domain::{
    AnswerKey, ExternalId, Flaw, LabelPartnerCode, Name, OrganisationId,
    entity::{Collective, CollectiveId, CollectiveKind, EntityId},
};

use crate::view::TenantView;

/// A collective to create.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields, rename_all = camelCase)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = CreateCollective)]
pub struct CollectiveBody {
    /// What people call it.
    #[schema(value_type = Line100)]
    pub name: Name,
    /// What kind of group it is; a household, if you leave it out.
    #[deserr(default, rename = "type")]
    #[serde(rename = "type")]
    #[schema(value_type = Option<CollectiveKindWord>)]
    pub kind: Option<CollectiveKind>,
    /// The organisation that it is for; yours, if you leave it out, and no other.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub tenant_id: Option<OrganisationId>,
    /// Your own name for it.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub reference: Option<ExternalId>,
    /// The brand, which is that of its entities, too. Without it that of a credential that reaches one brand alone; else
    /// none.
    #[deserr(default)]
    #[schema(value_type = Option<LabelPartner>)]
    pub label_partner: Option<LabelPartnerCode>,
}

/// An entity to add to a collective.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields, rename_all = camelCase)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AddCollectiveEntity)]
pub struct MemberBody {
    /// Our id of the entity.
    #[schema(value_type = String, format = "uuid")]
    pub entity_id: EntityId,
}

/// A collective: a group of entities.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Collective)]
pub struct CollectiveView {
    /// Our id; absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    id: Option<String>,
    /// What people call it.
    name: String,
    /// What kind of group it is.
    #[serde(rename = "type")]
    #[schema(value_type = CollectiveKindWord)]
    kind: CollectiveKind,
    /// Your own name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reference: Option<String>,
    /// The organisation.
    tenant: TenantView,
    /// The brand.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    label_partner: Option<String>,
    /// When it was created.
    #[schema(format = "date-time")]
    created: String,
}

impl CollectiveView {
    /// Of one that is stored.
    #[must_use]
    pub fn of(collective: &Collective) -> Self {
        Self { id: Some(collective.id.to_string()), ..Self::rehearsed(collective) }
    }

    /// Of one that is not: without its id.
    #[must_use]
    pub fn rehearsed(collective: &Collective) -> Self {
        Self {
            id: None,
            name: collective.name.to_string(),
            kind: collective.kind,
            reference: collective.reference.as_ref().map(ToString::to_string),
            tenant: TenantView::of(collective.organisation),
            label_partner: collective.label_partner.as_ref().map(ToString::to_string),
            created: collective.created_at.to_string(),
        }
    }
}

/// Reads the body of `POST /collectives`.
///
/// # Errors
/// There are faults, or it is for another organisation.
pub fn created(posted: &mut Posted) -> Result<Collective, Failure> {
    let read: CollectiveBody = posted.body()?;
    let Posted { caller, faults, document, .. } = posted;
    if read.label_partner.as_ref().is_some_and(|it| caller.default_service_type(it).is_none()) {
        faults.body(&Pointer::root().child("labelPartner"), Flaw::UnknownLabelPartner);
        faults.sort_by(document);
    }
    std::mem::take(faults).none()?;
    let organisation = caller.reach.organisation;
    if read.tenant_id.is_some_and(|tenant| tenant != organisation) {
        return Err(Failure::Unseen(Pointer::root().child("tenantId")));
    }
    Ok(Collective {
        id: CollectiveId::new_random(),
        organisation,
        label_partner: read.label_partner.or_else(|| caller.brand().cloned()),
        name: read.name,
        kind: read.kind.unwrap_or(CollectiveKind::Household),
        reference: read.reference,
        answer_key: AnswerKey::new_random(),
        created_at: clock::now(),
    })
}
