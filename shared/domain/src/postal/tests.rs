use proptest::prelude::*;

use super::*;

/// The parts of a text in order, absent ones as `-`: line 1 | line 2 | city | state | code | country.
fn told(text: &str) -> String {
    let parts = parse(text, None);
    let country = parts.country.map(|country| country.as_str().to_owned());
    [parts.line1, parts.line2, parts.city, parts.state, parts.postal_code, country]
        .map(|part| part.unwrap_or_else(|| "-".to_owned()))
        .join(" | ")
}

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<_> =
        cases.iter().map(|(text, parts)| (text, parts, told(text))).filter(|(_, parts, got)| *parts != got).collect();
    assert!(wrong.is_empty(), "text, expected, got: {wrong:#?}");
}

#[test]
fn reads_american_addresses() {
    check(&[
        ("221 Main Street, San Francisco, CA 94105", "221 Main St | - | San Francisco | CA | 94105 | US"),
        ("221 Main Street, San Francisco, CA 94105, USA", "221 Main St | - | San Francisco | CA | 94105 | US"),
        ("221 Main Street, San Francisco, CA 94105 USA", "221 Main St | - | San Francisco | CA | 94105 | US"),
        (
            "221 Main Street, San Francisco, CA 94105, United States",
            "221 Main St | - | San Francisco | CA | 94105 | US",
        ),
        ("221 Main St\nSan Francisco, CA 94105-1234\nUS", "221 Main St | - | San Francisco | CA | 94105-1234 | US"),
        ("221 Main Street, San Francisco CA 94105", "221 Main St | - | San Francisco | CA | 94105 | US"),
        ("221 Main Street San Francisco CA 94105", "221 Main St | - | San Francisco | CA | 94105 | US"),
        ("221 Main Street Apt 4 San Francisco CA 94105", "221 Main St | Apt 4 | San Francisco | CA | 94105 | US"),
        ("221 Main Street, San Francisco, California 94105", "221 Main St | - | San Francisco | CA | 94105 | US"),
        ("221 Main Street, San Francisco, california", "221 Main St | - | San Francisco | CA | - | US"),
        ("221 main street, san francisco, ca 94105", "221 main St | - | san francisco | CA | 94105 | US"),
        ("221 MAIN STREET, SAN FRANCISCO, CA, 94105", "221 MAIN ST | - | SAN FRANCISCO | CA | 94105 | US"),
        ("221 Main Street, Apt 4, San Francisco, CA 94105", "221 Main St | Apt 4 | San Francisco | CA | 94105 | US"),
        ("221 Main Street Suite 200, San Francisco, CA", "221 Main St | Suite 200 | San Francisco | CA | - | US"),
        ("221 Main Street #5, San Francisco, CA", "221 Main St | #5 | San Francisco | CA | - | US"),
        ("Acme Inc., 221 Main Street, Reno, NV 89501", "221 Main St | Acme Inc. | Reno | NV | 89501 | US"),
        ("350 5th Avenue, New York, New York 10118", "350 5th Ave | - | New York | NY | 10118 | US"),
        ("350 5th Avenue, New York, New York", "350 5th Ave | - | New York | NY | - | US"),
        (
            "1600 Pennsylvania Avenue NW, Washington, DC 20500",
            "1600 Pennsylvania Ave NW | - | Washington | DC | 20500 | US",
        ),
        ("1600 Pennsylvania Ave NW Washington DC 20500", "1600 Pennsylvania Ave NW | - | Washington | DC | 20500 | US"),
        ("12 Court Street, Salem, OR", "12 Court St | - | Salem | OR | - | US"),
        ("12 Street, Salem, OR", "12 Street | - | Salem | OR | - | US"),
        ("Albuquerque, New Mexico", "- | - | Albuquerque | NM | - | US"),
        ("Atlanta, Georgia 30303", "- | - | Atlanta | GA | 30303 | US"),
        ("Atlanta, Georgia, USA", "- | - | Atlanta | GA | - | US"),
        ("San Francisco, CA", "- | - | San Francisco | CA | - | US"),
        ("San Francisco CA", "- | - | San Francisco | CA | - | US"),
        ("Wilmington, DE", "- | - | Wilmington | DE | - | US"),
        ("San Francisco, USA", "- | - | San Francisco | - | - | US"),
        ("221 Main Street, San Francisco, USA", "221 Main St | - | San Francisco | - | - | US"),
        ("San Juan, PR 00901", "- | - | San Juan | PR | 00901 | US"),
        ("221 Main Street, San Francisco, CA USA", "221 Main St | - | San Francisco | CA | - | US"),
        ("PO Box 12, Dover, DE", "PO Box 12 | - | Dover | DE | - | US"),
        ("94105 USA", "- | - | - | - | 94105 | US"),
        ("CA 94105", "- | - | - | CA | 94105 | US"),
        ("CA", "- | - | - | CA | - | US"),
        ("California", "- | - | - | CA | - | US"),
        ("USA", "- | - | - | - | - | US"),
    ]);
}

