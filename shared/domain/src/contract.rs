//! The contracts under which installations are supplied.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Account, EnergyType, Flaw, FormerInstallation, Installation, InstallationId, account::is_default, change::set_some,
    words::words,
};

words! {
    /// What a contract is about (seed `customer-api-esmart`, by the members of its contracts).
    ContractKind {
        /// Broadband.
        Broadband = "BROADBAND",
        /// Heat from a district network.
        DistrictHeating = "DISTRICT_HEATING",
        /// Energy of no kind in particular.
        Energy = "ENERGY",
        /// Gas.
        Gas = "GAS",
        /// A heat pump.
        HeatPump = "HEAT_PUMP",
        /// The connection to the grid.
        Net = "NET",
        /// Electricity.
        Power = "POWER",
        /// Water.
        TapWater = "TAP_WATER",
    }
}

/// What faults call the number of a contract.
pub(crate) const CONTRACT_NUMBER: &str = "contract number";

/// What is known of the contract of an installation. All of it may be unknown: there is a contract all the same.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// The organisation's own number of it, 1 to 2³¹ − 1, unique within the account. Without one it has that of the
    /// delivery point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The number of the ledger that it is billed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_number: Option<u32>,
    /// From when on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<Date>,
    /// Until when: the first day that it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
    /// What it is about. Without any that follows from what is measured.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kinds: BTreeSet<ContractKind>,
}

impl Contract {
    /// Sets what is stated.
    pub(crate) fn set(&mut self, stated: &Self) {
        set_some(&mut self.number, stated.number);
        set_some(&mut self.ledger_number, stated.ledger_number);
        set_some(&mut self.starts_on, stated.starts_on);
        set_some(&mut self.ends_on, stated.ends_on);
        if !stated.kinds.is_empty() {
            self.kinds.clone_from(&stated.kinds);
        }
    }

    /// What whoever moves in gets: about the same, from that day on.
    #[must_use]
    pub fn begun(&self, date: Date) -> Self {
        Self { starts_on: Some(date), kinds: self.kinds.clone(), ..Self::default() }
    }

    /// Refuses what its parts cannot be together.
    ///
    /// # Errors
    /// It ends before it begins.
    pub fn check(&self) -> Result<(), Flaw> {
        let reversed = self.starts_on.zip(self.ends_on).is_some_and(|(from, until)| until < from);
        if reversed { Err(Flaw::EndsBeforeStart) } else { Ok(()) }
    }

    /// Whether it is in force on that day.
    #[must_use]
    pub fn is_active(&self, today: Date) -> bool {
        self.starts_on.is_none_or(|from| from <= today) && self.ends_on.is_none_or(|until| today < until)
    }
}

impl FormerInstallation {
    /// The number of its contract: the organisation's own or, without one, that of the delivery point.
    #[must_use]
    pub fn contract_number(&self) -> Option<u32> {
        self.contract.number.or(self.ordinal)
    }
}

impl Installation {
    /// The number of its contract: the organisation's own or, without one, that of the delivery point.
    #[must_use]
    pub fn contract_number(&self) -> Option<u32> {
        self.contract.number.or(self.ordinal)
    }

    /// What its contract is about: what is stated or, without that, what its meters measure; without any that is known,
    /// electricity. Electricity comes with its grid.
    #[must_use]
    pub fn contract_kinds(&self) -> BTreeSet<ContractKind> {
        if !self.contract.kinds.is_empty() {
            return self.contract.kinds.clone();
        }
        let of = |energy_type: EnergyType| match energy_type {
            EnergyType::Electricity => [ContractKind::Power, ContractKind::Net],
            EnergyType::Gas => [ContractKind::Gas; 2],
            EnergyType::Heat => [ContractKind::DistrictHeating; 2],
            EnergyType::Water => [ContractKind::TapWater; 2],
        };
        let measured: BTreeSet<_> = self.meters.iter().filter_map(|meter| meter.energy_type).flat_map(of).collect();
        if measured.is_empty() { of(EnergyType::Electricity).into() } else { measured }
    }
}

impl Account {
    /// Whether the number that an installation's contract states is that of another one of the account.
    ///
    /// # Errors
    /// It is.
    pub fn check_contract_number(&self, id: InstallationId) -> Result<(), Flaw> {
        let stated = |it: &&Installation| it.id == id;
        let Some(number) = self.installations.iter().find(stated).and_then(|it| it.contract.number) else {
            return Ok(());
        };
        let others = self.installations.iter().map(|it| (it.id, it.contract_number()));
        let former = self.former_installations.iter().map(|it| (it.id, it.contract_number()));
        let is_taken = others.chain(former).any(|(other, taken)| other != id && taken == Some(number));
        if is_taken { Err(Flaw::Repeated { kind: CONTRACT_NUMBER }) } else { Ok(()) }
    }
}
