//! How an account takes in what the accounts API states of it: a part that is stated is set, a part
//! that is not stays (seed `account-api-genability`, "Update an Account").

use jiff::Timestamp;

use crate::{
    Account, AccountStatus, AccountType, Email, ExternalId, Flaw, Moment, Name, PostalArea, SiteAddress, TariffService,
    Text, TimeZone,
    change::{CustomerChange, Part, Refused, set_some as set},
    property::{self, CUSTOMER_CLASS, CustomerClass, KeyName, Property, PropertyChange},
    tariff::{self, LikelyTariff, TariffChange},
};

/// What to set of an account.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    /// The organisation's own id: may be given to an account that has none; otherwise must be what it is.
    pub external_id: Option<ExternalId>,
    /// What it is called.
    pub name: Option<Text<255>>,
    /// The organisation's own id of a group of accounts.
    pub customer_org_id: Option<ExternalId>,
    /// What that group is called.
    pub customer_org_name: Option<Text<255>>,
    /// Who looks after it.
    pub owner: Option<Text<255>>,
    /// Whether it is in use.
    pub status: Option<AccountStatus>,
    /// What it stands for.
    pub account_type: Option<AccountType>,
    /// Its time zone.
    pub time_zone: Option<TimeZone>,
    /// Where the customer is written to.
    pub email: Option<Email>,
    /// Given name of the person.
    pub first_name: Option<Name>,
    /// Family name of the person.
    pub last_name: Option<Name>,
    /// The parts of the address to set.
    pub address: SiteAddress,
    /// Properties to set, each by its key.
    pub properties: Vec<(KeyName, PropertyChange)>,
    /// Tariffs to set, each by its service and effective date, in the zone that the account then has.
    pub tariffs: Vec<TariffChange>,
}

/// A part of an account that can be taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removable {
    /// What it is called.
    Name,
    /// The organisation's own id of a group of accounts.
    CustomerOrgId,
    /// What that group is called.
    CustomerOrgName,
    /// Who looks after it.
    Owner,
    /// What it stands for.
    AccountType,
    /// The time zone that was stated.
    TimeZone,
    /// The address in one text, with what follows from it.
    FreeText,
    /// What the place is called.
    AddressName,
    /// Street and number.
    Line1,
    /// What else a letter needs.
    Line2,
    /// The city.
    City,
    /// The state or province.
    State,
    /// The postal code.
    PostalCode,
    /// The country.
    Country,
    /// Degrees east.
    Longitude,
    /// Degrees north.
    Latitude,
}

/// What the default tariff of an account follows from: while this is the same, it stays what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffBasis {
    /// Where the account is and what its customer's class is, if both are known.
    pub sought: Option<(PostalArea, CustomerClass)>,
    stated: bool,
}

impl Account {
    /// Sets what the change states.
    ///
    /// # Errors
    /// The external id is another one, the postal code is none of its country, a tariff overlaps another, a period ends
    /// before it begins, or the account is deleted and the change does not say what its status is to be.
    pub fn merge(&mut self, change: AccountChange, now: Timestamp) -> Result<(), Refused> {
        if change.status.is_none() {
            self.check_live()?;
        }
        let mut refused = Vec::new();
        let customer = &mut self.customer;
        match (&customer.external_id, change.external_id) {
            (Some(current), Some(stated)) if *current != stated => refused.push((Part::ExternalId, Flaw::Immutable)),
            (None, Some(stated)) => customer.external_id = Some(stated),
            _ => {}
        }
        let AccountChange { email, first_name, last_name, .. } = change;
        let person = CustomerChange { email, first_name, last_name, ..CustomerChange::default() };
        self.change_customer(person, now)?;
        let profile = &mut self.profile;
        set(&mut profile.name, change.name);
        set(&mut profile.customer_org_id, change.customer_org_id);
        set(&mut profile.customer_org_name, change.customer_org_name);
        set(&mut profile.owner, change.owner);
        set(&mut profile.account_type, change.account_type);
        profile.status = change.status.unwrap_or(profile.status);
        set(&mut profile.time_zone, change.time_zone);
        let SiteAddress { free_text, city, state, postal_code, country, .. } = &change.address;
        let placed =
            free_text.is_some() || city.is_some() || state.is_some() || postal_code.is_some() || country.is_some();
        self.site.stated.set(change.address);
        if placed {
            refused.extend(self.site.check().err().map(|flaw| (Part::PostalCode, flaw)));
        }
        for (position, (key, change)) in change.properties.into_iter().enumerate() {
            refused.extend(self.set_property(key, change).err().map(|flaw| (Part::Property(position), flaw)));
        }
        let zone = self.time_zone().cloned();
        let wrong = tariff::set_all(&mut self.tariffs, change.tariffs, zone.as_ref());
        refused.extend(wrong.into_iter().map(|(position, flaw)| (Part::Tariff(position), flaw)));
        if refused.is_empty() { Ok(()) } else { Err(Refused::Parts(refused)) }
    }