#[test]
fn reads_european_addresses() {
    check(&[
        ("Damrak 1A, 1011 AB Amsterdam, Netherlands", "Damrak 1A | - | Amsterdam | - | 1011AB | NL"),
        ("Damrak 1A, 1011AB Amsterdam", "Damrak 1A | - | Amsterdam | - | 1011AB | NL"),
        ("Damrak 1A\n1011 ab Amsterdam\nNederland", "Damrak 1A | - | Amsterdam | - | 1011AB | NL"),
        ("Damrak 1A, 1011 AB Amsterdam Nederland", "Damrak 1A | - | Amsterdam | - | 1011AB | NL"),
        ("Damrak 1A, Amsterdam, 1011 AB", "Damrak 1A | - | Amsterdam | - | 1011AB | NL"),
        ("1011AB", "- | - | - | - | 1011AB | NL"),
        ("Unter den Linden 77, 10117 Berlin, Germany", "Unter den Linden 77 | - | Berlin | - | 10117 | DE"),
        ("Unter den Linden 77, 10117 Berlin, DE", "Unter den Linden 77 | - | Berlin | - | 10117 | DE"),
        ("Unter den Linden 77, D-10117 Berlin", "Unter den Linden 77 | - | Berlin | - | 10117 | DE"),
        ("Unter den Linden 77, 10117 Berlin", "Unter den Linden 77 | - | Berlin | - | 10117 | -"),
        ("10117 Berlin", "- | - | Berlin | - | 10117 | -"),
        ("10117 Berlin Deutschland", "- | - | Berlin | - | 10117 | DE"),
        ("10 Rue de Rivoli, 75001 Paris, France", "10 Rue de Rivoli | - | Paris | - | 75001 | FR"),
        ("Wetstraat 16, 1000 Brussel, België", "Wetstraat 16 | - | Brussel | - | 1000 | BE"),
        ("Rue de la Loi 16, bte 3, 1000 Bruxelles, BELGIQUE", "Rue de la Loi 16 | bte 3 | Bruxelles | - | 1000 | BE"),
        ("Wetstraat 16, 1000 Brussel", "Wetstraat 16 | - | Brussel | - | 1000 | -"),
        ("10 Downing Street, London SW1A 2AA, UK", "10 Downing Street | - | London | - | SW1A 2AA | GB"),
        ("10 Downing Street, London, SW1A2AA", "10 Downing Street | - | London | - | SW1A 2AA | GB"),
        ("10 Downing Street, London SW1A 2AA UK", "10 Downing Street | - | London | - | SW1A 2AA | GB"),
        ("Flat 2, 10 High Street, Bath BA1 1AA, England", "Flat 2 | 10 High Street | Bath | - | BA1 1AA | GB"),
        ("Via Dante 5, 20121 Milano MI, Italia", "Via Dante 5 | - | Milano | - | 20121 | IT"),
        ("Via Dante 5, 20121 Milano (MI), Italy", "Via Dante 5 | - | Milano | - | 20121 | IT"),
        ("Drottninggatan 1, 111 51 Stockholm, Sverige", "Drottninggatan 1 | - | Stockholm | - | 111 51 | SE"),
        ("ul. Prosta 1, 00-001 Warszawa, Polska", "ul. Prosta 1 | - | Warszawa | - | 00-001 | PL"),
        ("Rua Augusta 1, 1100-048 Lisboa, Portugal", "Rua Augusta 1 | - | Lisboa | - | 1100-048 | PT"),
        ("Stephansplatz 1, 1010 Wien, Österreich", "Stephansplatz 1 | - | Wien | - | 1010 | AT"),
        ("1 Main Street, Dublin D02 X285, Ireland", "1 Main Street | - | Dublin | - | D02 X285 | IE"),
        ("290 Bremner Blvd, Toronto, ON M5V 3L9", "290 Bremner Blvd | - | Toronto | ON | M5V 3L9 | CA"),
        ("Toronto, ON M5V 3L9, CA", "- | - | Toronto | ON | M5V 3L9 | CA"),
        ("1 George St, Sydney NSW 2000, Australia", "1 George St | - | Sydney | NSW | 2000 | AU"),
        ("100 King St W, Toronto, ON, M5X 1A9, Canada", "100 King St W | - | Toronto | ON | M5X 1A9 | CA"),
        ("1-1 Chiyoda, Tokyo 100-8111, Japan", "1-1 Chiyoda | - | Tokyo | - | 100-8111 | JP"),
        ("Nevsky 1, Saint Petersburg, 190000, Russia", "Nevsky 1 | - | Saint Petersburg | - | 190000 | RU"),
        ("L-1234 Luxembourg", "- | - | Luxembourg | - | 1234 | LU"),
        ("Paris, France", "- | - | Paris | - | - | FR"),
        ("Damrak 1, Amsterdam", "Damrak 1 | - | Amsterdam | - | - | -"),
    ]);
}

