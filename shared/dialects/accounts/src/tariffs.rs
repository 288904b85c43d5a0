//! The tariffs of an account, set and named one by one.

use std::collections::HashSet;

use jiff::civil::Date;
use serde_json::Value;
use wattbook_domain::{Flaw, Moment, Share, Tariff, TariffService, Text, TimeZone, tariff::TariffChange};

use crate::field::number;
use wattbook_api::{
    Faults, Request,
    fault::{Pointer, Reason},
    reader::{Members, text},
};

/// The most tariffs that one call sets: each is held against all others.
const MOST: usize = 1000;

/// Reads the body of `PUT …/tariffs`: one tariff or a list of them, and where each stands.
pub fn read(body: &Value, faults: &mut Faults) -> (Vec<Pointer>, Vec<TariffChange>) {
    let root = Pointer::root();
    let one = |path: Pointer, value: &Value, faults: &mut Faults| {
        let members = Members::of(path.clone(), value, faults);
        (path, read_one(members, faults))
    };
    let read: Vec<_> = match body {
        Value::Array(list) => list.iter().enumerate().map(|(i, tariff)| one(root.child(i), tariff, faults)).collect(),
        single => vec![one(root, single, faults)],
    };
    let (pointers, changes): (Vec<_>, Vec<_>) = read.into_iter().unzip();
    refuse_repeated(&pointers, &changes, body, faults);
    faults.sort_by(body);
    (pointers, changes)
}

/// Of two tariffs for the same service from the same day on, nobody knows which is meant.
pub(super) fn refuse_repeated(pointers: &[Pointer], changes: &[TariffChange], body: &Value, faults: &mut Faults) {
    if let Some(beyond) = pointers.get(MOST) {
        faults.body(beyond, Reason::new("too_many", format!("is beyond the {MOST} tariffs that one call may set")));
    }
    let mut seen = HashSet::new();
    for (pointer, change) in pointers.iter().zip(changes) {
        let stated = |name: &str| body.pointer(pointer.child(name).as_str()).is_some_and(|value| !value.is_null());
        let (service, date) = (change.service.is_some(), change.effective_date.is_some());
        // What could not be read is a fault already, and no key.
        let readable = stated("serviceType") == service && stated("effectiveDate") == date;
        if readable && !seen.insert(change.key()) {
            faults.body(pointer, Flaw::Repeated { kind: "combination of service and effective date" });
        }
    }
}

/// Where what is wrong with the tariff at `path` stands.
#[must_use]
pub fn pointer(path: &Pointer, flaw: &Flaw) -> Pointer {
    match flaw {
        Flaw::Required => path.child("masterTariffId"),
        Flaw::EndsBeforeStart => path.child("endDate"),
        _ => path.clone(),
    }
}

/// Reads one tariff.
pub(super) fn read_one(mut members: Members<'_>, faults: &mut Faults) -> TariffChange {
    TariffChange {
        service: members.optional("serviceType", text(str::parse), faults),
        effective_date: members.optional("effectiveDate", text(date), faults),
        end_date: members.optional("endDate", text(date), faults),
        master_tariff_id: members.optional("masterTariffId", id, faults),
        customer_class: members.optional("customerClass", text(Text::parse), faults),
        likelihood: members.optional("customerLikelihood", number(Share::of_percent), faults),
        source: members.optional("source", text(Text::parse), faults),
        code: members.optional("tariffCode", text(Text::parse), faults),
        name: members.optional("tariffName", text(Text::parse), faults),
        supplier_id: members.optional("lseId", id, faults),
        supplier_name: members.optional("lseName", text(Text::parse), faults),
        time_zone: members.optional("timeZone", text(TimeZone::parse), faults),
        billing_period: members.optional("billingPeriod", text(Text::parse), faults),
        currency: members.optional("currency", text(Text::parse), faults),
    }
}

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
            effective_date: query.optional("effectiveDate", |day| date(day).map_err(Reason::from), faults),
        }
    }

    /// Whether a tariff is one of those.
    #[must_use]
    pub fn matches(&self, tariff: &Tariff) -> bool {
        self.service.is_none_or(|service| service == tariff.service)
            && self.effective_date.is_none_or(|date| Some(date) == tariff.effective_date)
    }
}

/// A day: a date, or the date of a date with a time.
fn date(raw: &str) -> Result<Date, Flaw> {
    Moment::parse(raw).ok().and_then(|moment| moment.date()).ok_or(Flaw::Date)
}

/// The largest number that every reader of JSON keeps exactly.
const MAX_ID: u64 = 9_007_199_254_740_991;

/// A whole number, which may be in quotes; `522.0` is one.
pub(super) fn id(value: &Value) -> Result<u64, Reason> {
    let number = value.as_u64().or_else(|| whole(value.as_f64()?)).or_else(|| value.as_str()?.parse().ok());
    number.filter(|id| *id <= MAX_ID).ok_or_else(|| Flaw::WholeNumber.into())
}

fn whole(number: f64) -> Option<u64> {
    // Exact below 2^53; what is larger is too large anyhow.
    let text = format!("{number:.0}");
    (number.fract() == 0.0).then(|| text.parse().ok())?
}
