//! What an account is given that nobody stated: parts of its address, its coordinates and time zone
//! from the place table, and the likeliest tariff from the tariff table (seed
//! `account-api-genability`, "Add an Account").
//!
//! Each is worked out when an account is written, and again only when what it follows from has
//! changed; so a look-up costs nothing to a change that is about something else. What was stated
//! always wins, and a stated tariff is never replaced.
//!
//! The places of the United States are a part of the program ([`wattbook_places`]). Turned down: to
//! have them in the table, too, because it would have to be filled with tens of thousands of items
//! before the first request could be answered, and a look-up in memory is free. What an operator
//! loads goes before it, and adds other countries.
//!
//! A postal code without a country that looks like a ZIP code is taken for one only if the place it is
//! of fits the rest of the address ([`PlaceFacts::fits`]): Berlin has five digits, too.

use wattbook_domain::{
    Account, CountryCode, Degrees, PlaceFacts, PostalArea, SiteAddress, Text, TimeZone, postal::american_state,
    property::CustomerClass, tariff::LikelyTariff,
};
use wattbook_store::Store;

use wattbook_api::Failure;

/// Works out anew what follows from what was changed between `old` and `new`; `old` is absent for a
/// new account. At most one round trip, and none if nothing has to be looked up.
///
/// # Errors
/// The store failed.
pub async fn refresh(store: &Store, old: Option<&Account>, new: &mut Account) -> Result<(), Failure> {
    let due = Due::of(old, new);
    let tariff = due.sought.as_ref().map(|(area, class)| (area, *class));
    let (place, tariff) = store.reference(due.area.as_ref(), tariff).await?;
    due.settle(old, new, place, tariff);
    Ok(())
}

/// What has to be looked up.
#[derive(Debug, Default, PartialEq)]
struct Due {
    /// Whether the address is another one.
    place: bool,
    /// The area to look the place up by, if there is one.
    area: Option<PostalArea>,
    /// What to look the tariff up by, if both are known.
    sought: Option<(PostalArea, CustomerClass)>,
}

impl Due {
    /// Compares, and takes the address of `new` apart if it is another one: only then the postal area
    /// may be known. Whether an area without a country is American is known when its place is; both
    /// look-ups go at once all the same, for the tariff of one that is not is left out.
    fn of(old: Option<&Account>, new: &mut Account) -> Self {
        let place = old.map_or_else(SiteAddress::default, |old| old.site.stated.clone()) != new.site.stated;
        if !place {
            let basis = new.tariff_basis();
            let tariff = old.is_none_or(|old| old.tariff_basis() != basis);
            return Self { sought: basis.sought.filter(|_| tariff), ..Self::default() };
        }
        new.site.derive_from_text();
        let address = new.site.address();
        let area = address.postal_area().or_else(|| address.assumed_area());
        let sought = area.clone().zip(new.customer_class());
        Self { place, area, sought }
    }

    /// Puts in what was found.
    fn settle(
        self,
        old: Option<&Account>,
        account: &mut Account,
        place: Option<PlaceFacts>,
        tariff: Option<LikelyTariff>,
    ) {
        if self.place {
            let address = account.site.address();
            let (loaded, built_in) = (place, american(&address, self.area.as_ref()));
            let fits = |place: &Option<PlaceFacts>| place.as_ref().is_some_and(|place| place.fits(&address));
            if address.country.is_some() || fits(&loaded) || fits(&built_in) {
                loaded.or(built_in).iter().for_each(|place| account.site.derive_from_place(place));
            }
        }
        let basis = account.tariff_basis();
        let tariff = tariff.filter(|_| basis.sought.is_some());
        match old {
            // A default that a new account came with stays if there is no better one.
            None if tariff.is_none() => {}
            Some(old) if old.tariff_basis() == basis => {}
            _ => account.set_default_tariff(tariff),
        }
    }
}

/// The place of an American address, by its ZIP code or, if it has no postal code, its city.
fn american(address: &SiteAddress, area: Option<&PostalArea>) -> Option<PlaceFacts> {
    let place = match (area, &address.postal_code) {
        (Some(area), _) if area.country.is_american() => wattbook_places::by_zip(&area.postal_code)?,
        // A city of that name in a state of that name, unless the country is known to be another one. A
        // territory that is the country is the state as well.
        (None, None) if address.country.as_ref().is_none_or(CountryCode::is_american) => {
            let state = address.state.as_ref().map(Text::as_str).or(address.country.as_ref().map(CountryCode::as_str));
            wattbook_places::by_city(address.city.as_ref()?.as_str(), american_state(state?)?)?
        }
        _ => return None,
    };
    Some(PlaceFacts {
        country: Some(CountryCode::united_states()),
        city: Text::parse(place.city).ok(),
        state: Text::parse(place.state).ok(),
        longitude: Some(Degrees::of_e7(place.longitude_e7)),
        latitude: Some(Degrees::of_e7(place.latitude_e7)),
        time_zone: TimeZone::parse(place.time_zone).ok(),
    })
}

#[cfg(test)]
mod tests;