#[test]
fn leaves_out_what_cannot_be_told() {
    check(&[
        ("", "- | - | - | - | - | -"),
        (" ,\n; ", "- | - | - | - | - | -"),
        ("Amsterdam", "- | - | - | - | - | -"),
        ("Georgia", "- | - | - | - | - | -"),
        ("Washington", "- | - | - | - | - | -"),
        ("1234 Elm", "1234 Elm | - | - | - | - | -"),
        ("12345 Main Street", "12345 Main Street | - | - | - | - | -"),
        ("12 Rue de France", "12 Rue de France | - | - | - | - | -"),
        ("221 Main Street, 94105", "221 Main Street | - | - | - | 94105 | -"),
        ("San Francisco 94105", "- | - | San Francisco | - | 94105 | -"),
        ("Hauptstr. 5, Berlin, DE", "Hauptstr. 5 | - | Berlin | - | - | -"),
        ("221 Broadway New York NY 10007", "- | - | - | NY | 10007 | US"),
        ("221 Main Street, Atlanta, Georgia", "221 Main Street | - | Atlanta | - | - | -"),
        ("Rustaveli 1, 0105 Tbilisi, Georgia", "Rustaveli 1 | - | Tbilisi | - | 0105 | GE"),
        ("20121 Milano, MI", "- | - | Milano | - | 20121 | -"),
        // Five digits may be a code of many countries; with a state, of the state's alone.
        ("94105", "- | - | - | - | 94105 | -"),
        (" 94105-1234 ", "- | - | - | - | 94105-1234 | -"),
        ("10117", "- | - | - | - | 10117 | -"),
        ("8 Rue Neuve, 75001 Paris", "8 Rue Neuve | - | Paris | - | 75001 | -"),
        ("Calle Mayor 1, 28001 Madrid", "Calle Mayor 1 | - | Madrid | - | 28001 | -"),
        ("Calle Mayor 1, Madrid 28001", "Calle Mayor 1 | - | Madrid | - | 28001 | -"),
        ("Via Dante 5, Milano, MI 20121", "Via Dante 5 | - | Milano | - | 20121 | -"),
        ("Hauptstr. 5, Berlin, Delaware 10117", "Hauptstr. 5 | - | Berlin | - | 10117 | -"),
        ("221 Main Street, San Francisco, CA 10001", "221 Main Street | - | San Francisco | - | 10001 | -"),
    ]);
    assert_eq!(parse(&"é, ".repeat(200), None), Parts::default());
}

