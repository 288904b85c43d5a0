use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{
    Flaw, IdentifierKind,
    catalogue::{
        Connector, Consent, EntityType, IdentifyingAttribute, Manufacturer, ManufacturerName,
        attributes::{Attribute, AttributeName, AttributeValue, Attributes, Values},
    },
    entity::{DisconnectReason, Entity},
};
use transition::Phase;

fn name(raw: &str) -> AttributeName {
    AttributeName::parse(raw).unwrap()
}

fn text(raw: &str) -> AttributeValue {
    AttributeValue::Text(raw.to_owned())
}

fn attribute(raw: &str, required: bool) -> Attribute {
    let values = Values::Text { least: 0, most: 64, email: false };
    Attribute { name: name(raw), title: Text::parse(raw).unwrap(), description: None, required, values }
}

fn manufacturer(connector: Connector, steps: &[Step], kind: IdentifierKind) -> Manufacturer {
    Manufacturer {
        entity_type: EntityType::Ev,
        name: ManufacturerName::parse("Audi").unwrap(),
        connector,
        consent: if connector == Connector::Oauth2 { Consent::PageAndSignIn } else { Consent::Page },
        steps: steps.to_vec(),
        identifier: IdentifyingAttribute { attribute: name("id"), kind },
        attributes: Attributes(vec![attribute("id", true), attribute("colour", true), attribute("model", false)]),
        documentation: None,
        example: BTreeMap::new(),
    }
}

fn by_sign_in() -> Manufacturer {
    manufacturer(Connector::Oauth2, &[Step::Consent, Step::SignIn, Step::Connection], IdentifierKind::Vin)
}

fn by_code() -> Manufacturer {
    manufacturer(Connector::PairingCode, &[Step::Consent, Step::PairingCode, Step::Connection], IdentifierKind::P1Code)
}

const VIN: &str = "WAUZZZGE1NB012345";

fn stated(pairs: &[(&str, &str)]) -> BTreeMap<AttributeName, AttributeValue> {
    pairs.iter().map(|(attribute, value)| (name(attribute), text(value))).collect()
}

