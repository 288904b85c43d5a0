//! Requests and what comes of them, made past the functions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use wattbook_domain::{
    AnswerKey, LabelPartner, LabelPartnerCode, Name, OrganisationId,
    catalogue::{
        EntityType, Manufacturer,
        attributes::{AttributeName, AttributeValue},
    },
    entity::{Collective, CollectiveId, CollectiveKind, Entity, Offboarding, OffboardingId},
    onboarding::{Agreement, Device, Link, Occurrence, OnboardingId, OnboardingRequest, Origins},
};
use wattbook_store::{SealedTokens, Store, Wanted};

use crate::support::{BY, Running};

/// A car that the sandbox leaves as it is for ever: whoever makes a request for it decides what becomes of it.
pub(crate) const VIN: &str = "WAUZZZGE1NB090045";

/// Another such car: there are a hundred.
pub(crate) fn vin(number: u8) -> String {
    format!("WAUZZZGE1NB0900{number:02}")
}

pub(crate) async fn running() -> (Running, Store, OrganisationId) {
    let running = Running::start().await;
    let (store, organisation) = (running.store(), running.bundle.demo().organisation_id.parse().unwrap());
    (running, store, organisation)
}

fn sandbox() -> Manufacturer {
    let types = wattbook_onboarding::catalogue::built_in().unwrap();
    let cars = types.iter().find(|it| it.entity_type == EntityType::Ev).unwrap();
    cars.manufacturers.iter().find(|it| it.name.as_str() == "Sandbox").unwrap().clone()
}

/// A request that is not stored yet.
pub(crate) fn request(organisation: OrganisationId, vin: &str) -> OnboardingRequest {
    let manufacturer = sandbox();
    let stated = (AttributeName::parse("vin").unwrap(), AttributeValue::Text(vin.into()));
    let device = Device::stated(&manufacturer, BTreeMap::from([stated])).unwrap();
    let consent_link = Link { hash: "h".into(), key_id: "k1".into() };
    let origins = Origins { id: OnboardingId::new_random(), organisation, label_partner: None, consent_link };
    OnboardingRequest::new(origins, device, &manufacturer.steps, Timestamp::now())
}

/// The request when its owner has agreed.
pub(crate) fn agreed(request: &OnboardingRequest) -> OnboardingRequest {
    let agreement = Agreement {
        text_version: "1".into(),
        language: "nl".into(),
        attributes: BTreeMap::new(),
        browser: "b".into(),
        withdrawal_link: Link { hash: "w".into(), key_id: "k1".into() },
        sign_in: None,
    };
    request.after(&Occurrence::Agreed(Box::new(agreement)), Timestamp::now()).unwrap()
}

/// Has the owner of a stored request agree.
pub(crate) async fn agree(store: &Store, request: &OnboardingRequest) -> OnboardingRequest {
    let agreed = agreed(request);
    store.replace_onboarding(request, &agreed, BY).await.unwrap();
    agreed
}

pub(crate) fn tokens() -> SealedTokens {
    SealedTokens { sealed: "s".into(), refresh_at: Some(Timestamp::now()), version: 1 }
}

/// The entity that comes of a request, which is stored first.
pub(crate) async fn connected(store: &Store, request: &OnboardingRequest) -> Entity {
    store.create_onboarding(request, BY, None).await.unwrap();
    let agreed = agree(store, request).await;
    store.connect_device(&agreed, Some(&tokens()), Timestamp::now()).await.unwrap().1
}

/// The entity of a car that is of this brand.
pub(crate) async fn entity(store: &Store, organisation: OrganisationId, vin: &str, brand: Option<&str>) -> Entity {
    let mut request = request(organisation, vin);
    request.label_partner = brand.map(|code| LabelPartnerCode::parse(code).unwrap());
    connected(store, &request).await
}

/// A collective of this brand, which is not stored yet.
pub(crate) fn collective(organisation: OrganisationId, brand: Option<&str>) -> Collective {
    let label_partner = brand.map(|code| LabelPartnerCode::parse(code).unwrap());
    Collective { label_partner, ..household(organisation) }
}

pub(crate) fn household(organisation: OrganisationId) -> Collective {
    Collective {
        id: CollectiveId::new_random(),
        organisation,
        label_partner: None,
        name: Name::parse("Home").unwrap(),
        kind: CollectiveKind::Household,
        reference: None,
        answer_key: AnswerKey::new_random(),
        created_at: Timestamp::now(),
    }
}

pub(crate) fn offboarding(entity: &Entity) -> Offboarding {
    Offboarding {
        id: OffboardingId::new_random(),
        organisation: entity.organisation,
        label_partner: entity.label_partner.clone(),
        entity: entity.id,
        reason: None,
        answer_key: AnswerKey::new_random(),
        created_at: Timestamp::now(),
    }
}

/// What the sample events are about that no function makes by itself: an entity, one that was offboarded, a collective,
/// imports and what webhooks are told.
pub(crate) async fn for_samples(running: &Running) {
    let store = &running.store();
    let organisation = "0b5c1c0e-6a53-4d0c-9d5e-1f6f6b7f9c11".parse().unwrap();
    store.create_organisation(organisation, Name::parse("Sample Energy").unwrap()).await.unwrap();
    let (code, name) = (LabelPartnerCode::parse("NORTH").unwrap(), Name::parse("North").unwrap());
    let partner = LabelPartner { code, name, default_service_type: "RT-HR-NILM-HW".parse().unwrap() };
    store.put_label_partner(organisation, &partner).await.unwrap();
    let car = async |vin: &str, onboarding: &str, entity: &str| {
        let mut request = request(organisation, vin);
        request.id = onboarding.parse().unwrap();
        request.entity = entity.parse().unwrap();
        request.owner = Some(Name::parse("Jo Doe").unwrap());
        request.label_partner = Some(LabelPartnerCode::parse("NORTH").unwrap());
        connected(store, &request).await
    };
    car(&vin(70), "2f0c9f4e-5a3b-4a77-8c1d-6b1e0f3a9d42", "7b1f0c52-3f1e-8a3d-9c24-62d53c8abac0").await;
    let gone = car(&vin(71), "5d2e7a90-1c46-4f0b-b3a8-94e6d1f07c35", "e4a80b17-6d92-8c5f-a7e3-5a4d1b9f3c68").await;
    let offboarding = Offboarding { id: "91d3a7c6-0e58-4b2f-8f47-3c9a6d12e5b8".parse().unwrap(), ..offboarding(&gone) };
    store.offboard(&gone, &offboarding, BY, None).await.unwrap();
    let id = "c0a5b1de-4f27-4e0b-9a61-58d7f2e3b904".parse().unwrap();
    store.create_collective(&Collective { id, ..collective(organisation, Some("NORTH")) }, None).await.unwrap();
    crate::imports::for_samples(store, organisation).await;
    crate::webhooks::made::for_samples(running, organisation).await;
}

/// The first ten of a list.
pub(crate) fn wanted(organisation: OrganisationId) -> Wanted<'static> {
    Wanted { organisation, brand: None, filters: &[], after: None, size: 10 }
}
