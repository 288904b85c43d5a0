//! Service types: what is delivered to an installation, and how its readings arrive.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Flaw;

/// How readings arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Arrival {
    /// `RT`: live, from a device.
    RealTime,
    /// `BR`: in batches, from a data hub or a file.
    Batch,
}

/// A service type, written `RT|BR`-`HR|LR`-`NILM|no-NILM`-`HW|noHW`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceType {
    arrival: Arrival,
    high_resolution: bool,
    disaggregation: bool,
    hardware: bool,
}

impl ServiceType {
    /// Whether the installation must have a meter, and every meter an external id: with `BR` the
    /// readings come under that id and could be assigned to nothing else
    /// (seed `provisioning-accounts-net2grid`, "Unique & mandatory information").
    #[must_use]
    pub const fn needs_meter_ids(self) -> bool {
        matches!(self.arrival, Arrival::Batch)
    }

    /// Every service type, in the order of the grammar.
    pub fn all() -> impl Iterator<Item = Self> {
        (0u8..16).map(|bits| Self {
            arrival: if bits & 8 == 0 { Arrival::RealTime } else { Arrival::Batch },
            high_resolution: bits & 4 == 0,
            disaggregation: bits & 2 == 0,
            hardware: bits & 1 == 0,
        })
    }
}

impl FromStr for ServiceType {
    type Err = Flaw;

    /// # Errors
    /// The text is not in the grammar; it is compared with case.
    fn from_str(raw: &str) -> Result<Self, Flaw> {
        Self::all().find(|candidate| candidate.to_string() == raw).ok_or(Flaw::ServiceType)
    }
}

impl fmt::Display for ServiceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrival = match self.arrival {
            Arrival::RealTime => "RT",
            Arrival::Batch => "BR",
        };
        let resolution = if self.high_resolution { "HR" } else { "LR" };
        let disaggregation = if self.disaggregation { "NILM" } else { "no-NILM" };
        let hardware = if self.hardware { "HW" } else { "noHW" };
        write!(f, "{arrival}-{resolution}-{disaggregation}-{hardware}")
    }
}

impl TryFrom<String> for ServiceType {
    type Error = Flaw;

    fn try_from(raw: String) -> Result<Self, Flaw> {
        raw.parse()
    }
}

impl From<ServiceType> for String {
    fn from(service_type: ServiceType) -> Self {
        service_type.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        assert_eq!(ServiceType::all().count(), 16);
        for service_type in ServiceType::all() {
            assert_eq!(service_type.to_string().parse(), Ok(service_type));
        }
        for raw in ["", "BR-LR-NILM", "br-lr-nilm-nohw", "BR-LR-noNILM-noHW", "BR-LR-NILM-noHW ", "RT-HR-NILM-HW-HW"] {
            assert_eq!(raw.parse::<ServiceType>(), Err(Flaw::ServiceType), "{raw:?}");
        }
    }

    #[test]
    fn only_batch_services_need_meter_ids() {
        for service_type in ServiceType::all() {
            assert_eq!(service_type.needs_meter_ids(), service_type.to_string().starts_with("BR-"));
        }
    }
}
