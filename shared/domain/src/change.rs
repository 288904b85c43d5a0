//! How an account changes over time.
//!
//! A change sets what it states and leaves the rest. Ids that other systems gave never change once
//! set. A change that would break a rule of an account ([`crate::rules`]) is refused, and the
//! account is left as it was.

use jiff::{SignedDuration, Timestamp, ToSpan, civil::Date, tz};

use crate::{
    Account, Address, Contact, Contract, Customer, Email, EnergyType, ExternalId, Flaw, InputMethod, Installation,
    InstallationId, LabelPartnerCode, Meter, MeterId, Name, PhoneNumber, ProviderId, Register, SerialNumber,
    ServiceType,
    rules::{self, Breach},
};

mod exchange;
mod moves;
mod upsert;

/// What to set of a customer.
#[derive(Debug, Clone, Default)]
pub struct CustomerChange {
    /// Must be what it is.
    pub external_id: Option<ExternalId>,
    /// Another address is another claim, and is not verified.
    pub email: Option<Email>,
    /// The customer's id at an identity provider.
    pub authentication_provider_id: Option<ProviderId>,
    /// Given name.
    pub first_name: Option<Name>,
    /// Family name.
    pub last_name: Option<Name>,
    /// A telephone number.
    pub phone: Option<PhoneNumber>,
    /// The number of a mobile telephone.
    pub mobile: Option<PhoneNumber>,
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
    /// The parts of the contract to set.
    pub contract: Contract,
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
    pub serial_number: Option<SerialNumber>,
    /// The parts of what it counts with to set.
    pub register: Register,
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
    /// The day of a move or an exchange.
    Date,
    /// What the meter measures that takes another's place.
    EnergyType,
    /// The postal code.
    PostalCode,
    /// The number of the contract.
    ContractNumber,
    /// When the contract ends.
    ContractEnd,
    /// The property at this position of the change.
    Property(usize),
    /// The tariff at this position of the change.
    Tariff(usize),
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
        keep(customer.external_id.as_ref(), change.external_id.as_ref())?;
        if let Some(email) = change.email {
            customer.move_to(email, now);
        }
        set_some(&mut customer.authentication_provider_id, change.authentication_provider_id);
        let Contact { first_name, last_name, phone, mobile } = &mut customer.contact;
        set_some(first_name, change.first_name);
        set_some(last_name, change.last_name);
        set_some(phone, change.phone);
        set_some(mobile, change.mobile);
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
    /// There is none of that id, its external id is another one, its postal code is none of its country,
    /// or its meters do not fit the service type.
    pub fn change_installation(&mut self, id: InstallationId, change: InstallationChange) -> Changed {
        let (position, installation) = self.find_installation(id)?;
        keep(Some(&installation.external_id), change.external_id.as_ref())?;
        set(&mut installation.label_partner, change.label_partner);
        set(&mut installation.service_type, change.service_type);
        if let Some(parts) = change.address {
            let address = installation.address.get_or_insert_default();
            let coded = parts.postal_code.is_some() || parts.country.is_some();
            address.set(parts);
            if coded {
                address.check().map_err(|flaw| Refused::Parts(vec![(Part::PostalCode, flaw)]))?;
            }
        }
        installation.contract.set(&change.contract);
        // What is wrong with the meters now is due to the service type: nothing else of them changed.
        self.check_installation(position).map_err(|refused| match refused {
            Refused::Parts(parts) => {
                let of_contract = |part: &Part| matches!(part, Part::ContractNumber | Part::ContractEnd);
                let (contract, rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(part, _)| of_contract(part));
                let rest = rest.into_iter().map(|(_, flaw)| (Part::ServiceType, flaw)).take(1);
                Refused::Parts(rest.chain(contract).collect())
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
        meter.register.set(change.register);
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

    /// Whether the account may be changed: one that is deleted and kept may only be had back or erased.
    ///
    /// # Errors
    /// It is deleted.
    pub fn check_live(&self) -> Changed {
        if self.is_deleted() { Err(Refused::whole(Flaw::Deleted)) } else { Ok(()) }
    }

    /// Whether something can happen to an installation of the account on that day: not before the account has
    /// it, as far as that is known, and not more than a year after `now`. Whatever the time zone: a day
    /// counts as begun where it begins first, and as over where it ends last.
    fn check_day(&self, moved_in: Option<Date>, day: Date, now: Timestamp) -> Result<(), Flaw> {
        check_ahead(day, now)?;
        let created = on_earth(self.created_at, -12);
        match moved_in {
            Some(last) if day < last => Err(Flaw::BeforeLastMove { last }),
            None if day < created => Err(Flaw::BeforeAccount { created }),
            _ => Ok(()),
        }
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
                Breach::ContractNumber { installation } if installation == position => Part::ContractNumber,
                Breach::ContractEnd { installation } if installation == position => Part::ContractEnd,
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
        if self.email.as_ref().map(Email::canonical) != Some(email.canonical()) {
            self.email_verified = false;
            self.token_requested_at = Some(now);
        }
        self.email = Some(email);
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

/// Nothing is planned more than a year ahead: a year that is typed wrong would stand in the way of all that follows.
fn check_ahead(day: Date, now: Timestamp) -> Result<(), Flaw> {
    let latest = on_earth(now, 14).checked_add(1.year()).unwrap_or(Date::MAX);
    if day > latest { Err(Flaw::TooFarAhead { latest }) } else { Ok(()) }
}

/// The day at a moment where clocks are that many hours ahead of UTC.
fn on_earth(moment: Timestamp, hours: i64) -> Date {
    moment.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(moment).to_zoned(tz::TimeZone::UTC).date()
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

pub(crate) fn set_some<T>(place: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *place = value;
    }
}

#[cfg(test)]
mod tests;
