//! Addresses in the United States.

use super::country::fold;
use super::{Parts, Piece, all_digits, codes, country_code, has_digit, starts_with_digit, street, text};

/// The states, the district and the territories: two letters and the name.
const STATES: &[(&str, &str)] = &[
    ("AL", "alabama"),
    ("AK", "alaska"),
    ("AS", "american samoa"),
    ("AZ", "arizona"),
    ("AR", "arkansas"),
    ("CA", "california"),
    ("CO", "colorado"),
    ("CT", "connecticut"),
    ("DE", "delaware"),
    ("DC", "district of columbia"),
    ("FL", "florida"),
    ("GA", "georgia"),
    ("GU", "guam"),
    ("HI", "hawaii"),
    ("ID", "idaho"),
    ("IL", "illinois"),
    ("IN", "indiana"),
    ("IA", "iowa"),
    ("KS", "kansas"),
    ("KY", "kentucky"),
    ("LA", "louisiana"),
    ("ME", "maine"),
    ("MD", "maryland"),
    ("MA", "massachusetts"),
    ("MI", "michigan"),
    ("MN", "minnesota"),
    ("MS", "mississippi"),
    ("MO", "missouri"),
    ("MT", "montana"),
    ("NE", "nebraska"),
    ("NV", "nevada"),
    ("NH", "new hampshire"),
    ("NJ", "new jersey"),
    ("NM", "new mexico"),
    ("NY", "new york"),
    ("NC", "north carolina"),
    ("ND", "north dakota"),
    ("MP", "northern mariana islands"),
    ("OH", "ohio"),
    ("OK", "oklahoma"),
    ("OR", "oregon"),
    ("PA", "pennsylvania"),
    ("PR", "puerto rico"),
    ("RI", "rhode island"),
    ("SC", "south carolina"),
    ("SD", "south dakota"),
    ("TN", "tennessee"),
    ("TX", "texas"),
    ("UT", "utah"),
    ("VT", "vermont"),
    ("VI", "virgin islands"),
    ("VA", "virginia"),
    ("WA", "washington"),
    ("WV", "west virginia"),
    ("WI", "wisconsin"),
    ("WY", "wyoming"),
];
/// The most words in a state's name.
const MOST_WORDS: usize = 3;

/// Reads an address of the United States. `None` if nothing says that it is one, unless it is `known`.
pub(super) fn parse(pieces: &[Piece], known: bool) -> Option<Parts> {
    let (last, mut earlier) = match pieces.split_last() {
        Some((last, earlier)) => (last.as_slice(), earlier),
        None => return known.then(|| Parts { country: country_code("US"), ..Parts::default() }),
    };
    let (zip, mut tail) = match last.split_last() {
        Some((word, rest)) if is_zip(word) => (Some(*word), rest),
        _ => (None, last),
    };
    // `CA, 94105`; but `94105` alone is an address of which only this is told.
    if tail.is_empty()
        && let Some((before, others)) = earlier.split_last()
    {
        (tail, earlier) = (before, others);
    }
    let alone = earlier.is_empty();
    let state = state_at_end(tail, zip.is_some() || known);
    let told = match state {
        Some((_, city)) => known || zip.is_some() || is_state_line(city, earlier, tail),
        None => known || (alone && tail.is_empty()),
    };
    if !told {
        return None;
    }
    let (state, tail) = state.map_or((None, tail), |(state, tail)| (Some(state), tail));
    let mut above = earlier.to_vec();
    let city = take_city(&mut above, tail);
    let (line1, line2) = street::lines(&above);
    let (state, postal_code) = (state.map(str::to_owned), zip.map(str::to_owned));
    Some(Parts { line1, line2, city, state, postal_code, country: country_code("US") })
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
    match words.split_last() {
        Some((zip, before)) if is_zip(zip) => before.is_empty() || state_at_end(before, true).is_some(),
        _ => state_at_end(words, false).is_some(),
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
            .find(|(short, full)| (code && short.eq_ignore_ascii_case(&name)) || (named && *full == name))
            .map(|(short, _)| (*short, before))
    })
}

fn is_zip(word: &str) -> bool {
    let (zip, plus_four) = word.split_once('-').unwrap_or((word, "0000"));
    zip.len() == 5 && plus_four.len() == 4 && all_digits(zip) && all_digits(plus_four)
}
