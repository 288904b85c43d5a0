//! The bodies of this dialect, each declared once: what is derived reads it, every fault at once, and
//! describes it in the contract. [`super::request`] makes changes of them.
//!
//! Members that are not declared are passed over, and `null` is the same as absent.

use deserr::{
    DeserializeError, Deserr, IntoValue, Map, Sequence, Value as Node, ValueKind, ValuePointerRef, take_cf_content,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, Ref, RefOr, Schema, Type,
        schema::{AdditionalProperties, AnyOfBuilder, ArrayBuilder},
    },
};
use wattbook_domain::{
    AccountId, AccountStatus, AccountType, CountryCode, DateOrTime, Email, ExternalId, Flaw, LabelPartnerCode, Name,
    TariffService, Text, TimeZone,
    property::{self, CustomerClass, DataType, KeyName},
};

use crate::{
    details::{PropertyDetails, TariffDetails},
    field,
    lenient::{CalendarDay, Latitude, Line, Longitude, Percent, WholeNumber},
};
use wattbook_api::{
    Faults,
    body::{both, merge, pointer},
    fault::{Pointer, Reason},
    schema_types::{
        Country, Day, EmailText, ExternalIdText, LabelPartner, Line8, Line16, Line32, Line64, Line100, Line128,
        Line255, Line500, MomentText, PropertyTypeWord, Scalar, StatusWord, TariffServiceWord, TypeWord, Zone,
        key_name,
    },
};

/// A class of customer as it may be written: its word or its number, the latter as a number, too.
fn class_word() -> Schema {
    let words =
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(CustomerClass::SPELLINGS.iter().copied()));
    let numbers = CustomerClass::SPELLINGS.iter().filter_map(|word| word.parse::<u8>().ok());
    let numbers = ObjectBuilder::new().schema_type(Type::Integer).enum_values(Some(numbers));
    let nothing = ObjectBuilder::new().schema_type(Type::Null);
    let what = "The class of its customer, as the property of that name; what is stated there must be the same.";
    AnyOfBuilder::new().item(words).item(numbers).item(nothing).description(Some(what)).into()
}

/// An account as it is to be. Every member may be absent, or `null`, which is the same.
#[derive(Debug, Default, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutAccount)]
pub struct AccountBody {
    /// Our id of the account; may name the one to change. A new account is given its id by us.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub account_id: Option<AccountId>,
    /// Your own id of the account. Unique; never changes once set.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub provider_account_id: Option<ExternalId>,
    /// What it is called.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub account_name: Option<Text<255>>,
    /// Your own id of a group of accounts.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub customer_org_id: Option<ExternalId>,
    /// What that group is called.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub customer_org_name: Option<Text<255>>,
    /// Where it is.
    #[deserr(default)]
    pub address: Option<AddressBody>,
    /// Its time zone (IANA); that of the address unless stated.
    #[deserr(default)]
    #[schema(value_type = Option<Zone>)]
    pub time_zone: Option<TimeZone>,
    /// Who looks after it.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub owner: Option<Text<255>>,
    /// Whether it is in use; `ACTIVE` unless stated.
    #[deserr(default)]
    #[schema(value_type = Option<StatusWord>)]
    pub status: Option<AccountStatus>,
    /// The class of its customer, as the property of that name; what is stated there must be the same.
    #[deserr(default)]
    #[schema(schema_with = class_word)]
    pub customer_class: Option<Line>,
    /// What it stands for.
    #[deserr(default, rename = "type")]
    #[serde(rename = "type")]
    #[schema(value_type = Option<TypeWord>)]
    pub account_type: Option<AccountType>,
    /// Properties to set, by their keys; an array of them is taken, too.
    #[deserr(default)]
    pub properties: Option<PropertiesBody>,
    /// Tariffs to set, each in the place of the one of the same service and effective date.
    #[deserr(default)]
    pub tariffs: Option<Vec<TariffBody>>,
    /// The brand it is to belong to; only when it is added.
    #[deserr(default)]
    #[schema(value_type = Option<LabelPartner>)]
    pub label_partner: Option<LabelPartnerCode>,
    /// Where the customer is written to. Unique, whatever its case.
    #[deserr(default)]
    #[schema(value_type = Option<EmailText>)]
    pub email: Option<Email>,
    /// Given name of the person.
    #[deserr(default)]
    #[schema(value_type = Option<Line100>)]
    pub first_name: Option<Name>,
    /// Family name of the person.
    #[deserr(default)]
    #[schema(value_type = Option<Line100>)]
    pub last_name: Option<Name>,
}

