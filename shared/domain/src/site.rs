//! Where an account is.
//!
//! What the caller stated and what follows from it are kept apart: so a stated part always wins, and
//! what follows can be worked out anew whenever what it follows from has changed.

use serde::{Deserialize, Serialize};

use crate::{CountryCode, Degrees, Text, TimeZone, account::is_default, postal};

/// An address, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteAddress {
    /// The whole address in one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_text: Option<Text<500>>,
    /// What the place is called, such as a branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text<255>>,
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line1: Option<Text<255>>,
    /// What else a letter needs: a flat, a floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Text<255>>,
    /// The city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Text<128>>,
    /// The state or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Text<64>>,
    /// The postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Text<16>>,
    /// The country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// Degrees east (WGS 84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<Degrees>,
    /// Degrees north (WGS 84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<Degrees>,
}

/// Where an account is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// What the caller stated.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stated: SiteAddress,
    /// What follows from it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub derived: SiteAddress,
    /// The time zone that follows from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived_time_zone: Option<TimeZone>,
}

/// What is known of a place that an address is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceFacts {
    /// The country it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// Its city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Text<128>>,
    /// Its state or province.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Text<64>>,
    /// Degrees east (WGS 84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<Degrees>,
    /// Degrees north (WGS 84).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<Degrees>,
    /// Its time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZone>,
}

/// The area of a postal code: what the tables of places and tariffs go by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PostalArea {
    /// The country.
    pub country: CountryCode,
    /// The postal code in the form that is compared: capitals without spaces, and of an American one
    /// the first five digits.
    pub postal_code: String,
}

impl PostalArea {
    /// The area of a postal code in a country. One without a country is American if it looks like it:
    /// the published dialect comes from there.
    #[must_use]
    pub fn of(country: Option<&CountryCode>, postal_code: &str) -> Option<Self> {
        let compared: String =
            postal_code.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
        let zip = compared.split('-').next().filter(|zip| zip.len() == 5 && zip.bytes().all(|b| b.is_ascii_digit()));
        match (country, zip) {
            (Some(country), Some(zip)) if country.as_str() == "US" => {
                Some(Self { country: country.clone(), postal_code: zip.to_owned() })
            }
            (Some(country), _) => Some(Self { country: country.clone(), postal_code: compared }),
            (None, Some(zip)) => Some(Self { country: CountryCode::parse("US").ok()?, postal_code: zip.to_owned() }),
            (None, None) => None,
        }
    }
}

impl SiteAddress {
    /// The area of its postal code.
    #[must_use]
    pub fn postal_area(&self) -> Option<PostalArea> {
        PostalArea::of(self.country.as_ref(), self.postal_code.as_ref()?.as_str())
    }

    /// This address, with the parts of `other` where it has none.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let mut whole = self.clone();
        whole.fill(other);
        whole
    }

    /// Sets the parts that `change` has.
    pub(crate) fn set(&mut self, change: Self) {
        let mut changed = change;
        changed.fill(self);
        *self = changed;
    }

    fn fill(&mut self, other: &Self) {
        let Self { free_text, name, line1, line2, city, state, postal_code, country, longitude, latitude } = other;
        fill(&mut self.free_text, free_text.as_ref());
        fill(&mut self.name, name.as_ref());
        fill(&mut self.line1, line1.as_ref());
        fill(&mut self.line2, line2.as_ref());
        fill(&mut self.city, city.as_ref());
        fill(&mut self.state, state.as_ref());
        fill(&mut self.postal_code, postal_code.as_ref());
        fill(&mut self.country, country.as_ref());
        fill(&mut self.longitude, longitude.as_ref());
        fill(&mut self.latitude, latitude.as_ref());
    }

    /// The parts in one line, in the order of a letter; `None` if there is none.
    #[must_use]
    pub fn formatted(&self) -> Option<String> {
        let text = |part: Option<&str>| part.map(str::to_owned);
        let region = [text(self.state.as_ref().map(Text::as_str)), text(self.postal_code.as_ref().map(Text::as_str))];
        let region: Vec<_> = region.into_iter().flatten().collect();
        let parts = [
            text(self.line1.as_ref().map(Text::as_str)),
            text(self.line2.as_ref().map(Text::as_str)),
            text(self.city.as_ref().map(Text::as_str)),
            (!region.is_empty()).then(|| region.join(" ")),
            text(self.country.as_ref().map(CountryCode::as_str)),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

impl Site {
    /// The address as far as it is known: what was stated and, where nothing was, what follows.
    #[must_use]
    pub fn address(&self) -> SiteAddress {
        self.stated.or(&self.derived)
    }

    /// Works out anew what follows from the text of the address and its country alone.
    pub fn derive_from_text(&mut self) {
        let parts = self.stated.free_text.as_ref().map(|text| postal::parse(text.as_str())).unwrap_or_default();
        self.derived = SiteAddress {
            line1: part(parts.line1),
            line2: part(parts.line2),
            city: part(parts.city),
            state: part(parts.state),
            postal_code: part(parts.postal_code),
            country: parts.country,
            ..SiteAddress::default()
        };
        self.derived_time_zone = self.address().country.as_ref().and_then(TimeZone::of_country);
    }

    /// Adds what is known of the place that the address is in. What the text of the address says
    /// of city and state stays.
    pub fn derive_from_place(&mut self, place: &PlaceFacts) {
        let derived = &mut self.derived;
        fill(&mut derived.country, place.country.as_ref());
        fill(&mut derived.city, place.city.as_ref());
        fill(&mut derived.state, place.state.as_ref());
        derived.longitude = place.longitude;
        derived.latitude = place.latitude;
        if place.time_zone.is_some() {
            self.derived_time_zone.clone_from(&place.time_zone);
        }
    }
}

fn fill<T: Clone>(place: &mut Option<T>, other: Option<&T>) {
    if place.is_none() {
        *place = other.cloned();
    }
}

/// A part that the text has: what is too long for the part is none.
fn part<const MAX: usize>(raw: Option<String>) -> Option<Text<MAX>> {
    raw.and_then(|raw| Text::parse(&raw).ok())
}
