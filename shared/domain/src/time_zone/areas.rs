//! Zones that a postal code tells: of parts of a country that keep another clock than the rest.
//!
//! What a code of Europe's post says is here as far as it is certain. `None` is a place of which the
//! code does not tell the clock.

/// Countries, the first and the last code of a row, of equal length, and the zone. The first row that
/// fits counts.
type Row = (&'static [&'static str], &'static str, &'static str, Option<&'static str>);

const ROWS: &[Row] = &[
    // France (La Poste): departments and collectivities overseas, and the forces abroad.
    (&["FR"], "00000", "00999", None),
    (&["FR"], "97133", "97133", Some("America/St_Barthelemy")),
    (&["FR"], "97150", "97150", Some("America/Marigot")),
    (&["FR"], "97100", "97199", Some("America/Guadeloupe")),
    (&["FR"], "97200", "97299", Some("America/Martinique")),
    (&["FR"], "97300", "97399", Some("America/Cayenne")),
    (&["FR"], "97400", "97499", Some("Indian/Reunion")),
    (&["FR"], "97500", "97599", Some("America/Miquelon")),
    (&["FR"], "97600", "97699", Some("Indian/Mayotte")),
    (&["FR"], "97700", "97799", Some("America/St_Barthelemy")),
    (&["FR"], "97800", "97899", Some("America/Marigot")),
    (&["FR"], "98600", "98699", Some("Pacific/Wallis")),
    // The Society Islands, the Marquesas, the Austral Islands, the Gambier Islands, the Tuamotus.
    (&["FR", "PF"], "98700", "98739", Some("Pacific/Tahiti")),
    (&["FR", "PF"], "98740", "98749", Some("Pacific/Marquesas")),
    (&["FR", "PF"], "98750", "98754", Some("Pacific/Tahiti")),
    (&["FR", "PF"], "98755", "98755", Some("Pacific/Gambier")),
    (&["FR", "PF"], "98760", "98790", Some("Pacific/Tahiti")),
    (&["FR", "PF"], "98792", "98793", Some("Pacific/Gambier")),
    (&["FR", "PF"], "98794", "98795", Some("Pacific/Tahiti")),
    (&["FR", "PF"], "98796", "98796", Some("Pacific/Marquesas")),
    (&["FR"], "98800", "98899", Some("Pacific/Noumea")),
    (&["FR"], "97000", "97999", None),
    (&["FR"], "98100", "98999", None),
    // Spain (Correos): the Canaries, Ceuta and Melilla.
    (&["ES"], "35000", "35999", Some("Atlantic/Canary")),
    (&["ES"], "38000", "38999", Some("Atlantic/Canary")),
    (&["ES"], "51000", "52999", Some("Africa/Ceuta")),
    (&["ES"], "01000", "50999", Some("Europe/Madrid")),
    // Portugal (CTT): Madeira and the Azores.
    (&["PT"], "9000", "9499", Some("Atlantic/Madeira")),
    (&["PT"], "9500", "9999", Some("Atlantic/Azores")),
    (&["PT"], "1000", "8999", Some("Europe/Lisbon")),
    // Greenland, which is written under Denmark, too; the north and the east keep clocks of their own.
    (&["DK", "GL"], "3900", "3969", Some("America/Nuuk")),
    (&["DK"], "3970", "3999", None),
    // The Faroes under Denmark, or a Danish code that has lost its zero.
    (&["DK"], "100", "999", None),
    // The north of Cyprus, written under Turkey (and Mersin), and the rest but what is divided.
    (&["TR"], "99000", "99999", None),
    (&["CY"], "1000", "4999", Some("Asia/Nicosia")),
    (&["CY"], "6000", "8999", Some("Asia/Nicosia")),
    // The freely associated states, by ZIP codes (USPS).
    (&["US", "PW"], "96940", "96940", Some("Pacific/Palau")),
    (&["US", "FM"], "96941", "96941", Some("Pacific/Pohnpei")),
    (&["US", "FM"], "96942", "96943", Some("Pacific/Chuuk")),
    (&["US", "FM"], "96944", "96944", Some("Pacific/Kosrae")),
    (&["US", "MH"], "96960", "96960", Some("Pacific/Majuro")),
    (&["US", "MH"], "96970", "96970", Some("Pacific/Kwajalein")),
];

/// What a postal code tells of the zone.
pub(super) enum Told {
    /// This is it.
    Zone(&'static str),
    /// It is another than the country's, or may be.
    Elsewhere,
    /// Nothing; then the country may.
    Nothing,
}

/// What a postal code, in the form that is compared, tells of the zone in its country.
pub(super) fn told(country: &str, code: &str) -> Told {
    if country == "GB" {
        return british(code);
    }
    let digits = digits(code);
    let fits = |from: &str, to: &str| digits.len() == from.len() && (from..=to).contains(&digits);
    let row = ROWS.iter().find(|(countries, from, to, _)| countries.contains(&country) && fits(from, to));
    row.map_or(Told::Nothing, |(.., zone)| zone.map_or(Told::Elsewhere, Told::Zone))
}

/// Gibraltar keeps another clock; the forces abroad (`BF1`, `BFPO 1`) and the territories (`FIQQ 1ZZ`) are
/// anywhere.
fn british(code: &str) -> Told {
    let letters = code.chars().take_while(char::is_ascii_alphabetic).count();
    match code.get(..letters).unwrap_or_default() {
        "GX" => Told::Zone("Europe/Gibraltar"),
        "BF" => Told::Elsewhere,
        area if area.len() == 4 => Told::Elsewhere,
        _ => Told::Nothing,
    }
}

/// The digits that a code begins with, without the letters of the country before them: `F-97400`.
fn digits(code: &str) -> &str {
    let number = code.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let number = number.strip_prefix('-').unwrap_or(number);
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_is_one_of_the_time_zone_database_and_every_row_has_codes() {
        for (countries, from, to, zone) in ROWS {
            assert!(zone.is_none_or(|zone| crate::TimeZone::parse(zone).is_ok()), "{zone:?}");
            assert!(from.len() == to.len() && from <= to, "{from}");
            assert!(countries.iter().all(|country| crate::CountryCode::parse(country).is_ok()), "{countries:?}");
        }
    }
}
