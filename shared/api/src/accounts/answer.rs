//! Writing accounts in the shape of this dialect.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Number;
use utoipa::ToSchema;
use wattbook_domain::{
    Account, Address, Degrees, Installation, Meter, Reach, Share, SiteAddress,
    property::{self, KeyName, Property},
    tariff::Tariff,
};

use crate::{Faults, accounts::request::PropertyBody, fault::Reason, reader::Parameters};

/// Which fields an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Fields {
    /// The ids and the name.
    Min,
    /// All that is published, except what `ext` adds.
    Default,
    /// All there is: also the formatted address, the customer, the brand and the installations.
    Ext,
}

impl Fields {
    /// Reads `fields`.
    pub fn read(query: &mut Parameters<'_>, faults: &mut Faults) -> Self {
        let word = |word: &str| match word {
            "min" => Ok(Self::Min),
            "ext" => Ok(Self::Ext),
            "default" => Ok(Self::Default),
            _ => Err(Reason::new("not_allowed", "must be one of min, default, ext")),
        };
        query.optional("fields", word, faults).unwrap_or(Self::Default)
    }
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Account)]
pub struct AccountView {
    /// Our id; `null` in a dry run of an addition, which draws none.
    #[schema(format = "uuid")]
    account_id: Option<String>,
    /// The caller's own id.
    provider_account_id: Option<String>,
    /// What it is called: if it was given no name, that of its person.
    account_name: Option<String>,
    #[serde(flatten)]
    #[schema(value_type = AccountFields)]
    body: Option<AccountFields>,
    #[serde(flatten)]
    #[schema(value_type = AccountExtension)]
    extension: Option<AccountExtension>,
}

/// What `fields=min` leaves out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountFields {
    /// The caller's own id of a group of accounts.
    #[schema(required = false)]
    customer_org_id: Option<String>,
    /// What that group is called.
    #[schema(required = false)]
    customer_org_name: Option<String>,
    /// Where it is, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    address: Option<AddressView>,
    /// Its time zone (IANA): the one that was stated or, without one, that of the address.
    #[schema(required = false)]
    time_zone: Option<String>,
    /// Who looks after it.
    #[schema(required = false)]
    owner: Option<String>,
    /// `ACTIVE`, `INACTIVE` or `DELETED`.
    #[schema(required = false)]
    status: &'static str,
    /// `CUSTOMER`, `POTENTIAL`, `TARGET` or `ARCHETYPE`.
    #[serde(rename = "type")]
    #[schema(required = false)]
    account_type: Option<&'static str>,
    /// Its properties, by their keys.
    #[schema(required = false)]
    properties: BTreeMap<String, PropertyView>,
    /// Its tariffs, by service and effective date.
    #[schema(required = false)]
    tariffs: Vec<TariffView>,
    /// Always `null`: projects are not kept here.
    #[schema(required = false)]
    projects: Option<bool>,
}

/// What `fields=ext` adds.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountExtension {
    /// The brand it belongs to.
    #[schema(required = false)]
    label_partner: Option<String>,
    /// Where the customer is written to.
    #[schema(required = false)]
    email: Option<String>,
    /// Whether the address is known to be the customer's own.
    #[schema(required = false)]
    email_verified: bool,
    /// Given name of the person.
    #[schema(required = false)]
    first_name: Option<String>,
    /// Family name of the person.
    #[schema(required = false)]
    last_name: Option<String>,
    /// Its installations, the primary one first.
    #[schema(required = false)]
    installations: Vec<InstallationView>,
    /// Counts its changes, from 1.
    #[schema(required = false)]
    version: u64,
    /// When it was created (RFC 3339, UTC).
    #[schema(required = false, format = DateTime)]
    created_at: String,
    /// When it was last changed (RFC 3339, UTC).
    #[schema(required = false, format = DateTime)]
    updated_at: String,
}

/// An address.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountAddress)]
pub struct AddressView {
    /// The whole address in one text, as it was given.
    address_string: Option<String>,
    /// What the place is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address_name: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address1: Option<String>,
    /// What else a letter needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address2: Option<String>,
    /// The city.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    city: Option<String>,
    /// The state or province.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    state: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    zip: Option<String>,
    /// The country (ISO 3166-1 alpha-2).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    country: Option<String>,
    /// Degrees east (WGS 84).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lon: Option<f64>,
    /// Degrees north (WGS 84).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lat: Option<f64>,
    /// The parts in one line; only with `fields=ext`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    formatted_address: Option<String>,
}

/// A property.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PropertyData)]
pub struct PropertyView {
    /// Its key.
    key_name: String,
    /// What its values are, if we know the key.
    data_type: Option<&'static str>,
    /// Its value.
    data_value: Option<String>,
    /// From when on it holds (ISO 8601), as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    from_date_time: Option<String>,
    /// Until when it holds (ISO 8601), as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    to_date_time: Option<String>,
    /// How sure the value is, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<f64>)]
    accuracy: Option<Number>,
}

