//! The events of requests and entities; those of accounts have tests of their own.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;

use super::{entity, onboarding};
use crate::{
    Identifier, IdentifierKind, OrganisationId,
    catalogue::{
        Connector, EntityType, IdentifyingAttribute, ManufacturerName, Step,
        attributes::{AttributeName, Attributes},
    },
    entity::{CollectiveId, DisconnectReason, Entity},
    onboarding::{
        Agreement, Device, FailureCode, Link, Occurrence, OnboardingId, OnboardingRequest, OnboardingStatus, Origins,
    },
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn request() -> OnboardingRequest {
    let identifying =
        IdentifyingAttribute { attribute: AttributeName::parse("vin").unwrap(), kind: IdentifierKind::Vin };
    let device = Device {
        entity_type: EntityType::Ev,
        manufacturer: ManufacturerName::parse("Sandbox").unwrap(),
        connector: Connector::Sandbox,
        identifying,
        identifier: Identifier::parse(IdentifierKind::Vin, "WAUZZZGE1NB012345").ok(),
        attributes: BTreeMap::new(),
        missing: Attributes::default(),
    };
    let origins = Origins {
        id: OnboardingId::new_random(),
        organisation: OrganisationId::new_random(),
        label_partner: None,
        consent_link: Link { hash: "h".into(), key_id: "k1".into() },
    };
    OnboardingRequest::new(origins, device, &[Step::Consent, Step::Connection], at(0))
}

fn agreed() -> Occurrence {
    Occurrence::Agreed(Box::new(Agreement {
        text_version: "1".into(),
        language: "nl".into(),
        attributes: BTreeMap::new(),
        browser: "b".into(),
        withdrawal_link: Link { hash: "w".into(), key_id: "k1".into() },
        sign_in: None,
    }))
}

/// Kind, status and status before, in words, of each event.
fn told(before: Option<&OnboardingRequest>, after: Option<&OnboardingRequest>) -> Vec<String> {
    let said = |event: &onboarding::OnboardingEvent<'_>| match event.happening {
        onboarding::Happening::StatusChanged { status, previous } => {
            let previous = previous.map_or("none", OnboardingStatus::word);
            format!("{}: {previous}, {}, version {}", event.kind(), status.word(), event.version)
        }
        onboarding::Happening::ConsentWithdrawn => format!("{}: version {}", event.kind(), event.version),
    };
    onboarding::follow(before, after, at(99)).iter().map(said).collect()
}

#[test]
fn each_status_of_a_request_is_told_of_once() {
    let pending = request();
    let agreed = pending.after(&agreed(), at(1)).unwrap();
    let succeeded = agreed.after(&Occurrence::Connected, at(2)).unwrap();
    let failed = agreed.after(&Occurrence::Failed(FailureCode::NotConnected), at(2)).unwrap();
    let withdrawn = succeeded.after(&Occurrence::Withdrawn, at(3)).unwrap();
    let given_up = agreed.after(&Occurrence::Withdrawn, at(3)).unwrap();
    for (before, after, expected) in [
        (None, Some(&pending), vec!["onboarding.status_changed: none, Pending, version 1"]),
        (Some(&pending), Some(&agreed), vec!["onboarding.status_changed: Pending, InProgress, version 2"]),
        (Some(&agreed), Some(&succeeded), vec!["onboarding.status_changed: InProgress, Succeeded, version 3"]),
        (Some(&agreed), Some(&failed), vec!["onboarding.status_changed: InProgress, Failed, version 3"]),
        (Some(&succeeded), Some(&withdrawn), vec!["consent.withdrawn: version 4"]),
        (
            Some(&agreed),
            Some(&given_up),
            vec!["onboarding.status_changed: InProgress, Canceled, version 3", "consent.withdrawn: version 3"],
        ),
        // Nothing that others hear of, such as the next step, and what has ended and is erased.
        (Some(&agreed), Some(&agreed), vec![]),
        (Some(&withdrawn), None, vec![]),
        (None, None, vec![]),
        (Some(&pending), None, vec!["onboarding.status_changed: Pending, Canceled, version 2"]),
        (Some(&agreed), None, vec!["onboarding.status_changed: InProgress, Canceled, version 3"]),
    ] {
        assert_eq!(told(before, after), expected);
    }
    assert_eq!(onboarding::follow(Some(&pending), Some(&agreed), at(99))[0].occurred_at, at(1));
    assert_eq!(onboarding::follow(Some(&pending), None, at(99))[0].occurred_at, at(99));
}

#[test]
fn an_id_belongs_to_one_event_of_a_request_and_is_the_same_each_time() {
    let (one, other) = (request(), request());
    let agreed = one.after(&agreed(), at(1)).unwrap();
    let given_up = agreed.after(&Occurrence::Withdrawn, at(2)).unwrap();
    let ids = || {
        let changes = [
            (None, Some(&one)),
            (None, Some(&other)),
            (Some(&one), None),
            (Some(&other), None),
            (Some(&agreed), Some(&given_up)),
        ];
        let ids = changes.map(|(before, after)| onboarding::follow(before, after, Timestamp::now()));
        ids.iter().flatten().map(onboarding::OnboardingEvent::id).collect::<Vec<_>>()
    };
    assert_eq!(ids().into_iter().collect::<HashSet<_>>().len(), 6);
    assert_eq!(ids(), ids());
}

fn connected() -> Entity {
    let mut request = request();
    request.collective = Some(CollectiveId::new_random());
    Entity::of(&request, at(1)).unwrap()
}

#[test]
fn an_entity_is_told_of_when_it_comes_and_when_it_goes() {
    let connected = connected();
    let mut renamed = connected.clone();
    renamed.version += 1;
    let gone = renamed.disconnected(DisconnectReason::Offboarded, at(2)).unwrap();
    let mut removed = renamed.clone();
    removed.collectives = BTreeSet::new();
    for (before, after, expected) in [
        (None, Some(&connected), Some(("entity.connected", None, 1, at(1)))),
        (Some(&connected), Some(&renamed), None),
        (Some(&renamed), Some(&gone), Some(("entity.disconnected", Some("Offboarded"), 3, at(2)))),
        (Some(&renamed), None, Some(("entity.disconnected", Some("Erased"), 3, at(99)))),
        // It was told of when it was disconnected.
        (Some(&gone), None, None),
        (Some(&gone), Some(&gone), None),
        (None, None, None),
    ] {
        let event = entity::follow(before, after, at(99));
        assert!(event.as_ref().is_none_or(|event| *event.collectives == connected.collectives));
        let told = event.map(|event| (event.kind(), event.reason(), event.version, event.occurred_at));
        assert_eq!(told, expected);
    }
    assert!(entity::follow(Some(&removed), None, at(99)).unwrap().collectives.is_empty());
    let ids = [(None, Some(&connected)), (Some(&connected), None), (Some(&renamed), Some(&gone))]
        .map(|(before, after)| entity::follow(before, after, Timestamp::now()).unwrap().id());
    assert_eq!(ids.into_iter().collect::<HashSet<_>>().len(), 3);
}