/// An address. What is stated stays as it is; what is not follows from the rest.
#[derive(Debug, Default, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutAddress)]
pub struct AddressBody {
    /// The whole address in one text; a ZIP code will do.
    #[deserr(default)]
    #[schema(value_type = Option<Line500>)]
    pub address_string: Option<Text<500>>,
    /// What the place is called.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub address_name: Option<Text<255>>,
    /// Street and number.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub address1: Option<Text<255>>,
    /// What else a letter needs.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub address2: Option<Text<255>>,
    /// The city.
    #[deserr(default)]
    #[schema(value_type = Option<Line128>)]
    pub city: Option<Text<128>>,
    /// The state or province.
    #[deserr(default)]
    #[schema(value_type = Option<Line64>)]
    pub state: Option<Text<64>>,
    /// The postal code.
    #[deserr(default)]
    #[schema(value_type = Option<Line16>)]
    pub zip: Option<Text<16>>,
    /// The country.
    #[deserr(default)]
    #[schema(value_type = Option<Country>)]
    pub country: Option<CountryCode>,
    /// Degrees east (WGS 84), kept to seven decimals.
    #[deserr(default)]
    #[schema(value_type = Option<f64>, minimum = -180, maximum = 180)]
    pub lon: Option<Longitude>,
    /// Degrees north (WGS 84), kept to seven decimals.
    #[deserr(default)]
    #[schema(value_type = Option<f64>, minimum = -90, maximum = 90)]
    pub lat: Option<Latitude>,
}

/// A property without its key.
#[derive(Debug, ToSchema)]
#[schema(as = PutPropertyValue)]
pub struct PropertyValue {
    /// What it is.
    #[serde(flatten)]
    #[schema(inline)]
    pub stated: StatedValue,
    /// What is kept of it besides.
    #[serde(flatten)]
    pub details: PropertyDetails,
}

/// What a property is.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[serde(rename_all = "camelCase")]
pub struct StatedValue {
    /// Its key once more, as answers have it.
    #[deserr(default)]
    #[schema(value_type = Option<ExternalIdText>)]
    pub key_name: Option<KeyName>,
    /// Its value; a new property needs one. Numbers and truth values are kept as text.
    #[deserr(default)]
    #[schema(value_type = Option<Scalar>)]
    pub data_value: Option<Line>,
    /// From when on it holds.
    #[deserr(default)]
    #[schema(value_type = Option<MomentText>)]
    pub from_date_time: Option<DateOrTime>,
    /// Until when it holds.
    #[deserr(default)]
    #[schema(value_type = Option<MomentText>)]
    pub to_date_time: Option<DateOrTime>,
    /// How sure the value is, in percent.
    #[deserr(default)]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 100)]
    pub accuracy: Option<Percent>,
    /// What its value is; of a key that we know, we know it.
    #[deserr(default)]
    #[schema(value_type = Option<PropertyTypeWord>)]
    pub data_type: Option<DataType>,
}

/// What to set under a name: a field of the account or its address, a property, or the electricity
/// tariff (`masterTariffId`). Read as [`PropertyValue`], of which it needs name and value.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutProperty)]
#[allow(dead_code, reason = "only describes")]
pub struct PropertyBody {
    /// The name.
    key_name: ExternalIdText,
    /// The value.
    data_value: Scalar,
    /// From when on it holds.
    from_date_time: Option<MomentText>,
    /// Until when it holds.
    to_date_time: Option<MomentText>,
    /// How sure the value is, in percent. A tariff that is set without it is certain.
    #[schema(minimum = 0, maximum = 100)]
    accuracy: Option<f64>,
    /// What its value is; of a key that we know, we know it.
    data_type: Option<PropertyTypeWord>,
    /// What is kept of a property besides.
    #[serde(flatten)]
    details: PropertyDetails,
}

