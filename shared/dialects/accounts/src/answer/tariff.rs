//! Writing tariffs.

use serde::Serialize;
use serde_json::Number;
use utoipa::ToSchema;
use wattbook_api::schema_types::TariffServiceWord;
use wattbook_domain::Tariff;

use super::{percent, show};
use crate::details::TariffDetails;

/// A tariff of an account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Tariff)]
pub struct TariffView {
    /// The id of the tariff, whatever its versions.
    #[schema(value_type = i64, minimum = 0)]
    master_tariff_id: u64,
    /// What its supplier calls it, in short.
    #[schema(required = true)]
    tariff_code: Option<String>,
    /// What its supplier calls it.
    #[schema(required = true)]
    tariff_name: Option<String>,
    /// The id of its supplier.
    #[schema(required = true, value_type = Option<i64>)]
    lse_id: Option<u64>,
    /// Its supplier.
    #[schema(required = true)]
    lse_name: Option<String>,
    /// What it is for.
    #[schema(value_type = TariffServiceWord)]
    service_type: &'static str,
    /// The class of customer it is for.
    #[schema(required = true)]
    customer_class: Option<String>,
    /// How likely it is the account's, in percent; 100 or `null`: it was stated.
    #[schema(required = true, value_type = Option<f64>)]
    customer_likelihood: Option<Number>,
    /// Where it comes from.
    #[schema(required = true)]
    source: Option<String>,
    /// The first day it applies.
    #[schema(required = true, format = Date)]
    effective_date: Option<String>,
    /// The first day it does not apply any more.
    #[schema(required = true, format = Date)]
    end_date: Option<String>,
    /// The time zone its hours are in.
    #[schema(required = true)]
    time_zone: Option<String>,
    /// How often it is billed.
    #[schema(required = true)]
    billing_period: Option<String>,
    /// The currency of its prices.
    #[schema(required = true)]
    currency: Option<String>,
    /// The first day it takes no new customers any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    closed_date: Option<String>,
    #[serde(flatten)]
    details: TariffDetails,
}

impl TariffView {
    /// A tariff of an account.
    #[must_use]
    pub fn of(tariff: &Tariff) -> Self {
        let facts = &tariff.facts;
        Self {
            master_tariff_id: facts.master_tariff_id,
            tariff_code: show(facts.code.as_ref()),
            tariff_name: show(facts.name.as_ref()),
            lse_id: facts.supplier_id,
            lse_name: show(facts.supplier_name.as_ref()),
            service_type: tariff.service.word(),
            customer_class: show(tariff.customer_class.as_ref()),
            customer_likelihood: tariff.likelihood.map(percent),
            source: show(tariff.source.as_ref()),
            effective_date: show(tariff.effective_date.as_ref()),
            end_date: show(tariff.end_date.as_ref()),
            time_zone: show(facts.time_zone.as_ref()),
            billing_period: show(facts.billing_period.as_ref()),
            currency: show(facts.currency.as_ref()),
            closed_date: show(tariff.closed_date.as_ref()),
            details: tariff.details.clone().into(),
        }
    }
}