#[test]
fn reads_zip_codes_however_nine_digits_are_parted() {
    for code in [
        "94105-1234",
        "941051234",
        "94105 1234",
        "94105 - 1234",
        "94105\u{2013}1234",
        "94105\u{2011}1234",
        "94105\u{2010}1234",
        "94105\u{2212}1234",
        "94105\u{a0}1234",
        "\u{ff19}\u{ff14}\u{ff11}\u{ff10}\u{ff15}\u{ff0d}\u{ff11}\u{ff12}\u{ff13}\u{ff14}",
    ] {
        for (text, parts) in [
            (
                format!("1 Main Street, San Francisco, CA {code}"),
                "1 Main St | - | San Francisco | CA | 94105-1234 | US",
            ),
            (format!("1 Main St San Francisco CA {code} USA"), "1 Main St | - | San Francisco | CA | 94105-1234 | US"),
            (format!("San Francisco, CA, {code}"), "- | - | San Francisco | CA | 94105-1234 | US"),
            (format!("San Francisco {code}"), "- | - | San Francisco | - | 94105-1234 | -"),
            (format!("1 Main Street, San Francisco, {code}"), "1 Main Street | - | San Francisco | - | 94105-1234 | -"),
            (code.to_owned(), "- | - | - | - | 94105-1234 | -"),
        ] {
            assert_eq!(told(&text), parts, "{text}");
        }
    }
    let full_width = "San Francisco, CA \u{ff19}\u{ff14}\u{ff11}\u{ff10}\u{ff15}";
    assert_eq!(told(full_width), "- | - | San Francisco | CA | 94105 | US");
}

/// USPS Publication 28, section 225: the forces and embassies abroad.
#[test]
fn the_forces_abroad_have_american_addresses() {
    check(&[
        ("APO, AE", "- | - | APO | AE | - | US"),
        ("APO AE", "- | - | APO | AE | - | US"),
        ("APO, AE 09345", "- | - | APO | AE | 09345 | US"),
        ("APO, AE, 09345", "- | - | APO | AE | 09345 | US"),
        ("apo ae 09345", "- | - | APO | AE | 09345 | US"),
        ("A.P.O., AE 09345", "- | - | A.P.O. | AE | 09345 | US"),
        ("PSC 3 Box 4120, APO AE 09021", "PSC 3 Box 4120 | - | APO | AE | 09021 | US"),
        ("PSC 3 Box 4120 APO AE 09021", "PSC 3 Box 4120 | - | APO | AE | 09021 | US"),
        ("PSC 3 Box 4120, APO AE 09021, USA", "PSC 3 Box 4120 | - | APO | AE | 09021 | US"),
        ("PSC 3 Box 4120, APO AE 09021 USA", "PSC 3 Box 4120 | - | APO | AE | 09021 | US"),
        ("USS X, FPO AP 96606-2783", "USS X | - | FPO | AP | 96606-2783 | US"),
        ("Unit 8400 Box 1\nDPO AE 09498", "Unit 8400 Box 1 | - | DPO | AE | 09498 | US"),
        ("CMR 1250, APO AA 34002 1250", "CMR 1250 | - | APO | AA | 34002-1250 | US"),
        // Without such a post office it is what it was.
        ("Sheikh Zayed Road 1, Dubai, AE", "Sheikh Zayed Road 1 | - | Dubai | - | - | AE"),
    ]);
}

