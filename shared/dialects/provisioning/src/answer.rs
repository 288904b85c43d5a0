//! Writing accounts in the shape of this dialect.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::schema_types::{ContractKindWord, Country, Energy, Input, Service};
use wattbook_domain::{
    Account, Address, Contract, CustomerNumber, Decimal, FormerInstallation, FormerMeter, Installation, InstallationId,
    Meter, Reach, Register,
};

/// What a provisioning call created: every id of the three levels, ours beside the caller's.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvisionedIds {
    /// Our id of the account.
    #[schema(format = "uuid")]
    account_id: String,
    /// The caller's own id of it; absent if it was added without one through another API.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_account_id: Option<String>,
    /// The installations, in the order of the request.
    installation_info: Vec<InstallationIds>,
}

/// The ids of an installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstallationIds {
    /// Our id of the installation.
    #[schema(format = "uuid")]
    installation_id: String,
    /// The caller's own id of it.
    external_installation_id: String,
    /// Whether it is the one that services act on.
    primary: bool,
    /// Its meters, in the order of the request.
    meters: Vec<MeterIds>,
}

/// The ids of a meter.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeterIds {
    /// Our id of the meter.
    #[schema(format = "uuid")]
    meter_id: String,
    /// The caller's own id of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_meter_id: Option<String>,
}

impl InstallationIds {
    fn of(position: usize, installation: &Installation) -> Self {
        Self {
            installation_id: installation.id.to_string(),
            external_installation_id: installation.external_id.to_string(),
            primary: position == 0,
            meters: installation.meters.iter().map(MeterIds::of).collect(),
        }
    }

    /// The ids of the installation that was added last.
    #[must_use]
    pub fn of_last(account: &Account) -> Option<Self> {
        account.installations.iter().enumerate().next_back().map(|(position, last)| Self::of(position, last))
    }
}

impl MeterIds {
    fn of(meter: &Meter) -> Self {
        Self { meter_id: meter.id.to_string(), external_meter_id: show(meter.external_id.as_ref()) }
    }

    /// The ids of the meter that took another's place last.
    #[must_use]
    pub fn of_replacement(account: &Account, installation: InstallationId) -> Option<Self> {
        let found = account.installations.iter().find(|candidate| candidate.id == installation)?;
        let replaced_by = found.former_meters.last()?.replaced_by;
        found.meters.iter().find(|meter| meter.id == replaced_by).map(Self::of)
    }

    /// The ids of the meter that was added to an installation last.
    #[must_use]
    pub fn of_last(account: &Account, installation: InstallationId) -> Option<Self> {
        let mut installations = account.installations.iter();
        installations.find(|candidate| candidate.id == installation)?.meters.last().map(Self::of)
    }
}

impl ProvisionedIds {
    /// The ids of an account.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let installation = |(position, installation)| InstallationIds::of(position, installation);
        Self {
            account_id: account.id.to_string(),
            external_account_id: show(account.customer.external_id.as_ref()),
            installation_info: account.installations.iter().enumerate().map(installation).collect(),
        }
    }
}

/// An account with its installations and meters.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// Our id of the account; absent in the answer to a dry run, which draws no ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    account_id: Option<String>,
    /// The label partner it belongs to; absent if it was added for none through another API.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    labelpartner: Option<String>,
    /// `deleted` if it was deleted but kept; otherwise `provisioned`; `registered` once the customer has verified the e-mail and set a password;
    /// `active` once an installation has a meter, too.
    #[schema(pattern = "^(provisioned|registered|active|deleted)$")]
    status: &'static str,
    /// The customer.
    customer_info: CustomerView,
    /// The installations, the primary one first.
    installation_info: Vec<InstallationView>,
    /// Installations that the account moved out of, the latest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    former_installations: Vec<FormerView>,
    /// When it was created (RFC 3339, UTC).
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last changed (RFC 3339, UTC).
    #[schema(format = DateTime)]
    updated_at: String,
}

