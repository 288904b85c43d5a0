//! The rules that span several values of an account
//! (seed `provisioning-accounts-net2grid`, "Unique & mandatory information").

use std::collections::HashSet;

use crate::{
    Account, Address, Claim, Flaw, Place,
    contract::CONTRACT_NUMBER,
    draft::{AccountDraft, InstallationDraft},
};

/// Where a rule was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// At a value that must be unique.
    At(Place),
    /// At the list of meters of an installation.
    Meters {
        /// The position of the installation, from 0.
        installation: usize,
    },
    /// At the postal code of an installation.
    PostalCode {
        /// The position of the installation, from 0.
        installation: usize,
    },
    /// At the number of an installation's contract.
    ContractNumber {
        /// The position of the installation, from 0.
        installation: usize,
    },
    /// At the end of an installation's contract.
    ContractEnd {
        /// The position of the installation, from 0.
        installation: usize,
    },
    /// At one meter as a whole.
    Meter {
        /// The position of the installation, from 0.
        installation: usize,
        /// The position of the meter in it, from 0.
        meter: usize,
    },
    /// At the account as a whole.
    Account,
}

/// Every rule that the draft breaks.
#[must_use]
pub fn check(draft: &AccountDraft) -> Vec<(Breach, Flaw)> {
    let mut broken = check_lists(draft);
    check_contract_numbers(draft, &mut broken);
    for (position, installation) in draft.installations.iter().enumerate() {
        if let Some(Err(flaw)) = installation.address.as_ref().map(Address::check) {
            broken.push((Breach::PostalCode { installation: position }, flaw));
        }
    }
    broken
}

fn check_lists(draft: &AccountDraft) -> Vec<(Breach, Flaw)> {
    let mut broken = Vec::new();
    for (position, installation) in draft.installations.iter().enumerate() {
        check_meters(position, installation, &mut broken);
        if let Err(flaw) = installation.contract.check() {
            broken.push((Breach::ContractEnd { installation: position }, flaw));
        }
    }
    check_repetition(&claims(draft), &mut broken);
    broken
}

/// The numbers of contracts are unique in a draft.
fn check_contract_numbers(draft: &AccountDraft, broken: &mut Vec<(Breach, Flaw)>) {
    let mut seen = HashSet::new();
    for (installation, draft) in draft.installations.iter().enumerate() {
        if draft.contract.number.is_some_and(|number| !seen.insert(number)) {
            broken.push((Breach::ContractNumber { installation }, Flaw::Repeated { kind: CONTRACT_NUMBER }));
        }
    }
}

/// Every rule that an account breaks, as it would be after a change. Of addresses it is seen when they
/// are stated.
#[must_use]
pub fn check_account(account: &Account) -> Vec<(Breach, Flaw)> {
    let mut broken = check_lists(&AccountDraft::of(account));
    for (position, installation) in account.installations.iter().enumerate() {
        if let Err(flaw) = account.check_contract_number(installation.id) {
            broken.push((Breach::ContractNumber { installation: position }, flaw));
        }
    }
    broken
}

/// A service whose readings come in batches needs a meter, and an id on each; and an installation
/// has at most one meter of an energy type and input method. Of two meters that state neither,
/// nobody could tell which is which: they count as the same kind.
fn check_meters(position: usize, installation: &InstallationDraft, broken: &mut Vec<(Breach, Flaw)>) {
    if installation.service_type.is_some_and(crate::ServiceType::needs_meter_ids) {
        if installation.meters.is_empty() {
            broken.push((Breach::Meters { installation: position }, Flaw::MeterRequired));
        }
        for (m, meter) in installation.meters.iter().enumerate() {
            if meter.external_id.is_none() {
                let place = Place::ExternalMeterId { installation: position, meter: m };
                broken.push((Breach::At(place), Flaw::MeterIdRequired));
            }
        }
    }
    let mut kinds = HashSet::new();
    for (m, meter) in installation.meters.iter().enumerate() {
        if !kinds.insert((meter.energy_type, meter.input_method)) {
            broken.push((Breach::Meter { installation: position, meter: m }, Flaw::MeterRepeated));
        }
    }
}

/// One request must not bring a unique value twice, nor more of them than a transaction takes.
fn check_repetition(claims: &[Claim], broken: &mut Vec<(Breach, Flaw)>) {
    let mut seen = HashSet::new();
    for claim in claims {
        if !seen.insert((claim.kind, claim.value.as_str())) {
            broken.push((Breach::At(claim.place), Flaw::Repeated { kind: claim.kind.noun() }));
        }
    }
    if claims.len() > Claim::MAX_PER_CALL {
        broken.push((Breach::Account, Flaw::TooManyClaims { count: claims.len(), max: Claim::MAX_PER_CALL }));
    }
}

