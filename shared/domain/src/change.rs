//! How an account changes over time.
//!
//! A change sets what it states and leaves the rest. Ids that other systems gave never change once
//! set. A change that would break a rule of an account ([`crate::rules`]) is refused, and the
//! account is left as it was.

use jiff::{Timestamp, civil::Date};

use crate::{
    Account, Address, Customer, Email, EnergyType, ExternalId, Flaw, FormerInstallation, InputMethod, Installation,
    InstallationId, LabelPartnerCode, Meter, MeterId, Name, ServiceType, Text,
    rules::{self, Breach},
};

/// What to set of a customer.
#[derive(Debug, Clone, Default)]
pub struct CustomerChange {
    /// Must be what it is.
    pub external_id: Option<ExternalId>,
    /// Another address is another claim, and is not verified.
    pub email: Option<Email>,
    /// The customer's id at an identity provider.
    pub authentication_provider_id: Option<Text<256>>,
    /// Given name.
    pub first_name: Option<Name>,
    /// Family name.
    pub last_name: Option<Name>,
}

/// What to set of an installation.
#[derive(Debug, Clone, Default)]
pub struct InstallationChange {
    /// Must be what it is.
    pub external_id: Option<ExternalId>,
    /// The brand it is served under.
    pub label_partner: Option<LabelPartnerCode>,
    /// The parts of the address to set.
    pub address: Option<Address>,
    /// What is delivered.
    pub service_type: Option<ServiceType>,
}

/// What to set of a meter.
#[derive(Debug, Clone, Default)]
pub struct MeterChange {
    /// May be given to a meter that has none; otherwise must be what it is.
    pub external_id: Option<ExternalId>,
    /// How readings come in.
    pub input_method: Option<InputMethod>,
    /// What it measures.
    pub energy_type: Option<EnergyType>,
    /// What is printed on it.
    pub serial_number: Option<Name>,
}

/// Which part of a change is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The external id.
    ExternalId,
    /// The service type.
    ServiceType,
    /// The meter at this position of a new installation.
    Meter(usize),
    /// The external id of the meter at this position of a new installation.
    MeterId(usize),
    /// The list of meters of a new installation.
    Meters,
    /// The date of a move.
    MoveDate,
    /// The change as a whole.
    Whole,
}

/// Why a change is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The account has nothing of that id.
    Missing,
    /// Parts of the change are not allowed: all of them.
    Parts(Vec<(Part, Flaw)>),
}

impl Refused {
    fn whole(flaw: Flaw) -> Self {
        Self::Parts(vec![(Part::Whole, flaw)])
    }
}

type Changed = Result<(), Refused>;

impl Account {
    /// Sets parts of the customer.
    ///
    /// # Errors
    /// The external id is another one.
    pub fn change_customer(&mut self, change: CustomerChange, now: Timestamp) -> Changed {
        let customer = &mut self.customer;
        keep(Some(&customer.external_id), change.external_id.as_ref())?;
        if let Some(email) = change.email {
            customer.move_to(email, now);
        }
        set_some(&mut customer.authentication_provider_id, change.authentication_provider_id);
        set(&mut customer.contact.first_name, change.first_name);
        set(&mut customer.contact.last_name, change.last_name);
        Ok(())
    }

    /// Adds an installation, as the last one.
    ///
    /// # Errors
    /// It breaks a rule.
    pub fn add_installation(&mut self, installation: Installation) -> Changed {
        self.installations.push(installation);
        self.check_installation(self.installations.len().saturating_sub(1))
    }

    /// Sets parts of an installation.
    ///
    /// # Errors
    /// There is none of that id, its external id is another one, or its meters do not fit the
    /// service type.
    pub fn change_installation(&mut self, id: InstallationId, change: InstallationChange) -> Changed {
        let (position, installation) = self.find_installation(id)?;
        keep(Some(&installation.external_id), change.external_id.as_ref())?;
        set(&mut installation.label_partner, change.label_partner);
        set(&mut installation.service_type, change.service_type);
        if let Some(parts) = change.address {
            installation.address.get_or_insert_default().set(parts);
        }
        // What is wrong with the meters now is due to the service type: nothing else changed.
        self.check_installation(position).map_err(|refused| match refused {
            Refused::Parts(parts) => {
                Refused::Parts(parts.into_iter().map(|(_, flaw)| (Part::ServiceType, flaw)).take(1).collect())
            }
            Refused::Missing => Refused::Missing,
        })
    }

