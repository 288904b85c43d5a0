//! Delivery points, as this dialect shows them: where an account is supplied now.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Failure, Faults, Services,
    contract::{Operation, Parameter},
    reader::Parameters,
    schema_types::Energy,
};
use wattbook_domain::{
    ContractKind, CustomerNumber, EnergyType, InputMethod, Installation, Meter, catalogue::EntityType, entity::Entity,
};

use crate::{contracts::ContractView, customer::AddressView, date, seen::Seen};

/// What is to be told besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Including {
    /// Whether a meter shows what is used at the moment.
    pub watt_meter: bool,
    /// Whether there are devices that heat.
    pub lights_and_heating: bool,
    /// Whether there are cars and charge poles.
    pub ev_charging: bool,
    /// Whether there is a meter of water.
    pub water_meter: bool,
}

impl Including {
    const NAMES: [(&'static str, &'static str); 4] = [
        ("includeWattMeter", "Tell whether a meter shows what is used at the moment, and which."),
        ("includeLightsAndHeating", "Tell whether there are devices that heat, and which."),
        ("includeEvCharging", "Tell whether there are cars and charge poles, and which."),
        ("includeWaterMeter", "Tell whether there is a meter of water, and which."),
    ];

    /// Reads it.
    pub fn read(query: &mut Parameters<'_>, faults: &mut Faults) -> Self {
        let [watt_meter, lights_and_heating, ev_charging, water_meter] =
            Self::NAMES.map(|(name, _)| query.switch(name, faults));
        Self { watt_meter, lights_and_heating, ev_charging, water_meter }
    }

    /// Declares it.
    #[must_use]
    pub fn declared(operation: Operation) -> Operation {
        let schema = || serde_json::json!({ "type": "boolean" });
        let parameters = Self::NAMES.map(|(name, about)| Parameter::query(name, schema(), about).default(false));
        parameters.into_iter().fold(operation, Operation::with)
    }

    const fn needs_devices(self) -> bool {
        self.lights_and_heating || self.ev_charging
    }
}

/// A delivery point.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = DeliveryPoint)]
pub struct DeliveryPointView {
    /// The number of the delivery point, unique within the customer.
    #[schema(required = true)]
    delivery_point_id: Option<u32>,
    /// The number of the customer.
    #[schema(required = true)]
    customer_id: Option<u32>,
    /// The number of the contract.
    #[schema(required = true)]
    contract_no: Option<u32>,
    /// What it is called: its address.
    #[schema(required = true)]
    name: Option<String>,
    /// Where it is.
    #[schema(required = true)]
    address: Option<AddressView>,
    /// The number of its meter as an asset.
    #[schema(required = true)]
    meter_id: Option<u64>,
    /// What is printed on its meter or, without that, the id under which readings arrive.
    #[schema(required = true)]
    meter_no: Option<String>,
    /// What its meter counts.
    #[schema(required = true)]
    meter_unit: Option<String>,
    /// What its meter measures.
    #[schema(required = true, value_type = Option<Energy>)]
    energy_type: Option<&'static str>,
    /// Whether its contract is in force now.
    is_active: bool,
    /// Whether its contract is about the grid.
    is_net: bool,
    /// Whether its contract is about electricity.
    is_power: bool,
    /// The price area; null, as none is kept so far.
    #[schema(required = true)]
    price_area: Option<String>,
    /// Whether a meter shows what is used at the moment; null unless asked for.
    #[schema(required = true)]
    has_watt_meter: Option<bool>,
    /// Whether there are devices that heat; null unless asked for.
    #[schema(required = true)]
    has_lights_and_heating: Option<bool>,
    /// Whether there are cars and charge poles; null unless asked for.
    #[schema(required = true)]
    has_ev_charging: Option<bool>,
    /// Whether there is a meter of water; null unless asked for.
    #[schema(required = true)]
    has_water_meter: Option<bool>,
    /// The gateway; null, as none is kept so far.
    #[schema(required = true)]
    gateway_asset_id: Option<u64>,
    /// When the contract began; null where that is not known.
    #[schema(required = true)]
    start_date: Option<String>,
    /// When it is over; null while that is open.
    #[schema(required = true)]
    end_date: Option<String>,
    /// The meters of the kinds that were asked for.
    meters: Vec<PointMeterView>,
    /// The devices of the kinds that were asked for: those that are tied to a meter of it, and on the first delivery point
    /// those that are tied to none.
    devices: Vec<PointDeviceView>,
}

/// A meter of a delivery point.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = DeliveryPointMeter)]
pub struct PointMeterView {
    /// The number of the meter as an asset.
    #[schema(required = true)]
    meter_id: Option<u64>,
    /// What is printed on it or, without that, the id under which readings arrive.
    #[schema(required = true)]
    meter_no: Option<String>,
    /// What it counts.
    #[schema(required = true)]
    meter_unit: Option<String>,
    /// What it measures.
    #[schema(required = true, value_type = Option<Energy>)]
    energy_type: Option<&'static str>,
}

/// A device of a delivery point.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = DeliveryPointDevice)]
pub struct PointDeviceView {
    /// Our id of the entity.
    #[schema(format = "uuid")]
    key: String,
    /// What people call it.
    #[schema(required = true)]
    name: Option<String>,
    /// What kind of device it is.
    kind: &'static str,
}

/// A contract with its delivery points.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = ContractDeliveryPoints)]
pub struct ContractPointsView {
    /// The contract.
    #[serde(flatten)]
    contract: ContractView,
    /// Its delivery points.
    delivery_points: Vec<DeliveryPointView>,
}

