//! Readings, as this dialect takes and shows them.

use deserr::Deserr;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use wattbook_api::{
    Caller, Failure, Faults, Services, clock,
    fault::{Pointer, Reason},
    writing::Rounds,
};
use wattbook_domain::{Account, Decimal, Flaw, Installation, record::Reading};
use wattbook_store::{RecordOf, RecordPut, Stored};

use crate::{
    date,
    delivery_points::{main_meter, meter_number},
    seen::Seen,
};

/// How far in the future a reading may be: clocks differ.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// A reading to add.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = ReadingsRequest, rename_all = "PascalCase")]
pub struct ReadingBody {
    /// The number of the customer; if it is there, that of the path.
    #[deserr(rename = "CustomerId", default)]
    pub customer_id: Option<u32>,
    /// The number of the delivery point; if it is there, that of the path.
    #[deserr(rename = "DeliveryPointId", default)]
    pub delivery_point_id: Option<u32>,
    /// When it was read: without an offset, in UTC. Not before the contract began, and not in the future.
    #[deserr(rename = "ReadingDate", try_from(&String) = date::read -> Flaw)]
    #[schema(value_type = String, example = "2026-11-21T10:00:00")]
    pub reading_date: Timestamp,
    /// What the meter showed.
    #[deserr(rename = "Value", try_from(f64) = shown -> Flaw)]
    #[schema(value_type = f64, minimum = 0, maximum = 999_999_999)]
    pub value: Decimal,
}

/// A reading.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = Reading)]
pub struct ReadingView {
    /// The number of the delivery point, as text.
    delivery_point_id: String,
    /// What is printed on the meter or, without that, the id under which its readings arrive.
    #[schema(required = true)]
    meter_no: Option<String>,
    /// What it counts.
    #[schema(required = true)]
    meter_unit: Option<String>,
    /// When it was read.
    reading_date: String,
    /// What it showed.
    value: f64,
    /// What was used since the reading before: the difference times the constant. Null where there is none before of the
    /// same meter.
    #[schema(required = true)]
    consumption: Option<f64>,
    /// Who read it.
    #[schema(pattern = "^(Customer|Organisation)$")]
    reader: &'static str,
    /// By how much what it shows is multiplied, as text.
    constant: String,
    /// How many digits it shows before the decimal point; null where that is not known.
    #[schema(required = true)]
    number_of_digits: Option<u8>,
    /// How many it shows behind it; null where that is not known.
    #[schema(required = true)]
    number_of_decimals: Option<u8>,
    /// Always null: what is wrong is told by the status of the answer.
    #[schema(required = true)]
    response_status: Option<String>,
}

impl ReadingView {
    /// Of a reading, with the one before it.
    #[must_use]
    pub fn of(reading: &Reading, before: Option<&Reading>) -> Self {
        Self {
            delivery_point_id: reading.delivery_point.to_string(),
            meter_no: reading.meter_number.clone(),
            meter_unit: reading.unit.clone(),
            reading_date: date::written(reading.at),
            value: reading.value.number(),
            consumption: reading.consumption(before).map(Decimal::number),
            reader: if reading.by_customer { "Customer" } else { "Organisation" },
            constant: reading.register.constant.unwrap_or(Decimal::ONE).number().to_string(),
            number_of_digits: reading.register.digits,
            number_of_decimals: reading.register.decimals,
            response_status: None,
        }
    }

    /// Of a page, of which the last entry is only before the one before it.
    #[must_use]
    pub fn page(entries: &[Stored<Reading>], size: usize) -> Vec<Self> {
        let before = |at: usize| entries.get(at + 1).map(|it| &it.value);
        entries.iter().take(size).enumerate().map(|(at, it)| Self::of(&it.value, before(at))).collect()
    }
}

