//! Requests and what comes of them, made past the functions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use wattbook_domain::{
    AnswerKey, Name, OrganisationId,
    catalogue::{
        EntityType, Manufacturer,
        attributes::{AttributeName, AttributeValue},
    },
    entity::{Collective, CollectiveId, CollectiveKind, Entity, Offboarding, OffboardingId},
    onboarding::{Agreement, Device, Link, Occurrence, OnboardingId, OnboardingRequest, Origins},
};
use wattbook_store::{SealedTokens, Store};

/// A car that the sandbox leaves as it is for ever: whoever makes a request for it decides what becomes of it.
pub(crate) const VIN: &str = "WAUZZZGE1NB090045";

/// Another such car: there are a hundred.
pub(crate) fn vin(number: u8) -> String {
    format!("WAUZZZGE1NB0900{number:02}")
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
    store.replace_onboarding(request, &agreed).await.unwrap();
    agreed
}

pub(crate) fn tokens() -> SealedTokens {
    SealedTokens { key_id: "k1".into(), sealed: "s".into(), refresh_at: Some(Timestamp::now()), version: 1 }
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
        label_partner: None,
        entity: entity.id,
        reason: None,
        answer_key: AnswerKey::new_random(),
        created_at: Timestamp::now(),
    }
}