/// The delivery points of an account, with what is to be told besides.
pub struct Points<'s> {
    seen: &'s Seen,
    including: Including,
    devices: Vec<Entity>,
}

impl<'s> Points<'s> {
    /// Looks up the devices, if they are asked for.
    ///
    /// # Errors
    /// The store failed.
    pub async fn find(services: &Services, seen: &'s Seen, including: Including) -> Result<Self, Failure> {
        let devices = if including.needs_devices() {
            services.store()?.entities(seen.account.organisation, &seen.account.entities).await?
        } else {
            Vec::new()
        };
        Ok(Self { seen, including, devices })
    }

    /// That of an installation.
    #[must_use]
    pub fn of(&self, it: &Installation) -> DeliveryPointView {
        let Including { watt_meter, lights_and_heating, ev_charging, water_meter } = self.including;
        let (account, kinds) = (&self.seen.account, it.contract_kinds());
        let (zone, meter) = (account.time_zone(), main_meter(it));
        let heats = self.devices_of(it, &[EntityType::Boiler, EntityType::HeatPump]);
        let charges = self.devices_of(it, &[EntityType::Ev, EntityType::ChargePole]);
        let shows = it.meters.iter().filter(|it| is_watt_meter(it)).collect::<Vec<_>>();
        let waters = it.meters.iter().filter(|it| it.energy_type == Some(EnergyType::Water)).collect::<Vec<_>>();
        let address = it.address.as_ref().map(AddressView::of);
        let starts_on = it.contract.starts_on.or(it.moved_in);
        let asked = |flag: bool, has: bool| flag.then_some(has);
        let asked_meters = [(watt_meter, &shows), (water_meter, &waters)].into_iter().filter(|(asked, _)| *asked);
        let distinct: BTreeSet<_> = asked_meters.flat_map(|(_, meters)| meters).map(|meter| meter.id).collect();
        DeliveryPointView {
            delivery_point_id: it.ordinal,
            customer_id: account.number.map(CustomerNumber::get),
            contract_no: it.contract_number(),
            name: address.as_ref().and_then(AddressView::text).map(str::to_owned),
            address,
            meter_id: meter.and_then(|meter| account.asset_number(meter)),
            meter_no: meter.and_then(meter_number),
            meter_unit: meter.and_then(Meter::unit).map(str::to_owned),
            energy_type: meter.and_then(|meter| meter.energy_type).map(EnergyType::word),
            is_active: it.contract.is_active(self.seen.today()),
            is_net: kinds.contains(&ContractKind::Net),
            is_power: kinds.contains(&ContractKind::Power),
            price_area: None,
            has_watt_meter: asked(watt_meter, !shows.is_empty()),
            has_lights_and_heating: asked(lights_and_heating, !heats.is_empty()),
            has_ev_charging: asked(ev_charging, !charges.is_empty()),
            has_water_meter: asked(water_meter, !waters.is_empty()),
            gateway_asset_id: None,
            start_date: starts_on.map(|day| date::begin(day, zone)),
            end_date: it.contract.ends_on.map(|day| date::begin(day, zone)),
            meters: it.meters.iter().filter(|it| distinct.contains(&it.id)).map(|it| self.meter(it)).collect(),
            devices: heats
                .into_iter()
                .filter(|_| lights_and_heating)
                .chain(charges.into_iter().filter(|_| ev_charging))
                .collect(),
        }
    }

    /// A contract with its delivery points.
    #[must_use]
    pub fn of_contract(&self, it: &Installation) -> ContractPointsView {
        ContractPointsView { contract: ContractView::of(self.seen, it), delivery_points: vec![self.of(it)] }
    }

    fn meter(&self, meter: &Meter) -> PointMeterView {
        PointMeterView {
            meter_id: self.seen.account.asset_number(meter),
            meter_no: meter_number(meter),
            meter_unit: meter.unit().map(str::to_owned),
            energy_type: meter.energy_type.map(EnergyType::word),
        }
    }

    fn devices_of(&self, it: &Installation, types: &[EntityType]) -> Vec<PointDeviceView> {
        let is_first = self.seen.account.installations.first().is_some_and(|first| first.id == it.id);
        let here = |entity: &&Entity| match &entity.external_meter_id {
            Some(id) => it.meters.iter().any(|meter| meter.external_id.as_ref() == Some(id)),
            None => is_first,
        };
        let of_type = |entity: &&Entity| types.contains(&entity.entity_type);
        let found = self.devices.iter().filter(of_type).filter(here);
        found
            .map(|entity| PointDeviceView {
                key: entity.id.to_string(),
                name: entity.name.as_ref().map(ToString::to_string),
                kind: entity.entity_type.word(),
            })
            .collect()
    }
}

/// The meter that a delivery point is known by: that of electricity or, without one, the first.
#[must_use]
pub fn main_meter(it: &Installation) -> Option<&Meter> {
    let electric = it.meters.iter().find(|meter| meter.energy_type == Some(EnergyType::Electricity));
    electric.or_else(|| it.meters.first())
}

/// What is printed on a meter or, without that, the id under which its readings arrive.
#[must_use]
pub fn meter_number(meter: &Meter) -> Option<String> {
    let printed = meter.serial_number.as_ref().map(ToString::to_string);
    printed.or_else(|| meter.external_id.as_ref().map(ToString::to_string))
}

/// Whether a meter shows what is used at the moment: one of electricity that hardware reads.
fn is_watt_meter(meter: &Meter) -> bool {
    meter.input_method == Some(InputMethod::Device)
        && meter.energy_type.is_none_or(|energy_type| energy_type == EnergyType::Electricity)
}