#[test]
fn knows_the_territories_and_the_freely_associated_states() {
    check(&[
        ("San Juan, PR 00901", "- | - | San Juan | PR | 00901 | US"),
        ("1 Calle Luna, San Juan, Puerto Rico 00901", "1 Calle Luna | - | San Juan | PR | 00901 | US"),
        ("1 Calle Luna, San Juan, PR 00901, Puerto Rico", "1 Calle Luna | - | San Juan | PR | 00901 | PR"),
        ("1 Calle Luna, San Juan, 00901, Puerto Rico", "1 Calle Luna | - | San Juan | - | 00901 | PR"),
        ("1 Calle Luna, San Juan PR 00901 Puerto Rico", "1 Calle Luna | - | San Juan | PR | 00901 | PR"),
        ("1 Calle Luna, San Juan, Puerto Rico", "1 Calle Luna | - | San Juan | PR | - | US"),
        ("1 Calle Luna, San Juan, Puerto Rico, USA", "1 Calle Luna | - | San Juan | PR | - | US"),
        ("1 Marine Drive, Tamuning, GU 96913 1234, Guam", "1 Marine Dr | - | Tamuning | GU | 96913-1234 | GU"),
        ("Tamuning, GU 96913-1234", "- | - | Tamuning | GU | 96913-1234 | US"),
        ("Kolonia, FM 96941", "- | - | Kolonia | - | 96941 | FM"),
        ("PO Box 1, Majuro, MH 96960", "PO Box 1 | - | Majuro | - | 96960 | MH"),
        ("Koror PW 96940", "- | - | Koror | - | 96940 | PW"),
        ("Main Road, Koror 96940, Palau", "Main Road | - | Koror | - | 96940 | PW"),
    ]);
}

#[test]
fn tells_british_codes_that_are_of_other_countries() {
    check(&[
        ("1 Pier Road, St Helier, JE2 3AB", "1 Pier Road | - | St Helier | - | JE2 3AB | JE"),
        ("1 Pier Road, St Helier JE23AB", "1 Pier Road | - | St Helier | - | JE2 3AB | JE"),
        ("1 Pier Road, St Helier, JE2 3AB, Jersey", "1 Pier Road | - | St Helier | - | JE2 3AB | JE"),
        ("1 Pier Road, St Helier, JE2 3AB, UK", "1 Pier Road | - | St Helier | - | JE2 3AB | JE"),
        ("1 High Street, St Peter Port, GY1 2JU", "1 High Street | - | St Peter Port | - | GY1 2JU | GG"),
        ("1 High Street, St Peter Port GY1 2JU Guernsey", "1 High Street | - | St Peter Port | - | GY1 2JU | GG"),
        ("1 Athol Street, Douglas, IM1 1JA, United Kingdom", "1 Athol Street | - | Douglas | - | IM1 1JA | IM"),
        ("1 Main Street, Gibraltar GX11 1AA", "1 Main Street | - | Gibraltar | - | GX11 1AA | GI"),
        ("1 Main Street, GX11 1AA, Gibraltar", "1 Main Street | - | - | - | GX11 1AA | GI"),
        ("10 High Street, London E1 6AN", "10 High Street | - | London | - | E1 6AN | GB"),
        ("10 High Street, Guildford GU1 3AA", "10 High Street | - | Guildford | - | GU1 3AA | GB"),
    ]);
}

#[test]
fn a_code_that_stands_elsewhere_counts_for_the_state() {
    for (text, code, country) in [
        ("221 Main Street, San Francisco, CA", "94105", Some("US")),
        ("221 Main Street, San Francisco, CA", "941051234", Some("US")),
        ("Via Dante, Milano, MI", "20121", None),
        ("Damrak, Amsterdam, NY", "1011AB", None),
        ("1 Main Street, Boston, MA", "2134", Some("US")),
        ("Via Dante, Milano, MI, USA", "20121", Some("US")),
    ] {
        let told = parse(text, Some(code)).country;
        assert_eq!(told.as_ref().map(CountryCode::as_str), country, "{text} {code}");
    }
}

