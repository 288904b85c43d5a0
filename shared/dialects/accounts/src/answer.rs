//! Writing accounts in the shape of this dialect.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Number;
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, Schema, Type},
};
use wattbook_domain::{
    Account, Degrees, Reach, Share, SiteAddress,
    property::{KeyName, Property},
};

use wattbook_api::{
    Faults,
    fault::Reason,
    reader::Parameters,
    schema_types::{Country, StatusWord, TypeWord},
};

mod installation;
mod property;
mod tariff;

pub use installation::{InstallationAddress, InstallationView, MeterView};
pub use property::PropertyView;
pub use tariff::TariffView;

/// Which fields an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Fields {
    /// The ids and the name.
    Min,
    /// All that is published, except what `ext` adds.
    #[schema(rename = "std")]
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
            // The published client says `std`.
            "std" | "default" => Ok(Self::Default),
            _ => Err(Reason::new("not_allowed", "must be one of min, std, ext")),
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
    #[schema(required = true, format = "uuid")]
    account_id: Option<String>,
    /// The caller's own id.
    #[schema(required = true)]
    provider_account_id: Option<String>,
    /// What it is called: if it was given no name, that of its person.
    #[schema(required = true)]
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
    /// Whether it is in use.
    #[schema(required = false, value_type = StatusWord)]
    status: &'static str,
    /// What it stands for.
    #[serde(rename = "type")]
    #[schema(required = false, value_type = Option<TypeWord>)]
    account_type: Option<&'static str>,
    /// Its properties, by their keys.
    #[schema(required = false)]
    properties: BTreeMap<String, PropertyView>,
    /// Its tariffs, by service and effective date.
    #[schema(required = false)]
    tariffs: Vec<TariffView>,
    /// Always `null`: projects are not kept here.
    #[schema(required = false, schema_with = null)]
    projects: Option<()>,
}

fn null() -> Schema {
    ObjectBuilder::new().schema_type(Type::Null).into()
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
    #[schema(required = true)]
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
    #[schema(nullable = false, value_type = Option<Country>)]
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

/// A percentage.
fn percent(share: Share) -> Number {
    number(share.percent())
}

/// A number below a thousand million; a whole one without decimals, as the published examples have it.
pub(crate) fn number(value: f64) -> Number {
    #[expect(clippy::cast_possible_truncation, reason = "within what an i64 holds")]
    let whole = value as i64;
    match Number::from_f64(value) {
        Some(number) if value.fract() != 0.0 => number,
        _ => whole.into(),
    }
}

fn show<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}
