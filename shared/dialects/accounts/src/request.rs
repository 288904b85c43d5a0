//! Reading the bodies of this dialect. Every fault is noted; members that nobody knows are passed
//! over.

use std::collections::HashSet;

use serde_json::{Map, Value};
use wattbook_domain::{
    AccountId, ExternalId, Flaw, LabelPartnerCode, Moment, Share, TariffService, Text,
    change::Part,
    merge::AccountChange,
    property::{self, KeyName, PropertyChange},
    tariff::TariffChange,
};

use crate::{
    field::{self, number},
    target::Target,
    tariffs,
};
use wattbook_api::{
    Faults, Principal,
    fault::{Pointer, Reason},
    reader::{Members, text},
};

/// What a body states of an account.
#[derive(Debug, Default)]
pub struct AccountBody {
    /// Our id of the account.
    pub id: Option<AccountId>,
    /// The brand it is to belong to.
    pub label_partner: Option<LabelPartnerCode>,
    /// What to set.
    pub change: AccountChange,
    /// Where the properties of the change stand.
    properties: Vec<Pointer>,
    /// Where the tariffs of the change stand.
    tariffs: Vec<Pointer>,
}

impl AccountBody {
    /// Reads an account, noting every fault.
    pub fn read(body: &Value, principal: &Principal, faults: &mut Faults) -> Self {
        let root = Pointer::root();
        let mut members = Members::of(root.clone(), body, faults);
        let id = members.optional("accountId", text(|id| id.parse().map_err(|_| Flaw::AccountId)), faults);
        let label_partner = members.optional("labelPartner", |value| usable(value, principal), faults);
        let mut read = Self { id, label_partner, ..Self::default() };
        field::read(&mut read.change, &root, body, &field::HEADER, faults);
        if let Some(address) = members.optional("address", object, faults) {
            field::read(&mut read.change, &root.child("address"), address, &field::ADDRESS, faults);
        }
        if let Some(properties) = members.optional("properties", object_or_array, faults) {
            read.read_properties(&root.child("properties"), properties, faults);
        }
        let tariffs = members.optional_list("tariffs", faults);
        for tariff in tariffs {
            read.tariffs.push(tariff.path().clone());
            read.change.tariffs.push(tariffs::read_one(tariff, faults));
        }
        tariffs::refuse_repeated(&read.tariffs, &read.change.tariffs, body, faults);
        faults.sort_by(body);
        read
    }

    /// The account that the body names.
    pub fn target(&self, faults: &mut Faults) -> Target {
        match (self.id, &self.change.external_id) {
            (Some(id), _) => Target::Id(id),
            (None, Some(own)) => Target::Own(own.clone()),
            (None, None) => {
                let message = "is required, unless accountId is given";
                faults.body(&Pointer::root().child("providerAccountId"), Reason::new("required", message));
                Target::Nothing
            }
        }
    }

    /// Where a part that the domain refused stands.
    #[must_use]
    pub fn pointer(&self, part: Part, flaw: &Flaw) -> Pointer {
        let at = |list: &[Pointer], position: usize| list.get(position).cloned().unwrap_or_default();
        match part {
            Part::ExternalId => Pointer::root().child("providerAccountId"),
            Part::Property(position) => {
                at_property(&at(&self.properties, position), self.change.properties.get(position), flaw)
            }
            Part::Tariff(position) => tariffs::pointer(&at(&self.tariffs, position), flaw),
            _ => Pointer::root(),
        }
    }

    /// The properties come as an object, by their keys, or as a list.
    fn read_properties(&mut self, path: &Pointer, properties: &Value, faults: &mut Faults) {
        let entries: Vec<(Pointer, Option<&str>, &Value)> = match properties {
            Value::Array(list) => list.iter().enumerate().map(|(i, value)| (path.child(i), None, value)).collect(),
            Value::Object(map) => map.iter().map(|(key, value)| (path.child(key), Some(key.as_str()), value)).collect(),
            _ => Vec::new(),
        };
        let mut seen = HashSet::new();
        for (path, key, value) in entries.into_iter().filter(|(_, _, value)| !value.is_null()) {
            let entry = PropertyEntry::read(&path, value, key, faults);
            let Some(key) = entry.key else { continue };
            if !seen.insert(key.clone()) {
                faults.body(&path.child("keyName"), Flaw::Repeated { kind: "key" });
            }
            if field::is_taken(key.as_str()) {
                let message = format!("{key} is a field of the account and no property; set it there");
                faults.body(&path, Reason::new("reserved_key", message));
            }
            self.properties.push(path);
            self.change.properties.push((key, entry.change));
        }
    }
}

/// One entry of the properties, or what the property operation sets.
struct PropertyEntry {
    key: Option<KeyName>,
    change: PropertyChange,
}

