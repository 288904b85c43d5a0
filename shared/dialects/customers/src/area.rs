//! The part of the business that a request is about: the header `X-Area` (seed `customer-api-esmart`).

use std::collections::BTreeSet;

use wattbook_api::{
    Failure, Faults, Request,
    contract::{Operation, Parameter},
    fault::Reason,
};
use wattbook_domain::ContractKind;

/// The header.
pub const HEADER: &str = "x-area";

/// A part of the business. What belongs to both is in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The grid.
    Net,
    /// All that is supplied.
    Power,
}

impl Area {
    /// The one that a request names, or [`Self::Power`].
    pub fn of(request: &Request, faults: &mut Faults) -> Self {
        if !request.has_header(HEADER) {
            return Self::Power;
        }
        let given = request.header(HEADER).unwrap_or_default().trim();
        Self::numbered(given).unwrap_or_else(|| {
            faults
                .header("X-Area", Reason::new("not_allowed", "must be 1 for Net or 2 for Power, which is the default"));
            Self::Power
        })
    }

    /// The same where nothing else of the request is read.
    ///
    /// # Errors
    /// The header is neither.
    pub fn alone(request: &Request) -> Result<Self, Failure> {
        let mut faults = Faults::default();
        let area = Self::of(request, &mut faults);
        faults.none()?;
        Ok(area)
    }

    /// By its number.
    #[must_use]
    pub fn numbered(number: &str) -> Option<Self> {
        match number {
            "1" => Some(Self::Net),
            "2" => Some(Self::Power),
            _ => None,
        }
    }

    /// Whether a contract about these is in the area.
    #[must_use]
    pub fn has(self, kinds: &BTreeSet<ContractKind>) -> bool {
        match self {
            Self::Net => kinds.contains(&ContractKind::Net),
            Self::Power => kinds.iter().any(|kind| *kind != ContractKind::Net),
        }
    }
}

/// Declares the header.
#[must_use]
pub fn in_area(operation: Operation) -> Operation {
    let schema = serde_json::json!({ "type": "integer", "enum": [1, 2] });
    let about = "1 for what belongs to the grid (Net), 2 for what is supplied (Power).";
    operation.with(Parameter::header("X-Area", schema, about).default(2))
}
