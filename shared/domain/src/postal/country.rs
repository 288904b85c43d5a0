//! Countries, as people write them below an address.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Piece, codes, street, us};

/// Names that the standard does not list: own-language ones, short ones, old ones. Without accents.
const NAMES: &[(&str, &str)] = &[
    ("america", "US"),
    ("belgie", "BE"),
    ("belgien", "BE"),
    ("belgique", "BE"),
    ("bolivia", "BO"),
    ("brasil", "BR"),
    ("ceska republika", "CZ"),
    ("cesko", "CZ"),
    ("cymru", "GB"),
    ("czech republic", "CZ"),
    ("danmark", "DK"),
    ("deutschland", "DE"),
    ("eesti", "EE"),
    ("eire", "IE"),
    ("ellada", "GR"),
    ("england", "GB"),
    ("espana", "ES"),
    ("gb", "GB"),
    ("great britain", "GB"),
    ("hellas", "GR"),
    ("holland", "NL"),
    ("hrvatska", "HR"),
    ("iran", "IR"),
    ("island", "IS"),
    ("italia", "IT"),
    ("italie", "IT"),
    ("italien", "IT"),
    ("kypros", "CY"),
    ("latvija", "LV"),
    ("letzebuerg", "LU"),
    ("lietuva", "LT"),
    ("luxemburg", "LU"),
    ("magyarorszag", "HU"),
    ("moldova", "MD"),
    ("nederland", "NL"),
    ("netherlands", "NL"),
    ("niederlande", "NL"),
    ("norge", "NO"),
    ("noreg", "NO"),
    ("northern ireland", "GB"),
    ("osterreich", "AT"),
    ("oesterreich", "AT"),
    ("pays bas", "NL"),
    ("polska", "PL"),
    ("republic of ireland", "IE"),
    ("russia", "RU"),
    ("schweiz", "CH"),
    ("scotland", "GB"),
    ("shqiperia", "AL"),
    ("slovenija", "SI"),
    ("slovensko", "SK"),
    ("south korea", "KR"),
    ("srbija", "RS"),
    ("suisse", "CH"),
    ("suomi", "FI"),
    ("sverige", "SE"),
    ("svizzera", "CH"),
    ("taiwan", "TW"),
    ("tanzania", "TZ"),
    ("the netherlands", "NL"),
    ("turkey", "TR"),
    ("uk", "GB"),
    ("united kingdom", "GB"),
    ("united states", "US"),
    ("us", "US"),
    ("usa", "US"),
    ("venezuela", "VE"),
    ("vietnam", "VN"),
    ("wales", "GB"),
    ("ελλαδα", "GR"),
    ("κυπρος", "CY"),
    ("българия", "BG"),
    ("србија", "RS"),
    ("україна", "UA"),
];

/// The most words that a name at the end of a piece may have.
const MOST_WORDS: usize = 4;

/// Takes the country off the end, and says which one it is.
pub(super) fn take(pieces: &mut Vec<Piece>) -> Option<&'static str> {
    let (last, earlier) = pieces.split_last()?;
    if let Some(country) = whole(last, earlier) {
        pieces.pop();
        return Some(country);
    }
    // Behind a city without a comma, only if what stands before is whole without it: `12 Rue de France`
    // is a street, and `1234 Luxembourg` a city.
    for count in (1..=MOST_WORDS.min(last.len().saturating_sub(1))).rev() {
        let (before, name) = last.split_at(last.len() - count);
        if let Some(country) = named(name)
            && is_whole(before, name, country, earlier.is_empty())
        {
            let before = before.to_vec();
            pieces.pop();
            pieces.push(before);
            return Some(country);
        }
    }
    None
}

/// Whether what stands before the name of a country can do without it.
fn is_whole(before: &[&str], name: &[&str], country: &str, only: bool) -> bool {
    match country {
        // `USA` is no part of anything else; `us` and `America` are.
        "US" => us::ends_in_state(before) || !["us", "america"].contains(&fold(&name.join(" ")).as_str()),
        _ => codes::has_code_and_city(before, country, only),
    }
}

/// The country that a piece of its own means.
fn whole(piece: &[&str], earlier: &[Piece]) -> Option<&'static str> {
    let code = match piece {
        [word] => alpha2(word).or_else(|| rust_iso3166::from_alpha3(word).map(|country| country.alpha2)),
        _ => None,
    };
    let country = code.or_else(|| named(piece))?;
    if us::state(piece).is_none() {
        return Some(country);
    }
    // A state of that name too: only the code of a city elsewhere tells that the country is meant.
    let (city, before) = earlier.split_last()?;
    let elsewhere = match country {
        "CA" => codes::canadian(city).is_some(),
        _ => !street::has_suffix(city) && codes::has_code_and_city(city, country, before.is_empty()),
    };
    elsewhere.then_some(country)
}

fn alpha2(word: &str) -> Option<&'static str> {
    // The standard's look-up takes small letters too; `de` and `la` are words of many streets.
    rust_iso3166::from_alpha2(word).map(|country| country.alpha2).filter(|code| *code == word)
}

fn named(words: &[&str]) -> Option<&'static str> {
    let name = fold(&words.join(" "));
    let of_ours = NAMES.iter().find(|(known, _)| *known == name).map(|(_, code)| *code);
    of_ours.or_else(|| {
        let same = |known: &str| fold_chars(known).eq(name.chars());
        rust_iso3166::ALL.iter().find(|country| same(country.name)).map(|country| country.alpha2)
    })
}

/// A name without accents, capitals, dots and hyphens.
pub(super) fn fold(name: &str) -> String {
    fold_chars(name).collect()
}

fn fold_chars(name: &str) -> impl Iterator<Item = char> {
    let plain = name.nfd().filter(|c| !is_combining_mark(*c) && *c != '.');
    plain.flat_map(char::to_lowercase).map(|c| if c == '-' { ' ' } else { c })
}