/// A tariff to set, in the place of the one of the same service and effective date.
#[derive(Debug, ToSchema)]
#[schema(as = PutTariff)]
pub struct TariffBody {
    /// Which it is.
    #[serde(flatten)]
    #[schema(inline)]
    pub stated: StatedTariff,
    /// What is kept of it besides.
    #[serde(flatten)]
    pub details: TariffDetails,
}

impl Deserr<Faults> for TariffBody {
    fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        both(value, at).map(|(stated, details)| Self { stated, details })
    }
}

/// Which tariff it is, and for which days.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[serde(rename_all = "camelCase")]
pub struct StatedTariff {
    /// Which tariff it is. A new one needs it.
    #[deserr(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub master_tariff_id: Option<WholeNumber>,
    /// What it is for. Unless stated, what the one of the same id and effective date is for, or else
    /// `ELECTRICITY`.
    #[deserr(default)]
    #[schema(value_type = Option<TariffServiceWord>)]
    pub service_type: Option<TariffService>,
    /// The first day it applies; without one, it always has.
    #[deserr(default)]
    #[schema(value_type = Option<Day>)]
    pub effective_date: Option<CalendarDay>,
    /// The first day it does not apply any more; without one, it has no end.
    #[deserr(default)]
    #[schema(value_type = Option<Day>)]
    pub end_date: Option<CalendarDay>,
    /// The first day it takes no new customers any more.
    #[deserr(default)]
    #[schema(value_type = Option<Day>)]
    pub closed_date: Option<CalendarDay>,
    /// The class of customer it is for.
    #[deserr(default)]
    #[schema(value_type = Option<Line64>)]
    pub customer_class: Option<Text<64>>,
    /// How likely it is the account's, in percent. Below 100 it counts as a default, which gives way to
    /// what is stated.
    #[deserr(default)]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 100)]
    pub customer_likelihood: Option<Percent>,
    /// Where it comes from.
    #[deserr(default)]
    #[schema(value_type = Option<Line64>)]
    pub source: Option<Text<64>>,
    /// What its supplier calls it, in short.
    #[deserr(default)]
    #[schema(value_type = Option<Line64>)]
    pub tariff_code: Option<Text<64>>,
    /// What its supplier calls it.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub tariff_name: Option<Text<255>>,
    /// The id of its supplier.
    #[deserr(default)]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub lse_id: Option<WholeNumber>,
    /// Its supplier.
    #[deserr(default)]
    #[schema(value_type = Option<Line255>)]
    pub lse_name: Option<Text<255>>,
    /// The time zone its hours are in.
    #[deserr(default)]
    #[schema(value_type = Option<Zone>)]
    pub time_zone: Option<TimeZone>,
    /// How often it is billed.
    #[deserr(default)]
    #[schema(value_type = Option<Line32>)]
    pub billing_period: Option<Text<32>>,
    /// The currency of its prices.
    #[deserr(default)]
    #[schema(value_type = Option<Line8>)]
    pub currency: Option<Text<8>>,
}

/// Properties by their keys, or a list of them; entries that are `null` are left out.
#[derive(Debug, Default)]
pub struct PropertiesBody(pub Vec<PropertyEntry>);

/// One of the properties.
#[derive(Debug)]
pub struct PropertyEntry {
    /// Where it stands: its key, or its position in the list.
    pub place: String,
    /// Its key, which is that of no field of the account.
    pub key: KeyName,
    /// The property, whose value is one of its key.
    pub value: PropertyValue,
}

impl Deserr<Faults> for PropertyValue {
    fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        both(value, at).map(|(stated, details)| Self { stated, details })
    }
}

impl PropertyEntry {
    /// One that stands under its key need not repeat it, but must not state another.
    fn of(place: String, keyed: bool, value: PropertyValue, path: &Pointer) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let member = path.child("keyName");
        let key = match (keyed.then(|| KeyName::parse(&place)), &value.stated.key_name) {
            (Some(Err(flaw)), _) => Err((path, Reason::from(flaw))),
            (Some(Ok(outer)), Some(stated)) if outer != *stated => {
                Err((&member, Flaw::Contradiction { other: "the key that the property is under" }.into()))
            }
            (Some(Ok(outer)), _) => Ok(outer),
            (None, Some(stated)) => Ok(stated.clone()),
            (None, None) => Err((&member, Reason::required())),
        };
        let key = match key {
            Ok(key) => key,
            Err((path, reason)) => {
                faults.body(path, reason);
                return Err(faults);
            }
        };
        if field::is_taken(key.as_str()) {
            let message = format!("{key} is a field of the account and no property; set it there");
            faults.body(path, Reason::new("reserved_key", message));
        }
        value.check(&key, path, &mut faults);
        if faults.is_empty() { Ok(Self { place, key, value }) } else { Err(faults) }
    }
}

