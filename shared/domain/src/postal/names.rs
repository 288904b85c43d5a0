//! Names of cities, which people write in more than one way.

use super::country::fold;

/// Words that are written short, in full.
const IN_FULL: &[(&str, &str)] = &[
    ("e", "east"),
    ("ft", "fort"),
    ("hts", "heights"),
    ("mt", "mount"),
    ("n", "north"),
    ("s", "south"),
    ("spgs", "springs"),
    ("st", "saint"),
    ("ste", "sainte"),
    ("w", "west"),
];

/// Whether a city that somebody states, with its state or without, is the one that the post calls so.
/// Capitals, accents, punctuation and usual short forms do not matter: `MAYAGUEZ`, `Mayagüez`; `Coeur
/// d’Alene`, `St. Louis`, `N Hollywood`, `New York City`, `San Francisco, CA`.
pub(crate) fn same_city(stated: &str, own: &str, state: Option<&str>) -> bool {
    let (stated, own) = (plain(stated), plain(own));
    let mut forms = [Some(own.clone()), state.map(|state| own.clone() + &plain(state))].into_iter().flatten();
    !stated.is_empty() && !own.is_empty() && forms.any(|form| form == stated || form.clone() + "city" == stated)
}

/// The words of a name in full, without what parts them.
fn plain(name: &str) -> String {
    let name = fold(&name.replace(['.', ',', '/'], " "));
    let full = |word: &str| {
        IN_FULL.iter().find(|(short, _)| *short == word).map_or(word.to_owned(), |(_, full)| (*full).to_owned())
    };
    let words: String = name.split_whitespace().map(full).collect();
    words.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_is_the_same_however_it_is_written() {
        for (stated, own, state) in [
            ("San Francisco", "San Francisco", "CA"),
            ("  san   francisco", "San Francisco", "CA"),
            ("SAN FRANCISCO, CA", "San Francisco", "CA"),
            ("St. Louis", "Saint Louis", "MO"),
            ("St.Louis", "Saint Louis", "MO"),
            ("SAINT LOUIS", "Saint Louis", "MO"),
            ("Saint Thomas", "St Thomas", "VI"),
            ("Port St Lucie", "Port Saint Lucie", "FL"),
            ("Ft. Worth", "Fort Worth", "TX"),
            ("Mt Vernon", "Mount Vernon", "NY"),
            ("N. Hollywood", "North Hollywood", "CA"),
            ("Winston Salem", "Winston-Salem", "NC"),
            ("Coeur d\u{2019}Alene", "Coeur d'Alene", "ID"),
            ("Mayag\u{fc}ez", "Mayaguez", "PR"),
            ("Mayagu\u{308}ez", "Mayaguez", "PR"),
            ("New York City", "New York", "NY"),
            ("Washington D.C.", "Washington", "DC"),
            ("Washington, DC", "Washington", "DC"),
            ("O Fallon", "O'Fallon", "MO"),
        ] {
            assert!(same_city(stated, own, Some(state)), "{stated}");
        }
        for (stated, own) in [
            ("Berlin", "New York"),
            ("Paris", "Addison"),
            ("York", "New York"),
            ("New York", "York"),
            ("", "New York"),
            ("-", "New York"),
            ("City", ""),
            ("Москва", "Moscow"),
        ] {
            assert!(!same_city(stated, own, None), "{stated}");
        }
    }
}
