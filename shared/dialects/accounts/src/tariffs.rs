//! Which tariffs of an account a query asks for.

use jiff::civil::Date;
use wattbook_domain::{Tariff, TariffService};

use crate::bodies::day;
use wattbook_api::{Faults, Request, fault::Reason};

/// Which tariffs of an account a query asks for; what it does not say does not matter.
#[derive(Debug)]
pub struct Filter {
    service: Option<TariffService>,
    effective_date: Option<Date>,
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

    /// Whether a tariff is one of those.
    #[must_use]
    pub fn matches(&self, tariff: &Tariff) -> bool {
        self.service.is_none_or(|service| service == tariff.service)
            && self.effective_date.is_none_or(|date| Some(date) == tariff.effective_date)
    }
}
