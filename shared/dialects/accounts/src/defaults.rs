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

use wattbook_domain::{
    Account, CountryCode, Degrees, PlaceFacts, PostalArea, SiteAddress, Text, TimeZone, property::CustomerClass,
    tariff::LikelyTariff,
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
    due.settle(new, place, tariff);
    Ok(())
}

/// What has to be worked out anew.
#[derive(Debug, Default, PartialEq)]
struct Due {
    /// Whether the account is new: then it has no default that could be out of date.
    new: bool,
    /// Whether the address is another one.
    place: bool,
    /// The area to look the place up by, if there is one.
    area: Option<PostalArea>,
    /// Whether the default tariff follows from something else than before.
    tariff: bool,
    /// What to look the tariff up by, if both are known.
    sought: Option<(PostalArea, CustomerClass)>,
}

impl Due {
    /// Compares, and takes the address of `new` apart if it is another one: only then the postal area
    /// may be known. A place adds nothing to that, so both look-ups can go at once.
    fn of(old: Option<&Account>, new: &mut Account) -> Self {
        let mut due = Self {
            new: old.is_none(),
            place: old.map_or_else(SiteAddress::default, |old| old.site.stated.clone()) != new.site.stated,
            ..Self::default()
        };
        if due.place {
            new.site.derive_from_text();
            due.area = new.site.address().postal_area();
        }
        let basis = new.tariff_basis();
        due.tariff = old.map_or(basis.sought.is_some(), |old| old.tariff_basis() != basis);
        if due.tariff {
            due.sought = basis.sought;
        }
        due
    }

    /// Puts in what was found.
    fn settle(self, account: &mut Account, place: Option<PlaceFacts>, tariff: Option<LikelyTariff>) {
        if self.place
            && let Some(place) = place.or_else(|| american(&account.site.address()))
        {
            account.site.derive_from_place(&place);
        }
        if self.tariff && (tariff.is_some() || !self.new) {
            account.set_default_tariff(tariff);
        }
    }
}

/// The place of an American address, by its ZIP code or, if it has no postal code, its city.
fn american(address: &SiteAddress) -> Option<PlaceFacts> {
    let country = CountryCode::parse("US").ok()?;
    let place = match (address.postal_area(), &address.postal_code) {
        (Some(area), _) if area.country == country => wattbook_places::by_zip(&area.postal_code)?,
        // A city of that name in a state of that name, unless the country is known to be another one.
        (None, None) if address.country.as_ref().is_none_or(|stated| *stated == country) => {
            wattbook_places::by_city(address.city.as_ref()?.as_str(), address.state.as_ref()?.as_str())?
        }
        _ => return None,
    };
    Some(PlaceFacts {
        country: Some(country),
        city: Text::parse(place.city).ok(),
        state: Text::parse(place.state).ok(),
        longitude: Some(Degrees::of_e7(place.longitude_e7)),
        latitude: Some(Degrees::of_e7(place.latitude_e7)),
        time_zone: TimeZone::parse(place.time_zone).ok(),
    })
}

#[cfg(test)]
mod tests;
