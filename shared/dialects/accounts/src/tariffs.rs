//! Which tariffs of an account a query asks for.

use jiff::Timestamp;
use wattbook_domain::{Account, DateOrTime, Flaw, Tariff, TariffService, TimeZone};

use crate::{
    lenient::day,
    query::{word, words},
};
use wattbook_api::{Faults, Request, clock, fault::Reason};

/// Which tariffs of an account a query asks for; what it does not say does not matter.
#[derive(Debug)]
pub struct Filter {
    service: Option<TariffService>,
    services: Option<Vec<TariffService>>,
    effective_date: Option<DateOrTime>,
    effective_on: Option<DateOrTime>,
    from: Option<DateOrTime>,
    to: Option<DateOrTime>,
    is_active: Option<bool>,
    now: Timestamp,
}

impl Filter {
    /// Reads the parameters.
    pub fn read(request: &Request, faults: &mut Faults) -> Self {
        let mut query = request.query();
        let service = query.optional("serviceType", word, faults);
        let services = query.optional("serviceTypes", words, faults);
        let mut date = |name| query.optional(name, date, faults);
        let [effective_date, effective_on, from, to] =
            ["effectiveDate", "effectiveOn", "fromDateTime", "toDateTime"].map(&mut date);
        if from.zip(to).is_some_and(|(from, to)| to.moment().instant() <= from.moment().instant()) {
            faults.query("toDateTime", Flaw::EndsBeforeStart);
        }
        Self {
            service,
            services,
            effective_date,
            effective_on,
            from,
            to,
            is_active: query.optional("isActive", truth, faults),
            now: clock::now(),
        }
    }

    /// Those of the tariffs of an account.
    pub fn of<'a>(&'a self, account: &'a Account) -> impl Iterator<Item = &'a Tariff> {
        account.tariffs.iter().filter(|tariff| self.matches(tariff, account.time_zone()))
    }

    /// Whether a tariff is one of those, with days as they are in a zone.
    #[must_use]
    pub fn matches(&self, tariff: &Tariff, zone: Option<&TimeZone>) -> bool {
        let day = |date: DateOrTime| date.day(zone);
        let on = self.effective_on.map(day);
        // Up to the beginning of time there is no day.
        let last = self.to.map(|to| to.last_day_before(zone));
        self.service.is_none_or(|service| service == tariff.service)
            && self.services.as_ref().is_none_or(|services| services.contains(&tariff.service))
            && self.effective_date.is_none_or(|date| Some(day(date)) == tariff.effective_date)
            && tariff.applies_within(on, on)
            && last.is_none_or(|last| last.is_some())
            && tariff.applies_within(self.from.map(day), last.flatten())
            && self.is_active.is_none_or(|wanted| wanted == tariff.is_active_on(day(self.now.into())))
    }
}

fn date(raw: &str) -> Result<DateOrTime, Reason> {
    day(raw).map_err(Reason::from)
}

fn truth(raw: &str) -> Result<bool, Reason> {
    raw.parse().map_err(|_| Flaw::NotOneOf { allowed: &["true", "false"] }.into())
}
