//! Countries, as people write them below an address.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Piece, codes, states, street, us, zip};

/// Names that the standard does not list: own-language ones, short ones, old ones. Without accents.
const NAMES: &[(&str, &str)] = &[
    ("alemania", "DE"),
    ("allemagne", "DE"),
    ("america", "US"),
    ("autriche", "AT"),
    ("belgica", "BE"),
    ("belgie", "BE"),
    ("belgien", "BE"),
    ("belgio", "BE"),
    ("belgique", "BE"),
    ("brasil", "BR"),
    ("british virgin islands", "VG"),
    ("brunei", "BN"),
    ("burma", "MM"),
    ("cape verde", "CV"),
    ("ceska republika", "CZ"),
    ("cesko", "CZ"),
    ("cymru", "GB"),
    ("czech republic", "CZ"),
    ("danemark", "DK"),
    ("danmark", "DK"),
    ("denemarken", "DK"),
    ("deutschland", "DE"),
    ("duitsland", "DE"),
    ("east timor", "TL"),
    ("eesti", "EE"),
    ("eire", "IE"),
    ("ellada", "GR"),
    ("england", "GB"),
    ("espagne", "ES"),
    ("espana", "ES"),
    ("estados unidos", "US"),
    ("etats unis", "US"),
    ("finlande", "FI"),
    ("finnland", "FI"),
    ("francia", "FR"),
    ("frankreich", "FR"),
    ("frankrijk", "FR"),
    ("gb", "GB"),
    ("germania", "DE"),
    ("great britain", "GB"),
    ("grece", "GR"),
    ("griechenland", "GR"),
    ("griekenland", "GR"),
    ("guyane", "GF"),
    ("guyane francaise", "GF"),
    ("hellas", "GR"),
    ("holland", "NL"),
    ("hongarije", "HU"),
    ("hongrie", "HU"),
    ("hrvatska", "HR"),
    ("ierland", "IE"),
    ("irland", "IE"),
    ("irlande", "IE"),
    ("island", "IS"),
    ("italia", "IT"),
    ("italie", "IT"),
    ("italien", "IT"),
    ("ivory coast", "CI"),
    ("kosova", "XK"),
    ("kosovo", "XK"),
    ("kypros", "CY"),
    ("la reunion", "RE"),
    ("laos", "LA"),
    ("latvija", "LV"),
    ("letzebuerg", "LU"),
    ("lietuva", "LT"),
    ("luxemburg", "LU"),
    ("macedonia", "MK"),
    ("magyarorszag", "HU"),
    ("nederland", "NL"),
    ("niederlande", "NL"),
    ("noorwegen", "NO"),
    ("noreg", "NO"),
    ("norge", "NO"),
    ("north korea", "KP"),
    ("northern ireland", "GB"),
    ("norvege", "NO"),
    ("norwegen", "NO"),
    ("nouvelle caledonie", "NC"),
    ("oesterreich", "AT"),
    ("oostenrijk", "AT"),
    ("osterreich", "AT"),
    ("paises bajos", "NL"),
    ("pays bas", "NL"),
    ("polen", "PL"),
    ("pologne", "PL"),
    ("polska", "PL"),
    ("polynesie francaise", "PF"),
    ("regno unito", "GB"),
    ("reino unido", "GB"),
    ("republic of ireland", "IE"),
    ("royaume uni", "GB"),
    ("russia", "RU"),
    ("saint pierre et miquelon", "PM"),
    ("schweden", "SE"),
    ("schweiz", "CH"),
    ("scotland", "GB"),
    ("shqiperia", "AL"),
    ("slovenija", "SI"),
    ("slovensko", "SK"),
    ("south korea", "KR"),
    ("spagna", "ES"),
    ("spanien", "ES"),
    ("spanje", "ES"),
    ("srbija", "RS"),
    ("stati uniti", "US"),
    ("suede", "SE"),
    ("suisse", "CH"),
    ("suiza", "CH"),
    ("suomi", "FI"),
    ("sverige", "SE"),
    ("svizzera", "CH"),
    ("swaziland", "SZ"),
    ("syria", "SY"),
    ("the netherlands", "NL"),
    ("tschechien", "CZ"),
    ("tsjechie", "CZ"),
    ("turkey", "TR"),
    ("uk", "GB"),
    ("ungarn", "HU"),
    ("united kingdom", "GB"),
    ("united states", "US"),
    ("us", "US"),
    ("us virgin islands", "VI"),
    ("usa", "US"),
    ("vatican", "VA"),
    ("vatican city", "VA"),
    ("vereinigte staaten", "US"),
    ("vereinigtes konigreich", "GB"),
    ("verenigd koninkrijk", "GB"),
    ("verenigde staten", "US"),
    ("vietnam", "VN"),
    ("wales", "GB"),
    ("wallis et futuna", "WF"),
    ("zweden", "SE"),
    ("zwitserland", "CH"),
    ("ελλαδα", "GR"),
    ("κυπρος", "CY"),
    ("българия", "BG"),
    ("србија", "RS"),
    ("україна", "UA"),
];

