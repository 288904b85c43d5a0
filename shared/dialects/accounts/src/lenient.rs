//! Values that this dialect takes in more than one form.

use deserr::{Deserr, IntoValue, Value as Node, ValuePointerRef, take_cf_content};
use serde_json::Value;
use wattbook_domain::{DateOrTime, Decimal, Degrees, Flaw, Share, Text};

use wattbook_api::{Faults, fault::Reason};

/// Of each it is said what it is to the domain.
macro_rules! lenient {
    ($($(#[$doc:meta])+ $name:ident($of:ty) = $read:expr;)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone)]
        pub struct $name(pub $of);

        impl Deserr<Faults> for $name {
            fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
                let read = $read;
                let read: Result<$of, Reason> = read(&Value::from(value));
                read.map($name).map_err(|reason| take_cf_content(deserr::MergeWithError::merge(None, reason, at)))
            }
        }

        impl From<$name> for $of {
            fn from(read: $name) -> Self {
                read.0
            }
        }

        impl From<$of> for $name {
            fn from(value: $of) -> Self {
                Self(value)
            }
        }
    )+};
}

lenient! {
    /// Degrees east: a number, also in quotes.
    Longitude(Degrees) = number(Degrees::longitude);
    /// Degrees north: a number, also in quotes.
    Latitude(Degrees) = number(Degrees::latitude);
    /// A percentage: a number, also in quotes.
    Percent(Share) = number(Share::of_percent);
    /// The id of a tariff or supplier: a whole number, also in quotes; `522.0` is one.
    WholeNumber(u64) = whole_number;
    /// A number that is kept exactly, also in quotes.
    Quantity(Decimal) = number(Decimal::of);
    /// Words with commas, or a list of them.
    Words(Text<255>) = words;
    /// Text, or a number or truth value, which are kept as text.
    Line(Text<1000>) = line;
    /// A day: a date, or a time, which is on a day in the zone of the account.
    CalendarDay(DateOrTime) = |value: &Value| day(string(value)?).map_err(Reason::from);
}

fn number<T>(parse: impl FnOnce(f64) -> Result<T, Flaw>) -> impl FnOnce(&Value) -> Result<T, Reason> {
    |value| match value.as_f64().or_else(|| value.as_str()?.parse().ok()) {
        Some(number) => parse(number).map_err(Reason::from),
        None => Err(Reason::wrong_type("a number", value)),
    }
}

fn string(value: &Value) -> Result<&str, Reason> {
    value.as_str().ok_or_else(|| Reason::wrong_type("a string", value))
}

fn line(value: &Value) -> Result<Text<1000>, Reason> {
    match value {
        Value::Number(_) | Value::Bool(_) => Text::parse(&value.to_string()).map_err(Reason::from),
        other => Text::parse(string(other)?).map_err(Reason::from),
    }
}

fn words(value: &Value) -> Result<Text<255>, Reason> {
    match value {
        Value::Array(list) => {
            let words: Vec<_> = list.iter().map(string).collect::<Result<_, _>>()?;
            Text::parse(&words.join(",")).map_err(Reason::from)
        }
        other => Text::parse(string(other)?).map_err(Reason::from),
    }
}

/// The largest number that every reader of JSON keeps exactly.
pub(crate) const MAX_ID: u64 = 9_007_199_254_740_991;

pub(crate) fn whole_number(value: &Value) -> Result<u64, Reason> {
    let number = value.as_u64().or_else(|| whole(value.as_f64()?)).or_else(|| value.as_str()?.parse().ok());
    number.filter(|id| *id <= MAX_ID).ok_or_else(|| Flaw::WholeNumber.into())
}

fn whole(number: f64) -> Option<u64> {
    // Exact below 2^53; what is larger is too large anyhow.
    let text = format!("{number:.0}");
    (number.fract() == 0.0).then(|| text.parse().ok())?
}

pub(crate) fn day(raw: &str) -> Result<DateOrTime, Flaw> {
    DateOrTime::parse(raw).map_err(|flaw| if flaw == Flaw::Moment { Flaw::Date } else { flaw })
}