fn link(hash: &str) -> Link {
    Link { hash: hash.into(), key_id: "k1".into() }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn request_to(manufacturer: &Manufacturer, pairs: &[(&str, &str)]) -> OnboardingRequest {
    let device = Device::stated(manufacturer, stated(pairs)).unwrap();
    let origins = Origins {
        id: OnboardingId::new_random(),
        organisation: OrganisationId::new_random(),
        label_partner: None,
        consent_link: link("consent"),
    };
    OnboardingRequest::new(origins, device, &manufacturer.steps, at(0))
}

fn request() -> OnboardingRequest {
    request_to(&by_sign_in(), &[("id", VIN), ("colour", "red")])
}

fn agreement(pairs: &[(&str, &str)]) -> Occurrence {
    Occurrence::Agreed(Box::new(Agreement {
        text_version: "1".into(),
        language: "nl".into(),
        attributes: stated(pairs),
        browser: "b".into(),
        withdrawal_link: link("withdrawal"),
        sign_in: Some(SignIn {
            state_hash: "s".into(),
            verifier: "v".into(),
            callback: "c".into(),
            code: None,
            exchanging_since: None,
        }),
    }))
}

/// Every occurrence, by a word for it.
fn occurrences() -> Vec<(&'static str, Occurrence)> {
    vec![
        ("agreed", agreement(&[])),
        ("declined", Occurrence::Declined { reason: None, browser: "b".into() }),
        ("signed in", Occurrence::SignedIn { code: "c".into() }),
        ("connected", Occurrence::Connected),
        ("failed", Occurrence::Failed(FailureCode::NotYourDevice)),
        ("canceled", Occurrence::Canceled { reason: None }),
        ("expired", Occurrence::Expired),
        ("taken over", Occurrence::TakenOver),
        ("withdrawn", Occurrence::Withdrawn),
    ]
}

/// A request on its way and at each of its ends, by a word for it.
fn states() -> Vec<(&'static str, OnboardingRequest)> {
    let pending = request();
    let step = |from: &OnboardingRequest, occurrence: &Occurrence| from.after(occurrence, at(10)).unwrap();
    let signing_in = step(&pending, &agreement(&[]));
    let connecting = step(&signing_in, &Occurrence::SignedIn { code: "c".into() });
    let succeeded = step(&connecting, &Occurrence::Connected);
    vec![
        ("failed", step(&connecting, &Occurrence::Failed(FailureCode::NotYourDevice))),
        ("expired", pending.after(&Occurrence::Expired, pending.expires_at.unwrap()).unwrap()),
        ("taken over", step(&connecting, &Occurrence::TakenOver)),
        ("declined", step(&pending, &Occurrence::Declined { reason: None, browser: "b".into() })),
        ("canceled", step(&connecting, &Occurrence::Canceled { reason: None })),
        ("withdrawn early", step(&connecting, &Occurrence::Withdrawn)),
        ("withdrawn", step(&succeeded, &Occurrence::Withdrawn)),
        ("succeeded", succeeded),
        ("connecting", connecting),
        ("signing in", signing_in),
        ("pending", pending),
    ]
}

/// What becomes of a state by each occurrence, in the order of `occurrences`: the new status, or why there is none, in a
/// word. Time is not up.
const TABLE: &[(&str, [&str; 9])] = &[
    ("pending", ["InProgress", "Canceled", "early", "early", "early", "Canceled", "early", "Failed", "early"]),
    ("signing in", ["already", "passed", "InProgress", "early", "Failed", "Canceled", "early", "Failed", "Canceled"]),
    ("connecting", ["already", "passed", "already", "Succeeded", "Failed", "Canceled", "early", "Failed", "Canceled"]),
    ("succeeded", ["already", "ended", "already", "already", "ended", "ended", "ended", "ended", "Succeeded"]),
    ("withdrawn", ["already", "ended", "already", "already", "ended", "ended", "ended", "ended", "already"]),
    ("failed", ["ended", "ended", "ended", "ended", "already", "ended", "ended", "ended", "ended"]),
    ("expired", ["ended", "ended", "ended", "ended", "ended", "ended", "already", "ended", "ended"]),
    ("taken over", ["ended", "ended", "ended", "ended", "ended", "ended", "ended", "already", "ended"]),
    ("declined", ["ended", "already", "ended", "ended", "ended", "already", "ended", "ended", "ended"]),
    ("canceled", ["ended", "ended", "ended", "ended", "ended", "already", "ended", "ended", "ended"]),
    ("withdrawn early", ["ended", "ended", "ended", "ended", "ended", "already", "ended", "ended", "already"]),
];

fn outcome(result: &Result<OnboardingRequest, Unmoved>) -> &'static str {
    match result {
        Ok(moved) => moved.status.word(),
        Err(Unmoved::Already) => "already",
        Err(Unmoved::Passed) => "passed",
        Err(Unmoved::Ended(_)) => "ended",
        Err(Unmoved::TooEarly) => "early",
        Err(Unmoved::Flaws(_)) => "flaws",
    }
}

#[test]
fn every_occurrence_in_every_state() {
    assert_eq!(states().len(), TABLE.len());
    for (state, request) in states() {
        let (_, expected) = TABLE.iter().find(|(word, _)| *word == state).unwrap();
        for ((occurrence, it), expected) in occurrences().iter().zip(expected) {
            let result = request.after(it, at(20));
            assert_eq!(outcome(&result), *expected, "{state}: {occurrence}");
            if let Ok(moved) = result {
                assert_eq!((moved.version, moved.updated_at), (request.version + 1, at(20)));
                assert_eq!(moved.history.len(), request.history.len() + 1);
                // Told again, it changes nothing.
                assert!(moved.after(it, at(30)).is_err(), "{state}: {occurrence} twice");
            }
        }
    }
}

#[test]
fn what_is_overdue_takes_no_answer_and_fails() {
    let request = request();
    let late = request.expires_at.unwrap();
    assert!(request.awaits_consent(late - SignedDuration::from_millis(1)) && !request.awaits_consent(late));
    for occurrence in [agreement(&[]), Occurrence::Declined { reason: None, browser: "b".into() }] {
        assert_eq!(request.after(&occurrence, late), Err(Unmoved::Ended(OnboardingStatus::Failed)));
    }
    let failed = request.after(&Occurrence::Expired, late).unwrap();
    assert_eq!((failed.failure, failed.expires_at), (Some(FailureCode::Expired), None));
    assert_eq!(failed.steps.first().map(|it| it.state), Some(StepState::Failed));
}

