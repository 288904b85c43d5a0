//! What the bodies of this dialect ask for, in the words of the domain.
//!
//! Values are read first ([`bodies`](super::bodies)); rules that span several of them wait until all could be read.

use std::collections::HashSet;

use serde_json::Value;
use wattbook_domain::{
    AccountId, DateOrTime, Flaw, LabelPartnerCode, Share, SiteAddress, TariffService,
    change::Part,
    merge::AccountChange,
    property::{CUSTOMER_CLASS, CustomerClass, KeyName, PropertyChange},
    tariff::{REPEATED, TariffChange, TariffDetails},
};

use crate::{
    bodies::{
        AccountBody, AddressBody, PropertiesBody, PropertyEntry, PropertyValue, StatedTariff, TariffBody, TariffsBody,
    },
    field,
    lenient::{self, Line},
    target::Target,
};
use wattbook_api::{
    Faults, Principal, body,
    fault::{Pointer, Reason},
};

/// The most tariffs that one call sets: each is held against all others.
const MOST: usize = 1000;

/// What a body states of an account.
#[derive(Debug, Default)]
pub struct Stated {
    /// Our id of the account.
    pub id: Option<AccountId>,
    /// The brand it is to belong to.
    pub label_partner: Option<LabelPartnerCode>,
    /// What to set.
    pub change: AccountChange,
    /// Where the properties of the change stand.
    properties: Vec<Pointer>,
}

impl Stated {
    /// Reads an account, noting every fault.
    pub fn read(body: &Value, principal: &Principal, faults: &mut Faults) -> Self {
        refuse_unusable(body, principal, faults);
        let mut read = body::read::<AccountBody>(body, faults).unwrap_or_default();
        let (properties, tariffs) =
            (read.properties.take().unwrap_or_default(), read.tariffs.take().unwrap_or_default());
        let (id, label_partner, class) = (read.account_id, read.label_partner.take(), read.customer_class.take());
        let mut stated = Self { id, label_partner, change: read.into(), properties: Vec::new() };
        stated.take_properties(properties, faults);
        if let Some(class) = class {
            stated.take_class(class, faults);
        }
        stated.change.tariffs = tariffs.into_iter().map(TariffChange::from).collect();
        refuse_repeated(&stated.change.tariffs, at_tariff, faults);
        faults.sort_by(body);
        stated
    }

    /// The same of one that is to be added, which has no id of ours yet.
    pub fn read_new(body: &Value, principal: &Principal, faults: &mut Faults) -> Self {
        if states(body, "accountId") {
            let message = "is drawn by us; leave it out, or use PUT to change an account";
            faults.body(&Pointer::root().child("accountId"), Reason::new("not_allowed", message));
        }
        Self::read(body, principal, faults)
    }

    /// The account that `body`, of which this was read, names. An id that stands in a body with faults is not missing.
    pub fn target(&self, body: &Value, faults: &mut Faults) -> Target {
        match (self.id, &self.change.external_id) {
            (Some(id), _) => Target::Id(id),
            (None, Some(own)) => Target::Own(own.clone()),
            (None, None) => {
                if !states(body, "accountId") && !states(body, "providerAccountId") {
                    let message = "is required, unless accountId is given";
                    faults.body(&Pointer::root().child("providerAccountId"), Reason::new("required", message));
                }
                Target::Nothing
            }
        }
    }

    /// Where a part that the domain refused stands.
    #[must_use]
    pub fn pointer(&self, part: Part, flaw: &Flaw) -> Pointer {
        match part {
            Part::ExternalId => Pointer::root().child("providerAccountId"),
            Part::PostalCode => Pointer::root().child("address").child("zip"),
            Part::Property(position) => {
                let path = self.properties.get(position).cloned().unwrap_or_default();
                at_property(&path, self.change.properties.get(position), flaw)
            }
            Part::Tariff(position) => in_tariff(&at_tariff(position), flaw),
            _ => Pointer::root(),
        }
    }

    fn take_properties(&mut self, PropertiesBody(entries): PropertiesBody, faults: &mut Faults) {
        let mut seen = HashSet::new();
        for PropertyEntry { place, key, value } in entries {
            let path = Pointer::root().child("properties").child(place);
            if !seen.insert(key.clone()) {
                faults.body(&path.child("keyName"), Flaw::Repeated { kind: "key" });
            }
            self.change.properties.push((key, property_change(value)));
            self.properties.push(path);
        }
    }
}

