//! Reference data: what is known of a place, and which tariff is the likeliest there.
//!
//! It belongs to the deployment and not to an organisation: the operator loads it, and everybody's
//! accounts take their defaults from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wattbook_domain::{PlaceFacts, PostalArea, Text, property::CustomerClass, tariff::LikelyTariff};

use crate::{
    Store, StoreError,
    items::{self, Item},
    keys::{self, Key},
};

/// A row of the table of places.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceRow {
    /// Where.
    pub area: PostalArea,
    /// What is known of it.
    pub place: PlaceFacts,
    /// Where that comes from.
    pub source: Option<Text<64>>,
}

/// A row of the table of tariffs.
#[derive(Debug, Clone, PartialEq)]
pub struct TariffRow {
    /// Where.
    pub area: PostalArea,
    /// For whom.
    pub class: CustomerClass,
    /// The likeliest tariff there for them.
    pub tariff: LikelyTariff,
}

#[derive(Serialize, Deserialize)]
struct PlaceItem {
    place: PlaceFacts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<Text<64>>,
}

#[derive(Serialize, Deserialize)]
struct TariffItem {
    tariff: LikelyTariff,
}

impl Store {
    /// What is known of a place, and the likeliest tariff in an area for a class of customer; both in
    /// one round trip, and in none if neither is asked for.
    ///
    /// Read eventually consistently, at half the price: the tables change when an operator loads them,
    /// and whoever asks in that very second may just as well have asked a second before.
    ///
    /// # Errors
    /// The store failed.
    pub async fn reference(
        &self,
        place: Option<&PostalArea>,
        tariff: Option<(&PostalArea, CustomerClass)>,
    ) -> Result<(Option<PlaceFacts>, Option<LikelyTariff>), StoreError> {
        let place_key = place.map(keys::place);
        let tariff_key = tariff.map(|(area, class)| keys::likely_tariff(area, class));
        let wanted: Vec<Key> = place_key.iter().chain(&tariff_key).cloned().collect();
        let (mut place, mut tariff) = (None, None);
        for item in self.batch_get_eventually(wanted).await? {
            let key: Key = items::read("key", item.clone())?;
            if Some(&key) == place_key.as_ref() {
                place = Some(items::read::<PlaceItem>("place", item)?.place);
            } else {
                tariff = Some(items::read::<TariffItem>("likely tariff", item)?.tariff);
            }
        }
        Ok((place, tariff))
    }

    /// Stores places, each in place of what was stored of its area; of several rows for one area the
    /// last counts. Gives the number of items written. Calling it again with the same rows changes
    /// nothing.
    ///
    /// # Errors
    /// The store failed. Some of the rows may be stored then.
    pub async fn put_places(&self, rows: Vec<PlaceRow>) -> Result<usize, StoreError> {
        let item = |row: PlaceRow| (keys::place(&row.area), PlaceItem { place: row.place, source: row.source });
        self.put_batches(distinct(rows.into_iter().map(item))?).await
    }

    /// Stores likely tariffs, each in place of the one that was stored for its area and class; of
    /// several rows for one area and class the last counts. Gives the number of items written. Calling
    /// it again with the same rows changes nothing.
    ///
    /// # Errors
    /// The store failed. Some of the rows may be stored then.
    pub async fn put_tariffs(&self, rows: Vec<TariffRow>) -> Result<usize, StoreError> {
        let item = |row: TariffRow| (keys::likely_tariff(&row.area, row.class), TariffItem { tariff: row.tariff });
        self.put_batches(distinct(rows.into_iter().map(item))?).await
    }
}

/// The items, one for each key: a batch with two for one key is refused as a whole.
fn distinct<T: Serialize>(rows: impl Iterator<Item = (Key, T)>) -> Result<Vec<Item>, StoreError> {
    let by_key: BTreeMap<(String, String), T> = rows.map(|(key, value)| ((key.pk, key.sk), value)).collect();
    by_key.into_iter().map(|((pk, sk), value)| items::write(Key { pk, sk }, value)).collect()
}
