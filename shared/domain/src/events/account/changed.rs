//! Which fields of an account a change is in.

use std::collections::{HashMap, HashSet};

use crate::{
    Account, Contact, Customer, Installation, Meter, Profile, Site,
    property::{KeyName, Property},
};

/// The most properties that an event names one by one: all of an account may not fit into an event.
const MOST_PROPERTIES: usize = 100;

/// The paths of the fields in which two states of an account differ. The structures are taken apart
/// whole, so that a new field is not forgotten here.
pub(super) fn paths(before: &Account, after: &Account) -> Vec<String> {
    let Account {
        id: _,
        organisation: _,
        label_partner,
        profile,
        site,
        properties,
        tariffs,
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
    let mut paths = Paths::default();
    paths.compare("label_partner", label_partner, &after.label_partner);
    paths.profile(profile, &after.profile);
    paths.site(site, &after.site);
    let property = |(key, _): &(&KeyName, &Property)| key.to_string();
    let (was, is): (Vec<_>, Vec<_>) = (properties.iter().collect(), after.properties.iter().collect());
    let mut of_properties = Paths::default();
    of_properties.each("properties", &was, &is, property, Paths::compare);
    match of_properties.0 {
        many if many.len() > MOST_PROPERTIES => paths.0.push("properties".to_owned()),
        few => paths.0.extend(few),
    }
    paths.compare("tariffs", tariffs, &after.tariffs);
    paths.customer(customer, &after.customer);
    paths.each("installations", installations, &after.installations, |it| it.id.to_string(), Paths::installation);
    paths.compare("former_installations", former_installations, &after.former_installations);
    paths.compare("onboardings", onboardings, &after.onboardings);
    paths.compare("entities", entities, &after.entities);
    paths.0
}

#[derive(Default)]
struct Paths(Vec<String>);

impl Paths {
    fn compare<T: PartialEq>(&mut self, path: &str, before: &T, after: &T) {
        if before != after {
            self.0.push(path.to_owned());
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
            contact: Contact { first_name, last_name },
        } = before;
        self.compare("customer.external_id", external_id, &after.external_id);
        self.compare("customer.email", email, &after.email);
        self.compare("customer.email_verified", email_verified, &after.email_verified);
        let requested_at = &after.token_requested_at;
        self.compare("customer.token_requested_at", token_requested_at, requested_at);
        self.compare("customer.registration", registration, &after.registration);
        let provider_id = &after.authentication_provider_id;
        self.compare("customer.authentication_provider_id", authentication_provider_id, provider_id);
        self.compare("customer.contact.first_name", first_name, &after.contact.first_name);
        self.compare("customer.contact.last_name", last_name, &after.contact.last_name);
    }

    fn installation(&mut self, path: &str, before: &Installation, after: &Installation) {
        let Installation {
            id: _,
            external_id,
            label_partner,
            address,
            service_type,
            moved_in,
            moved_from,
            meters,
            former_meters,
        } = before;
        self.compare(&format!("{path}.external_id"), external_id, &after.external_id);
        self.compare(&format!("{path}.label_partner"), label_partner, &after.label_partner);
        self.compare(&format!("{path}.address"), address, &after.address);
        self.compare(&format!("{path}.service_type"), service_type, &after.service_type);
        self.compare(&format!("{path}.moved_in"), moved_in, &after.moved_in);
        self.compare(&format!("{path}.moved_from"), moved_from, &after.moved_from);
        self.each(&format!("{path}.meters"), meters, &after.meters, |meter| meter.id.to_string(), Self::meter);
        self.compare(&format!("{path}.former_meters"), former_meters, &after.former_meters);
    }

    fn meter(&mut self, path: &str, before: &Meter, after: &Meter) {
        let Meter { id: _, external_id, input_method, energy_type, serial_number, installed_on } = before;
        self.compare(&format!("{path}.external_id"), external_id, &after.external_id);
        self.compare(&format!("{path}.input_method"), input_method, &after.input_method);
        self.compare(&format!("{path}.energy_type"), energy_type, &after.energy_type);
        self.compare(&format!("{path}.serial_number"), serial_number, &after.serial_number);
        self.compare(&format!("{path}.installed_on"), installed_on, &after.installed_on);
    }

    /// Members of a list go by their ids. One that came or went is named itself; if those that
    /// stayed are in another order, the list is.
    fn each<T>(
        &mut self,
        list: &str,
        before: &[T],
        after: &[T],
        id: impl Fn(&T) -> String,
        compare: fn(&mut Self, &str, &T, &T),
    ) {
        let ids = |list: &[T]| list.iter().map(&id).collect::<Vec<_>>();
        let (ids_before, ids_after) = (ids(before), ids(after));
        // An account can have thousands of properties: nothing here may look through all of them for each.
        let was: HashSet<&str> = ids_before.iter().map(String::as_str).collect();
        let is: HashMap<&str, &T> = ids_after.iter().map(String::as_str).zip(after).collect();
        let stayed_before: Vec<_> = ids_before.iter().filter(|id| is.contains_key(id.as_str())).collect();
        let stayed_after: Vec<_> = ids_after.iter().filter(|id| was.contains(id.as_str())).collect();
        self.compare(list, &stayed_before, &stayed_after);
        for (member, own) in before.iter().zip(&ids_before) {
            let path = format!("{list}.{own}");
            match is.get(own.as_str()) {
                Some(other) => compare(self, &path, member, other),
                None => self.0.push(path),
            }
        }
        let came = ids_after.iter().filter(|id| !was.contains(id.as_str()));
        self.0.extend(came.map(|id| format!("{list}.{id}")));
    }
}
