//! Writing the installations of an account, which another dialect has put there.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::schema_types::{Country, Energy, Input, Service};
use wattbook_domain::{Address, EnergyType, InputMethod, Installation, Meter};

use super::show;

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
    #[schema(required = true)]
    address: Option<InstallationAddress>,
    /// What is delivered.
    #[schema(value_type = Service)]
    service_type: String,
    /// Its meters.
    meters: Vec<MeterView>,
}

/// The address of an installation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstallationAddress {
    #[schema(required = true)]
    street: Option<String>,
    #[schema(required = true)]
    house_number: Option<String>,
    #[schema(required = true)]
    suffix: Option<String>,
    #[schema(required = true)]
    postal_code: Option<String>,
    #[schema(required = true, value_type = Option<Country>)]
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
    #[schema(required = true)]
    external_meter_id: Option<String>,
    /// How readings come in.
    #[schema(required = true, value_type = Option<Input>)]
    input_method: Option<&'static str>,
    /// What it measures.
    #[schema(required = true, value_type = Option<Energy>)]
    energy_type: Option<&'static str>,
    /// What is printed on it.
    #[schema(required = true)]
    serial_number: Option<String>,
}

impl InstallationView {
    pub(super) fn of(position: usize, installation: &Installation) -> Self {
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
            input_method: meter.input_method.map(InputMethod::word),
            energy_type: meter.energy_type.map(EnergyType::word),
            serial_number: show(meter.serial_number.as_ref()),
        }
    }
}
