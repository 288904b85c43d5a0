//! The tariffs of an account (seed `account-api-genability`, "Account Tariffs").
//!
//! A tariff is either stated or a default: the likeliest one of the tariff table. What is stated
//! always displaces the defaults of its service; a default never displaces what is stated.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    DateOrTime, Decimal, Flaw, Share, Text, TimeZone, account::is_default, change::set_some, details::details,
    words::words,
};

mod set;

pub(crate) use set::{set_all, set_default};

words! {
    /// What a tariff is for.
    TariffService {
        /// Electricity from the grid.
        Electricity = "ELECTRICITY",
        /// Electricity from one's own solar panels.
        SolarPv = "SOLAR_PV",
        /// Gas.
        Gas = "GAS",
        /// Heat from a district network.
        Heat = "HEAT",
        /// Water.
        Water = "WATER",
    }
}

/// A tariff as the tariff table knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffFacts {
    /// The id of the tariff, whatever its versions.
    pub master_tariff_id: u64,
    /// What its supplier calls it, in short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Text<64>>,
    /// What its supplier calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<255>>,
    /// The id of its supplier (load serving entity).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier_id: Option<u64>,
    /// Its supplier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier_name: Option<Text<255>>,
    /// The time zone its hours are in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZone>,
    /// How often it is billed, such as `MONTHLY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_period: Option<Text<32>>,
    /// The currency of its prices, such as `USD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Text<8>>,
}

/// A tariff of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// What it is for.
    pub service: TariffService,
    /// The first day it applies; without one, it always has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_date: Option<Date>,
    /// The first day it does not apply any more; without one, it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Date>,
    /// The class of customer it is for, as it was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_class: Option<Text<64>>,
    /// How likely it is the account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likelihood: Option<Share>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text<64>>,
    /// Whether it is a default: then it gives way to what is stated, and changes with the address and
    /// the class of the customer.
    #[serde(default)]
    pub defaulted: bool,
    /// Which it is.
    pub facts: TariffFacts,
    /// The first day it takes no new customers any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_date: Option<Date>,
    /// What is kept of it besides.
    #[serde(default, skip_serializing_if = "is_default")]
    pub details: TariffDetails,
}

details! {
    /// What is kept of a tariff besides.
    TariffDetails {
        /// The id of this version of it.
        tariff_id: u64,
        /// The id of the version before.
        prior_tariff_id: u64,
        /// What it is called in the book of tariffs.
        tariff_book_name: Text<255>,
        /// Whether it is the usual one, an alternative, or comes on top, such as `DEFAULT`.
        tariff_type: Text<32>,
        /// The code of its supplier.
        lse_code: Text<64>,
        /// The id of who distributes.
        distribution_lse_id: u64,
        /// The id of the territory that it is for.
        territory_id: u64,
        /// How many customers have it.
        customer_count: u64,
        /// Where that number comes from.
        customer_count_source: Text<255>,
        /// By which day a version of it applies.
        effective_on_rule: Text<64>,
        /// What is charged for, with commas, such as `CONSUMPTION_BASED,MINIMUM`.
        charge_types: Text<255>,
        /// How often it is charged, such as `DAILY`.
        charge_period: Text<32>,
        /// The least consumption in a month that it is for.
        min_monthly_consumption: Decimal,
        /// The most consumption in a month that it is for.
        max_monthly_consumption: Decimal,
        /// The least demand in a month that it is for.
        min_monthly_demand: Decimal,
        /// The most demand in a month that it is for.
        max_monthly_demand: Decimal,
        /// Whether its prices go by the time.
        has_time_of_use_rates: bool,
        /// Whether its prices go by how much is used.
        has_tiered_rates: bool,
        /// Whether some of its prices are contracted.
        has_contracted_rates: bool,
        /// Whether it is for certain customers alone.
        has_tariff_applicability: bool,
        /// Whether some of its prices are for certain customers alone.
        has_rate_applicability: bool,
        /// Whether what is fed in counts against what is used.
        has_net_metering: bool,
        /// Whether it is in use.
        is_active: bool,
        /// Who may see it, such as `PUBLIC`.
        privacy: Text<32>,
    }
}

/// Of two for the same service from the same day on, nobody knows which is meant.
pub const REPEATED: Flaw = Flaw::Repeated { kind: "combination of service and effective date" };

/// What tells a tariff from the others of an account: service and effective date.
type Key = (TariffService, Option<Date>);

/// What to set of a tariff, the one of the same service and effective date; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TariffChange {
    /// What it is for. Unless stated, what the one of the same id and effective date is for: clients leave out a
    /// word that they do not know. Of none of them, electricity.
    pub service: Option<TariffService>,
    /// The first day it applies, in the zone of the account.
    pub effective_date: Option<DateOrTime>,
    /// The first day it does not apply any more, in the zone of the account.
    pub end_date: Option<DateOrTime>,
    /// Which it is. A new one needs it. Another one than before takes nothing over from it.
    pub master_tariff_id: Option<u64>,
    /// The class of customer it is for.
    pub customer_class: Option<Text<64>>,
    /// How likely it is the account's; below 100 % it counts as a default.
    pub likelihood: Option<Share>,
    /// Where it comes from.
    pub source: Option<Text<64>>,
    /// What its supplier calls it, in short.
    pub code: Option<Text<64>>,
    /// What its supplier calls it.
    pub name: Option<Text<255>>,
    /// The id of its supplier.
    pub supplier_id: Option<u64>,
    /// Its supplier.
    pub supplier_name: Option<Text<255>>,
    /// The time zone its hours are in.
    pub time_zone: Option<TimeZone>,
    /// How often it is billed.
    pub billing_period: Option<Text<32>>,
    /// The currency of its prices.
    pub currency: Option<Text<8>>,
    /// The first day it takes no new customers any more, in the zone of the account.
    pub closed_date: Option<DateOrTime>,
    /// What is to be kept of it besides.
    pub details: TariffDetails,
}

