//! Points in time, in words.

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    Language,
    texts::{Texts, filled},
};

/// To the minute, in UTC, which is said: a page without script cannot know where the person is.
pub(crate) fn written(moment: Timestamp, language: Language) -> String {
    let texts = &Texts::of(language).dates;
    let at = moment.to_zoned(TimeZone::UTC);
    let day = if at.day() == 1 { texts.first.to_owned() } else { at.day().to_string() };
    let month =
        usize::try_from(at.month() - 1).ok().and_then(|index| texts.months.get(index)).copied().unwrap_or_default();
    let two = |number: i8| format!("{number:02}");
    filled(
        texts.time,
        &[
            ("day", &day),
            ("month", &month),
            ("year", &at.year()),
            ("hour", &two(at.hour())),
            ("minute", &two(at.minute())),
        ],
    )
}

/// For programs: the `datetime` of an element `time`.
pub(crate) fn machine(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%MZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_each_language_does() {
        let cases = [
            (Language::En, "28 November 2026 at 14:05 (UTC)", "1 January 2027 at 00:00 (UTC)"),
            (Language::Nl, "28 november 2026 om 14:05 uur (UTC)", "1 januari 2027 om 00:00 uur (UTC)"),
            (Language::De, "28. November 2026 um 14:05 Uhr (UTC)", "1. Januar 2027 um 00:00 Uhr (UTC)"),
            (Language::Fr, "28 novembre 2026 à 14\u{a0}h\u{a0}05 (UTC)", "1er janvier 2027 à 00\u{a0}h\u{a0}00 (UTC)"),
        ];
        for (language, some_day, first) in cases {
            assert_eq!(written("2026-11-28T14:05:59.9Z".parse().unwrap(), language), some_day);
            assert_eq!(written("2027-01-01T02:00:00+02:00".parse().unwrap(), language), first);
        }
        assert_eq!(machine("2026-11-28T14:05:59.9Z".parse().unwrap()), "2026-11-28T14:05Z");
    }
}