/// Reads a reading of a delivery point, noting every fault.
pub fn read(seen: &Seen, it: &Installation, body: &Value, faults: &mut Faults) -> Option<Reading> {
    let read: ReadingBody = wattbook_api::body::read(body, faults)?;
    let at = |name| Pointer::root().child(name);
    if read.customer_id.is_some_and(|id| seen.account.number.is_none_or(|number| number.get() != id)) {
        faults.body(&at("CustomerId"), Flaw::Contradiction { other: "the customer of the path" });
    }
    if read.delivery_point_id.is_some_and(|id| it.ordinal != Some(id)) {
        faults.body(&at("DeliveryPointId"), Flaw::Contradiction { other: "the delivery point of the path" });
    }
    if let Err(flaw) = check_time(&seen.account, it, read.reading_date, clock::now()) {
        faults.body(&at("ReadingDate"), flaw);
    }
    let reading = new(seen, it, &read);
    match &reading {
        None => faults.body(&Pointer::root(), Flaw::NoMeter),
        Some(reading) => {
            if reading.register.range().is_some_and(|range| reading.value.millionths() >= range.millionths()) {
                let digits = reading.register.digits.unwrap_or_default();
                let message = format!("has more digits than the {digits} that the meter shows");
                faults.body(&at("Value"), Reason::new("out_of_range", message));
            }
        }
    }
    reading.filter(|_| faults.is_empty())
}

fn new(seen: &Seen, it: &Installation, body: &ReadingBody) -> Option<Reading> {
    let meter = main_meter(it)?;
    Some(Reading {
        delivery_point: it.ordinal?,
        at: body.reading_date,
        value: body.value,
        meter: meter.id,
        meter_number: meter_number(meter),
        unit: meter.unit().map(str::to_owned),
        register: meter.register.clone(),
        by_customer: matches!(seen.caller, Caller::Person(_)),
    })
}

/// Not in the future, and not before the contract began or the meter was there, as far as that is known.
fn check_time(account: &Account, it: &Installation, at: Timestamp, now: Timestamp) -> Result<(), Flaw> {
    if at > now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX) {
        return Err(Flaw::InFuture);
    }
    let installed = main_meter(it).and_then(|meter| meter.installed_on);
    let began = [it.contract.starts_on.or(it.moved_in), installed].into_iter().flatten().max();
    let day = account.time_zone().map_or_else(|| at.to_zoned(jiff::tz::TimeZone::UTC).date(), |zone| zone.day(at));
    match began {
        Some(began) if day < began => Err(Flaw::BeforeContract { began }),
        _ => Ok(()),
    }
}

/// A reading that is stored.
#[derive(Debug)]
pub struct Added {
    /// As it is shown.
    pub view: ReadingView,
    /// Whether it was not there before.
    pub is_new: bool,
}

/// Stores a reading, unless the same one is there already.
///
/// # Errors
/// It does not fit between those that are there, or the store failed.
pub async fn add(services: &Services, account: &Account, reading: &Reading, dry_run: bool) -> Result<Added, Failure> {
    let (store, at) = (services.store()?, |name: &str| Pointer::root().child(name));
    let (organisation, mut rounds) = (account.organisation, Rounds::default());
    loop {
        let place = store.reading_place(organisation, account.id, (reading.delivery_point, reading.at)).await?;
        let mut faults = Faults::default();
        if let Some(same) = &place.same {
            if same.value == reading.value {
                return Ok(Added { view: ReadingView::of(same, place.neighbours.before.as_ref()), is_new: false });
            }
            faults.body(&at("ReadingDate"), Flaw::ReadingExists { value: same.value });
            return Err(Failure::Rules(faults));
        }
        if let Err(flaw) = place.neighbours.check(reading) {
            faults.body(&at("Value"), flaw);
            return Err(Failure::Faults(faults));
        }
        let put = if dry_run {
            RecordPut::Done
        } else {
            store.add_reading(organisation, account.id, (&place, reading)).await?
        };
        match put {
            RecordPut::Done => {
                let view = ReadingView::of(reading, place.neighbours.before.as_ref());
                return Ok(Added { view, is_new: true });
            }
            RecordPut::NoOwner => return Err(Failure::NotFound),
            RecordPut::Stale | RecordPut::Taken => rounds.again().await?,
        }
    }
}

/// What the readings of an account belong to.
#[must_use]
pub const fn of(account: &Account) -> RecordOf {
    RecordOf::Account(account.organisation, account.id)
}

fn shown(raw: f64) -> Result<Decimal, Flaw> {
    let out_of_range = Flaw::OutOfRange { least: "0", most: "999999999" };
    if (0.0..=999_999_999.0).contains(&raw) { Decimal::of(raw) } else { Err(out_of_range) }
}