/// A tariff of an account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Tariff)]
pub struct TariffView {
    /// The id of the tariff, whatever its versions.
    #[schema(value_type = i64, minimum = 0)]
    master_tariff_id: u64,
    /// What its supplier calls it, in short.
    tariff_code: Option<String>,
    /// What its supplier calls it.
    tariff_name: Option<String>,
    /// The id of its supplier.
    #[schema(value_type = Option<i64>)]
    lse_id: Option<u64>,
    /// Its supplier.
    lse_name: Option<String>,
    /// What it is for: `ELECTRICITY`, `SOLAR_PV`, `GAS`, `HEAT` or `WATER`.
    service_type: &'static str,
    /// The class of customer it is for.
    customer_class: Option<String>,
    /// How likely it is the account's, in percent; 100 or `null`: it was stated.
    #[schema(value_type = Option<f64>)]
    customer_likelihood: Option<Number>,
    /// Where it comes from.
    source: Option<String>,
    /// The first day it applies.
    #[schema(format = Date)]
    effective_date: Option<String>,
    /// The first day it does not apply any more.
    #[schema(format = Date)]
    end_date: Option<String>,
    /// The time zone its hours are in.
    time_zone: Option<String>,
    /// How often it is billed.
    billing_period: Option<String>,
    /// The currency of its prices.
    currency: Option<String>,
}

/// An installation of an account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountInstallation)]
pub struct InstallationView {
    /// Our id.
    #[schema(format = "uuid")]
    installation_id: String,
    /// The caller's own id.
    external_installation_id: String,
    /// Whether it is the one that services act on.
    primary: bool,
    /// The brand it is served under.
    label_partner: String,
    /// Where it is.
    address: Option<InstallationAddress>,
    /// What is delivered.
    service_type: String,
    /// Its meters.
    meters: Vec<MeterView>,
}

/// The address of an installation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstallationAddress {
    street: Option<String>,
    house_number: Option<String>,
    suffix: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

/// A meter of an installation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountMeter)]
pub struct MeterView {
    /// Our id.
    #[schema(format = "uuid")]
    meter_id: String,
    /// The id under which readings arrive.
    external_meter_id: Option<String>,
    /// `DEVICE` or `IMPORT`.
    input_method: Option<&'static str>,
    /// `ELECTRICITY`, `GAS`, `HEAT` or `WATER`.
    energy_type: Option<&'static str>,
    /// What is printed on it.
    serial_number: Option<String>,
}

impl AccountView {
    /// The account as far as the caller reaches: a label-partner credential is not shown
    /// installations that are served under another brand.
    #[must_use]
    pub fn of(account: &Account, reach: &Reach, fields: Fields) -> Self {
        Self {
            account_id: Some(account.id.to_string()),
            provider_account_id: show(account.customer.external_id.as_ref()),
            account_name: account.name(),
            body: (fields != Fields::Min).then(|| AccountFields::of(account, fields)),
            extension: (fields == Fields::Ext).then(|| AccountExtension::of(account, reach)),
        }
    }

    /// Without our id, which is drawn anew when the account is added.
    #[must_use]
    pub fn without_id(self) -> Self {
        Self { account_id: None, ..self }
    }
}

impl AccountFields {
    fn of(account: &Account, fields: Fields) -> Self {
        let profile = &account.profile;
        let property = |(key, property): (&KeyName, &Property)| (key.to_string(), PropertyView::of(key, property));
        Self {
            customer_org_id: show(profile.customer_org_id.as_ref()),
            customer_org_name: show(profile.customer_org_name.as_ref()),
            address: AddressView::of(&account.site.address(), fields),
            time_zone: show(account.time_zone()),
            owner: show(profile.owner.as_ref()),
            status: profile.status.word(),
            account_type: profile.account_type.map(wattbook_domain::AccountType::word),
            properties: account.properties.iter().map(property).collect(),
            tariffs: account.tariffs.iter().map(TariffView::of).collect(),
            projects: None,
        }
    }
}

impl AccountExtension {
    fn of(account: &Account, reach: &Reach) -> Self {
        let customer = &account.customer;
        let installations = account.installations.iter().enumerate();
        Self {
            label_partner: show(account.label_partner.as_ref()),
            email: customer.email.as_ref().map(|email| email.as_str().to_owned()),
            email_verified: customer.email_verified,
            first_name: show(customer.contact.first_name.as_ref()),
            last_name: show(customer.contact.last_name.as_ref()),
            installations: installations
                .filter(|(_, installation)| reach.covers_brand(&installation.label_partner))
                .map(|(position, installation)| InstallationView::of(position, installation))
                .collect(),
            version: account.version,
            created_at: account.created_at.to_string(),
            updated_at: account.updated_at.to_string(),
        }
    }
}

