//! Which tariffs of an account a query asks for.

use wattbook_domain::{DateOrTime, Tariff, TariffService, TimeZone};

use crate::bodies::day;
use wattbook_api::{Faults, Request, fault::Reason};

/// Which tariffs of an account a query asks for; what it does not say does not matter.
#[derive(Debug)]
pub struct Filter {
    service: Option<TariffService>,
    effective_date: Option<DateOrTime>,
}

impl Filter {
    /// Reads `serviceType` and `effectiveDate`.
    pub fn read(request: &Request, faults: &mut Faults) -> Self {
        let mut query = request.query();
        Self {
            service: query.optional("serviceType", |word| word.parse().map_err(Reason::from), faults),
            effective_date: query.optional("effectiveDate", |raw| day(raw).map_err(Reason::from), faults),
        }
    }

    /// Whether a tariff is one of those, with days as they are in the zone of its account.
    #[must_use]
    pub fn matches(&self, tariff: &Tariff, zone: Option<&TimeZone>) -> bool {
        self.service.is_none_or(|service| service == tariff.service)
            && self.effective_date.is_none_or(|date| Some(date.day(zone)) == tariff.effective_date)
    }
}
