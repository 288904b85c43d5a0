//! Addresses in the rest of the world.

use super::codes::{self, Found};
use super::{Parts, Piece, country_code, has_digit, street, text};

/// Reads an address of which at most the country is known.
pub(super) fn parse(pieces: &[Piece], country: Option<&str>) -> Parts {
    let only = pieces.len() == 1;
    let found = pieces
        .iter()
        .enumerate()
        .rev()
        .find_map(|(index, piece)| Some((index, codes::find(piece, country, index == 0, only)?)));
    let Some((index, found)) = found else { return without_code(pieces, country) };
    let Found { code, country: told, mut state, city } = found;
    let country = if country == Some("GB") { told.or(country) } else { country.or(told) };
    let mut above = pieces.get(..index).unwrap_or_default();
    if let (Some("CA"), [], None, Some((last, earlier))) = (country, city, state, above.split_last())
        && let Some(province) = codes::province(last)
    {
        (state, above) = (Some(province), earlier);
    }
    let mut city = text(city);
    if city.is_none() {
        let next = pieces.get(index + 1).filter(|piece| !has_digit(piece));
        city = next.and_then(|piece| text(piece)).or_else(|| take_city(&mut above));
    }
    let (line1, line2) = lines(above);
    let country = country.and_then(country_code);
    Parts { line1, line2, city, state: state.map(str::to_owned), postal_code: Some(code), country }
}

fn without_code(pieces: &[Piece], country: Option<&str>) -> Parts {
    let mut above = pieces;
    // A name alone may be anything; above a country, or below a street, it is a city.
    let certain = country.is_some() || pieces.first().is_some_and(|first| has_digit(first));
    let city = if certain { take_city(&mut above) } else { None };
    let (line1, line2) = if certain { lines(above) } else { (None, None) };
    Parts { line1, line2, city, country: country.and_then(country_code), ..Parts::default() }
}

/// Takes the last piece if it can be a city.
fn take_city(above: &mut &[Piece]) -> Option<String> {
    let (city, rest) = above.split_last()?;
    if has_digit(city) || street::unit_length(city) > 0 {
        return None;
    }
    *above = rest;
    text(city)
}

/// The line with the number first; names above it, floors below it second. Nothing is abbreviated here:
/// the suffixes are the American post's.
fn lines(pieces: &[Piece]) -> (Option<String>, Option<String>) {
    let street = pieces.iter().position(|piece| has_digit(piece)).unwrap_or_default();
    let others: Vec<_> =
        pieces.iter().enumerate().filter(|(index, _)| *index != street).filter_map(|(_, piece)| text(piece)).collect();
    (pieces.get(street).and_then(|piece| text(piece)), (!others.is_empty()).then(|| others.join(", ")))
}
