//! Meters of an account: which one a path names, and what its customer says of the building.

use deserr::Deserr;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Failure, Faults, Request,
    fault::{Pointer, Reason},
    schema_types::Line100,
};
use wattbook_domain::{Account, Building, Email, Flaw, Installation, Meter, MeterId, Name};

use crate::{customer::CustomerPatch, seen::Seen};

/// The meter of an installation that a path names: by its number as an asset, by our id, by the organisation's own, or by
/// what is printed on it.
#[must_use]
pub fn find<'i>(account: &Account, installation: &'i Installation, raw: &str) -> Option<&'i Meter> {
    let is = |meter: &&Meter| {
        account.asset_number(meter).is_some_and(|number| number.to_string() == raw)
            || meter.id.to_string() == raw
            || meter.external_id.as_ref().is_some_and(|id| id.is(raw))
            || meter.serial_number.as_ref().is_some_and(|number| number.is(raw))
    };
    installation.meters.iter().find(is)
}

/// The meter that a path names, on the contract that it names.
///
/// # Errors
/// There is none that the caller sees.
pub fn of_path(seen: &Seen, request: &Request) -> Result<MeterId, Failure> {
    let installation = seen.contract(request.path_parameter("contractNo"))?;
    let meter = find(&seen.account, installation, request.path_parameter("meterId"));
    meter.map(|meter| meter.id).ok_or(Failure::NotFound)
}

/// The settings of a meter, as the older route takes them: with how the customer is reached. What is absent stays.
#[derive(Debug, ToSchema)]
#[schema(as = MeterSettingsRequest, rename_all = "PascalCase")]
pub struct MeterSettingsBody {
    /// What the customer says of the building.
    #[serde(flatten)]
    pub building: BuildingBody,
    /// How he is reached.
    pub customer: Option<CustomerPatch>,
}

/// What a customer says of the building that a meter is in. What is absent stays.
#[derive(Debug, Default, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = Building, rename_all = "PascalCase")]
pub struct BuildingBody {
    /// What it is called.
    #[deserr(rename = "Name", default)]
    #[schema(value_type = Option<Line100>)]
    pub name: Option<Name>,
    /// When it was built.
    #[deserr(rename = "BuildingYear", default, try_from(Option<i64>) = some_year -> Flaw)]
    #[schema(value_type = Option<i32>, minimum = 1500)]
    pub building_year: Option<u16>,
    /// How much of it is heated, in square metres.
    #[deserr(rename = "HeatingArea", default, try_from(Option<i64>) = some_area -> Flaw)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 100_000)]
    pub heating_area: Option<u32>,
    /// How many people live in it.
    #[deserr(rename = "Residents", default, try_from(Option<i64>) = some_residents -> Flaw)]
    #[schema(value_type = Option<i32>, minimum = 0, maximum = 1000)]
    pub residents: Option<u16>,
}

impl BuildingBody {
    /// Sets what is stated of a meter's building.
    ///
    /// # Errors
    /// There is no such meter, or it would be built later than next year.
    pub fn apply(&self, account: &mut Account, id: MeterId, today: Date) -> Result<(), Failure> {
        let latest = i64::from(today.year()) + 1;
        if self.building_year.is_some_and(|year| i64::from(year) > latest) {
            let message = format!("must be between {} and {latest}", Building::FIRST_YEAR);
            let mut faults = Faults::default();
            faults.body(&Pointer::root().child("BuildingYear"), Reason::new("out_of_range", message));
            return Err(Failure::Faults(faults));
        }
        let mut meters = account.installations.iter_mut().flat_map(|it| &mut it.meters);
        let building = &mut meters.find(|meter| meter.id == id).ok_or(Failure::NotFound)?.building;
        set(&mut building.name, self.name.as_ref());
        set(&mut building.year, self.building_year.as_ref());
        set(&mut building.heated_area, self.heating_area.as_ref());
        set(&mut building.residents, self.residents.as_ref());
        Ok(())
    }
}

fn set<T: Clone>(place: &mut Option<T>, stated: Option<&T>) {
    if stated.is_some() {
        *place = stated.cloned();
    }
}

/// What a customer says of a meter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = MeterSettings)]
pub struct MeterSettingsView {
    /// The number of the meter as an asset.
    #[schema(required = true)]
    meter_id: Option<u64>,
    /// What the building is called.
    #[schema(required = true)]
    name: Option<String>,
    /// When it was built.
    #[schema(required = true)]
    building_year: Option<u16>,
    /// How much of it is heated, in square metres.
    #[schema(required = true)]
    heating_area: Option<u32>,
    /// How many people live in it.
    #[schema(required = true)]
    residents: Option<u16>,
    /// How the customer is reached.
    customer: ReachView,
}

/// How a customer is reached.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = MeterSettingsCustomer)]
pub struct ReachView {
    /// A telephone number.
    #[schema(required = true)]
    phone_number: Option<String>,
    /// The number of a mobile telephone.
    #[schema(required = true)]
    mobile_number: Option<String>,
    /// Where the customer is written to.
    #[schema(required = true)]
    email: Option<String>,
}

impl MeterSettingsView {
    /// Of a meter of an account.
    ///
    /// # Errors
    /// There is no such meter.
    pub fn of(seen: &Seen, id: MeterId) -> Result<Self, Failure> {
        let meter = seen.installations().flat_map(|it| &it.meters).find(|it| it.id == id).ok_or(Failure::NotFound)?;
        let (contact, building) = (&seen.account.customer.contact, &meter.building);
        Ok(Self {
            meter_id: seen.account.asset_number(meter),
            name: building.name.as_ref().map(ToString::to_string),
            building_year: building.year,
            heating_area: building.heated_area,
            residents: building.residents,
            customer: ReachView {
                phone_number: contact.phone.as_ref().map(ToString::to_string),
                mobile_number: contact.mobile.as_ref().map(ToString::to_string),
                email: seen.account.customer.email.as_ref().map(Email::as_str).map(str::to_owned),
            },
        })
    }
}

fn some_year(stated: Option<i64>) -> Result<Option<u16>, Flaw> {
    within(stated, Building::FIRST_YEAR, 9999, Flaw::OutOfRange { least: "1500", most: "next year" })
}

fn some_area(stated: Option<i64>) -> Result<Option<u32>, Flaw> {
    within(stated, 1, Building::LARGEST_AREA, Flaw::OutOfRange { least: "1", most: "100000" })
}

fn some_residents(stated: Option<i64>) -> Result<Option<u16>, Flaw> {
    within(stated, 0, Building::MOST_RESIDENTS, Flaw::OutOfRange { least: "0", most: "1000" })
}

fn within<T: TryFrom<i64>>(stated: Option<i64>, least: i64, most: i64, flaw: Flaw) -> Result<Option<T>, Flaw> {
    let Some(number) = stated else { return Ok(None) };
    let within = Some(number).filter(|number| (least..=most).contains(number));
    within.and_then(|number| T::try_from(number).ok()).map(Some).ok_or(flaw)
}