    /// Makes an installation the primary one, which services act on. The others keep their order.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn make_primary(&mut self, id: InstallationId) -> Changed {
        let (position, _) = self.find_installation(id)?;
        let installation = self.installations.remove(position);
        self.installations.insert(0, installation);
        Ok(())
    }

    /// Removes an installation with its meters.
    ///
    /// # Errors
    /// There is none of that id; it is the last one; or it is the primary one, which services act on:
    /// another one must be made that first.
    pub fn remove_installation(&mut self, id: InstallationId) -> Changed {
        let (position, _) = self.find_installation(id)?;
        if self.installations.len() == 1 {
            return Err(Refused::whole(Flaw::LastInstallation));
        }
        if position == 0 {
            return Err(Refused::whole(Flaw::PrimaryInstallation));
        }
        self.installations.remove(position);
        Ok(())
    }

    /// Moves out of an installation, and gives it as whoever moves in gets it: with its ids and its
    /// meters. The account keeps that it had it, and may be left without any.
    ///
    /// # Errors
    /// There is none of that id, or `date` is before the last recorded move.
    pub fn move_out(&mut self, id: InstallationId, date: Date) -> Result<Installation, Refused> {
        let (position, installation) = self.find_installation(id)?;
        if let Some(last) = installation.moved_in.filter(|last| date < *last) {
            return Err(Refused::Parts(vec![(Part::MoveDate, Flaw::BeforeLastMove { last })]));
        }
        let mut moved = self.installations.remove(position);
        self.former_installations.push(FormerInstallation {
            id: moved.id,
            external_id: moved.external_id.clone(),
            label_partner: moved.label_partner.clone(),
            moved_in: moved.moved_in,
            moved_out: date,
        });
        moved.moved_in = Some(date);
        Ok(moved)
    }

    /// Adds a meter to an installation.
    ///
    /// # Errors
    /// There is no installation of that id, or the meter breaks a rule.
    pub fn add_meter(&mut self, installation: InstallationId, meter: Meter) -> Changed {
        self.find_installation(installation)?.1.meters.push(meter);
        self.check_changed_meter()
    }

    /// Sets parts of a meter.
    ///
    /// # Errors
    /// There is none of these ids, its external id is another one, or it breaks a rule.
    pub fn change_meter(&mut self, installation: InstallationId, id: MeterId, change: MeterChange) -> Changed {
        let (_, found) = self.find_installation(installation)?;
        let meter = found.meters.iter_mut().find(|meter| meter.id == id).ok_or(Refused::Missing)?;
        keep(meter.external_id.as_ref(), change.external_id.as_ref())?;
        set_some(&mut meter.external_id, change.external_id);
        set_some(&mut meter.input_method, change.input_method);
        set_some(&mut meter.energy_type, change.energy_type);
        set_some(&mut meter.serial_number, change.serial_number);
        self.check_changed_meter()
    }

    /// Removes a meter.
    ///
    /// # Errors
    /// There is none of these ids, or the service type needs it.
    pub fn remove_meter(&mut self, installation: InstallationId, id: MeterId) -> Changed {
        let (position, found) = self.find_installation(installation)?;
        let index = found.meters.iter().position(|meter| meter.id == id).ok_or(Refused::Missing)?;
        found.meters.remove(index);
        self.check_installation(position)
            .map_err(|refused| if refused == Refused::Missing { refused } else { Refused::whole(Flaw::MeterRequired) })
    }

    fn find_installation(&mut self, id: InstallationId) -> Result<(usize, &mut Installation), Refused> {
        self.installations
            .iter_mut()
            .enumerate()
            .find(|(_, installation)| installation.id == id)
            .ok_or(Refused::Missing)
    }

    /// The rules that the account breaks by the installation at `position`.
    fn check_installation(&self, position: usize) -> Changed {
        refuse(rules::check_account(self).into_iter().filter_map(|(breach, flaw)| {
            let part = match breach {
                Breach::Meters { installation } if installation == position => Part::Meters,
                Breach::Meter { installation, meter } if installation == position => Part::Meter(meter),
                Breach::At(crate::Place::ExternalMeterId { installation, meter }) if installation == position => {
                    Part::MeterId(meter)
                }
                Breach::At(crate::Place::ExternalInstallationId { installation }) if installation == position => {
                    Part::ExternalId
                }
                Breach::Account => Part::Whole,
                _ => return None,
            };
            Some((part, flaw))
        }))
    }

    /// The rules that the account breaks since one meter changed. Of two equal values the rules name
    /// the later one; to blame is the one that changed, wherever it stands.
    fn check_changed_meter(&self) -> Changed {
        refuse(rules::check_account(self).into_iter().map(|(_, flaw)| match flaw {
            Flaw::Repeated { .. } | Flaw::MeterIdRequired => (Part::ExternalId, flaw),
            _ => (Part::Whole, flaw),
        }))
    }
}

