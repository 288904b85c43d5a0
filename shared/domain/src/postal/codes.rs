//! Postal codes: which forms there are, and where in a piece they stand.

use super::{all_digits, has_digit, street, us, zip};

/// A postal code found in a piece.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// The code in its normal form.
    pub(super) code: String,
    /// The country, if the form of the code tells it.
    pub(super) country: Option<&'static str>,
    /// The Canadian or Australian state that stands with it.
    pub(super) state: Option<&'a str>,
    /// What else is in the piece.
    pub(super) city: &'a [&'a str],
}

const CANADIAN: &[&str] = &["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"];
const AUSTRALIAN: &[&str] = &["ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"];
/// What stands before the number on letters across borders, as in `D-10117`.
pub(super) const PREFIXES: &[(&str, &str)] = &[
    ("A", "AT"),
    ("AT", "AT"),
    ("B", "BE"),
    ("BE", "BE"),
    ("CH", "CH"),
    ("D", "DE"),
    ("DE", "DE"),
    ("DK", "DK"),
    ("F", "FR"),
    ("FI", "FI"),
    ("FR", "FR"),
    ("I", "IT"),
    ("IT", "IT"),
    ("L", "LU"),
    ("LT", "LT"),
    ("LU", "LU"),
    ("LV", "LV"),
    ("NL", "NL"),
    ("S", "SE"),
    ("SE", "SE"),
    ("SI", "SI"),
];
/// Areas of British codes that are countries of their own: Jersey, Guernsey, Man and Gibraltar.
const NOT_BRITISH: &[(&str, &str)] = &[("JE", "JE"), ("GY", "GG"), ("IM", "IM"), ("GX", "GI")];
/// Countries that write five digits as three and two.
const THREE_AND_TWO: &[&str] = &["CZ", "GR", "SE", "SK"];

