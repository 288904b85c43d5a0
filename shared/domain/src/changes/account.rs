//! Which fields of an account a change is in.

use super::fields::{Differences, common};
use crate::{
    Account, Contact, Contract, Customer, Installation, Meter, Profile, Site,
    property::{KeyName, Property},
};

/// The most properties that an event names one by one: all of an account may not fit into an event.
const MOST_PROPERTIES: usize = 100;

/// In what two states of an account differ. The structures are taken apart whole, so that a new field is not forgotten
/// here, nor a new secret told.
pub(crate) fn differences(before: &Account, after: &Account) -> Differences {
    let Account {
        id: _,
        organisation: _,
        label_partner,
        number,
        ordinals: _,
        profile,
        site,
        properties,
        tariffs,
        terms,
        customer,
        installations,
        former_installations,
        onboardings,
        entities,
        answer_key: _,
        version: _,
        created_at: _,
        updated_at: _,
    } = before;
    let brand = common([label_partner.as_ref(), after.label_partner.as_ref()]);
    let mut found = Differences::of(brand.clone());
    found.compare("label_partner", label_partner, &after.label_partner);
    found.compare("number", number, &after.number);
    found.profile(profile, &after.profile);
    found.site(site, &after.site);
    let mut of_properties = Differences::of(brand);
    let id = |(key, _): &(&KeyName, &Property)| key.to_string();
    let (was, is): (Vec<_>, Vec<_>) = (properties.iter().collect(), after.properties.iter().collect());
    of_properties.each("properties", (&was, &is), id, Differences::property);
    if of_properties.paths.len() > MOST_PROPERTIES {
        of_properties.paths = vec!["properties".to_owned()];
    }
    found.extend(of_properties);
    found.compare("tariffs", tariffs, &after.tariffs);
    found.compare("terms", terms, &after.terms);
    found.customer(customer, &after.customer);
    let id = |it: &Installation| it.id.to_string();
    found.each("installations", (installations, &after.installations), id, Differences::installation);
    let former = (former_installations.as_slice(), after.former_installations.as_slice());
    found.each_position("former_installations", former, |it| Some(&it.label_partner));
    found.compare("onboardings", onboardings, &after.onboardings);
    found.compare("entities", entities, &after.entities);
    found
}

impl Differences {
    fn property(&mut self, path: &str, before: Option<&(&KeyName, &Property)>, after: Option<&(&KeyName, &Property)>) {
        let (before, after) = (before.map(|(_, property)| *property), after.map(|(_, property)| *property));
        if before != after {
            self.came_or_went(path, before, after);
        }
    }

    fn profile(&mut self, before: &Profile, after: &Profile) {
        let Profile { name, customer_org_id, customer_org_name, owner, status, account_type, time_zone } = before;
        self.compare("profile.name", name, &after.name);
        self.compare("profile.customer_org_id", customer_org_id, &after.customer_org_id);
        self.compare("profile.customer_org_name", customer_org_name, &after.customer_org_name);
        self.compare("profile.owner", owner, &after.owner);
        self.compare("profile.status", status, &after.status);
        self.compare("profile.account_type", account_type, &after.account_type);
        self.compare("profile.time_zone", time_zone, &after.time_zone);
    }

    fn site(&mut self, before: &Site, after: &Site) {
        let Site { stated, derived, derived_time_zone } = before;
        self.compare("site.stated", stated, &after.stated);
        self.compare("site.derived", derived, &after.derived);
        self.compare("site.derived_time_zone", derived_time_zone, &after.derived_time_zone);
    }

    fn customer(&mut self, before: &Customer, after: &Customer) {
        let Customer {
            external_id,
            email,
            email_verified,
            token_requested_at,
            registration,
            authentication_provider_id,
            contact: Contact { first_name, last_name, phone, mobile },
        } = before;
        self.compare("customer.external_id", external_id, &after.external_id);
        self.compare("customer.email", email, &after.email);
        self.compare("customer.email_verified", email_verified, &after.email_verified);
        // The token that the customer is sent follows from it.
        self.compare_secret("customer.token_requested_at", token_requested_at, &after.token_requested_at);
        // The hash of the password is in it.
        self.compare_secret("customer.registration", registration, &after.registration);
        let provider_id = &after.authentication_provider_id;
        self.compare("customer.authentication_provider_id", authentication_provider_id, provider_id);
        self.compare("customer.contact.first_name", first_name, &after.contact.first_name);
        self.compare("customer.contact.last_name", last_name, &after.contact.last_name);
        self.compare("customer.contact.phone", phone, &after.contact.phone);
        self.compare("customer.contact.mobile", mobile, &after.contact.mobile);
    }

    fn installation(&mut self, path: &str, before: Option<&Installation>, after: Option<&Installation>) {
        let brands = [before, after].into_iter().flatten().map(|it| Some(&it.label_partner));
        let mut found = Self::of(common(brands));
        match (before, after) {
            (Some(before), Some(after)) => found.of_installation(path, before, after),
            (before, after) => found.came_or_went(path, before, after),
        }
        self.extend(found);
    }

    fn of_installation(&mut self, path: &str, before: &Installation, after: &Installation) {
        let Installation {
            id: _,
            ordinal: _,
            external_id,
            label_partner,
            address,
            service_type,
            contract,
            moved_in,
            moved_from,
            meters,
            former_meters,
        } = before;
        self.compare(&format!("{path}.external_id"), external_id, &after.external_id);
        self.compare(&format!("{path}.label_partner"), label_partner, &after.label_partner);
        self.compare(&format!("{path}.address"), address, &after.address);
        self.compare(&format!("{path}.service_type"), service_type, &after.service_type);
        self.contract(&format!("{path}.contract"), contract, &after.contract);
        self.compare(&format!("{path}.moved_in"), moved_in, &after.moved_in);
        self.compare(&format!("{path}.moved_from"), moved_from, &after.moved_from);
        let id = |meter: &Meter| meter.id.to_string();
        self.each(&format!("{path}.meters"), (meters, &after.meters), id, Self::meter);
        self.compare(&format!("{path}.former_meters"), former_meters, &after.former_meters);
    }

    fn contract(&mut self, path: &str, before: &Contract, after: &Contract) {
        let Contract { number, ledger_number, starts_on, ends_on, kinds } = before;
        self.compare(&format!("{path}.number"), number, &after.number);
        self.compare(&format!("{path}.ledger_number"), ledger_number, &after.ledger_number);
        self.compare(&format!("{path}.starts_on"), starts_on, &after.starts_on);
        self.compare(&format!("{path}.ends_on"), ends_on, &after.ends_on);
        self.compare(&format!("{path}.kinds"), kinds, &after.kinds);
    }

    fn meter(&mut self, path: &str, before: Option<&Meter>, after: Option<&Meter>) {
        let (Some(before), Some(after)) = (before, after) else { return self.came_or_went(path, before, after) };
        let Meter {
            id: _,
            ordinal: _,
            external_id,
            input_method,
            energy_type,
            serial_number,
            register,
            building,
            installed_on,
        } = before;
        self.compare(&format!("{path}.external_id"), external_id, &after.external_id);
        self.compare(&format!("{path}.input_method"), input_method, &after.input_method);
        self.compare(&format!("{path}.energy_type"), energy_type, &after.energy_type);
        self.compare(&format!("{path}.serial_number"), serial_number, &after.serial_number);
        self.compare(&format!("{path}.register"), register, &after.register);
        self.compare(&format!("{path}.building"), building, &after.building);
        self.compare(&format!("{path}.installed_on"), installed_on, &after.installed_on);
    }
}
