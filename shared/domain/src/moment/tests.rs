use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> Option<TimeZone> {
    (!name.is_empty()).then(|| TimeZone::parse(name).unwrap())
}

/// Whatever is taken is answered in one form.
#[test]
fn takes_what_systems_write_and_gives_rfc_3339() {
    for (raw, normalised) in [
        ("2026-11-21", "2026-11-21T00:00:00Z"),
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00.5+01:00", "2026-11-21T10:00:00.5+01:00"),
        ("2026-11-21T10:00:00+05:45", "2026-11-21T10:00:00+05:45"),
        ("2026-11-21T10:00:00-03:30", "2026-11-21T10:00:00-03:30"),
        ("2026-11-21T10:00:00-14:00", "2026-11-21T10:00:00-14:00"),
        // Without an offset: UTC.
        ("2026-11-21T10:00:00", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00", "2026-11-21T10:00:00Z"),
        // A person, and what RFC 3339 leaves open.
        ("2026-11-21 10:00:00", "2026-11-21T10:00:00Z"),
        ("2026-11-21t10:00:00z", "2026-11-21T10:00:00Z"),
        ("2026-11-21T10:00:00-00:00", "2026-11-21T10:00:00Z"),
        // Jackson, .NET, Go, SAP.
        ("2026-11-30T23:00:00.000+0000", "2026-11-30T23:00:00Z"),
        ("2026-11-30T23:00:00.0000000Z", "2026-11-30T23:00:00Z"),
        ("2026-11-30T23:00:00.123456789+01", "2026-11-30T23:00:00.123456789+01:00"),
        ("20260101", "2026-01-01T00:00:00Z"),
        ("20260101T000000Z", "2026-01-01T00:00:00Z"),
        ("20260101T000000,25+0530", "2026-01-01T00:00:00.25+05:30"),
        // Always and open.
        ("0001-01-01T00:00:00", "0001-01-01T00:00:00Z"),
        ("9999-12-31", "9999-12-31T00:00:00Z"),
        ("99991231", "9999-12-31T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("9999-12-31T23:59:59.999+00:00", "9999-12-31T23:59:59.999Z"),
        ("9999-12-31T23:59:59.9999999-05:00", "9999-12-31T23:59:59.9999999-05:00"),
        // The zone in brackets gives the offset, also in summer, in UTC and where the clocks go back.
        ("2026-12-01T00:00:00[America/New_York]", "2026-12-01T00:00:00-05:00"),
        ("2026-07-01T00:00[America/New_York]", "2026-07-01T00:00:00-04:00"),
        ("2026-12-01T00:00:00-05:00[America/New_York]", "2026-12-01T00:00:00-05:00"),
        ("2026-12-01T05:00:00Z[America/New_York]", "2026-12-01T00:00:00-05:00"),
        ("2026-12-01T00:00:00Z[UTC]", "2026-12-01T00:00:00Z"),
        ("2026-11-01T01:30:00-05:00[America/New_York]", "2026-11-01T01:30:00-05:00"),
        ("2026-11-01T01:30:00-04:00[America/New_York]", "2026-11-01T01:30:00-04:00"),
        ("9999-12-31T23:59:59[America/New_York]", "9999-12-31T23:59:59-05:00"),
        ("9999-12-31T23:59:59Z[America/New_York]", "9999-12-31T23:59:59Z"),
        ("2026-12-01T00:00:00[Asia/Kathmandu]", "2026-12-01T00:00:00+05:45"),
        ("1880-01-01T00:00:00[America/New_York]", "1880-01-01T04:56:02Z"),
    ] {
        assert_eq!(DateOrTime::parse(raw).map(|read| read.moment().to_string()), Ok(normalised.to_owned()), "{raw}");
    }
}

#[test]
fn refuses_what_few_can_read_or_what_means_nothing() {
    for raw in [
        "",
        "tomorrow",
        "2026-13-01",
        "2026-02-29",
        "21-11-2026",
        "11/21/2026",
        "2026-11-21T25:00:00",
        "2026-11-21T24:00:00",
        "1763683200",
        "1763683200000",
        "2026-12-31T23:59:60Z",
        "2026-12-31 23:59:60.5+01:00",
        "20261231T235960Z",
        "2026-11-21T10:00:00+24:00",
        "2026-11-21T10:00:00+14:01",
        "2026-11-21T10:00:00-15:00",
        "2026-11-21T10:00:00+01:00:30",
        "2026-11-21T10:00:00.1234567890Z",
        "2026-11-21Z",
        "2026-11-21+01:00",
        "2026-W48-1",
        "2026-325",
        "2026-11",
        "0000-01-01",
        "0000-12-31T23:59:59Z",
        "+002026-11-21",
        "-000001-11-21",
        "10000-01-01",
        " 2026-11-21",
        "2026-11-21T10:00:00 Z",
        "2026-11-21T10:00:00[u-ca=gregory]",
        "2026-11-21T10:00:00Z[Europe/Paris][u-ca=hebrew]",
        "Sat, 21 Nov 2026 10:00:00 GMT",
        "２０２６-11-21",
    ] {
        assert_eq!(DateOrTime::parse(raw), Err(Flaw::Moment), "{raw}");
    }
    for (raw, flaw) in [
        ("2026-12-01T00:00:00[Mars/Phobos]", Flaw::TimeZone),
        ("2026-12-01T00:00:00[america/new_york]", Flaw::TimeZone),
        // Not the offset of then: that of summer, or of another zone.
        ("2026-12-01T00:00:00-04:00[America/New_York]", Flaw::ZoneInBrackets),
        ("2026-12-01T00:00:00+01:00[America/New_York]", Flaw::ZoneInBrackets),
        ("9999-12-31T23:59:59+01:00[America/New_York]", Flaw::ZoneInBrackets),
        // Passed over in spring, twice in autumn.
        ("2026-03-08T02:30:00[America/New_York]", Flaw::ZoneInBrackets),
        ("2026-03-08T02:30:00-05:00[America/New_York]", Flaw::ZoneInBrackets),
        ("2026-11-01T01:30:00[America/New_York]", Flaw::ZoneInBrackets),
        ("2026-12-01[America/New_York]", Flaw::ZoneInBrackets),
        ("2026-12-01T00:00:00[+01:00]", Flaw::ZoneInBrackets),
    ] {
        assert_eq!(DateOrTime::parse(raw), Err(flaw), "{raw}");
    }
}

#[test]
fn a_time_is_on_the_day_that_it_is_there() {
    for (raw, name, day, before) in [
        ("2026-11-30T23:00:00Z", "Europe/Amsterdam", "2026-12-01", "2026-11-30"),
        ("2026-11-30T23:30:00.000+0000", "Europe/Amsterdam", "2026-12-01", "2026-12-01"),
        ("2026-11-30T22:59:59Z", "Europe/Amsterdam", "2026-11-30", "2026-11-30"),
        ("2026-12-01T03:00:00Z", "America/Puerto_Rico", "2026-11-30", "2026-11-30"),
        ("2026-11-30T20:30:00Z", "Asia/Tehran", "2026-12-01", "2026-11-30"),
        ("2026-11-30T20:00:00Z", "Indian/Reunion", "2026-12-01", "2026-11-30"),
        ("2026-12-01T00:00:00[Europe/Amsterdam]", "America/New_York", "2026-11-30", "2026-11-30"),
        // As it is written: no offset, no zone, or one of the ends of time.
        ("2026-12-01", "America/New_York", "2026-12-01", "2026-11-30"),
        ("2026-12-01T00:00:00", "America/New_York", "2026-12-01", "2026-11-30"),
        ("2026-11-30T23:00:00Z", "", "2026-11-30", "2026-11-30"),
        ("9999-12-31T23:59:59Z", "Europe/Amsterdam", "9999-12-31", "9999-12-31"),
        ("9999-12-31T00:00:00Z", "America/New_York", "9999-12-31", "9999-12-30"),
        ("9999-12-30T23:00:00Z", "Europe/Amsterdam", "9999-12-30", "9999-12-30"),
        ("0001-01-02T00:00:00Z", "America/New_York", "0001-01-01", "0001-01-01"),
    ] {
        let read = DateOrTime::parse(raw).unwrap();
        let shown = |day: Option<Date>| day.unwrap().to_string();
        let zone = zone(name);
        assert_eq!(shown(Some(read.day(zone.as_ref()))), day, "{raw} {name}");
        assert_eq!(shown(read.last_day_before(zone.as_ref())), before, "{raw} {name}");
    }
    let first = DateOrTime::parse("0001-01-01T00:00:00Z").unwrap();
    let there = zone("America/New_York");
    assert_eq!((first.day(there.as_ref()), first.last_day_before(there.as_ref())), (FIRST, None));
}

#[test]
fn two_are_compared_by_when_they_are() {
    let at = |raw: &str| DateOrTime::parse(raw).unwrap().moment().instant();
    assert_eq!(at("2026-12-01T00:00:00+01:00"), at("2026-11-30T23:00:00Z"));
    assert_eq!(at("1970-01-01T00:00:00.5Z"), SignedDuration::from_millis(500));
    for [earlier, later] in [
        ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z"],
        ["9999-12-31T23:59:59+14:00", "9999-12-31T23:59:59-14:00"],
        ["0001-01-01T00:00:00+01:00", "0001-01-01"],
        ["0001-01-01", "2026-01-01"],
    ] {
        assert!(at(earlier) < at(later), "{earlier} {later}");
    }
}

/// How it was kept before: as it was written, if this could be read.
fn was_taken(raw: &str) -> bool {
    let local = || raw.parse::<DateTime>().ok()?.to_zoned(Rules::UTC).ok();
    raw.len() <= 64 && (raw.parse::<Timestamp>().is_ok() || local().is_some())
}

#[test]
fn what_was_stored_as_it_was_written_is_read() {
    for (raw, answered) in [
        ("2026-01-01", "2026-01-01T00:00:00Z"),
        ("20260101T000000Z", "2026-01-01T00:00:00Z"),
        ("2026-01-01T00:00:60Z", "2026-01-01T00:00:59Z"),
        ("2026-01-01T12:00:00+24:00", "2025-12-31T12:00:00Z"),
        ("+002026-11-21", "2026-11-21T00:00:00Z"),
        ("-000044-03-15", "0001-01-01T00:00:00Z"),
        ("2026-12-01T00:00:00[America/New_York]", "2026-12-01T00:00:00-05:00"),
        ("2026-12-01T00:00:00+03:00[America/New_York]", "2026-11-30T21:00:00Z"),
    ] {
        assert!(was_taken(raw), "{raw}");
        let read: Moment = serde_json::from_value(raw.into()).unwrap();
        assert_eq!(read.to_string(), answered, "{raw}");
    }
    assert!(serde_json::from_value::<Moment>("soon".into()).is_err());
}

/// Texts that look like dates; many are none.
const LIKE_A_DATE: &str = "[+-]?[0-9]{4,6}-?[01][0-9]-?[0-3][0-9]([Tt ][0-2][0-9](:?[0-6][0-9]){0,2}(\\.[0-9]{1,9})?)?\
    (Z|z|[+-][0-2][0-9](:?[0-5][0-9])?)?(\\[(UTC|America/New_York|Asia/Kathmandu)\\])?";

fn moment() -> impl Strategy<Value = Moment> {
    let date = (1i16..=9999, 1i8..=12, 1i8..=31).prop_filter_map("a day", |(y, m, d)| Date::new(y, m, d).ok());
    let time = (0i8..24, 0i8..60, 0i8..60, prop_oneof![Just(0), 0..1_000_000_000i32]);
    (date, time, -14 * 60..=14 * 60i32).prop_map(|(date, (hour, minute, second, nano), minutes)| Moment {
        local: date.at(hour, minute, second, nano),
        offset: Offset::from_seconds(minutes * 60).unwrap(),
    })
}

proptest! {
    /// A date answered is a date accepted, and means the same; so it is kept the same, too.
    #[test]
    fn what_is_answered_is_accepted_and_means_the_same(moment in moment()) {
        let answered = moment.to_string();
        prop_assert_eq!(DateOrTime::parse(&answered).map(DateOrTime::moment), Ok(moment));
        let stored = serde_json::to_value(moment).unwrap();
        prop_assert_eq!(stored.as_str(), Some(answered.as_str()));
        prop_assert_eq!(serde_json::from_value::<Moment>(stored).unwrap(), moment);
    }

    /// Whatever is taken is answered so that it is taken again.
    #[test]
    fn whatever_is_taken_is_normalised_once(raw in LIKE_A_DATE) {
        if let Ok(read) = DateOrTime::parse(&raw) {
            let answered = read.moment().to_string();
            prop_assert_eq!(DateOrTime::parse(&answered).map(|again| again.moment().to_string()), Ok(answered));
            prop_assert!(read.day(zone("Pacific/Kiritimati").as_ref()) >= FIRST);
        }
    }

    #[test]
    fn whatever_was_stored_is_readable(raw in LIKE_A_DATE) {
        if was_taken(&raw) {
            let read: Moment = serde_json::from_value(raw.into()).unwrap();
            prop_assert!(DateOrTime::parse(&read.to_string()).is_ok());
        }
    }

    /// Nothing that a caller sends is more than refused.
    #[test]
    fn no_text_is_a_surprise(raw in "\\PC{0,70}") {
        let _ = DateOrTime::parse(&raw).map(|read| read.last_day_before(zone("Asia/Tehran").as_ref()));
    }
}