/// The customer of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerView {
    /// The caller's own id of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_account_id: Option<String>,
    /// The number by which the customers API knows the account; absent in the answer to a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    customer_number: Option<u32>,
    /// Where the customer is written to, as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    email: Option<String>,
    /// Whether the address is known to be the customer's own.
    email_verified: bool,
    /// The customer's id at the identity provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_authentication_provider_id: Option<String>,
    /// The person.
    contact_info: ContactView,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactView {
    /// Given name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    firstname: Option<String>,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lastname: Option<String>,
    /// A telephone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    phone_number: Option<String>,
    /// The number of a mobile telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    mobile_number: Option<String>,
}

/// An installation of an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstallationView {
    /// Our id of the installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    installation_id: Option<String>,
    /// The caller's own id of it.
    external_installation_id: String,
    /// Whether it is the one that services act on.
    primary: bool,
    /// The label partner it is served under.
    labelpartner: String,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    address_info: Option<AddressView>,
    /// What is delivered.
    service_information: ServiceView,
    /// The contract under which it is supplied, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contract_information: Option<ContractView>,
    /// Since when the account has it, if it moved in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    moved_in: Option<String>,
    /// Its meters.
    meters: Vec<MeterView>,
    /// Meters that others took the place of, the latest last. Their ids are free.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    former_meters: Vec<FormerMeterView>,
}

/// An installation that an account moved out of.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormerView {
    /// Our id of the installation.
    #[schema(format = "uuid")]
    installation_id: String,
    /// The caller's own id of it.
    external_installation_id: String,
    /// Since when the account had it, if it moved in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    moved_in: Option<String>,
    /// From when on it is another account's.
    #[schema(format = Date)]
    moved_out: String,
}

/// A postal address.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressView {
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    postal_code: Option<String>,
    /// The country (ISO 3166-1 alpha-2).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Country>)]
    country_code: Option<String>,
    /// The street; the name is the dialect's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    street_no: Option<String>,
    /// The number in the street.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    house_no: Option<String>,
    /// What follows the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    suffix: Option<String>,
}

/// What is delivered to an installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceView {
    /// The service type, the label partner's default where none was given.
    #[schema(value_type = Service)]
    service_type: String,
}

/// A meter of an installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeterView {
    /// Our id of the meter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    meter_id: Option<String>,
    /// The id under which readings arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_meter_id: Option<String>,
    /// How readings come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Input>)]
    meter_input_method: Option<&'static str>,
    /// What it measures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Energy>)]
    meter_energy_type: Option<&'static str>,
    /// What is printed on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meter_serial_number: Option<String>,
    /// What it counts with, as far as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    meter_register: Option<RegisterView>,
    /// Since when it is there, if it took the place of another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    installed_on: Option<String>,
}

/// The contract under which an installation is supplied.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contract)]
pub struct ContractView {
    /// The caller's own number of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contract_no: Option<u32>,
    /// The number of the ledger that it is billed by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ledger_no: Option<u32>,
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    start_date: Option<String>,
    /// The first day that it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    end_date: Option<String>,
    /// What it is about, if that was stated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, value_type = Vec<ContractKindWord>)]
    kinds: Vec<&'static str>,
}

impl ContractView {
    fn of(contract: &Contract) -> Option<Self> {
        let known = *contract != Contract::default();
        known.then(|| Self {
            contract_no: contract.number,
            ledger_no: contract.ledger_number,
            start_date: show(contract.starts_on.as_ref()),
            end_date: show(contract.ends_on.as_ref()),
            kinds: contract.kinds.iter().map(|kind| kind.word()).collect(),
        })
    }
}

/// What a meter counts with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Register)]
pub struct RegisterView {
    /// How many digits it shows before the decimal point.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    digits: Option<u8>,
    /// How many it shows behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decimals: Option<u8>,
    /// By how much what it shows is multiplied.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    constant: Option<f64>,
    /// What it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    unit: Option<String>,
}

impl RegisterView {
    fn of(register: &Register) -> Option<Self> {
        let known = *register != Register::default();
        known.then(|| Self {
            digits: register.digits,
            decimals: register.decimals,
            constant: register.constant.map(Decimal::number),
            unit: show(register.unit.as_ref()),
        })
    }
}

/// A meter that another one took the place of.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormerMeterView {
    /// The meter.
    #[serde(flatten)]
    meter: MeterView,
    /// From when on another one is there.
    #[schema(format = Date)]
    removed_on: String,
    /// Our id of the one that took its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    replaced_by: Option<String>,
}

