//! Times as this dialect writes and reads them (seed `customer-api-esmart`): in UTC, without a word of that, and without
//! parts of a second.

use jiff::{Timestamp, civil::Date};
use wattbook_domain::{DateOrTime, Flaw, TimeZone};

/// A point in time, as it is answered.
#[must_use]
pub fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// When a day begins in a zone, as it is answered; where the zone is not known, in UTC.
#[must_use]
pub fn begin(day: Date, zone: Option<&TimeZone>) -> String {
    let begins = zone
        .and_then(|zone| zone.begin(day))
        .or_else(|| day.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|it| it.timestamp()));
    // The last day there is ends nothing: it is what billing systems write for "open".
    begins.map_or_else(|| format!("{day}T00:00:00"), written)
}

/// Reads a point in time: one without an offset is in UTC, and a date alone is its beginning. Parts of a second are cut.
///
/// # Errors
/// It is none, or beyond what can be stored.
pub fn read(raw: &str) -> Result<Timestamp, Flaw> {
    let since = DateOrTime::parse(raw)?.moment().instant();
    let at = Timestamp::UNIX_EPOCH.checked_add(since).map_err(|_| Flaw::Moment)?;
    Timestamp::from_second(at.as_second()).map_err(|_| Flaw::Moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_an_offset_and_written_without() {
        for (raw, expected) in [
            ("2013-09-17T22:39:30", "2013-09-17T22:39:30"),
            ("2013-09-17T22:39:30Z", "2013-09-17T22:39:30"),
            ("2013-09-18T00:39:30.999+02:00", "2013-09-17T22:39:30"),
            ("2000-01-01", "2000-01-01T00:00:00"),
            ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00"),
            ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00"),
        ] {
            assert_eq!(read(raw).map(written).as_deref(), Ok(expected), "{raw}");
        }
        for none in ["", "17.09.2013", "2013-09-17T25:00:00", "2013-02-30", "yesterday"] {
            assert!(read(none).is_err(), "{none}");
        }
    }

    #[test]
    fn a_day_begins_where_the_customer_is() {
        let day = |raw: &str| raw.parse::<Date>().unwrap();
        let zone = TimeZone::parse("Europe/Oslo").ok();
        assert_eq!(begin(day("2026-10-25"), zone.as_ref()), "2026-10-24T22:00:00");
        assert_eq!(begin(day("2026-10-26"), zone.as_ref()), "2026-10-25T23:00:00");
        assert_eq!(begin(day("2026-10-25"), None), "2026-10-25T00:00:00");
        assert_eq!(begin(day("9999-12-31"), None), "9999-12-31T00:00:00");
    }
}
