use super::*;
use crate::{
    OrganisationId,
    draft::{AccountDraft, InstallationDraft, MeterDraft},
};

fn external(id: &str) -> Option<ExternalId> {
    ExternalId::parse(id).ok()
}

fn meter(id: &str) -> MeterDraft {
    MeterDraft { external_id: external(id), energy_type: Some(EnergyType::Gas), ..MeterDraft::default() }
}

fn installation(id: &str, service_type: &str, meters: Vec<MeterDraft>) -> InstallationDraft {
    InstallationDraft {
        external_id: external(id),
        service_type: service_type.parse().ok(),
        meters,
        ..InstallationDraft::default()
    }
}

/// `i1` is live and has no meter, `i2` comes in batches and has one.
fn account() -> Account {
    let draft = AccountDraft {
        label_partner: LabelPartnerCode::parse("NORTH").ok(),
        external_id: external("a1"),
        email: Email::parse("jo@x.nl").ok(),
        email_verified: true,
        first_name: Name::parse("Jo").ok(),
        last_name: Name::parse("Doe").ok(),
        installations: vec![
            installation("i1", "RT-HR-NILM-HW", vec![]),
            installation("i2", "BR-LR-NILM-noHW", vec![meter("m2")]),
        ],
        ..AccountDraft::default()
    };
    draft.complete(OrganisationId::new_random(), Timestamp::UNIX_EPOCH).unwrap()
}