impl PropertyEntry {
    /// `key` is the one that the entry stands under, if it stands under one: then it need not repeat
    /// it, but must not state another.
    fn read(path: &Pointer, value: &Value, key: Option<&str>, faults: &mut Faults) -> Self {
        let mut members = Members::of(path.clone(), value, faults);
        let stated = match key {
            Some(_) => members.optional("keyName", text(KeyName::parse), faults),
            None => members.stated("keyName", text(KeyName::parse), faults),
        };
        let outer = key.map(KeyName::parse);
        let key = match (outer, stated) {
            (Some(Err(flaw)), _) => {
                faults.body(path, flaw);
                None
            }
            (Some(Ok(outer)), Some(stated)) if outer != stated => {
                faults
                    .body(&path.child("keyName"), Flaw::Contradiction { other: "the key that the property is under" });
                None
            }
            (Some(Ok(outer)), _) => Some(outer),
            (None, stated) => stated,
        };
        let change = PropertyChange {
            value: members.optional("dataValue", line, faults),
            from: members.optional("fromDateTime", text(Moment::parse), faults),
            to: members.optional("toDateTime", text(Moment::parse), faults),
            accuracy: members.optional("accuracy", number(Share::of_percent), faults),
        };
        if let (Some(key), Some(value)) = (&key, &change.value)
            && let Err(flaw) = property::check_value(key.as_str(), value.as_str())
        {
            faults.body(&path.child("dataValue"), flaw);
        }
        Self { key, change }
    }
}

/// What the property operation sets: a field, a property or the electricity tariff.
#[derive(Debug, Default)]
pub struct PropertyBody {
    /// Under which name.
    pub key: String,
    /// The value, as text.
    pub value: String,
    /// What to set.
    pub change: AccountChange,
}

impl PropertyBody {
    /// Reads the body of `POST …/properties`, noting every fault.
    pub fn read(body: &Value, faults: &mut Faults) -> Self {
        let root = Pointer::root();
        let mut members = Members::of(root.clone(), body, faults);
        let entry = PropertyEntry::read(&root, body, None, faults);
        // Here the value is mandatory; everything else is as in an entry of the properties.
        let value = members.stated("dataValue", line::<1000>, faults);
        let (Some(key), Some(value)) = (entry.key, value) else {
            faults.sort_by(body);
            return Self::default();
        };
        let mut change = AccountChange::default();
        let data_value = root.child("dataValue");
        match (key.as_str(), field::set(&mut change, key.as_str(), &Value::from(value.as_str()))) {
            (field::TARIFF, _) => match tariffs::id(&Value::from(value.as_str())) {
                Ok(id) => change.tariffs.push(electricity(id, &entry.change)),
                Err(reason) => faults.body(&data_value, reason),
            },
            (_, Some(Err(reason))) => faults.body(&data_value, reason),
            (_, Some(Ok(()))) => {}
            (name, None) if field::is_taken(name) => faults.body(&root.child("keyName"), Flaw::Immutable),
            (_, None) => change.properties.push((key.clone(), entry.change)),
        }
        faults.sort_by(body);
        Self { key: key.to_string(), value: value.to_string(), change }
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

/// Where what is wrong with the property at `path` stands.
fn at_property(path: &Pointer, stated: Option<&(KeyName, PropertyChange)>, flaw: &Flaw) -> Pointer {
    match flaw {
        Flaw::EndsBeforeStart if stated.is_some_and(|(_, change)| change.to.is_none()) => path.child("fromDateTime"),
        Flaw::EndsBeforeStart => path.child("toDateTime"),
        _ => path.child("dataValue"),
    }
}

/// The tariff that the key `masterTariffId` sets; without an accuracy it is certain.
fn electricity(id: u64, stated: &PropertyChange) -> TariffChange {
    TariffChange {
        service: Some(TariffService::Electricity),
        effective_date: stated.from.as_ref().and_then(Moment::date),
        end_date: stated.to.as_ref().and_then(Moment::date),
        master_tariff_id: Some(id),
        likelihood: Some(stated.accuracy.unwrap_or(Share::WHOLE)),
        ..TariffChange::default()
    }
}

/// Text, or a number or truth value, which are kept as text.
pub(super) fn line<const MAX: usize>(value: &Value) -> Result<Text<MAX>, Reason> {
    match value {
        Value::Number(_) | Value::Bool(_) => Text::parse(&value.to_string()).map_err(Reason::from),
        other => text(Text::parse)(other),
    }
}

fn object(value: &Value) -> Result<&Value, Reason> {
    value.as_object().map(|_: &Map<_, _>| value).ok_or_else(|| Reason::wrong_type("an object", value))
}

fn object_or_array(value: &Value) -> Result<&Value, Reason> {
    match value {
        Value::Object(_) | Value::Array(_) => Ok(value),
        other => Err(Reason::wrong_type("an object or an array", other)),
    }
}

/// A label partner that the caller can use; one that it cannot is refused like one that is not there.
fn usable(value: &Value, principal: &Principal) -> Result<LabelPartnerCode, Reason> {
    let code = text(LabelPartnerCode::parse)(value)?;
    match principal.default_service_type(&code) {
        Some(_) => Ok(code),
        None => Err(Flaw::UnknownLabelPartner.into()),
    }
}

/// Reads an id of the caller's from a path or a query. What is no id names nothing.
#[must_use]
pub(super) fn own_id(raw: &str) -> Option<ExternalId> {
    ExternalId::parse(raw).ok()
}