#[test]
fn each_part_of_the_way_has_its_time() {
    let by = |request: &OnboardingRequest, from| request.expires_at.unwrap().duration_since(from);
    let pending = request();
    assert_eq!(by(&pending, at(0)), CONSENT_WITHIN);
    let signing_in = pending.after(&agreement(&[]), at(5)).unwrap();
    assert_eq!(by(&signing_in, at(5)), SIGN_IN_WITHIN);
    let connecting = signing_in.after(&Occurrence::SignedIn { code: "c".into() }, at(7)).unwrap();
    assert_eq!(by(&connecting, at(7)), CONNECT_WITHIN);
    assert!(connecting.is_connecting() && !signing_in.is_connecting());
    assert_eq!(connecting.sign_in.as_ref().and_then(|it| it.code.as_deref()), Some("c"));
    let succeeded = connecting.after(&Occurrence::Connected, at(9)).unwrap();
    assert_eq!((succeeded.expires_at, &succeeded.sign_in), (None, &None));
    assert!(succeeded.steps.iter().all(|it| it.state == StepState::Done));
}

#[test]
fn the_owner_is_asked_for_what_is_missing_but_not_for_which_device() {
    let flaws = Device::stated(&by_sign_in(), stated(&[("colour", "red")])).unwrap_err();
    assert_eq!(flaws, [(name("id"), Flaw::Required)]);
    let device = Device::stated(&by_sign_in(), stated(&[("id", VIN)])).unwrap();
    assert_eq!(device.missing.0.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["colour"]);
    let flaws = device.completed(&stated(&[])).unwrap_err();
    assert_eq!(flaws, [(name("colour"), Flaw::Required)]);
    let whole = device.completed(&stated(&[("colour", "red")])).unwrap();
    assert_eq!((whole.missing.0.len(), whole.attributes.len()), (0, 2));
    // What was stated is not his to change.
    assert!(device.completed(&stated(&[("colour", "red"), ("id", VIN)])).is_err());
}

#[test]
fn a_code_is_stated_by_the_caller_or_by_the_owner() {
    let early = Device::stated(&by_code(), stated(&[("id", "7k3m-9qx2"), ("colour", "red")])).unwrap();
    let request = request_to(&by_code(), &[("colour", "red")]);
    assert_eq!(request.device.claim(), None);
    let Err(Unmoved::Flaws(flaws)) = request.after(&agreement(&[("id", "7")]), at(1)) else { panic!() };
    assert_eq!(flaws.first().map(|(at, flaw)| (at.as_str(), flaw.code())), Some(("id", "identifier_length")));
    let agreed = request.after(&agreement(&[("id", "7K3M9QX2")]), at(1)).unwrap();
    assert_eq!(agreed.device.claim(), early.claim());
    assert_eq!(agreed.current_step(), Some(Step::Connection));
}

#[test]
fn one_device_has_one_claim_however_it_is_written_and_two_have_two() {
    let claim = |connector, kind, raw: &str| {
        let manufacturer = manufacturer(connector, &[Step::Consent, Step::Connection], kind);
        Device::stated(&manufacturer, stated(&[("id", raw), ("colour", "red")])).unwrap().claim().unwrap()
    };
    let point = Connector::MeteringPoint;
    let vin = claim(Connector::Oauth2, IdentifierKind::Vin, VIN);
    assert_eq!(claim(Connector::Oauth2, IdentifierKind::Vin, " wauzzz-ge1nb 012345"), vin);
    assert_ne!(claim(Connector::Sandbox, IdentifierKind::Vin, VIN), vin);
    let belgian = "541448860000000011";
    assert_eq!(claim(point, IdentifierKind::EanBe, belgian), claim(point, IdentifierKind::Gsrn, belgian));
    let digits = "22516914714270";
    assert_ne!(claim(point, IdentifierKind::Prm, digits), claim(point, IdentifierKind::Pdr, digits));
    let mut other = by_code();
    other.name = ManufacturerName::parse("Other").unwrap();
    let code = |of: &Manufacturer| Device::stated(of, stated(&[("id", "7K3M9QX2")])).unwrap().claim();
    assert_ne!(code(&other), code(&by_code()));
}

