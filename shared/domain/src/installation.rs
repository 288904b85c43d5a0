//! Installations of an account, and their meters: those that are there, and those that were.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Building, Contract, ContractKind, CountryCode, ExternalId, Flaw, InstallationId, LabelPartnerCode,
    MeterId, Name, Register, SerialNumber, ServiceType, Text, account::is_default, postal::zip, words::words,
};

words! {
    /// What a meter measures.
    EnergyType {
        /// Electricity.
        Electricity = "ELECTRICITY",
        /// Gas.
        Gas = "GAS",
        /// Heat from a district network.
        Heat = "HEAT",
        /// Water.
        Water = "WATER",
    }
}

words! {
    /// How the readings of a meter come in (seed `provisioning-accounts-net2grid`).
    InputMethod {
        /// Hardware reports them.
        Device = "DEVICE",
        /// Files, a data hub or another system brings them, in batches.
        Import = "IMPORT",
    }
}

/// A postal address, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street: Option<Name>,
    /// The number in the street.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub house_number: Option<Text<16>>,
    /// What follows the number: a letter, a floor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<Text<16>>,
    /// The postal code, in the country's own spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Text<16>>,
    /// The country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
}

impl Address {
    /// Refuses what its parts cannot be together.
    ///
    /// # Errors
    /// Its postal code is a ZIP code that has lost the zeros it begins with.
    pub fn check(&self) -> Result<(), Flaw> {
        self.postal_code.as_ref().map_or(Ok(()), |code| zip::check(code.as_str(), self.country.as_ref(), None))
    }
}

/// A meter of an installation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// Our id.
    pub id: MeterId,
    /// By which it is told apart in the account ([`crate::Ordinals`]); none until the account is stored.
    #[serde(default, rename = "n", skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<u32>,
    /// The id under which readings arrive. Never changes once set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// How readings come in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_method: Option<InputMethod>,
    /// What it measures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_type: Option<EnergyType>,
    /// What is printed on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<SerialNumber>,
    /// What it counts with.
    #[serde(default, skip_serializing_if = "is_default")]
    pub register: Register,
    /// The building that it is in, as the customer tells it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub building: Building,
    /// Since when it is there, if it took the place of another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed_on: Option<Date>,
}

/// A meter that an installation once had, and that another one took the place of. Its id is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerMeter {
    /// The meter as it was.
    #[serde(flatten)]
    pub meter: Meter,
    /// From when on another one is there.
    pub removed_on: Date,
    /// Which that is.
    pub replaced_by: MeterId,
}

/// A connection of an account at an address. The first of an account is its primary one, the only
/// one that services act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Our id.
    pub id: InstallationId,
    /// By which it is told apart in the account, as a delivery point; none until the account is stored.
    #[serde(default, rename = "n", skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<u32>,
    /// The organisation's own id. Never changes.
    pub external_id: ExternalId,
    /// The brand it is served under: the account's unless it states another.
    pub label_partner: LabelPartnerCode,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// What is delivered.
    pub service_type: ServiceType,
    /// The contract under which it is supplied.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contract: Contract,
    /// Since when this account has it, if it moved in: the last recorded move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_in: Option<Date>,
    /// Whose it was before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<AccountId>,
    /// Its meters.
    #[serde(default)]
    pub meters: Vec<Meter>,
    /// Meters that it once had, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_meters: Vec<FormerMeter>,
}

/// An installation that an account once had, and moved out of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerInstallation {
    /// Our id.
    pub id: InstallationId,
    /// By which it was told apart in the account.
    #[serde(default, rename = "n", skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<u32>,
    /// The same of its meters.
    #[serde(default, rename = "m", skip_serializing_if = "is_default")]
    pub meter_ordinals: BTreeMap<MeterId, u32>,
    /// The organisation's own id.
    pub external_id: ExternalId,
    /// The brand it was served under.
    pub label_partner: LabelPartnerCode,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The contract under which it was supplied. It ends with the move at the latest.
    #[serde(default, skip_serializing_if = "is_default")]
    pub contract: Contract,
    /// What that was about.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kinds: BTreeSet<ContractKind>,
    /// Since when the account had it, if it moved in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_in: Option<Date>,
    /// Whose it was before that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<AccountId>,
    /// From when on it is another account's.
    pub moved_out: Date,
}
