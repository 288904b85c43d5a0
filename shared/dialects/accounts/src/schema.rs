//! What is read in this dialect, described for the contract.
//!
//! [`super::request`] reads bodies by hand, so that every fault is heard of at once; these types
//! say the same in the words of JSON Schema. Members that are not described are passed over.

use serde::Deserialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, Ref, RefOr, Schema, Type,
        schema::{AdditionalProperties, AnyOfBuilder, ArrayBuilder},
    },
};

use wattbook_api::schema_types::{
    Country, Day, EmailText, ExternalIdText, LabelPartner, Line8, Line16, Line32, Line64, Line100, Line128, Line255,
    Line500, MomentText, Scalar, StatusWord, TariffServiceWord, TypeWord, Zone, key_name,
};

/// An account as it is to be. Every member may be absent, or `null`, which is the same.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutAccount)]
pub struct AccountBody {
    /// Your own id of the account. Unique; never changes once set.
    pub provider_account_id: Option<ExternalIdText>,
    /// What it is called.
    pub account_name: Option<Line255>,
    /// Your own id of a group of accounts.
    pub customer_org_id: Option<Line128>,
    /// What that group is called.
    pub customer_org_name: Option<Line255>,
    /// Where it is.
    pub address: Option<AddressBody>,
    /// Its time zone (IANA); that of the address unless stated.
    pub time_zone: Option<Zone>,
    /// Who looks after it.
    pub owner: Option<Line255>,
    /// Whether it is in use; `ACTIVE` unless stated.
    pub status: Option<StatusWord>,
    /// What it stands for.
    #[serde(rename = "type")]
    pub account_type: Option<TypeWord>,
    /// Properties to set, by their keys; an array of them is taken, too.
    pub properties: Option<PropertiesBody>,
    /// Tariffs to set, each in the place of the one of the same service and effective date.
    pub tariffs: Option<Vec<TariffBody>>,
    /// The brand it is to belong to; only when it is added.
    pub label_partner: Option<LabelPartner>,
    /// Where the customer is written to. Unique, whatever its case.
    pub email: Option<EmailText>,
    /// Given name of the person.
    pub first_name: Option<Line100>,
    /// Family name of the person.
    pub last_name: Option<Line100>,
}

/// An address. What is stated stays as it is; what is not follows from the rest.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutAddress)]
pub struct AddressBody {
    /// The whole address in one text; a ZIP code will do.
    pub address_string: Option<Line500>,
    /// What the place is called.
    pub address_name: Option<Line255>,
    /// Street and number.
    pub address1: Option<Line255>,
    /// What else a letter needs.
    pub address2: Option<Line255>,
    /// The city.
    pub city: Option<Line128>,
    /// The state or province.
    pub state: Option<Line64>,
    /// The postal code.
    pub zip: Option<Line16>,
    /// The country.
    pub country: Option<Country>,
    /// Degrees east (WGS 84), kept to seven decimals.
    #[schema(minimum = -180, maximum = 180)]
    pub lon: Option<f64>,
    /// Degrees north (WGS 84), kept to seven decimals.
    #[schema(minimum = -90, maximum = 90)]
    pub lat: Option<f64>,
}

/// A property without its key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutPropertyValue)]
pub struct PropertyValue {
    /// Its key once more, as answers have it.
    pub key_name: Option<Line128>,
    /// Its value; a new property needs one. Numbers and truth values are kept as text.
    pub data_value: Option<Scalar>,
    /// From when on it holds.
    pub from_date_time: Option<MomentText>,
    /// Until when it holds.
    pub to_date_time: Option<MomentText>,
    /// How sure the value is, in percent.
    #[schema(minimum = 0, maximum = 100)]
    pub accuracy: Option<f64>,
}

/// What to set under a name: a field of the account or its address, a property, or the electricity
/// tariff (`masterTariffId`).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutProperty)]
pub struct PropertyBody {
    /// The name.
    pub key_name: Line128,
    /// The value.
    pub data_value: Scalar,
    /// From when on it holds.
    pub from_date_time: Option<MomentText>,
    /// Until when it holds.
    pub to_date_time: Option<MomentText>,
    /// How sure the value is, in percent. A tariff that is set without it is certain.
    #[schema(minimum = 0, maximum = 100)]
    pub accuracy: Option<f64>,
}

/// A tariff to set, in the place of the one of the same service and effective date.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutTariff)]
pub struct TariffBody {
    /// Which tariff it is. A new one needs it.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub master_tariff_id: Option<i64>,
    /// What it is for; `ELECTRICITY` unless stated.
    pub service_type: Option<TariffServiceWord>,
    /// The first day it applies; without one, it always has.
    pub effective_date: Option<Day>,
    /// The first day it does not apply any more; without one, it has no end.
    pub end_date: Option<Day>,
    /// The class of customer it is for.
    pub customer_class: Option<Line64>,
    /// How likely it is the account's, in percent. Below 100 it counts as a default, which gives way to
    /// what is stated.
    #[schema(minimum = 0, maximum = 100)]
    pub customer_likelihood: Option<f64>,
    /// Where it comes from.
    pub source: Option<Line64>,
    /// What its supplier calls it, in short.
    pub tariff_code: Option<Line64>,
    /// What its supplier calls it.
    pub tariff_name: Option<Line255>,
    /// The id of its supplier.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub lse_id: Option<i64>,
    /// Its supplier.
    pub lse_name: Option<Line255>,
    /// The time zone its hours are in.
    pub time_zone: Option<Zone>,
    /// How often it is billed.
    pub billing_period: Option<Line32>,
    /// The currency of its prices.
    pub currency: Option<Line8>,
}

/// Properties by their keys, or a list of them.
#[derive(Debug, Deserialize)]
pub struct PropertiesBody;

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
#[derive(Debug, Deserialize)]
pub struct TariffsBody;

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