impl Stated {
    /// The class of the customer, where the published client has it: a property in other words.
    fn take_class(&mut self, Line(class): Line, faults: &mut Faults) {
        let path = Pointer::root().child(CUSTOMER_CLASS);
        let known = match CustomerClass::of(class.as_str()) {
            Ok(known) => known,
            Err(flaw) => return faults.body(&path, flaw),
        };
        let stated = self.change.properties.iter().find(|(key, _)| key.as_str() == CUSTOMER_CLASS);
        match stated.map(|(_, change)| change.value.as_ref().and_then(|value| CustomerClass::of(value.as_str()).ok())) {
            Some(Some(other)) if other == known => {}
            Some(_) => faults.body(&path, Flaw::Contradiction { other: "the property of that name" }),
            None => {
                let Ok(key) = KeyName::parse(CUSTOMER_CLASS) else { return };
                self.change.properties.push((key, PropertyChange { value: Some(class), ..PropertyChange::default() }));
                self.properties.push(path);
            }
        }
    }
}

/// Where the tariff of that position stands in an account.
fn at_tariff(position: usize) -> Pointer {
    Pointer::root().child("tariffs").child(position)
}

/// What the tariff operation sets.
#[derive(Debug, Default)]
pub struct StatedTariffs {
    /// The tariffs.
    pub change: AccountChange,
    listed: bool,
}

impl StatedTariffs {
    /// Reads one tariff or a list of them, noting every fault.
    pub fn read(body: &Value, faults: &mut Faults) -> Self {
        let (tariffs, listed) = match body::read::<TariffsBody>(body, faults) {
            Some(TariffsBody::List(tariffs)) => (tariffs, true),
            Some(TariffsBody::One(tariff)) => (vec![*tariff], false),
            None => (Vec::new(), false),
        };
        let mut stated = Self { listed, ..Self::default() };
        stated.change.tariffs = tariffs.into_iter().map(TariffChange::from).collect();
        refuse_repeated(&stated.change.tariffs, |position| stated.at(position), faults);
        stated
    }

    /// Where a part that the domain refused stands.
    #[must_use]
    pub fn pointer(&self, part: Part, flaw: &Flaw) -> Pointer {
        match part {
            Part::Tariff(position) => in_tariff(&self.at(position), flaw),
            _ => Pointer::root(),
        }
    }

    fn at(&self, position: usize) -> Pointer {
        if self.listed { Pointer::root().child(position) } else { Pointer::root() }
    }
}

/// Of two tariffs for the same service from the same day on, nobody knows which is meant. Whether two are that
/// which do not say their service, or say their day in other words, is seen when they are set.
fn refuse_repeated(tariffs: &[TariffChange], at: impl Fn(usize) -> Pointer, faults: &mut Faults) {
    if tariffs.len() > MOST {
        faults.body(&at(MOST), Reason::new("too_many", format!("is beyond the {MOST} tariffs that one call may set")));
    }
    let mut seen = HashSet::new();
    for (position, tariff) in tariffs.iter().enumerate() {
        if tariff.service.is_some_and(|service| !seen.insert((service, tariff.effective_date))) {
            faults.body(&at(position), REPEATED);
        }
    }
}

/// Where what is wrong with the tariff at `path` stands.
fn in_tariff(path: &Pointer, flaw: &Flaw) -> Pointer {
    match flaw {
        Flaw::Required => path.child("masterTariffId"),
        Flaw::EndsBeforeStart => path.child("endDate"),
        Flaw::ServiceUnclear => path.child("serviceType"),
        _ => path.clone(),
    }
}

/// What the property operation sets: a field, a property or the electricity tariff.
#[derive(Debug, Default)]
pub struct StatedProperty {
    /// Under which name.
    pub key: String,
    /// The value, as text.
    pub value: String,
    /// What to set.
    pub change: AccountChange,
}

impl StatedProperty {
    /// Reads the body of `POST …/properties`, noting every fault.
    pub fn read(body: &Value, faults: &mut Faults) -> Self {
        let root = Pointer::root();
        // Told beside what cannot be read, so by the body itself.
        for name in ["keyName", "dataValue"].into_iter().filter(|name| body.is_object() && !states(body, name)) {
            faults.body(&root.child(name), Reason::required());
        }
        let Some(read) = body::read::<PropertyValue>(body, faults) else { return Self::default() };
        let (Some(key), Some(value)) = (read.stated.key_name.clone(), read.stated.data_value.clone()) else {
            return Self::default();
        };
        read.check(&key, &root, faults);
        let mut change = AccountChange::default();
        match (key.as_str(), field::set(key.as_str(), value.0.as_str())) {
            (field::TARIFF, _) => match lenient::whole_number(&Value::from(value.0.as_str())) {
                Ok(id) => change.tariffs.push(electricity(id, &read)),
                Err(reason) => faults.body(&Self::value(), reason),
            },
            (_, Some(Err(reason))) => faults.body(&Self::value(), reason),
            (_, Some(Ok(field))) => change = field,
            (name, None) if field::is_taken(name) => faults.body(&root.child("keyName"), Flaw::Immutable),
            (_, None) => change.properties.push((key.clone(), property_change(read))),
        }
        faults.sort_by(body);
        Self { key: key.to_string(), value: value.0.to_string(), change }
    }

