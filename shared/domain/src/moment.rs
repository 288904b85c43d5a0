//! Points in time as other systems write them.

use std::fmt;

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::Flaw;

/// A date, or a date with a time, with or without an offset (ISO 8601). Kept as given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(String);

impl Moment {
    /// Takes a date or a date with a time.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let moment = Self(raw.to_owned());
        if raw.len() <= 64 && moment.instant().is_some() { Ok(moment) } else { Err(Flaw::Moment) }
    }

    /// When it is; without an offset, in UTC, and without a time, when the day begins.
    #[must_use]
    pub fn instant(&self) -> Option<Timestamp> {
        let stated = self.0.parse::<Timestamp>().ok();
        stated.or_else(|| Some(self.0.parse::<civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()))
    }

    /// The day it is on, as it is written.
    #[must_use]
    pub fn date(&self) -> Option<civil::Date> {
        self.0.split(['T', 't', ' ', '[']).next()?.parse().ok()
    }

    /// As it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn takes_dates_and_times_of_iso_8601() {
        for (raw, instant) in [
            ("2026-11-21", "2026-11-21T00:00:00Z"),
            ("2026-11-21T10:00:00", "2026-11-21T10:00:00Z"),
            ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
            ("2026-11-21T10:00:00.5+01:00", "2026-11-21T09:00:00.5Z"),
        ] {
            let moment = Moment::parse(raw).unwrap();
            assert_eq!(moment.instant(), instant.parse().ok(), "{raw}");
            assert_eq!(moment.date().unwrap().to_string(), "2026-11-21", "{raw}");
            assert_eq!(moment.as_str(), raw);
        }
        for raw in ["20261121", "20261121T100000Z", "2026-11-21t10:00:00z", "2026-11-21 10:00:00", "+002026-11-21"] {
            assert_eq!(Moment::parse(raw).unwrap().date().unwrap().to_string(), "2026-11-21", "{raw}");
        }
        for raw in ["", "tomorrow", "2026-13-01", "21-11-2026", "2026-11-21T25:00:00", "1763683200"] {
            assert_eq!(Moment::parse(raw), Err(Flaw::Moment), "{raw}");
        }
    }
    proptest! {
        /// Nothing that is taken would be without its day: a tariff would then apply for ever.
        #[test]
        fn whatever_is_taken_is_on_a_day(raw in "[+-]?[0-9]{4,6}-?[01][0-9]-?[0-3][0-9]([Tt ][0-2][0-9](:?[0-5][0-9]){0,2}(\\.[0-9]{1,3})?)?(Z|z|[+-][01][0-9](:?[0-5][0-9])?|\\[UTC\\])?") {
            if let Ok(moment) = Moment::parse(&raw) {
                prop_assert!(moment.date().is_some());
            }
        }
    }
}
