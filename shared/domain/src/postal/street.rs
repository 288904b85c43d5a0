//! The lines above the city of a US address.

use super::{Piece, starts_with_digit, text};

/// Street suffixes and their abbreviations (USPS Publication 28, appendix C1): the common ones.
const SUFFIXES: &[(&str, &str)] = &[
    ("alley", "Aly"),
    ("avenue", "Ave"),
    ("boulevard", "Blvd"),
    ("circle", "Cir"),
    ("court", "Ct"),
    ("crescent", "Cres"),
    ("crossing", "Xing"),
    ("drive", "Dr"),
    ("expressway", "Expy"),
    ("freeway", "Fwy"),
    ("highway", "Hwy"),
    ("lane", "Ln"),
    ("loop", "Loop"),
    ("parkway", "Pkwy"),
    ("place", "Pl"),
    ("plaza", "Plz"),
    ("road", "Rd"),
    ("square", "Sq"),
    ("street", "St"),
    ("terrace", "Ter"),
    ("trail", "Trl"),
    ("turnpike", "Tpke"),
    ("way", "Way"),
];
/// What a unit within a building is called (the same, appendix C2), with its abbreviations.
const UNITS: &[&str] = &[
    "apartment",
    "apt",
    "bldg",
    "building",
    "dept",
    "department",
    "fl",
    "floor",
    "lot",
    "ph",
    "penthouse",
    "rm",
    "room",
    "spc",
    "ste",
    "suite",
    "trlr",
    "unit",
];
const DIRECTIONS: &[&str] = &["N", "E", "S", "W", "NE", "NW", "SE", "SW"];

/// Whether one of the words is a street suffix.
pub(super) fn has_suffix(words: &[&str]) -> bool {
    words.iter().any(|word| suffix(word).is_some())
}

/// Whether the number follows the name, as in much of Europe and hardly in the United States.
pub(super) fn ends_in_number(words: &[&str]) -> bool {
    let box_number = words.first().is_some_and(|word| ["po", "p.o", "box"].contains(&small(word).as_str()));
    let number = words.last().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()));
    number && !box_number && !starts_with_digit(words) && !has_suffix(words) && unit_length(words) == 0
}

/// How many words a unit at the start takes, `Apt 4` or `#5`; 0 if there is none.
pub(super) fn unit_length(words: &[&str]) -> usize {
    match words {
        [word, ..] if word.starts_with('#') && word.len() > 1 => 1,
        [word, _, ..] if *word == "#" || UNITS.contains(&small(word).as_str()) => 2,
        _ => 0,
    }
}

/// Parts a street from the city behind it, where no comma does. `None` if it is not clear where.
pub(super) fn split_city<'w, 'a>(words: &'w [&'a str]) -> Option<(&'w [&'a str], &'w [&'a str])> {
    // A number and a name come first, so a suffix before the third word is a name.
    let mut suffixes = words.iter().enumerate().skip(2).filter(|(_, word)| suffix(word).is_some());
    let (position, _) = suffixes.next()?;
    if !starts_with_digit(words) || suffixes.next().is_some() {
        return None;
    }
    let mut end = position + 1;
    end += usize::from(words.get(end).is_some_and(|word| DIRECTIONS.contains(word)));
    end += unit_length(words.get(end..)?);
    let (street, city) = words.split_at_checked(end)?;
    (!city.is_empty() && !super::has_digit(city)).then_some((street, city))
}

/// The two lines of an address from the pieces before its city.
pub(super) fn lines(pieces: &[Piece]) -> (Option<String>, Option<String>) {
    // A name may stand above the street.
    let street = pieces.iter().position(|piece| starts_with_digit(piece)).unwrap_or_default();
    let Some(first) = pieces.get(street) else { return (None, None) };
    let unit = (1..first.len()).find(|start| {
        let words = first.get(*start..).unwrap_or_default();
        // `12 Floor Street` has a street of that name; a unit is followed by its number alone.
        unit_length(words) == words.len()
    });
    let (line1, unit) = first.split_at(unit.unwrap_or(first.len()));
    let others = pieces.iter().enumerate().filter(|(index, _)| *index != street).filter_map(|(_, piece)| text(piece));
    let line2 = text(unit).into_iter().chain(others).collect::<Vec<_>>().join(", ");
    (abbreviated(line1), (!line2.is_empty()).then_some(line2))
}

/// The street with its suffix abbreviated, if a name comes before it.
fn abbreviated(words: &[&str]) -> Option<String> {
    let directed = words.last().is_some_and(|word| DIRECTIONS.contains(word));
    let position = words.len().saturating_sub(1 + usize::from(directed));
    let named = position > usize::from(starts_with_digit(words));
    let Some((word, short)) = words.get(position).and_then(|word| Some((word, suffix(word)?))).filter(|_| named) else {
        return text(words);
    };
    let capitals = !word.chars().any(char::is_lowercase);
    let short = if capitals { short.to_ascii_uppercase() } else { short.to_owned() };
    let mut words = words.to_vec();
    *words.get_mut(position)? = &short;
    text(&words)
}

fn suffix(word: &str) -> Option<&'static str> {
    let word = small(word);
    let same = |(full, short): &&(&str, &str)| *full == word || short.eq_ignore_ascii_case(&word);
    SUFFIXES.iter().find(same).map(|(_, short)| *short)
}

fn small(word: &str) -> String {
    word.trim_end_matches('.').to_ascii_lowercase()
}
