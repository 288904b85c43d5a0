//! The table of places: what is known of a postal code.
//!
//! | column | holds |
//! |---|---|
//! | `country` | ISO 3166-1 alpha-2, as in `NL` |
//! | `postal_code` | the postal code; capitals and spaces do not matter. A ZIP code has five digits |
//! | `latitude`, `longitude` | degrees north and east (WGS 84), with a decimal point |
//! | `city`, `state` | optional |
//! | `time_zone` | optional; its IANA name, as in `Europe/Amsterdam` |
//! | `source` | optional; where the row comes from. Kept beside it, for whoever asks |
//!
//! Of several rows for one postal code the last counts. A row for an American ZIP code takes the place
//! of what is built in, as a whole.

use wattbook_domain::{Degrees, PlaceFacts, PostalArea, Text, TimeZone};
use wattbook_store::{PlaceRow, Store, StoreError};

use super::rows::{Cells, Row, area, decimal};

impl Row for PlaceRow {
    const MANDATORY: &'static [&'static str] = &["country", "postal_code", "latitude", "longitude"];
    const OPTIONAL: &'static [&'static str] = &["city", "state", "time_zone", "source"];

    type Key = PostalArea;

    fn read(cells: &mut Cells<'_>) -> Option<Self> {
        let area = area(cells);
        let latitude = cells.required("latitude", |raw| Ok(Degrees::latitude(decimal(raw)?)?));
        let longitude = cells.required("longitude", |raw| Ok(Degrees::longitude(decimal(raw)?)?));
        let city = cells.optional("city", |raw| Ok(Text::parse(raw)?));
        let state = cells.optional("state", |raw| Ok(Text::parse(raw)?));
        let time_zone = cells.optional("time_zone", |raw| Ok(TimeZone::parse(raw)?));
        let source = cells.optional("source", |raw| Ok(Text::parse(raw)?));
        let area = area?;
        let country = Some(area.country.clone());
        Some(Self { area, place: PlaceFacts { country, city, state, longitude, latitude, time_zone }, source })
    }

    fn key(&self) -> PostalArea {
        self.area.clone()
    }

    fn displaces(&self, _: &Self) -> bool {
        true
    }

    async fn put(store: &Store, rows: Vec<Self>) -> Result<usize, StoreError> {
        store.put_places(rows).await
    }
}