/// Whether an answer shows our ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// It does.
    Shown,
    /// It does not: nothing was stored, and whoever stores it later draws other ids.
    Withheld,
}

impl AccountView {
    /// The account as far as the caller reaches: a label-partner credential is not shown
    /// installations that are served under another brand.
    #[must_use]
    pub fn of(account: &Account, reach: &Reach, ids: Ids) -> Self {
        let installations = account.installations.iter().enumerate();
        let visible = installations.filter(|(_, installation)| reach.covers_brand(&installation.label_partner));
        let customer = &account.customer;
        Self {
            account_id: ids.show(&account.id),
            labelpartner: show(account.label_partner.as_ref()),
            status: account.state().word(),
            customer_info: CustomerView {
                external_account_id: show(customer.external_id.as_ref()),
                customer_number: account.number.map(CustomerNumber::get),
                email: customer.email.as_ref().map(|email| email.as_str().to_owned()),
                email_verified: customer.email_verified,
                external_authentication_provider_id: show(customer.authentication_provider_id.as_ref()),
                contact_info: ContactView {
                    firstname: show(customer.contact.first_name.as_ref()),
                    lastname: show(customer.contact.last_name.as_ref()),
                    phone_number: show(customer.contact.phone.as_ref()),
                    mobile_number: show(customer.contact.mobile.as_ref()),
                },
            },
            installation_info: visible.map(|(i, installation)| InstallationView::of(i, installation, ids)).collect(),
            former_installations: account
                .former_installations
                .iter()
                .filter(|former| reach.covers_brand(&former.label_partner))
                .map(FormerView::of)
                .collect(),
            created_at: account.created_at.to_string(),
            updated_at: account.updated_at.to_string(),
        }
    }
}

impl InstallationView {
    fn of(position: usize, installation: &Installation, ids: Ids) -> Self {
        Self {
            installation_id: ids.show(&installation.id),
            external_installation_id: installation.external_id.to_string(),
            primary: position == 0,
            labelpartner: installation.label_partner.to_string(),
            address_info: installation.address.as_ref().map(AddressView::of),
            service_information: ServiceView { service_type: installation.service_type.to_string() },
            contract_information: ContractView::of(&installation.contract),
            moved_in: show(installation.moved_in.as_ref()),
            meters: installation.meters.iter().map(|meter| MeterView::of(meter, ids)).collect(),
            former_meters: installation.former_meters.iter().map(|meter| FormerMeterView::of(meter, ids)).collect(),
        }
    }
}

impl FormerView {
    fn of(former: &FormerInstallation) -> Self {
        Self {
            installation_id: former.id.to_string(),
            external_installation_id: former.external_id.to_string(),
            moved_in: show(former.moved_in.as_ref()),
            moved_out: former.moved_out.to_string(),
        }
    }
}

impl AddressView {
    fn of(address: &Address) -> Self {
        Self {
            postal_code: show(address.postal_code.as_ref()),
            country_code: address.country.as_ref().map(|country| country.as_str().to_owned()),
            street_no: show(address.street.as_ref()),
            house_no: show(address.house_number.as_ref()),
            suffix: show(address.suffix.as_ref()),
        }
    }
}

impl MeterView {
    fn of(meter: &Meter, ids: Ids) -> Self {
        Self {
            meter_id: ids.show(&meter.id),
            external_meter_id: show(meter.external_id.as_ref()),
            meter_input_method: meter.input_method.map(wattbook_domain::InputMethod::word),
            meter_energy_type: meter.energy_type.map(wattbook_domain::EnergyType::word),
            meter_serial_number: show(meter.serial_number.as_ref()),
            meter_register: RegisterView::of(&meter.register),
            installed_on: show(meter.installed_on.as_ref()),
        }
    }
}

impl FormerMeterView {
    fn of(former: &FormerMeter, ids: Ids) -> Self {
        Self {
            meter: MeterView::of(&former.meter, ids),
            removed_on: former.removed_on.to_string(),
            replaced_by: ids.show(&former.replaced_by),
        }
    }
}

impl Ids {
    fn show(self, id: &impl ToString) -> Option<String> {
        (self == Self::Shown).then(|| id.to_string())
    }
}

fn show<T: ToString>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}