/// The code in a piece, in a country if that is known. Digits at the start of the `first` piece are the
/// number of a house, unless it is the `only` piece.
pub(super) fn find<'a>(piece: &'a [&'a str], country: Option<&str>, first: bool, only: bool) -> Option<Found<'a>> {
    let may_be = |code| country.is_none_or(|country| country == code);
    let dutch = || may_be("NL").then(|| dutch(piece, country.is_some()))?;
    let british = || british(piece, country);
    let canadian = || may_be("CA").then(|| canadian(piece))?;
    let irish = || (country == Some("IE")).then(|| irish(piece))?;
    let digits = !country.is_some_and(has_british_codes);
    let leading = || (digits && (!first || only)).then(|| leading(piece, country, first))?;
    let trailing = || (digits && (country.is_none() || !first)).then(|| trailing(piece, country))?;
    dutch().or_else(british).or_else(canadian).or_else(irish).or_else(leading).or_else(trailing)
}

/// Whether the piece is an address's last line by itself, in that country.
pub(super) fn has_code_and_city(piece: &[&str], country: &str, only: bool) -> bool {
    find(piece, Some(country), only, only).is_some_and(|found| !found.city.is_empty())
}

fn dutch<'a>(piece: &'a [&'a str], known: bool) -> Option<Found<'a>> {
    let letters = |text: &str| {
        text.len() == 2
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || (known && byte.is_ascii_lowercase()))
            && !["SA", "SD", "SS"].contains(&text.to_ascii_uppercase().as_str())
    };
    let digits = |text: &str| text.len() == 4 && all_digits(text) && !text.starts_with('0');
    let code = |words: &[&str]| {
        let (first, second) = match words {
            [one] => one.trim_start_matches("NL-").split_at_checked(4)?,
            [first, second] => (first.trim_start_matches("NL-"), *second),
            _ => return None,
        };
        (digits(first) && letters(second)).then(|| format!("{first}{}", second.to_ascii_uppercase()))
    };
    at_either_end(piece, code).map(|(code, city)| Found { code, country: Some("NL"), state: None, city })
}

/// A British code, which tells the country: people write `UK` below Jersey, too.
fn british<'a>(piece: &'a [&'a str], country: Option<&str>) -> Option<Found<'a>> {
    let known = country.is_some();
    let shape = |text: &str| -> String { text.chars().map(kind).collect() };
    let code = |words: &[&str]| {
        let joined = words.concat();
        let (outward, inward) = joined.split_at_checked(joined.len().checked_sub(3)?)?;
        let outward_fits =
            ["A9", "A99", "AA9", "AA99", "A9A", "AA9A"].contains(&shape(outward).as_str()) && shape(inward) == "9AA";
        let parted_right = matches!(words, [_]) || words.last().is_some_and(|last| *last == inward);
        let capitals = known || !joined.bytes().any(|byte| byte.is_ascii_lowercase());
        (outward_fits && parted_right && capitals).then(|| format!("{outward} {inward}").to_ascii_uppercase())
    };
    let (code, city) = at_end(piece, code)?;
    let own = NOT_BRITISH.iter().find(|(area, _)| shape(&code).starts_with("AA9") && code.starts_with(area));
    let told = own.map_or("GB", |(_, country)| country);
    let fits = country.is_none_or(|country| country == told || country == "GB");
    fits.then_some(Found { code, country: Some(told), state: None, city })
}

/// Whether a country's postal codes are British ones.
pub(super) fn has_british_codes(country: &str) -> bool {
    country == "GB" || NOT_BRITISH.iter().any(|(_, own)| *own == country)
}

fn irish<'a>(piece: &'a [&'a str]) -> Option<Found<'a>> {
    let code = |words: &[&str]| {
        let joined = words.concat().to_ascii_uppercase();
        let (routing, rest) = joined.split_at_checked(3)?;
        let shape: String = routing.chars().map(kind).collect();
        let fits = (shape == "A99" || routing == "D6W") && rest.len() == 4;
        (fits && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| format!("{routing} {rest}"))
    };
    at_end(piece, code).map(|(code, city)| Found { code, country: Some("IE"), state: None, city })
}

/// A Canadian code at the end, with the province before it.
pub(super) fn canadian<'a>(piece: &'a [&'a str]) -> Option<Found<'a>> {
    let code = |words: &[&str]| {
        let joined = words.concat().to_ascii_uppercase();
        let (area, unit) = joined.split_at_checked(3)?;
        let shape: String = joined.chars().map(kind).collect();
        (shape == "A9A9A9").then(|| format!("{area} {unit}"))
    };
    let (code, rest) = at_end(piece, code)?;
    let (state, city) = state_at_end(rest, CANADIAN);
    Some(Found { code, country: Some("CA"), state, city })
}

/// Digits before a city.
fn leading<'a>(piece: &'a [&'a str], country: Option<&str>, first: bool) -> Option<Found<'a>> {
    let found = |code: String, country, city| Some(Found { code, country, state: None, city });
    // Below a city, with all nine digits as well.
    if country.is_none()
        && let (Some(zip), []) = zip::at_end(piece)
    {
        return found(zip, None, &[]);
    }
    let (word, rest) = piece.split_first()?;
    let (prefix, number) = match word.split_once('-') {
        Some((prefix, number)) if !prefix.is_empty() && !prefix.starts_with(|c: char| c.is_ascii_digit()) => {
            (Some(PREFIXES.iter().find(|(known, _)| *known == prefix)?.1), number)
        }
        _ => (None, *word),
    };
    if let ([next, city @ ..], Some(country)) = (rest, country.or(prefix))
        && THREE_AND_TWO.contains(&country)
        && number.len() == 3
        && next.len() == 2
        && all_digits(number)
        && all_digits(next)
    {
        return found(format!("{number} {next}"), prefix, city);
    }
    let shape: String = number.chars().map(kind).collect();
    let fits = match country.or(prefix) {
        Some("PL") => shape == "99-999",
        Some("PT") => shape == "9999-999" || shape == "9999",
        Some(_) => ["9999", "99999", "999999"].contains(&shape.as_str()),
        // Four digits before a word are a house number as often, and with a street suffix five are too.
        None if first && rest.is_empty() => false,
        None => (shape == "99999" || (shape == "9999" && !first)) && !street::has_suffix(rest),
    };
    if !fits {
        return None;
    }
    match (country, rest) {
        // Italian places have their province behind them.
        (Some("IT"), [city @ .., province]) if !city.is_empty() && is_province(province) => {
            found(number.to_owned(), prefix, city)
        }
        _ => found(number.to_owned(), prefix, rest),
    }
}

/// Digits behind a city: any in a country where nothing better is known, and else a ZIP code's, which
/// are more than the number of a house.
fn trailing<'a>(piece: &'a [&'a str], country: Option<&str>) -> Option<Found<'a>> {
    let found = |code, state, city| Some(Found { code, country: None, state, city });
    let Some(country) = country else {
        let (code, rest) = zip::at_end(piece);
        // What may be a state, of which the code is none, is a province.
        let city = if is_province_line(rest) { &[] } else { rest };
        let fits = !rest.is_empty() && !has_digit(rest) && !street::has_suffix(rest);
        return code.filter(|_| fits).and_then(|code| found(code, None, city));
    };
    let (word, rest) = piece.split_last()?;
    let fits = (3..=9).contains(&word.len()) && word.split('-').all(all_digits);
    let (state, city) = if country == "AU" { state_at_end(rest, AUSTRALIAN) } else { (None, rest) };
    fits.then(|| found((*word).to_owned(), state, city))?
}

fn is_province_line(words: &[&str]) -> bool {
    matches!(words, [word] if is_province(word)) || us::state(words).is_some()
}

fn is_province(word: &str) -> bool {
    let letters = word.trim_start_matches('(').trim_end_matches(')');
    letters.len() == 2 && letters.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The province that a piece of its own means, between the city and the code.
pub(super) fn province<'a>(piece: &[&'a str]) -> Option<&'a str> {
    match piece {
        [word] if CANADIAN.contains(word) => Some(word),
        _ => None,
    }
}

fn state_at_end<'a>(words: &'a [&'a str], known: &[&str]) -> (Option<&'a str>, &'a [&'a str]) {
    match words.split_last() {
        Some((state, city)) if known.contains(state) => (Some(state), city),
        _ => (None, words),
    }
}

/// A code in the last two words or the last one, and what stands before it.
fn at_end<'a>(piece: &'a [&'a str], code: impl Fn(&[&str]) -> Option<String>) -> Option<(String, &'a [&'a str])> {
    [2, 1].into_iter().find_map(|count| {
        let (city, end) = piece.split_at_checked(piece.len().checked_sub(count)?)?;
        Some((code(end)?, city))
    })
}

fn at_either_end<'a>(
    piece: &'a [&'a str],
    code: impl Fn(&[&str]) -> Option<String>,
) -> Option<(String, &'a [&'a str])> {
    let start = [2, 1].into_iter().find_map(|count| {
        let (start, city) = piece.split_at_checked(count)?;
        Some((code(start)?, city))
    });
    start.or_else(|| at_end(piece, code))
}

fn kind(c: char) -> char {
    match c {
        '0'..='9' => '9',
        'a'..='z' | 'A'..='Z' => 'A',
        other => other,
    }
}