impl PropertyValue {
    /// Notes whether the value cannot be one of this key.
    pub(crate) fn check(&self, key: &KeyName, path: &Pointer, faults: &mut Faults) {
        let value = self.stated.data_value.as_ref();
        if let Some(Err(flaw)) = value.map(|value| property::check_value(key.as_str(), value.0.as_str())) {
            faults.body(&path.child("dataValue"), flaw);
        }
    }
}

impl Deserr<Faults> for PropertiesBody {
    fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        let (mut entries, mut faults) = (Vec::new(), None);
        let mut read = |place: String, keyed, value: Node<V>, at: ValuePointerRef<'_>| {
            if value.kind() == ValueKind::Null {
                return;
            }
            let read = PropertyValue::deserialize_from_value(value, at);
            match read.and_then(|value| PropertyEntry::of(place, keyed, value, &pointer(at))) {
                Ok(entry) => entries.push(entry),
                Err(found) => faults = Some(merge(faults.take(), found)),
            }
        };
        match value {
            Node::Map(map) => map.into_iter().for_each(|(key, value)| {
                read(key.clone(), true, value.into_value(), ValuePointerRef::Key { key: &key, prev: &at });
            }),
            Node::Sequence(list) => list.into_iter().enumerate().for_each(|(index, value)| {
                read(index.to_string(), false, value.into_value(), ValuePointerRef::Index { index, prev: &at });
            }),
            actual => {
                let accepted = &[ValueKind::Map, ValueKind::Sequence];
                let error = deserr::ErrorKind::IncorrectValueKind { actual, accepted };
                return Err(take_cf_content(Faults::error(None, error, at)));
            }
        }
        faults.map_or(Ok(Self(entries)), Err)
    }
}

impl PartialSchema for PropertiesBody {
    fn schema() -> RefOr<Schema> {
        let listed = ArrayBuilder::new().items(or_null("PutProperty"));
        AnyOfBuilder::new()
            .item(Ref::from_schema_name("PropertiesByKey"))
            .item(listed)
            .description(Some("Properties by their keys, or a list of them."))
            .into()
    }
}

impl ToSchema for PropertiesBody {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        let by_key = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("Properties by their keys."))
            .property_names(Some(key_name()))
            .additional_properties(Some(AdditionalProperties::RefOr(or_null("PutPropertyValue"))));
        schemas.push(("PropertiesByKey".into(), by_key.into()));
        schemas.push(("PutPropertyValue".into(), PropertyValue::schema()));
        schemas.push(("PutProperty".into(), PropertyBody::schema()));
        PropertyValue::schemas(schemas);
        PropertyBody::schemas(schemas);
    }
}

/// A tariff, or a list of them.
#[derive(Debug)]
pub enum TariffsBody {
    /// One.
    One(Box<TariffBody>),
    /// A list.
    List(Vec<TariffBody>),
}

impl Deserr<Faults> for TariffsBody {
    fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        match value.kind() {
            ValueKind::Sequence => Vec::deserialize_from_value(value, at).map(Self::List),
            _ => TariffBody::deserialize_from_value(value, at).map(Box::new).map(Self::One),
        }
    }
}

impl PartialSchema for TariffsBody {
    fn schema() -> RefOr<Schema> {
        let one = Ref::from_schema_name("PutTariff");
        let listed = ArrayBuilder::new().items(one.clone());
        AnyOfBuilder::new().item(one).item(listed).description(Some("A tariff, or a list of them.")).into()
    }
}

impl ToSchema for TariffsBody {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push(("PutTariff".into(), TariffBody::schema()));
        TariffBody::schemas(schemas);
    }
}

fn or_null(name: &str) -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(Type::Null);
    AnyOfBuilder::new().item(null).item(Ref::from_schema_name(name)).into()
}