    /// Sets the address ahead of the rest of a change, if a day that this states depends on the zone that follows
    /// from the address. Whether it did: then what follows is to be worked out before the rest.
    pub fn set_address_first(&mut self, change: &AccountChange) -> bool {
        let zone = change.time_zone.as_ref().or(self.profile.time_zone.as_ref());
        if zone.is_some() || !change.tariffs.iter().any(TariffChange::depends_on_zone) {
            return false;
        }
        let address = self.without_repeated(change.clone()).address;
        let is_new = address != SiteAddress::default();
        self.site.stated.set(address);
        is_new
    }

    /// The change without what only repeats what follows from the rest: so who sends a whole account back as
    /// it was read does not nail that down. If the address or the person changes as well, what is there
    /// is meant as it is there.
    #[must_use]
    pub fn without_repeated(&self, mut change: AccountChange) -> AccountChange {
        let Account { profile, site, customer, .. } = self;
        let known = site.address();
        if change.address.or(&known) == known {
            if change.time_zone.is_some() && change.time_zone == site.derived_time_zone && profile.time_zone.is_none() {
                change.time_zone = None;
            }
            change.address = SiteAddress::default();
        }
        let stays = |stated: &Option<Name>, known: &Option<Name>| stated.is_none() || stated == known;
        let same_person = stays(&change.first_name, &customer.contact.first_name)
            && stays(&change.last_name, &customer.contact.last_name);
        if same_person && profile.name.is_none() && change.name.as_ref().map(Text::as_str) == self.name().as_deref() {
            change.name = None;
        }
        change
    }

    fn set_property(&mut self, key: KeyName, change: PropertyChange) -> Result<(), Flaw> {
        if let Some(value) = &change.value {
            property::check_value(key.as_str(), value.as_str())?;
        }
        let old = self.properties.get(&key).cloned();
        let value = change.value.or_else(|| old.as_ref().map(|old| old.value.clone())).ok_or(Flaw::Required)?;
        let mut property = old.unwrap_or_else(|| Property::new(value.clone()));
        property.value = value;
        set_moment(&mut property.from, change.from);
        set_moment(&mut property.to, change.to);
        set(&mut property.accuracy, change.accuracy);
        set(&mut property.data_type, change.data_type.filter(|_| property::data_type(key.as_str()).is_none()));
        property.details.set(change.details);
        if property.from.zip(property.to).is_some_and(|(from, to)| to.instant() <= from.instant()) {
            return Err(Flaw::EndsBeforeStart);
        }
        self.properties.insert(key, property);
        Ok(())
    }

    /// Takes out the electricity tariffs that were stated.
    pub fn remove_electricity_tariffs(&mut self) {
        self.tariffs.retain(|tariff| tariff.service != TariffService::Electricity || tariff.defaulted);
    }

    /// Takes a part of the account out; what follows from the rest takes its place.
    pub fn remove_part(&mut self, part: Removable) {
        let (profile, address) = (&mut self.profile, &mut self.site.stated);
        match part {
            Removable::Name => profile.name = None,
            Removable::CustomerOrgId => profile.customer_org_id = None,
            Removable::CustomerOrgName => profile.customer_org_name = None,
            Removable::Owner => profile.owner = None,
            Removable::AccountType => profile.account_type = None,
            Removable::TimeZone => profile.time_zone = None,
            Removable::FreeText => address.free_text = None,
            Removable::AddressName => address.name = None,
            Removable::Line1 => address.line1 = None,
            Removable::Line2 => address.line2 = None,
            Removable::City => address.city = None,
            Removable::State => address.state = None,
            Removable::PostalCode => address.postal_code = None,
            Removable::Country => address.country = None,
            Removable::Longitude => address.longitude = None,
            Removable::Latitude => address.latitude = None,
        }
    }

    /// The class of the customer, if it is known.
    #[must_use]
    pub fn customer_class(&self) -> Option<CustomerClass> {
        let stated = self.properties.iter().find(|(key, _)| key.as_str() == CUSTOMER_CLASS);
        stated.and_then(|(_, property)| CustomerClass::of(property.value.as_str()).ok())
    }

    /// What the default tariff follows from.
    #[must_use]
    pub fn tariff_basis(&self) -> TariffBasis {
        let stated = self.tariffs.iter().any(|it| it.service == TariffService::Electricity && !it.defaulted);
        TariffBasis { sought: self.site.address().postal_area().zip(self.customer_class()), stated }
    }

    /// Replaces the default tariff by the likeliest one, which may be none. What was stated stays.
    pub fn set_default_tariff(&mut self, likely: Option<LikelyTariff>) {
        tariff::set_default(&mut self.tariffs, likely);
    }
}

/// Sets a point in time, unless it is the same one with another offset.
fn set_moment(place: &mut Option<Moment>, stated: Option<Moment>) {
    let same = place.zip(stated).is_some_and(|(was, stated)| was.instant() == stated.instant());
    set(place, stated.filter(|_| !same));
}

#[cfg(test)]
mod tests;