/// The likeliest tariff for an address and a class of customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LikelyTariff {
    /// What it is for.
    pub service: TariffService,
    /// The share of the customers there who have it.
    pub likelihood: Share,
    /// Where the table has it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text<64>>,
    /// Which it is.
    pub facts: TariffFacts,
}

impl TariffChange {
    /// Whether a day that it states depends on the zone of the account.
    #[must_use]
    pub fn depends_on_zone(&self) -> bool {
        [self.effective_date, self.end_date, self.closed_date].into_iter().flatten().any(DateOrTime::depends_on_zone)
    }

    /// Whether it says of a tariff only what is so.
    fn leaves(&self, tariff: &Tariff, zone: Option<&TimeZone>) -> bool {
        self.clone().apply(tariff.key(), Some(tariff.clone()), zone).is_ok_and(|set| set == *tariff)
    }

    /// The tariff it makes of `old`.
    fn apply(
        self,
        (service, effective_date): Key,
        old: Option<Tariff>,
        zone: Option<&TimeZone>,
    ) -> Result<Tariff, Flaw> {
        let id = self.master_tariff_id.or(old.as_ref().map(|old| old.facts.master_tariff_id)).ok_or(Flaw::Required)?;
        let old = old.filter(|old| old.facts.master_tariff_id == id);
        // A default that is stated is a default no longer, nor is its likelihood.
        let confirmed = old.as_ref().is_some_and(|old| old.defaulted) && self.likelihood.is_none();
        let mut tariff = old.unwrap_or_else(|| Tariff::new(service, effective_date, id));
        if confirmed {
            tariff.likelihood = Some(Share::WHOLE);
            tariff.source = None;
        }
        let facts = &mut tariff.facts;
        set_some(&mut facts.code, self.code);
        set_some(&mut facts.name, self.name);
        set_some(&mut facts.supplier_id, self.supplier_id);
        set_some(&mut facts.supplier_name, self.supplier_name);
        set_some(&mut facts.time_zone, self.time_zone);
        set_some(&mut facts.billing_period, self.billing_period);
        set_some(&mut facts.currency, self.currency);
        set_some(&mut tariff.end_date, self.end_date.map(|date| date.day(zone)));
        set_some(&mut tariff.closed_date, self.closed_date.map(|date| date.day(zone)));
        tariff.details.set(self.details);
        set_some(&mut tariff.customer_class, self.customer_class);
        set_some(&mut tariff.likelihood, self.likelihood);
        set_some(&mut tariff.source, self.source);
        tariff.defaulted = tariff.likelihood.is_some_and(|likelihood| likelihood < Share::WHOLE);
        if tariff.ends_before_it_begins() { Err(Flaw::EndsBeforeStart) } else { Ok(tariff) }
    }
}

impl Tariff {
    fn new(service: TariffService, effective_date: Option<Date>, master_tariff_id: u64) -> Self {
        Self {
            service,
            effective_date,
            end_date: None,
            customer_class: None,
            likelihood: None,
            source: None,
            defaulted: false,
            facts: TariffFacts {
                master_tariff_id,
                code: None,
                name: None,
                supplier_id: None,
                supplier_name: None,
                time_zone: None,
                billing_period: None,
                currency: None,
            },
            closed_date: None,
            details: TariffDetails::default(),
        }
    }

    /// Whether it applies on one of the days from `first` to `last`; without the one or the other, on any day
    /// before or after.
    #[must_use]
    pub fn applies_within(&self, first: Option<Date>, last: Option<Date>) -> bool {
        self.end_date.zip(first).is_none_or(|(end, first)| end > first)
            && self.effective_date.zip(last).is_none_or(|(begin, last)| begin <= last)
    }

    /// Whether it is in use: as it was stated or, if nothing was, whether it applies on a day.
    #[must_use]
    pub fn is_active_on(&self, day: Date) -> bool {
        self.details.is_active.unwrap_or_else(|| self.applies_within(Some(day), Some(day)))
    }

    fn key(&self) -> Key {
        (self.service, self.effective_date)
    }

    fn ends_before_it_begins(&self) -> bool {
        self.effective_date.zip(self.end_date).is_some_and(|(first, end)| end <= first)
    }

    /// Whether both apply on some day.
    fn overlaps(&self, other: &Self) -> bool {
        let begins_before_end = |one: &Self, two: &Self| match (one.effective_date, two.end_date) {
            (Some(first), Some(end)) => first < end,
            _ => true,
        };
        self.service == other.service && begins_before_end(self, other) && begins_before_end(other, self)
    }

    fn order(&self, other: &Self) -> Ordering {
        (self.service.word(), self.effective_date).cmp(&(other.service.word(), other.effective_date))
    }
}

#[cfg(test)]
mod tests;