    /// Where a part that the domain refused stands.
    #[must_use]
    pub fn pointer(&self, part: Part, flaw: &Flaw) -> Pointer {
        let root = Pointer::root();
        match part {
            Part::Whole => root,
            Part::Property(position) => at_property(&root, self.change.properties.get(position), flaw),
            Part::Tariff(_) if *flaw == Flaw::EndsBeforeStart => root.child("toDateTime"),
            _ => Self::value(),
        }
    }

    /// Where the value stands, whatever it is of.
    #[must_use]
    pub fn value() -> Pointer {
        Pointer::root().child("dataValue")
    }
}

/// Whether a body has a member; `null` is the same as absent.
fn states(body: &Value, name: &str) -> bool {
    body.get(name).is_some_and(|value| !value.is_null())
}

/// Where what is wrong with the property at `path` stands.
fn at_property(path: &Pointer, stated: Option<&(KeyName, PropertyChange)>, flaw: &Flaw) -> Pointer {
    match flaw {
        Flaw::EndsBeforeStart if stated.is_some_and(|(_, change)| change.to.is_none()) => path.child("fromDateTime"),
        Flaw::EndsBeforeStart => path.child("toDateTime"),
        _ => path.child("dataValue"),
    }
}

/// The tariff that the key `masterTariffId` sets; without an accuracy it is certain.
fn electricity(id: u64, read: &PropertyValue) -> TariffChange {
    let PropertyValue { stated, details } = read;
    TariffChange {
        service: Some(TariffService::Electricity),
        effective_date: stated.from_date_time,
        end_date: stated.to_date_time,
        master_tariff_id: Some(id),
        likelihood: Some(stated.accuracy.as_ref().map_or(Share::WHOLE, |accuracy| accuracy.0)),
        source: details.source.clone(),
        ..TariffChange::default()
    }
}

/// A label partner that the caller cannot use is refused like one that is not there.
fn refuse_unusable(body: &Value, principal: &Principal, faults: &mut Faults) {
    let named = body.get("labelPartner").and_then(Value::as_str).and_then(|code| LabelPartnerCode::parse(code).ok());
    if named.is_some_and(|code| principal.default_service_type(&code).is_none()) {
        faults.body(&Pointer::root().child("labelPartner"), Flaw::UnknownLabelPartner);
    }
}

impl From<AccountBody> for AccountChange {
    /// Without the lists.
    fn from(read: AccountBody) -> Self {
        Self {
            external_id: read.provider_account_id,
            name: read.account_name,
            customer_org_id: read.customer_org_id,
            customer_org_name: read.customer_org_name,
            owner: read.owner,
            status: read.status,
            account_type: read.account_type,
            time_zone: read.time_zone,
            email: read.email,
            first_name: read.first_name,
            last_name: read.last_name,
            address: address(read.address.unwrap_or_default()),
            properties: Vec::new(),
            tariffs: Vec::new(),
        }
    }
}

fn address(read: AddressBody) -> SiteAddress {
    SiteAddress {
        free_text: read.address_string,
        name: read.address_name,
        line1: read.address1,
        line2: read.address2,
        city: read.city,
        state: read.state,
        postal_code: read.zip,
        country: read.country,
        longitude: read.lon.map(|it| it.0),
        latitude: read.lat.map(|it| it.0),
    }
}

fn property_change(PropertyValue { stated, details }: PropertyValue) -> PropertyChange {
    PropertyChange {
        value: stated.data_value.map(|it| it.0),
        from: stated.from_date_time.map(DateOrTime::moment),
        to: stated.to_date_time.map(DateOrTime::moment),
        accuracy: stated.accuracy.map(|it| it.0),
        data_type: stated.data_type,
        details: details.into(),
    }
}

impl From<TariffBody> for TariffChange {
    fn from(TariffBody { stated, details }: TariffBody) -> Self {
        Self { details: details.into(), ..stated.into() }
    }
}

impl From<StatedTariff> for TariffChange {
    fn from(read: StatedTariff) -> Self {
        Self {
            service: read.service_type,
            effective_date: read.effective_date.map(|it| it.0),
            end_date: read.end_date.map(|it| it.0),
            closed_date: read.closed_date.map(|it| it.0),
            master_tariff_id: read.master_tariff_id.map(|it| it.0),
            customer_class: read.customer_class,
            likelihood: read.customer_likelihood.map(|it| it.0),
            source: read.source,
            code: read.tariff_code,
            name: read.tariff_name,
            supplier_id: read.lse_id.map(|it| it.0),
            supplier_name: read.lse_name,
            time_zone: read.time_zone,
            billing_period: read.billing_period,
            currency: read.currency,
            details: TariffDetails::default(),
        }
    }
}
