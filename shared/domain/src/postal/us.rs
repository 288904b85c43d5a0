//! Addresses in the United States.

use super::country::fold;
use super::states::{self, STATES};
use super::{Parts, Piece, codes, country_code, has_digit, starts_with_digit, street, text, zip};

/// The most words in a state's name.
const MOST_WORDS: usize = 3;

/// Reads an address of the United States. `None` if nothing says that it is one, unless it is `known`.
/// `code` is its postal code if that does not stand in it.
pub(super) fn parse(pieces: &[Piece], known: bool, code: Option<&str>) -> Option<Parts> {
    let (last, mut earlier) = match pieces.split_last() {
        Some((last, earlier)) => (last.as_slice(), earlier),
        None => return known.then(|| Parts { country: country_code("US"), ..Parts::default() }),
    };
    let (zip, mut tail) = zip::at_end(last);
    if tail.is_empty() {
        match earlier.split_last() {
            // `CA, 94105`
            Some((before, others)) => (tail, earlier) = (before, others),
            // A number alone may be of another country.
            None if !known => return Some(Parts { postal_code: zip, ..Parts::default() }),
            None => {}
        }
    }
    if let Some(parts) = served_abroad(tail, earlier, zip.as_deref()) {
        return Some(parts);
    }
    let state = state_at_end(tail, zip.is_some() || known);
    let told = match (state, zip.as_deref().or(code)) {
        _ if known => true,
        (None, _) => false,
        // `MI` with a code that is none of Michigan's is Milan.
        (Some((state, _)), Some(code)) if !states::agree(state, code) => false,
        (Some((_, city)), _) => zip.is_some() || is_state_line(city, earlier, tail),
    };
    if !told {
        return None;
    }
    let (state, tail) = state.map_or((None, tail), |(state, tail)| (Some(state), tail));
    let mut above = earlier.to_vec();
    let city = take_city(&mut above, tail);
    let (line1, line2) = street::lines(&above);
    Some(Parts { line1, line2, city, state: state.map(str::to_owned), postal_code: zip, country: country_code("US") })
}

/// Reads an address of the forces abroad, or in a freely associated state.
fn served_abroad(tail: &[&str], earlier: &[Piece], zip: Option<&str>) -> Option<Parts> {
    let (letters, city) = tail.split_last()?;
    let mut above = earlier.to_vec();
    if let Some((office, state)) = military(tail, earlier) {
        let words = if city.is_empty() { above.pop()? } else { city.to_vec() };
        above.extend(words.split_last().map(|(_, street)| street.to_vec()).filter(|street| !street.is_empty()));
        let (line1, line2) = street::lines(&above);
        let (city, state) = (Some(office.to_ascii_uppercase()), Some(state.to_owned()));
        return Some(Parts {
            line1,
            line2,
            city,
            state,
            postal_code: zip.map(str::to_owned),
            country: country_code("US"),
        });
    }
    let country = states::associated(letters, zip?).and_then(country_code);
    let city = take_city(&mut above, city);
    let (line1, line2) = street::lines(&above);
    country.map(|country| Parts {
        line1,
        line2,
        city,
        postal_code: zip.map(str::to_owned),
        country: Some(country),
        ..Parts::default()
    })
}

/// The military post office and the letters that words end in, which may stand in pieces of their own.
pub(super) fn military<'a>(tail: &[&'a str], earlier: &[Piece<'a>]) -> Option<(&'a str, &'static str)> {
    let (letters, before) = tail.split_last()?;
    let office = before.last().or_else(|| earlier.last()?.last())?;
    states::military(office, letters).map(|letters| (*office, letters))
}

/// Whether a state without a ZIP code is one: two letters or a name may be a word of something else.
fn is_state_line(city: &[&str], earlier: &[Piece], tail: &[&str]) -> bool {
    match (city, earlier.last()) {
        // `Georgia` and `Washington` alone are a country and a city just as well.
        ([], None) => !["georgia", "washington"].contains(&fold(&tail.join(" ")).as_str()),
        ([], Some(_)) if fold(&tail.join(" ")) == "georgia" => false,
        ([], Some(before)) => {
            let elsewhere = earlier.len() > 1 && earlier.first().is_some_and(|street| street::ends_in_number(street));
            !elsewhere && codes::find(before, None, earlier.len() == 1, earlier.len() == 1).is_none()
        }
        (city, _) => !has_digit(city) || street::split_city(city).is_some(),
    }
}

/// Takes the city: the words before the state, or else the piece before. What remains of `above` are
/// the lines above it.
fn take_city<'a>(above: &mut Vec<Piece<'a>>, tail: &[&'a str]) -> Option<String> {
    let own_piece = tail.is_empty();
    let words = if own_piece { above.pop()? } else { tail.to_vec() };
    let unit = street::unit_length(&words);
    if unit > 0 {
        let (unit, city) = words.split_at_checked(unit)?;
        above.push(unit.to_vec());
        return text(city);
    }
    if let Some((street, city)) = street::split_city(&words) {
        above.push(street.to_vec());
        return text(city);
    }
    if starts_with_digit(&words) {
        // A street and no city; without a comma behind it, where it ends cannot be told.
        if own_piece {
            above.push(words);
        }
        return None;
    }
    text(&words)
}

/// The state that a piece of its own means.
pub(super) fn state(words: &[&str]) -> Option<&'static str> {
    state_at_end(words, false).filter(|(_, before)| before.is_empty()).map(|(state, _)| state)
}

/// Whether the words end in a state, with or without a ZIP code behind it.
pub(super) fn ends_in_state(words: &[&str]) -> bool {
    match zip::at_end(words) {
        (Some(_), before) => {
            before.is_empty() || state_at_end(before, true).is_some() || military(before, &[]).is_some()
        }
        (None, _) => state_at_end(words, false).is_some() || military(words, &[]).is_some(),
    }
}

/// The state at the end and what stands before it. A name within a piece, or small letters, only if
/// something else tells that it is a state.
fn state_at_end<'a>(words: &'a [&'a str], sure: bool) -> Option<(&'static str, &'a [&'a str])> {
    (1..=MOST_WORDS.min(words.len())).rev().find_map(|count| {
        let (before, end) = words.split_at_checked(words.len() - count)?;
        let name = fold(&end.join(" "));
        let code = end.iter().all(|word| sure || !word.chars().any(char::is_lowercase));
        let named = sure || before.is_empty();
        STATES
            .iter()
            .find(|(short, full, _)| (code && short.eq_ignore_ascii_case(&name)) || (named && *full == name))
            .map(|(short, ..)| (*short, before))
    })
}