/// Letters and digits alone, small: what a normal form of a part keeps.
fn kept(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Texts that look like addresses much more often than random ones.
fn address() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "221",
            "Main",
            "Street",
            "Ave.",
            "Apt",
            "#5",
            "CA",
            "California",
            "New",
            "York",
            "94105",
            "94105-1234",
            "941051234",
            "APO",
            "AE",
            "09345",
            "JE2",
            "3AB",
            "FM",
            "96941",
            "USA",
            "Georgia",
            "1011",
            "AB",
            "1011AB",
            "D-10117",
            "Berlin",
            "Deutschland",
            "SW1A",
            "2AA",
            "UK",
            "M5V",
            "3L9",
            "NW",
            "(MI)",
            "Italia",
            "111",
            "51",
            "SE",
            "DE",
            "é",
            "ß",
            "İ",
            "-",
            "#",
            ".",
            "'",
        ])
        .prop_map(str::to_owned),
        "\\PC{1,6}",
    ];
    let separator = prop::sample::select(vec![" ", " ", " ", ", ", "\n", " ;", "\u{a0}"]);
    prop::collection::vec((word, separator), 0..14)
        .prop_map(|words| words.into_iter().flat_map(|(word, separator)| [word, separator.to_owned()]).collect())
}

proptest! {
    #[test]
    fn never_panics_and_its_parts_are_lines(text in any::<String>()) {
        let parts = parse(&text, None);
        for part in [parts.line1, parts.line2, parts.city, parts.state, parts.postal_code].iter().flatten() {
            prop_assert!(part.trim() == part && !part.is_empty() && !part.contains(char::is_control), "{part:?}");
        }
    }

    #[test]
    fn tells_nothing_that_is_not_in_the_text(text in address()) {
        let parts = parse(&text, None);
        let input = kept(&text);
        let given: Vec<_> = text.split([' ', ',', ';', '\n', '\u{a0}']).collect();
        for part in [&parts.city, &parts.postal_code].into_iter().flatten() {
            prop_assert!(input.contains(&kept(part)), "{part:?} of {text:?}");
        }
        for line in [&parts.line1, &parts.line2].into_iter().flatten() {
            for word in line.split([' ', ',']) {
                let abbreviated = street::has_suffix(&[word]) && street::has_suffix(&given);
                prop_assert!(abbreviated || input.contains(&kept(word)), "{word:?} of {text:?}");
            }
        }
    }

    #[test]
    fn white_space_does_not_matter(text in address()) {
        let spread = format!("  {}\t", text.replace(' ', " \t "));
        prop_assert_eq!(parse(&spread, None), parse(&text, None));
    }

    #[test]
    fn reads_its_own_american_answer_the_same(
        number in 1..99_999_u32,
        name in "[A-Z][a-z]{3,8}",
        suffix in prop::sample::select(vec!["Street", "Avenue", "Rd", "Blvd."]),
        city in "[A-Z][a-z]{3,8}( [A-Z][a-z]{3,8})?",
        (state, prefix) in prop::sample::select(vec![("CA", 941), ("NY", 100), ("New York", 149), ("texas", 799)]),
        rest in "[0-9]{2}(-[0-9]{4})?",
    ) {
        // `Room Street 5` would be a room.
        prop_assume!(super::street::unit_length(&[&name, suffix]) == 0);
        let zip = format!("{prefix}{rest}");
        let parts = parse(&format!("{number} {name} {suffix}, {city}, {state} {zip}"), None);
        prop_assert_eq!(parts.city.as_deref(), Some(city.as_str()));
        prop_assert_eq!(parts.postal_code.as_deref(), Some(zip.as_str()));
        let (line1, state) = (parts.line1.clone().unwrap_or_default(), parts.state.clone().unwrap_or_default());
        prop_assert_eq!(parse(&format!("{line1}, {city}, {state} {zip}"), None), parts);
    }
}
