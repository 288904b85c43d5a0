//! The states of the United States, and what else stands where a state does.

use super::{all_digits, country::fold, country_code};
use crate::CountryCode;

/// The first three digits of ZIP codes, from and to.
type Prefixes = &'static [(u16, u16)];

/// The states, the district and the territories: two letters, the name, and how their ZIP codes begin
/// (USPS Publication 65; gaps that no state uses are closed).
pub(super) const STATES: &[(&str, &str, Prefixes)] = &[
    ("AL", "alabama", &[(350, 369)]),
    ("AK", "alaska", &[(995, 999)]),
    ("AS", "american samoa", &[(967, 967)]),
    ("AZ", "arizona", &[(850, 865)]),
    ("AR", "arkansas", &[(716, 729)]),
    ("CA", "california", &[(900, 961)]),
    ("CO", "colorado", &[(800, 816)]),
    ("CT", "connecticut", &[(60, 69)]),
    ("DE", "delaware", &[(197, 199)]),
    ("DC", "district of columbia", &[(200, 200), (202, 205), (569, 569)]),
    ("FL", "florida", &[(320, 339), (341, 349)]),
    ("GA", "georgia", &[(300, 319), (398, 399)]),
    ("GU", "guam", &[(969, 969)]),
    ("HI", "hawaii", &[(967, 968)]),
    ("ID", "idaho", &[(832, 838)]),
    ("IL", "illinois", &[(600, 629)]),
    ("IN", "indiana", &[(460, 479)]),
    ("IA", "iowa", &[(500, 528)]),
    ("KS", "kansas", &[(660, 679)]),
    ("KY", "kentucky", &[(400, 427)]),
    ("LA", "louisiana", &[(700, 714)]),
    ("ME", "maine", &[(39, 49)]),
    ("MD", "maryland", &[(205, 219)]),
    ("MA", "massachusetts", &[(10, 27), (55, 55)]),
    ("MI", "michigan", &[(480, 499)]),
    ("MN", "minnesota", &[(550, 567)]),
    ("MS", "mississippi", &[(386, 397)]),
    ("MO", "missouri", &[(630, 658), (726, 726)]),
    ("MT", "montana", &[(590, 599)]),
    ("NE", "nebraska", &[(680, 693)]),
    ("NV", "nevada", &[(889, 898)]),
    ("NH", "new hampshire", &[(30, 38)]),
    ("NJ", "new jersey", &[(70, 89)]),
    ("NM", "new mexico", &[(870, 884)]),
    ("NY", "new york", &[(5, 5), (63, 63), (100, 149)]),
    ("NC", "north carolina", &[(270, 289)]),
    ("ND", "north dakota", &[(580, 588)]),
    ("MP", "northern mariana islands", &[(969, 969)]),
    ("OH", "ohio", &[(430, 459)]),
    ("OK", "oklahoma", &[(730, 732), (734, 749)]),
    ("OR", "oregon", &[(970, 979)]),
    ("PA", "pennsylvania", &[(150, 196)]),
    ("PR", "puerto rico", &[(6, 7), (9, 9)]),
    ("RI", "rhode island", &[(28, 29)]),
    ("SC", "south carolina", &[(290, 299)]),
    ("SD", "south dakota", &[(570, 577)]),
    ("TN", "tennessee", &[(370, 385)]),
    ("TX", "texas", &[(733, 733), (739, 739), (750, 799), (885, 885)]),
    ("UT", "utah", &[(840, 847)]),
    ("VT", "vermont", &[(50, 54), (56, 59)]),
    ("VI", "virgin islands", &[(8, 8)]),
    ("VA", "virginia", &[(201, 201), (205, 205), (220, 246)]),
    ("WA", "washington", &[(980, 994)]),
    ("WV", "west virginia", &[(247, 268)]),
    ("WI", "wisconsin", &[(530, 549)]),
    ("WY", "wyoming", &[(820, 831), (834, 834)]),
];
/// Where mail goes to the forces and embassies abroad: the Americas, Europe and the Pacific. An address
/// there is American and has no place.
const MILITARY: &[(&str, Prefixes)] = &[("AA", &[(340, 340)]), ("AE", &[(90, 98)]), ("AP", &[(962, 966)])];
/// What stands for the city of such an address.
const MILITARY_OFFICES: &[&str] = &["apo", "dpo", "fpo"];
/// States in free association: the post serves them like states, and they are countries of the same letters.
const ASSOCIATED: &[(&str, Prefixes)] = &[("FM", &[(969, 969)]), ("MH", &[(969, 969)]), ("PW", &[(969, 969)])];

/// The letters of an American state, district or territory by its letters or name, also as ISO 3166-2
/// has them: `US-CA`. Capitals, accents and dots do not matter.
#[must_use]
pub fn letters(state: &str) -> Option<&'static str> {
    let state = fold(state.trim());
    let state = state.strip_prefix("us ").unwrap_or(&state);
    let found = STATES.iter().find(|(letters, name, _)| letters.eq_ignore_ascii_case(state) || *name == state);
    found.map(|(letters, ..)| *letters)
}

/// Whether a country is a territory of the United States: written as their state, or as a country below.
pub(super) fn is_territory(country: &str) -> bool {
    CountryCode::parse(country).is_ok_and(|country| country.is_american()) && country != "US"
}

/// Whether ZIP codes of a state begin like this one.
pub(crate) fn agree(state: &str, zip: &str) -> bool {
    let Some(prefix) = zip.get(..3).filter(|prefix| all_digits(prefix)).and_then(|prefix| prefix.parse().ok()) else {
        return false;
    };
    let of = |(known, prefixes): (&str, Prefixes)| {
        let begins = prefixes.iter().any(|(from, to)| (*from..=*to).contains(&prefix));
        begins && (letters(state) == Some(known) || known.eq_ignore_ascii_case(state.trim()))
    };
    let states = STATES.iter().map(|(letters, _, prefixes)| (*letters, *prefixes));
    states.chain(MILITARY.iter().copied()).chain(ASSOCIATED.iter().copied()).any(of)
}

/// The letters that a word means behind the name of a military post office.
pub(super) fn military(office: &str, state: &str) -> Option<&'static str> {
    let known = MILITARY_OFFICES.contains(&fold(office).as_str());
    MILITARY.iter().map(|(letters, _)| *letters).find(|letters| known && letters.eq_ignore_ascii_case(state))
}

/// The letters of the freely associated state that a word means before such a ZIP code.
pub(super) fn associated(state: &str, zip: &str) -> Option<&'static str> {
    let found = ASSOCIATED.iter().map(|(letters, _)| *letters).find(|letters| letters.eq_ignore_ascii_case(state));
    found.filter(|_| agree(state, zip))
}

/// The country that a state tells which is none of a country's own: that of the forces abroad, and the
/// freely associated ones.
pub(crate) fn country(city: Option<&str>, state: &str, zip: Option<&str>) -> Option<CountryCode> {
    let state = state.trim();
    let forces = city.is_some_and(|city| military(city.trim(), state).is_some())
        || MILITARY.iter().any(|(letters, _)| letters.eq_ignore_ascii_case(state))
            && zip.is_some_and(|zip| agree(state, zip));
    if forces { country_code("US") } else { country_code(associated(state, zip?)?) }
}