impl Customer {
    /// Another address has to be verified anew; another spelling of the same one does not.
    fn move_to(&mut self, email: Email, now: Timestamp) {
        if email.canonical() != self.email.canonical() {
            self.email_verified = false;
            self.verification_requested_at = Some(now);
        }
        self.email = email;
    }
}

impl Address {
    /// Sets the parts that are given.
    fn set(&mut self, parts: Self) {
        set_some(&mut self.street, parts.street);
        set_some(&mut self.house_number, parts.house_number);
        set_some(&mut self.suffix, parts.suffix);
        set_some(&mut self.postal_code, parts.postal_code);
        set_some(&mut self.country, parts.country);
    }
}

fn refuse(parts: impl Iterator<Item = (Part, Flaw)>) -> Changed {
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() { Ok(()) } else { Err(Refused::Parts(parts)) }
}

/// An external id, once set, is what it is.
fn keep(current: Option<&ExternalId>, stated: Option<&ExternalId>) -> Changed {
    match (current, stated) {
        (Some(current), Some(stated)) if current != stated => {
            Err(Refused::Parts(vec![(Part::ExternalId, Flaw::Immutable)]))
        }
        _ => Ok(()),
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn set_some<T>(place: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
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
        assert!(account.customer.email_verified && account.customer.email.as_str() == "JO@X.NL");
        account.change_customer(to("jane@x.nl"), Timestamp::MAX).unwrap();
        assert!(!account.customer.email_verified);
        assert_eq!(account.customer.verification_requested_at, Some(Timestamp::MAX));
        assert_eq!(account.customer.contact.last_name.as_str(), "Doe");
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
        let add =
            |account: &mut Account, draft: InstallationDraft| account.add_installation(draft.complete(&brand).unwrap());
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

    #[test]
    fn a_move_keeps_ids_and_history_and_does_not_go_back() {
        let date = |day| Date::new(2026, 11, day).unwrap();
        let mut account = account();
        let batch = account.installations[1].clone();
        let moved = account.move_out(batch.id, date(20)).unwrap();
        assert_eq!((moved.id, &moved.meters, moved.moved_in), (batch.id, &batch.meters, Some(date(20))));
        assert_eq!((account.installations.len(), account.former_installations[0].moved_out), (1, date(20)));
        account.installations.push(moved);
        let refused = account.clone().move_out(batch.id, date(19)).unwrap_err();
        assert_eq!(refused, Refused::Parts(vec![(Part::MoveDate, Flaw::BeforeLastMove { last: date(20) })]));
        account.move_out(batch.id, date(20)).unwrap();
        assert_eq!(account.former_installations[1].moved_in, Some(date(20)));
        assert_eq!(account.move_out(batch.id, date(21)), Err(Refused::Missing));
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
        ] {
            assert_eq!(outcome, Err(Refused::Missing));
        }
    }
}
