//! The table of tariffs: which one a class of customers in the area of a postal code most likely has.
//!
//! | column | holds |
//! |---|---|
//! | `country`, `postal_code` | as in the table of places |
//! | `customer_class` | `1` or `RESIDENTIAL`, `2` or `GENERAL`, `4` or `SPECIAL_USE` |
//! | `master_tariff_id` | the id of the tariff, a whole number |
//! | `likelihood` | the share of those customers who have it, in percent: `74.03`. Less than 100, which would say that the tariff was stated |
//! | `service_type` | optional, `ELECTRICITY` unless given |
//! | `tariff_code`, `tariff_name` | optional |
//! | `lse_id`, `lse_name` | optional; the supplier (load serving entity) |
//! | `time_zone` | optional; the IANA zone that its hours are in |
//! | `billing_period`, `currency` | optional, as in `MONTHLY` and `USD` |
//! | `source` | optional; where the row comes from. Accounts show it beside the tariff |
//!
//! Of several rows for one postal code and class the likeliest counts, and of equally likely ones the
//! last.

use wattbook_api::fault::Reason;
use wattbook_domain::{
    PostalArea, Share, TariffService, Text, TimeZone,
    property::CustomerClass,
    tariff::{LikelyTariff, TariffFacts},
};
use wattbook_store::{Store, StoreError, TariffRow};

use super::rows::{Cells, Row, area, decimal, whole};

impl Row for TariffRow {
    const MANDATORY: &'static [&'static str] =
        &["country", "postal_code", "customer_class", "master_tariff_id", "likelihood"];
    const OPTIONAL: &'static [&'static str] = &[
        "service_type",
        "tariff_code",
        "tariff_name",
        "lse_id",
        "lse_name",
        "time_zone",
        "billing_period",
        "currency",
        "source",
    ];

    type Key = (PostalArea, CustomerClass);

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let area = area(cells);
        let class = cells.required("customer_class", |raw| Ok(CustomerClass::of(raw)?));
        let service = cells.optional("service_type", |raw| Ok(raw.parse()?));
        let likelihood = cells.required("likelihood", likelihood);
        let master_tariff_id = cells.required("master_tariff_id", whole);
        let source = cells.optional("source", |raw| Ok(Text::parse(raw)?));
        let facts = TariffFacts {
            // Stands in for one that is missing, which is a fault already.
            master_tariff_id: master_tariff_id.unwrap_or_default(),
            code: cells.optional("tariff_code", |raw| Ok(Text::parse(raw)?)),
            name: cells.optional("tariff_name", |raw| Ok(Text::parse(raw)?)),
            supplier_id: cells.optional("lse_id", whole),
            supplier_name: cells.optional("lse_name", |raw| Ok(Text::parse(raw)?)),
            time_zone: cells.optional("time_zone", |raw| Ok(TimeZone::parse(raw)?)),
            billing_period: cells.optional("billing_period", |raw| Ok(Text::parse(raw)?)),
            currency: cells.optional("currency", |raw| Ok(Text::parse(raw)?)),
        };
        let service = service.unwrap_or(TariffService::Electricity);
        let tariff = LikelyTariff { service, likelihood: likelihood?, source, facts };
        Some(Self { area: area?, class: class?, tariff })
    }

    fn key(&self) -> Self::Key {
        (self.area.clone(), self.class)
    }

    fn displaces(&self, earlier: &Self) -> bool {
        self.tariff.likelihood >= earlier.tariff.likelihood
    }

    async fn put(store: &Store, rows: Vec<Self>) -> Result<usize, StoreError> {
        store.put_tariffs(rows).await
    }
}

fn likelihood(raw: &str) -> Result<Share, Reason> {
    let share = Share::of_percent(decimal(raw)?)?;
    if share == Share::WHOLE {
        let message = "must be less than 100, which would say that the tariff was stated and not looked up";
        return Err(Reason::new("out_of_range", message));
    }
    Ok(share)
}