/// Codes of other lists, and of former countries: of the European Union, the Universal Postal Union,
/// sports, the standard before it changed.
const CODES: &[(&str, &str)] = &[
    ("BUL", "BG"),
    ("CRO", "HR"),
    ("DEN", "DK"),
    ("EL", "GR"),
    ("ENG", "GB"),
    ("FX", "FR"),
    ("GER", "DE"),
    ("GRE", "GR"),
    ("IC", "ES"),
    ("LAT", "LV"),
    ("NED", "NL"),
    ("NIR", "GB"),
    ("POR", "PT"),
    ("SCO", "GB"),
    ("SCT", "GB"),
    ("SLO", "SI"),
    ("SUI", "CH"),
    ("TP", "TL"),
    ("UK", "GB"),
    ("WAL", "GB"),
    ("WLS", "GB"),
    ("XKX", "XK"),
    ("ZR", "CD"),
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
        country if states::is_territory(country) => zip::at_end(before).0.is_some(),
        _ => codes::has_code_and_city(before, country, only),
    }
}

/// The country that a piece of its own means.
fn whole(piece: &[&str], earlier: &[Piece]) -> Option<&'static str> {
    // `APO, AE` is no place in the Emirates.
    if us::military(piece, earlier).is_some() {
        return None;
    }
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
        country if states::is_territory(country) => zip::at_end(city).0.is_some(),
        _ => !street::has_suffix(city) && codes::has_code_and_city(city, country, before.is_empty()),
    };
    elsewhere.then_some(country)
}

/// The country that somebody means by a code of another list, a code in small letters, or a name.
pub(crate) fn meant(raw: &str) -> Option<&'static str> {
    let raw: String = raw.nfkc().collect();
    let code = raw.trim().to_uppercase();
    let listed = |list: &[(&str, &'static str)]| list.iter().find(|(known, _)| *known == code).map(|(_, code)| *code);
    let iso = rust_iso3166::from_alpha2(&code)
        .or_else(|| rust_iso3166::from_alpha3(&code))
        .or_else(|| rust_iso3166::from_numeric_str(&code));
    listed(CODES)
        .or_else(|| iso.map(|country| country.alpha2))
        .or_else(|| listed(codes::PREFIXES))
        .or_else(|| named(&raw.split_whitespace().collect::<Vec<_>>()))
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
        let whole = rust_iso3166::ALL.iter().find(|country| same(country.name));
        let country = whole.or_else(|| {
            // `Bolivia (Plurinational State of)` is called Bolivia; of two Koreas nobody knows which is meant.
            let short = |name: &'static str| name.split_once(" (").is_some_and(|(short, _)| same(short));
            let mut found = rust_iso3166::ALL.iter().filter(|country| short(country.name));
            found.next().filter(|_| found.next().is_none())
        });
        country.map(|country| country.alpha2)
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
