//! What a meter counts with, and the building that it is in.

use serde::{Deserialize, Serialize};

use crate::{Decimal, EnergyType, Meter, Name, Text, change::set_some};

/// The register of a meter: how what it shows is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// How many digits it shows before the decimal point, 1 to 12; after the greatest number it begins at 0 again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digits: Option<u8>,
    /// How many it shows behind it, 0 to 6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// By how much what it shows is multiplied; one where nothing is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constant: Option<Decimal>,
    /// What it counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text<16>>,
}

/// What customers say of the building that a meter is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Building {
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// When it was built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// How much of it is heated, in square metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heated_area: Option<u32>,
    /// How many people live in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub residents: Option<u16>,
}

impl Register {
    /// Whether nothing is known of it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }

    /// The number at which it begins at 0 again, if its digits are known.
    #[must_use]
    pub fn range(&self) -> Option<Decimal> {
        let range = 10_i64.checked_pow(u32::from(self.digits?))?.checked_mul(Decimal::ONE.millionths())?;
        Decimal::of_millionths(range).ok()
    }

    /// Sets what is stated.
    pub(crate) fn set(&mut self, stated: Self) {
        set_some(&mut self.digits, stated.digits);
        set_some(&mut self.decimals, stated.decimals);
        set_some(&mut self.constant, stated.constant);
        set_some(&mut self.unit, stated.unit);
    }
}

impl Building {
    /// The earliest year that one can be of.
    pub const FIRST_YEAR: i64 = 1500;
    /// The largest area, in square metres.
    pub const LARGEST_AREA: i64 = 100_000;
    /// The most residents.
    pub const MOST_RESIDENTS: i64 = 1000;
}

impl Meter {
    /// What it counts: what is stated or, without that, what is usual for what it measures.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        let usual = self.energy_type.map(|energy_type| match energy_type {
            EnergyType::Electricity | EnergyType::Heat => "kWh",
            EnergyType::Gas | EnergyType::Water => "m3",
        });
        self.register.unit.as_ref().map(Text::as_str).or(usual)
    }
}