#[test]
fn a_device_has_no_more_attributes_than_fit() {
    let mut big = by_sign_in();
    let values = Values::Text { least: 0, most: 1000, email: false };
    big.attributes
        .0
        .extend((0..12).map(|i| Attribute { values: values.clone(), ..attribute(&format!("a{i}"), false) }));
    let long = "é".repeat(400);
    let mut pairs = stated(&[("id", VIN)]);
    pairs.extend((0..10).map(|i| (name(&format!("a{i}")), text(&long))));
    assert!(attribute_bytes(&pairs) <= MAX_ATTRIBUTE_BYTES && Device::stated(&big, pairs.clone()).is_ok());
    pairs.insert(name("a10"), text(&long));
    let flaws = Device::stated(&big, pairs).unwrap_err();
    assert_eq!(flaws.iter().map(|(_, flaw)| flaw.code()).collect::<Vec<_>>(), ["too_large"]);
}

fn any_occurrence() -> impl Strategy<Value = Occurrence> {
    prop::sample::select(occurrences().into_iter().map(|(_, it)| it).collect::<Vec<_>>())
}

proptest! {
    /// Whatever comes, in whatever order: there is one entity at most, made by a request that has succeeded, and the
    /// device is claimed as long as the request is live or its entity connected, and no longer.
    #[test]
    fn no_order_makes_two_entities_or_loses_the_claim(came in prop::collection::vec((any_occurrence(), 0i64..40_000), 0..30)) {
        let mut request = request();
        let mut entity: Option<Entity> = None;
        let mut claimed = true;
        let mut now = 0;
        for (occurrence, seconds) in came {
            now += seconds;
            let Ok(moved) = request.after(&occurrence, at(now)) else { continue };
            prop_assert_eq!(moved.version, request.version + 1);
            prop_assert!(moved.is_live() == moved.expires_at.is_some());
            prop_assert!(moved.is_live() || moved.sign_in.is_none());
            prop_assert_eq!(moved.phase() == Phase::Connection, moved.is_connecting());
            match occurrence {
                Occurrence::Connected => {
                    prop_assert!(entity.is_none());
                    entity = Entity::of(&moved, at(now));
                    prop_assert_eq!(entity.as_ref().map(Entity::claim), moved.device.claim());
                }
                Occurrence::Withdrawn if entity.is_some() => {
                    entity = entity.and_then(|it| it.disconnected(DisconnectReason::ConsentWithdrawn, at(now)));
                    prop_assert!(entity.is_some());
                    claimed = false;
                }
                _ if !moved.is_live() => claimed = false,
                _ => {}
            }
            request = moved;
        }
        prop_assert_eq!(entity.is_some(), request.status == OnboardingStatus::Succeeded);
        let connected = entity.as_ref().is_some_and(Entity::is_connected);
        prop_assert_eq!(claimed, request.is_live() || connected);
        prop_assert!(request.history.windows(2).all(|pair| pair[0].at <= pair[1].at));
    }
}

#[test]
fn a_code_is_exchanged_by_one_at_a_time() {
    let [(_, connecting), (_, signing_in), _] = states().split_off(8).try_into().unwrap();
    assert_eq!(signing_in.exchanging(at(20)), None);
    let exchanging = connecting.exchanging(at(20)).unwrap();
    assert_eq!((exchanging.version, exchanging.history.len()), (connecting.version + 1, connecting.history.len()));
    assert_eq!(exchanging.exchanging(at(139)), None);
    // Whoever it was is gone.
    assert!(exchanging.exchanging(at(140)).is_some());
    assert!(exchanging.not_exchanged(at(25)).exchanging(at(25)).is_some());
    let connected = exchanging.after(&Occurrence::Connected, at(30)).unwrap();
    assert_eq!((connected.sign_in.as_ref(), connected.exchanging(at(200))), (None, None));
}

#[test]
fn nothing_secret_is_printed() {
    let (_, signing_in) = states().remove(9);
    let printed = format!("{signing_in:?}");
    for secret in ["\"consent\"", "\"withdrawal\"", "verifier", "state_hash", signing_in.answer_key.secret()] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}
