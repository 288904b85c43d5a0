//! Where an account is.
//!
//! What the caller stated and what follows from it are kept apart: so a stated part always wins, and
//! what follows can be worked out anew whenever what it follows from has changed.

use serde::{Deserialize, Serialize};

use crate::{
    CountryCode, Degrees, Flaw, Text, TimeZone,
    account::is_default,
    postal::{self, names, states, zip},
};

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
    /// The postal code in the form that is compared: capitals without spaces, plain digits and hyphens,
    /// and of a ZIP code the first five digits.
    pub postal_code: String,
}

impl PostalArea {
    /// The area of a postal code in a country. The territories of the United States that are countries
    /// of their own in the standard are in its tables.
    #[must_use]
    pub fn of(country: &CountryCode, postal_code: &str) -> Self {
        let compared = zip::compared(postal_code);
        let country = if country.is_american() { CountryCode::united_states() } else { country.clone() };
        let zip = zip::five_digits(&compared).filter(|_| country.has_zip_codes()).map(str::to_owned);
        Self { country, postal_code: zip.unwrap_or(compared) }
    }

    /// The area of a postal code that looks like an American one.
    fn american(postal_code: &str) -> Option<Self> {
        let zip = zip::five_digits(&zip::compared(postal_code))?.to_owned();
        Some(Self { country: CountryCode::united_states(), postal_code: zip })
    }
}

impl PlaceFacts {
    /// Whether an address that states no country, with the postal code of this place, can be here: its
    /// state is that of the place or its city is, or it states neither. The state alone will do, for the
    /// post prefers one name for a code, and people write those of boroughs and suburbs.
    #[must_use]
    pub fn fits(&self, address: &SiteAddress) -> bool {
        let state =
            |stated: &Text<64>| self.state.as_ref().is_some_and(|own| same_state(stated.as_str(), own.as_str()));
        let city = |stated: &Text<128>| {
            let own = self.city.as_ref().map(Text::as_str);
            own.is_some_and(|own| names::same_city(stated.as_str(), own, self.state.as_ref().map(Text::as_str)))
        };
        match (&address.city, &address.state) {
            (None, None) => true,
            (stated, region) => stated.as_ref().is_some_and(city) || region.as_ref().is_some_and(state),
        }
    }
}

fn same_state(one: &str, other: &str) -> bool {
    states::letters(one).is_some_and(|letters| states::letters(other) == Some(letters))
}

impl SiteAddress {
    /// The area of its postal code, if its country is known.
    #[must_use]
    pub fn postal_area(&self) -> Option<PostalArea> {
        Some(PostalArea::of(self.country.as_ref()?, self.postal_code.as_ref()?.as_str()))
    }

    /// The American area that its postal code may mean as long as its country is not known. Whether it
    /// does depends on what is there ([`PlaceFacts::fits`]): other countries have five digits, too.
    #[must_use]
    pub fn assumed_area(&self) -> Option<PostalArea> {
        let code = self.postal_code.as_ref().filter(|_| self.country.is_none())?;
        PostalArea::american(code.as_str())
    }

    /// What its text says, and its state of the country where no other country has such a state.
    fn told_by_text(&self) -> Self {
        let code = self.postal_code.as_ref().map(Text::as_str);
        let parts = self.free_text.as_ref().map(|text| postal::parse(text.as_str(), code)).unwrap_or_default();
        let mut told = Self {
            line1: part(parts.line1),
            line2: part(parts.line2),
            city: part(parts.city),
            state: part(parts.state),
            postal_code: part(parts.postal_code),
            country: parts.country,
            ..Self::default()
        };
        let Self { city, state, postal_code, .. } = self.or(&told);
        let zip = postal_code.and_then(|code| zip::meant(code.as_str()));
        let country = || states::country(city.as_ref().map(Text::as_str), state.as_ref()?.as_str(), zip.as_deref());
        told.country = told.country.or_else(country);
        told
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

    /// Works out anew what follows from the text of the address, its country and its postal code alone.
    pub fn derive_from_text(&mut self) {
        self.derived = self.stated.told_by_text();
        let address = self.address();
        let code = address.postal_code.as_ref().map(Text::as_str);
        self.derived_time_zone = address.country.as_ref().and_then(|country| TimeZone::of_area(country, code));
    }

    /// Refuses what its parts cannot be together.
    ///
    /// # Errors
    /// Its postal code is a ZIP code that has lost the zeros it begins with.
    pub fn check(&self) -> Result<(), Flaw> {
        let Some(code) = &self.stated.postal_code else { return Ok(()) };
        let address = self.stated.or(&self.stated.told_by_text());
        zip::check(code.as_str(), address.country.as_ref(), address.state.as_ref().map(Text::as_str))
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

#[cfg(test)]
mod tests;
