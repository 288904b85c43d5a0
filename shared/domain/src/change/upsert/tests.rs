use super::*;
use crate::{AccessLevel, EnergyType, ExternalId, InputMethod, LabelPartnerCode, Name, OrganisationId};

fn meter(id: Option<&str>, energy_type: EnergyType) -> MeterDraft {
    MeterDraft {
        external_id: id.map(|id| ExternalId::parse(id).unwrap()),
        energy_type: Some(energy_type),
        input_method: Some(InputMethod::Import),
        ..MeterDraft::default()
    }
}

fn installation(id: &str, meters: Vec<MeterDraft>) -> InstallationDraft {
    InstallationDraft {
        external_id: ExternalId::parse(id).ok(),
        service_type: "RT-HR-NILM-HW".parse().ok(),
        meters,
        ..InstallationDraft::default()
    }
}

fn draft(installations: Vec<InstallationDraft>) -> AccountDraft {
    AccountDraft {
        label_partner: LabelPartnerCode::parse("NORTH").ok(),
        external_id: ExternalId::parse("a").ok(),
        email: crate::Email::parse("a@x.nl").ok(),
        first_name: Name::parse("A").ok(),
        last_name: Name::parse("B").ok(),
        installations,
        ..AccountDraft::default()
    }
}

fn account(draft: &AccountDraft) -> Account {
    draft.clone().complete(OrganisationId::new_random(), Timestamp::UNIX_EPOCH).unwrap()
}

fn upsert(account: &mut Account, stated: &AccountDraft) -> Result<(), Vec<(Breach, Flaw)>> {
    let reach = Reach { organisation: account.organisation, access: AccessLevel::Admin };
    account.upsert(stated, stated, &reach, Timestamp::UNIX_EPOCH)
}

#[test]
fn what_was_stated_before_changes_nothing() {
    let stated = draft(vec![
        installation("i", vec![meter(None, EnergyType::Gas), meter(Some("m"), EnergyType::Heat)]),
        installation("j", vec![]),
    ]);
    let old = account(&stated);
    let mut new = old.clone();
    upsert(&mut new, &stated).unwrap();
    assert_eq!(new, old);
    // Another order of the same is the same.
    let mut turned = stated.clone();
    turned.installations.reverse();
    turned.installations[1].meters.reverse();
    upsert(&mut new, &turned).unwrap();
    assert_eq!(new, old);
}

#[test]
fn what_is_new_is_added_and_nothing_is_removed() {
    let mut account = account(&draft(vec![installation("i", vec![meter(None, EnergyType::Gas)])]));
    let (first, gas) = (account.installations[0].id, account.installations[0].meters[0].id);
    let mut stated = draft(vec![
        installation("j", vec![meter(Some("n"), EnergyType::Gas)]),
        installation("i", vec![meter(Some("m"), EnergyType::Gas), meter(None, EnergyType::Water)]),
    ]);
    stated.first_name = Name::parse("C").ok();
    upsert(&mut account, &stated).unwrap();
    let meters = |at: usize| account.installations[at].meters.iter().map(|it| it.external_id.clone());
    assert_eq!((account.installations[0].id, account.installations[0].meters[0].id), (first, gas));
    assert_eq!(meters(0).collect::<Vec<_>>(), [ExternalId::parse("m").ok(), None]);
    assert_eq!(meters(1).collect::<Vec<_>>(), [ExternalId::parse("n").ok()]);
    assert_eq!(account.customer.contact.first_name, Name::parse("C").ok());
}

#[test]
fn a_meter_named_by_its_id_is_not_taken_for_another_of_its_kind() {
    let mut account = account(&draft(vec![installation("i", vec![meter(Some("x"), EnergyType::Gas)])]));
    let stated = draft(vec![installation("i", vec![meter(None, EnergyType::Gas), meter(Some("x"), EnergyType::Heat)])]);
    upsert(&mut account, &stated).unwrap();
    let kinds: Vec<_> = account.installations[0].meters.iter().map(|it| it.energy_type).collect();
    assert_eq!(kinds, [Some(EnergyType::Heat), Some(EnergyType::Gas)]);
}

#[test]
fn every_broken_rule_is_told_by_its_place_in_the_draft() {
    let mut account = account(&draft(vec![
        installation("i", vec![meter(Some("x"), EnergyType::Gas)]),
        installation("j", vec![meter(Some("y"), EnergyType::Gas)]),
    ]));
    let stated = draft(vec![
        installation("k", vec![meter(Some("y"), EnergyType::Heat)]),
        InstallationDraft {
            service_type: "BR-LR-NILM-noHW".parse().ok(),
            ..installation("i", vec![meter(Some("z"), EnergyType::Gas), meter(None, EnergyType::Water)])
        },
    ]);
    let broken = upsert(&mut account, &stated).unwrap_err();
    assert_eq!(
        broken,
        [
            (Breach::At(Place::ExternalMeterId { installation: 1, meter: 1 }), Flaw::MeterIdRequired),
            (Breach::Meter { installation: 1, meter: 0 }, Flaw::MeterRepeated),
            (
                Breach::At(Place::ExternalMeterId { installation: 0, meter: 0 }),
                Flaw::Repeated { kind: "external meter id" }
            ),
        ]
    );
}
