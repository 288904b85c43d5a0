//! What an event of a request or of an entity says: enough to find it and what it belongs to. Nothing by which its owner
//! or his device is known outside, such as the identifier, is in it.

use serde_json::{Map, Value, json};
use wattbook_domain::{
    AccountId, ExternalId, LabelPartnerCode, OrganisationId,
    catalogue::{EntityType, ManufacturerName},
    entity::{CollectiveId, EntityId},
    events::{
        entity::EntityEvent,
        onboarding::{Happening, OnboardingEvent},
    },
    onboarding::{FailureCode, OnboardingId, OnboardingStatus},
};

use crate::bus::Event;

/// What the events of both have.
struct Subject<'a> {
    organisation: OrganisationId,
    onboarding: OnboardingId,
    entity: Option<EntityId>,
    account: Option<AccountId>,
    external_meter_id: Option<&'a ExternalId>,
    label_partner: Option<&'a LabelPartnerCode>,
    reference: Option<&'a ExternalId>,
    entity_type: EntityType,
    manufacturer: &'a ManufacturerName,
    version: u64,
}

pub(super) fn of_request(event: &OnboardingEvent<'_>) -> Event {
    let request = event.request;
    let subject = Subject {
        organisation: request.organisation,
        onboarding: request.id,
        // Its id is drawn with the request, and leads nowhere before.
        entity: (request.status == OnboardingStatus::Succeeded).then_some(request.entity),
        account: request.account,
        external_meter_id: request.external_meter_id.as_ref(),
        label_partner: request.label_partner.as_ref(),
        reference: request.reference.as_ref(),
        entity_type: request.device.entity_type,
        manufacturer: &request.device.manufacturer,
        version: event.version,
    };
    let mut detail = subject.detail();
    insert(&mut detail, "collective_id", request.collective.map(|id| id.to_string()));
    if let Happening::StatusChanged { status, previous } = event.happening {
        insert(&mut detail, "status", Some(status.word()));
        insert(&mut detail, "previous_status", previous.map(OnboardingStatus::word));
        insert(&mut detail, "failure", request.failure.map(FailureCode::word));
    }
    Event { id: event.id(), kind: event.kind(), occurred_at: event.occurred_at, detail }
}

pub(super) fn of_entity(event: &EntityEvent<'_>) -> Event {
    let entity = event.entity;
    let subject = Subject {
        organisation: entity.organisation,
        onboarding: entity.onboarding,
        entity: Some(entity.id),
        account: entity.account,
        external_meter_id: entity.external_meter_id.as_ref(),
        label_partner: entity.label_partner.as_ref(),
        reference: entity.reference.as_ref(),
        entity_type: entity.entity_type,
        manufacturer: &entity.manufacturer,
        version: event.version,
    };
    let mut detail = subject.detail();
    let collectives: Vec<_> = event.collectives.iter().map(CollectiveId::to_string).collect();
    detail.insert("collective_ids".into(), json!(collectives));
    insert(&mut detail, "reason", event.reason());
    Event { id: event.id(), kind: event.kind(), occurred_at: event.occurred_at, detail }
}

impl Subject<'_> {
    fn detail(&self) -> Map<String, Value> {
        let mut detail = Map::new();
        insert(&mut detail, "organisation_id", Some(self.organisation.to_string()));
        insert(&mut detail, "onboarding_id", Some(self.onboarding.to_string()));
        insert(&mut detail, "entity_id", self.entity.map(|id| id.to_string()));
        insert(&mut detail, "entity_number", self.entity.map(|id| id.number().get()));
        insert(&mut detail, "account_id", self.account.map(|id| id.to_string()));
        insert(&mut detail, "external_meter_id", self.external_meter_id.map(ExternalId::as_str));
        insert(&mut detail, "label_partner", self.label_partner.map(LabelPartnerCode::as_str));
        insert(&mut detail, "reference", self.reference.map(ExternalId::as_str));
        insert(&mut detail, "type", Some(self.entity_type.word()));
        insert(&mut detail, "manufacturer", Some(self.manufacturer.as_str()));
        insert(&mut detail, "version", Some(self.version));
        detail
    }
}

fn insert(detail: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    detail.extend(value.map(|value| (name.to_owned(), value.into())));
}