fn parts(refused: Changed) -> Vec<(Part, Flaw)> {
    match refused {
        Err(Refused::Parts(parts)) => parts,
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_email_is_to_be_verified_but_another_spelling_is_not() {
    let mut account = account();
    let to = |email| CustomerChange { email: Email::parse(email).ok(), ..CustomerChange::default() };
    account.change_customer(to("JO@X.NL"), Timestamp::MAX).unwrap();
    assert!(account.customer.email_verified && account.customer.email.as_ref().unwrap().as_str() == "JO@X.NL");
    account.change_customer(to("jane@x.nl"), Timestamp::MAX).unwrap();
    assert!(!account.customer.email_verified);
    assert_eq!(account.customer.token_requested_at, Some(Timestamp::MAX));
    assert_eq!(account.customer.contact.last_name.as_ref().unwrap().as_str(), "Doe");
}

#[test]
fn external_ids_stay() {
    let mut account = account();
    let same = CustomerChange { external_id: external("a1"), ..CustomerChange::default() };
    account.change_customer(same, Timestamp::MAX).unwrap();
    let other = CustomerChange { external_id: external("a2"), ..CustomerChange::default() };
    assert_eq!(parts(account.change_customer(other, Timestamp::MAX)), [(Part::ExternalId, Flaw::Immutable)]);
    let (i, m) = (account.installations[1].id, account.installations[1].meters[0].id);
    let other = InstallationChange { external_id: external("x"), ..InstallationChange::default() };
    assert_eq!(parts(account.change_installation(i, other)), [(Part::ExternalId, Flaw::Immutable)]);
    let other = MeterChange { external_id: external("x"), ..MeterChange::default() };
    assert_eq!(parts(account.change_meter(i, m, other)), [(Part::ExternalId, Flaw::Immutable)]);
}

#[test]
fn a_meter_without_an_id_can_be_given_one_once() {
    let mut account = account();
    let i = account.installations[0].id;
    account.add_meter(i, MeterDraft::default().complete()).unwrap();
    let m = account.installations[0].meters[0].id;
    let to = |id| MeterChange { external_id: external(id), ..MeterChange::default() };
    assert!(matches!(
        parts(account.clone().change_meter(i, m, to("m2")))[..],
        [(Part::ExternalId, Flaw::Repeated { .. })]
    ));
    account.change_meter(i, m, to("m1")).unwrap();
    assert_eq!(parts(account.change_meter(i, m, to("m3"))), [(Part::ExternalId, Flaw::Immutable)]);
}

#[test]
fn a_service_type_must_fit_the_meters() {
    let mut account = account();
    let (live, batch) = (account.installations[0].id, account.installations[1].id);
    let to = |service_type: &str| InstallationChange {
        service_type: service_type.parse().ok(),
        ..InstallationChange::default()
    };
    let refused = account.clone().change_installation(live, to("BR-LR-NILM-HW"));
    assert_eq!(parts(refused), [(Part::ServiceType, Flaw::MeterRequired)]);
    account.add_meter(live, MeterDraft::default().complete()).unwrap();
    let refused = account.clone().change_installation(live, to("BR-LR-NILM-HW"));
    assert_eq!(parts(refused), [(Part::ServiceType, Flaw::MeterIdRequired)]);
    account.change_installation(batch, to("RT-LR-NILM-HW")).unwrap();
}

#[test]
fn what_is_needed_cannot_be_removed() {
    let mut account = account();
    let (live, batch) = (account.installations[0].id, account.installations[1].id);
    let m = account.installations[1].meters[0].id;
    assert_eq!(parts(account.clone().remove_meter(batch, m)), [(Part::Whole, Flaw::MeterRequired)]);
    assert_eq!(parts(account.clone().remove_installation(live)), [(Part::Whole, Flaw::PrimaryInstallation)]);
    account.make_primary(batch).unwrap();
    assert_eq!(account.installations[0].id, batch);
    account.remove_installation(live).unwrap();
    assert_eq!(parts(account.remove_installation(batch)), [(Part::Whole, Flaw::LastInstallation)]);
}

#[test]
fn what_is_added_must_keep_the_rules() {
    let mut account = account();
    let brand = account.label_partner.clone();
    let add = |account: &mut Account, draft: InstallationDraft| {
        account.add_installation(draft.complete(brand.as_ref()).unwrap())
    };
    let refused = add(&mut account.clone(), installation("i1", "BR-LR-NILM-HW", vec![meter("m2"), meter("")]));
    let found = parts(refused);
    for expected in [Part::ExternalId, Part::MeterId(0), Part::MeterId(1), Part::Meter(1)] {
        assert!(found.iter().any(|(part, _)| *part == expected), "{expected:?} in {found:?}");
    }
    add(&mut account, installation("i3", "RT-LR-NILM-HW", vec![])).unwrap();
    let i = account.installations[1].id;
    let second = account.clone().add_meter(i, meter("m9").complete());
    assert_eq!(parts(second), [(Part::Whole, Flaw::MeterRepeated)]);
    let without_id = MeterDraft { energy_type: Some(EnergyType::Heat), ..MeterDraft::default() };
    assert_eq!(parts(account.add_meter(i, without_id.complete())), [(Part::ExternalId, Flaw::MeterIdRequired)]);
}

const NOW: &str = "2026-11-10T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn date(day: i8) -> Date {
    Date::new(2026, 11, day).unwrap()
}

#[test]
fn a_move_keeps_ids_and_history_and_does_not_go_back() {
    let mut account = account();
    let batch = account.installations[1].clone();
    let moved = account.move_out(batch.id, date(20), now()).unwrap();
    assert_eq!((moved.id, &moved.meters, moved.moved_in), (batch.id, &batch.meters, Some(date(20))));
    assert_eq!((account.installations.len(), account.former_installations[0].moved_out), (1, date(20)));
    account.installations.push(moved);
    let refused = account.clone().move_out(batch.id, date(19), now()).unwrap_err();
    assert_eq!(refused, Refused::Parts(vec![(Part::Date, Flaw::BeforeLastMove { last: date(20) })]));
    account.move_out(batch.id, date(20), now()).unwrap();
    assert_eq!(account.former_installations[1].moved_in, Some(date(20)));
    assert_eq!(account.move_out(batch.id, date(21), now()), Err(Refused::Missing));
}

/// The account is of 9 November, at noon in UTC; somewhere the 8th has just ended, and the 10th just begun.
#[test]
fn a_move_is_not_before_the_account_nor_more_than_a_year_ahead() {
    let mut account = account();
    account.created_at = "2026-11-09T12:00:00Z".parse().unwrap();
    let id = account.installations[0].id;
    let created = date(9);
    let latest = Date::new(2027, 11, 11).unwrap();
    for (day, flaw) in [
        (date(8), Some(Flaw::BeforeAccount { created })),
        (Date::new(2006, 12, 1).unwrap(), Some(Flaw::BeforeAccount { created })),
        (date(9), None),
        (latest, None),
        (latest.tomorrow().unwrap(), Some(Flaw::TooFarAhead { latest })),
        (Date::new(2206, 12, 1).unwrap(), Some(Flaw::TooFarAhead { latest })),
        (Date::MAX, Some(Flaw::TooFarAhead { latest })),
    ] {
        let outcome = account.clone().move_out(id, day, "2026-11-10T12:00:00Z".parse().unwrap()).map(|_| ());
        let expected = flaw.map_or(Ok(()), |flaw| Err(Refused::Parts(vec![(Part::Date, flaw)])));
        assert_eq!(outcome, expected, "{day}");
    }
    // Who moved in before the account was made, as he told of it late, can move out before it, too.
    account.installations[0].moved_in = Some(date(2));
    account.move_out(id, date(3), now()).unwrap();
}

#[test]
fn the_last_move_can_be_corrected_and_undone() {
    let (mut first, mut second) = (account(), account());
    let batch = first.installations[1].clone();
    assert_eq!(first.moved_from(batch.id), Err(Refused::whole(Flaw::NeverMoved)));
    let before = first.clone();
    second.installations.clear();
    second.add_installation(first.move_out(batch.id, date(20), now()).unwrap()).unwrap();
    assert_eq!(second.moved_from(batch.id), Ok(first.id));

    second.correct_move(Some(&mut first), batch.id, date(12), now()).unwrap();
    assert_eq!((second.installations[0].moved_in, first.former_installations[0].moved_out), (Some(date(12)), date(12)));
    let late = Date::new(2028, 1, 1).unwrap();
    for former in [Some(&mut first), None] {
        let refused = parts(second.clone().correct_move(former, batch.id, late, now()));
        assert!(matches!(refused[..], [(Part::Date, Flaw::TooFarAhead { .. })]), "{refused:?}");
    }
    // Whoever had it before may be erased.
    second.correct_move(None, batch.id, date(13), now()).unwrap();
    assert_eq!(second.installations[0].moved_in, Some(date(13)));

    let mut deleted = first.clone();
    deleted.profile.status = crate::AccountStatus::Deleted;
    assert_eq!(parts(second.clone().undo_move(&mut deleted, batch.id)), [(Part::Whole, Flaw::Deleted)]);
    second.undo_move(&mut first, batch.id).unwrap();
    assert_eq!((first, second.installations.len()), (before, 0));
}

#[test]
fn a_meter_takes_the_place_of_another() {
    let mut account = account();
    account.created_at = "2026-11-01T00:00:00Z".parse().unwrap();
    let (batch, old) = (account.installations[1].id, account.installations[1].meters[0].id);
    let new = |id| MeterDraft { external_id: external(id), ..MeterDraft::default() };
    account.replace_meter(batch, old, new("m3"), date(10), now()).unwrap();
    let installation = &account.installations[1];
    let came = &installation.meters[0];
    assert_eq!((came.external_id.clone(), came.energy_type), (external("m3"), Some(EnergyType::Gas)));
    assert_eq!((came.installed_on, installation.meters.len()), (Some(date(10)), 1));
    let former = &installation.former_meters[0];
    assert_eq!((former.meter.id, former.removed_on, former.replaced_by), (old, date(10), came.id));
    assert_eq!(former.meter.external_id, external("m2"));
    let claimed = account.claims().iter().map(|claim| claim.value.clone()).collect::<Vec<_>>();
    assert!(claimed.contains(&"m3".to_owned()) && !claimed.contains(&"m2".to_owned()));

    let id = came.id;
    let created = date(1).yesterday().unwrap();
    for (draft, day, refused) in [
        (new("m4"), date(9), vec![(Part::Date, Flaw::BeforeInstalled { since: date(10) })]),
        (
            new("m4"),
            Date::new(2030, 1, 1).unwrap(),
            vec![(Part::Date, Flaw::TooFarAhead { latest: Date::new(2027, 11, 11).unwrap() })],
        ),
        (new(""), date(11), vec![(Part::ExternalId, Flaw::MeterIdRequired)]),
        (
            MeterDraft { energy_type: Some(EnergyType::Heat), ..new("") },
            date(9),
            vec![
                (Part::Date, Flaw::BeforeInstalled { since: date(10) }),
                (Part::EnergyType, Flaw::Contradiction { other: "the meter whose place it takes" }),
                (Part::ExternalId, Flaw::MeterIdRequired),
            ],
        ),
        // The same id again: where it names the connection and not the device.
        (new("m3"), date(10), vec![]),
    ] {
        let outcome = account.clone().replace_meter(batch, id, draft, day, now());
        assert_eq!(outcome.map_or_else(|refused| parts(Err(refused)), |()| vec![]), refused);
    }
    let live = account.installations[0].id;
    account.add_meter(live, meter("m7").complete()).unwrap();
    let early = account.installations[0].meters[0].id;
    let refused = parts(account.replace_meter(live, early, new("m8"), date(1).saturating_sub(2.days()), now()));
    assert_eq!(refused, [(Part::Date, Flaw::BeforeAccount { created })]);
}

#[test]
fn what_is_not_there_is_missing() {
    let mut account = account();
    let (i, m) = (InstallationId::new_random(), MeterId::new_random());
    let there = account.installations[1].id;
    for outcome in [
        account.change_installation(i, InstallationChange::default()),
        account.remove_installation(i),
        account.make_primary(i),
        account.add_meter(i, MeterDraft::default().complete()),
        account.change_meter(there, m, MeterChange::default()),
        account.remove_meter(there, m),
        account.replace_meter(there, m, MeterDraft::default(), date(1), now()),
        account.correct_move(None, i, date(1), now()),
        account.clone().undo_move(&mut account, i),
    ] {
        assert_eq!(outcome, Err(Refused::Missing));
    }
}
