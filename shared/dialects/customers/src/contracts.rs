//! Contracts, as this dialect shows them: one for each installation that an account has, and for each that it had.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_domain::{Address, Contract, ContractKind, CustomerNumber, FormerInstallation, Installation};

use crate::{area::Area, customer::AddressView, date, seen::Seen};

/// A contract.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = ContractResponse)]
pub struct ContractView {
    /// The number of the contract, unique within the customer.
    #[schema(required = true)]
    contract_no: Option<u32>,
    /// The number of the customer.
    #[schema(required = true)]
    customer_id: Option<u32>,
    /// Where it is delivered to.
    #[schema(required = true)]
    delivery_address: Option<AddressView>,
    /// The number of the delivery point.
    #[schema(required = true)]
    delivery_point_id: Option<u32>,
    /// What the delivery point is called: its address.
    #[schema(required = true)]
    delivery_point_name: Option<String>,
    /// When it is over; null while that is open.
    #[schema(required = true)]
    end_date: Option<String>,
    /// Whether it is in force now.
    is_active: bool,
    /// Whether it is about broadband.
    is_broadband_contract: bool,
    /// Whether it is about district heating.
    is_district_heating_contract: bool,
    /// Whether it is about energy of no kind in particular.
    is_energy_contract: bool,
    /// Whether it is about gas.
    is_gas_contract: bool,
    /// Whether it is about a heat pump.
    is_heat_pump_contract: bool,
    /// Whether it is about the grid.
    is_net_contract: bool,
    /// Whether it is about electricity.
    is_power_contract: bool,
    /// Whether it is about water.
    is_tap_water_contract: bool,
    /// The number of the ledger that it is billed by.
    #[schema(required = true)]
    ledger_no: Option<u32>,
    /// When it began; null where that is not known.
    #[schema(required = true)]
    start_date: Option<String>,
    #[serde(skip)]
    sort: (bool, Option<Date>, Option<u32>),
}

/// What contracts of both kinds have.
struct Parts<'a> {
    number: Option<u32>,
    ordinal: Option<u32>,
    address: Option<&'a Address>,
    contract: &'a Contract,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    kinds: BTreeSet<ContractKind>,
}

impl ContractView {
    /// Of an installation.
    #[must_use]
    pub fn of(seen: &Seen, it: &Installation) -> Self {
        let parts = Parts {
            number: it.contract_number(),
            ordinal: it.ordinal,
            address: it.address.as_ref(),
            contract: &it.contract,
            starts_on: it.contract.starts_on.or(it.moved_in),
            ends_on: it.contract.ends_on,
            kinds: it.contract_kinds(),
        };
        Self::new(seen, parts)
    }

    fn of_former(seen: &Seen, it: &FormerInstallation) -> Self {
        let parts = Parts {
            number: it.contract_number(),
            ordinal: it.ordinal,
            address: it.address.as_ref(),
            contract: &it.contract,
            starts_on: it.contract.starts_on.or(it.moved_in),
            // It ended with the move at the latest.
            ends_on: Some(it.contract.ends_on.map_or(it.moved_out, |end| end.min(it.moved_out))),
            kinds: it.kinds.clone(),
        };
        Self::new(seen, parts)
    }

    fn new(seen: &Seen, parts: Parts<'_>) -> Self {
        let Parts { number, ordinal, address, contract, starts_on, ends_on, kinds } = parts;
        let (zone, today) = (seen.account.time_zone(), seen.today());
        let has = |kind| kinds.contains(&kind);
        let address = address.map(AddressView::of);
        let is_active = starts_on.is_none_or(|day| day <= today) && ends_on.is_none_or(|day| today < day);
        Self {
            contract_no: number,
            customer_id: seen.account.number.map(CustomerNumber::get),
            delivery_point_name: address.as_ref().and_then(AddressView::text).map(str::to_owned),
            delivery_address: address,
            delivery_point_id: ordinal,
            end_date: ends_on.map(|day| date::begin(day, zone)),
            is_active,
            is_broadband_contract: has(ContractKind::Broadband),
            is_district_heating_contract: has(ContractKind::DistrictHeating),
            is_energy_contract: has(ContractKind::Energy),
            is_gas_contract: has(ContractKind::Gas),
            is_heat_pump_contract: has(ContractKind::HeatPump),
            is_net_contract: has(ContractKind::Net),
            is_power_contract: has(ContractKind::Power),
            is_tap_water_contract: has(ContractKind::TapWater),
            ledger_no: contract.ledger_number,
            start_date: starts_on.map(|day| date::begin(day, zone)),
            sort: (!is_active, starts_on, number),
        }
    }
}

/// The contracts of an account in an area: those in force first, of these the oldest first.
#[must_use]
pub fn all(seen: &Seen, area: Area) -> Vec<ContractView> {
    let own = seen.installations().filter(|it| area.has(&it.contract_kinds())).map(|it| ContractView::of(seen, it));
    let former = seen.former().filter(|it| area.has(&it.kinds)).map(|it| ContractView::of_former(seen, it));
    let mut contracts: Vec<_> = own.chain(former).collect();
    contracts.sort_by_key(|it| it.sort);
    contracts
}

/// The contract of that number in an area.
#[must_use]
pub fn numbered(seen: &Seen, area: Area, number: &str) -> Option<ContractView> {
    let number: u32 = number.parse().ok()?;
    all(seen, area).into_iter().find(|it| it.contract_no == Some(number))
}