/// Every value that the draft states and that is unique.
pub(crate) fn claims(draft: &AccountDraft) -> Vec<Claim> {
    let mut claims = Vec::new();
    claims.extend(draft.external_id.as_ref().map(Claim::external_account_id));
    claims.extend(draft.email.as_ref().map(Claim::email));
    claims.extend(draft.authentication_provider_id.as_ref().map(Claim::authentication_provider_id));
    for (i, installation) in draft.installations.iter().enumerate() {
        claims.extend(installation.external_id.as_ref().map(|id| Claim::external_installation_id(id, i)));
        for (m, meter) in installation.meters.iter().enumerate() {
            claims.extend(meter.external_id.as_ref().map(|id| Claim::external_meter_id(id, i, m)));
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{EnergyType, ExternalId, InputMethod, draft::MeterDraft};

    fn meter(id: &str, energy_type: EnergyType, input_method: InputMethod) -> MeterDraft {
        MeterDraft {
            external_id: ExternalId::parse(id).ok(),
            energy_type: Some(energy_type),
            input_method: Some(input_method),
            ..MeterDraft::default()
        }
    }

    fn installation(service_type: &str, meters: Vec<MeterDraft>) -> InstallationDraft {
        InstallationDraft { service_type: service_type.parse().ok(), meters, ..InstallationDraft::default() }
    }

    fn draft(installations: Vec<InstallationDraft>) -> AccountDraft {
        AccountDraft { installations, ..AccountDraft::default() }
    }

    #[test]
    fn a_batch_service_needs_a_meter_and_an_id_on_each() {
        let broken = check(&draft(vec![
            installation("BR-LR-NILM-noHW", vec![]),
            installation("BR-HR-NILM-HW", vec![meter("", EnergyType::Gas, InputMethod::Import)]),
            installation("RT-HR-NILM-HW", vec![meter("", EnergyType::Gas, InputMethod::Device)]),
        ]));
        assert_eq!(
            broken,
            [
                (Breach::Meters { installation: 0 }, Flaw::MeterRequired),
                (Breach::At(Place::ExternalMeterId { installation: 1, meter: 0 }), Flaw::MeterIdRequired),
            ]
        );
    }

    #[test]
    fn an_unknown_service_type_is_not_blamed_on_the_meters() {
        assert_eq!(check(&draft(vec![installation("nonsense", vec![])])), []);
    }

    #[test]
    fn an_installation_has_one_meter_of_a_kind() {
        let twice = || meter("", EnergyType::Gas, InputMethod::Import);
        let broken = check(&draft(vec![
            installation("RT-HR-NILM-HW", vec![twice(), meter("", EnergyType::Gas, InputMethod::Device), twice()]),
            installation("RT-HR-NILM-HW", vec![twice(), MeterDraft::default(), MeterDraft::default()]),
        ]));
        assert_eq!(
            broken,
            [
                (Breach::Meter { installation: 0, meter: 2 }, Flaw::MeterRepeated),
                (Breach::Meter { installation: 1, meter: 2 }, Flaw::MeterRepeated),
            ]
        );
    }

    #[test]
    fn a_unique_value_stands_once_in_a_request_but_kinds_do_not_collide() {
        let mut first = installation("RT-HR-NILM-HW", vec![meter("1", EnergyType::Gas, InputMethod::Import)]);
        first.external_id = ExternalId::parse("1").ok();
        let second = first.clone();
        let mut account = draft(vec![first, second]);
        account.external_id = ExternalId::parse("1").ok();
        assert_eq!(
            check(&account),
            [
                (
                    Breach::At(Place::ExternalInstallationId { installation: 1 }),
                    Flaw::Repeated { kind: "external installation id" }
                ),
                (
                    Breach::At(Place::ExternalMeterId { installation: 1, meter: 0 }),
                    Flaw::Repeated { kind: "external meter id" }
                ),
            ]
        );
    }

    proptest! {
        /// What passes the rules makes an account whose claims are distinct and few enough.
        #[test]
        fn what_passes_can_be_stored(ids in prop::collection::vec((0u8..40, prop::option::of(0u8..40)), 1..60)) {
            let installations = ids.iter().map(|(installation_id, meter_id)| InstallationDraft {
                external_id: ExternalId::parse(&installation_id.to_string()).ok(),
                service_type: "RT-HR-NILM-HW".parse().ok(),
                meters: meter_id
                    .iter()
                    .map(|id| meter(&id.to_string(), EnergyType::Gas, InputMethod::Import))
                    .collect(),
                ..InstallationDraft::default()
            });
            let account = AccountDraft {
                label_partner: crate::LabelPartnerCode::parse("NORTH").ok(),
                external_id: ExternalId::parse("a").ok(),
                email: crate::Email::parse("a@x.nl").ok(),
                first_name: crate::Name::parse("A").ok(),
                last_name: crate::Name::parse("B").ok(),
                installations: installations.collect(),
                ..AccountDraft::default()
            };
            if check(&account).is_empty() {
                let account = account.complete(crate::OrganisationId::new_random(), jiff::Timestamp::UNIX_EPOCH).unwrap();
                let claims = account.claims();
                let distinct: HashSet<_> = claims.iter().map(|claim| (claim.kind, claim.value.clone())).collect();
                prop_assert_eq!(distinct.len(), claims.len());
                prop_assert!(claims.len() <= Claim::MAX_PER_CALL);
            }
        }
    }
}