impl AddressView {
    /// `None` if nothing is known of the address.
    fn of(address: &SiteAddress, fields: Fields) -> Option<Self> {
        (*address != SiteAddress::default()).then(|| Self {
            address_string: show(address.free_text.as_ref()),
            address_name: show(address.name.as_ref()),
            address1: show(address.line1.as_ref()),
            address2: show(address.line2.as_ref()),
            city: show(address.city.as_ref()),
            state: show(address.state.as_ref()),
            zip: show(address.postal_code.as_ref()),
            country: address.country.as_ref().map(|country| country.as_str().to_owned()),
            lon: address.longitude.map(Degrees::degrees),
            lat: address.latitude.map(Degrees::degrees),
            formatted_address: (fields == Fields::Ext).then(|| address.formatted()).flatten(),
        })
    }
}

impl PropertyView {
    /// A property of an account.
    #[must_use]
    pub fn of(key: &KeyName, property: &Property) -> Self {
        Self {
            data_value: Some(property.value.to_string()),
            from_date_time: show(property.from.as_ref()),
            to_date_time: show(property.to.as_ref()),
            accuracy: property.accuracy.map(percent),
            ..Self::of_field(key.as_str(), None)
        }
    }

    /// A field of an account, in the form of a property.
    fn of_field(key: &str, value: Option<String>) -> Self {
        Self {
            key_name: key.to_owned(),
            data_type: property::data_type(key).map(property::DataType::word),
            data_value: value,
            from_date_time: None,
            to_date_time: None,
            accuracy: None,
        }
    }

    /// What the property operation has set.
    #[must_use]
    pub fn of_set(set: &PropertyBody, account: &Account) -> Self {
        match (account.properties.get_key_value(set.key.as_str()), set.change.tariffs.first()) {
            (Some((key, property)), _) => Self::of(key, property),
            (None, Some(tariff)) => {
                Self { accuracy: tariff.likelihood.map(percent), ..Self::of_field(&set.key, Some(set.value.clone())) }
            }
            (None, None) => Self::of_field(&set.key, Some(set.value.clone())),
        }
    }
}

impl TariffView {
    /// A tariff of an account.
    #[must_use]
    pub fn of(tariff: &Tariff) -> Self {
        let facts = &tariff.facts;
        Self {
            master_tariff_id: facts.master_tariff_id,
            tariff_code: show(facts.code.as_ref()),
            tariff_name: show(facts.name.as_ref()),
            lse_id: facts.supplier_id,
            lse_name: show(facts.supplier_name.as_ref()),
            service_type: tariff.service.word(),
            customer_class: show(tariff.customer_class.as_ref()),
            customer_likelihood: tariff.likelihood.map(percent),
            source: show(tariff.source.as_ref()),
            effective_date: show(tariff.effective_date.as_ref()),
            end_date: show(tariff.end_date.as_ref()),
            time_zone: show(facts.time_zone.as_ref()),
            billing_period: show(facts.billing_period.as_ref()),
            currency: show(facts.currency.as_ref()),
        }
    }
}

impl InstallationView {
    fn of(position: usize, installation: &Installation) -> Self {
        Self {
            installation_id: installation.id.to_string(),
            external_installation_id: installation.external_id.to_string(),
            primary: position == 0,
            label_partner: installation.label_partner.to_string(),
            address: installation.address.as_ref().map(InstallationAddress::of),
            service_type: installation.service_type.to_string(),
            meters: installation.meters.iter().map(MeterView::of).collect(),
        }
    }
}

impl InstallationAddress {
    fn of(address: &Address) -> Self {
        Self {
            street: show(address.street.as_ref()),
            house_number: show(address.house_number.as_ref()),
            suffix: show(address.suffix.as_ref()),
            postal_code: show(address.postal_code.as_ref()),
            country: address.country.as_ref().map(|country| country.as_str().to_owned()),
        }
    }
}

impl MeterView {
    fn of(meter: &Meter) -> Self {
        Self {
            meter_id: meter.id.to_string(),
            external_meter_id: show(meter.external_id.as_ref()),
            input_method: meter.input_method.map(wattbook_domain::InputMethod::word),
            energy_type: meter.energy_type.map(wattbook_domain::EnergyType::word),
            serial_number: show(meter.serial_number.as_ref()),
        }
    }
}

/// A percentage; a whole one without decimals, as the published examples have it.
fn percent(share: Share) -> Number {
    let percent = share.percent();
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 100")]
    let whole = percent as i64;
    match Number::from_f64(percent) {
        Some(number) if percent.fract() != 0.0 => number,
        _ => whole.into(),
    }
}

fn show<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}
