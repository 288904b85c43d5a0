//! Readings of meters, and what was used between two of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Record, RecordKind, padded};
use crate::{Decimal, Flaw, MeterId, Register};

/// What a meter showed at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The delivery point that the meter is at, by its number in the account.
    pub delivery_point: u32,
    /// When, to the second.
    pub at: Timestamp,
    /// What it showed.
    pub value: Decimal,
    /// The meter, as it was there then.
    pub meter: MeterId,
    /// What is printed on that, or the id under which its readings arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meter_number: Option<String>,
    /// What it counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// What it counted with, as far as that was known.
    #[serde(default, skip_serializing_if = "Register::is_unknown")]
    pub register: Register,
    /// Who read it: the customer, or the organisation.
    pub by_customer: bool,
}

impl Reading {
    /// What the ids of a delivery point's readings begin with.
    #[must_use]
    pub fn of_point(delivery_point: u32) -> String {
        format!("{}#", padded(delivery_point))
    }

    /// The id of the reading of a time.
    #[must_use]
    pub fn id_at(delivery_point: u32, at: Timestamp) -> String {
        format!("{}{at}", Self::of_point(delivery_point))
    }

    /// What was used since the reading before, of the same meter: the difference times the constant. After its greatest
    /// number a meter begins at 0 again. None if there is none before, or it is of another meter.
    #[must_use]
    pub fn consumption(&self, before: Option<&Self>) -> Option<Decimal> {
        let before = before.filter(|before| before.meter == self.meter)?;
        let difference = self.value.millionths() - before.value.millionths();
        let range = self.register.range().map(Decimal::millionths);
        let difference = if difference < 0 { difference + range? } else { difference };
        let constant = self.register.constant.unwrap_or(Decimal::ONE);
        Decimal::of_millionths(difference).ok()?.times(constant)
    }
}

impl Record for Reading {
    const KIND: RecordKind = RecordKind::Reading;

    fn id(&self) -> String {
        Self::id_at(self.delivery_point, self.at)
    }
}

/// The readings before and after a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadingNeighbours {
    /// The last one before.
    pub before: Option<Reading>,
    /// The first one after.
    pub after: Option<Reading>,
}

impl ReadingNeighbours {
    /// Whether a reading can stand between them: a meter counts up, and begins at 0 again after its greatest number. That
    /// it has is believed where the one was in its last tenth, and the other is in its first.
    ///
    /// # Errors
    /// It is too low after the one before, or too high before the one after.
    pub fn check(&self, reading: &Reading) -> Result<(), Flaw> {
        let of_meter = |other: &Option<Reading>| other.clone().filter(|other| other.meter == reading.meter);
        let goes_up = |first: &Reading, second: &Reading| {
            first.value.millionths() <= second.value.millionths() || rolls_over(first, second)
        };
        if let Some(before) = of_meter(&self.before).filter(|before| !goes_up(before, reading)) {
            return Err(Flaw::ReadingTooLow { before: before.value });
        }
        match of_meter(&self.after).filter(|after| !goes_up(reading, after)) {
            Some(after) => Err(Flaw::ReadingTooHigh { after: after.value }),
            None => Ok(()),
        }
    }
}

fn rolls_over(first: &Reading, second: &Reading) -> bool {
    let Some(range) = first.register.range().map(Decimal::millionths) else { return false };
    first.value.millionths() > range / 10 * 9 && second.value.millionths() < range / 10
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reading(value: f64, register: &Register) -> Reading {
        Reading {
            delivery_point: 1,
            at: Timestamp::UNIX_EPOCH,
            value: Decimal::of(value).unwrap(),
            meter: MeterId::from(uuid::Uuid::nil()),
            meter_number: None,
            unit: None,
            register: register.clone(),
            by_customer: true,
        }
    }

    fn five_digits() -> Register {
        Register { digits: Some(5), constant: Decimal::of(40.0).ok(), ..Register::default() }
    }

    #[test]
    fn what_was_used_is_the_difference_times_the_constant() {
        let of = |before: f64, value: f64, register: &Register| {
            reading(value, register).consumption(Some(&reading(before, register))).map(Decimal::number)
        };
        assert_eq!(of(100.0, 150.5, &Register::default()), Some(50.5));
        assert_eq!(of(100.0, 150.5, &five_digits()), Some(2020.0));
        assert_eq!(of(99_990.0, 10.0, &five_digits()), Some(800.0));
        assert_eq!(of(100.0, 50.0, &Register::default()), None);
        let (one, mut other) = (reading(5.0, &five_digits()), reading(4.0, &five_digits()));
        other.meter = MeterId::new_random();
        assert_eq!((one.consumption(None), one.consumption(Some(&other))), (None, None));
    }

    #[test]
    fn a_meter_counts_up_and_begins_again() {
        let between = |before: Option<f64>, value: f64, after: Option<f64>, register: &Register| {
            let neighbour = |value: Option<f64>| value.map(|value| reading(value, register));
            let neighbours = ReadingNeighbours { before: neighbour(before), after: neighbour(after) };
            neighbours.check(&reading(value, register)).map_err(|flaw| flaw.code())
        };
        let (plain, five) = (Register::default(), five_digits());
        for (before, value, after, register, expected) in [
            (None, 0.0, None, &plain, Ok(())),
            (Some(10.0), 10.0, Some(10.0), &plain, Ok(())),
            (Some(10.0), 9.0, None, &plain, Err("reading_too_low")),
            (Some(10.0), 12.0, Some(11.0), &plain, Err("reading_too_high")),
            (Some(95_000.0), 5_000.0, None, &five, Ok(())),
            (Some(95_000.0), 5_000.0, None, &plain, Err("reading_too_low")),
            (Some(90_000.0), 5_000.0, None, &five, Err("reading_too_low")),
            (Some(95_000.0), 10_000.0, None, &five, Err("reading_too_low")),
            (Some(80_000.0), 95_000.0, Some(5_000.0), &five, Ok(())),
        ] {
            assert_eq!(between(before, value, after, register), expected, "{before:?} {value} {after:?}");
        }
    }

    proptest! {
        /// Whatever comes between, as much was used in all.
        #[test]
        fn a_reading_between_two_parts_what_was_used(mut values in prop::collection::vec(0u32..90_000, 3)) {
            values.sort_unstable();
            let [first, second, third] = values[..] else { unreachable!() };
            let of = |value: u32| reading(value.into(), &five_digits());
            let used = |before: u32, value: u32| of(value).consumption(Some(&of(before))).unwrap().millionths();
            prop_assert_eq!(used(first, second) + used(second, third), used(first, third));
        }
    }
}
