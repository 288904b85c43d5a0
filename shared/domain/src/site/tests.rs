use super::*;

fn text<const MAX: usize>(raw: &str) -> Option<Text<MAX>> {
    Text::parse(raw).ok()
}

/// With city, state, postal code and country, of which `-` is absent.
fn stated(parts: [&str; 4]) -> Site {
    let [city, state, code, country] = parts;
    let stated = SiteAddress {
        city: text(city).filter(|_| city != "-"),
        state: text(state).filter(|_| state != "-"),
        postal_code: text(code).filter(|_| code != "-"),
        country: CountryCode::parse(country).ok(),
        ..SiteAddress::default()
    };
    let mut site = Site { stated, ..Site::default() };
    site.derive_from_text();
    site
}

#[test]
fn the_forces_abroad_and_the_associated_states_are_told_by_their_state() {
    for (parts, country, zone) in [
        (["APO", "AE", "-", "-"], "US", "-"),
        (["APO", "AE", "09345", "-"], "US", "-"),
        (["apo", "ae", "093451234", "-"], "US", "-"),
        (["FPO", "AP", "96606-2783", "-"], "US", "-"),
        (["DPO", "AA", "34002", "-"], "US", "-"),
        (["-", "AE", "09345", "-"], "US", "-"),
        (["Kolonia", "FM", "96941", "-"], "FM", "Pacific/Pohnpei"),
        (["Dubai", "AE", "-", "-"], "-", "-"),
        (["Dubai", "AE", "12345", "-"], "-", "-"),
        (["Mumbai", "MH", "400001", "-"], "-", "-"),
        (["APO", "AE", "-", "AE"], "AE", "-"),
    ] {
        let site = stated(parts);
        let told = site.address().country.map_or("-".to_owned(), |country| country.as_str().to_owned());
        let clock = site.derived_time_zone.map_or("-".to_owned(), |zone| zone.to_string());
        assert_eq!((told.as_str(), clock.as_str()), (country, zone), "{parts:?}");
    }
}

#[test]
fn areas_are_compared_by_what_codes_have_in_common() {
    for (country, code, area) in [
        ("US", "94105", "US 94105"),
        ("US", "94105-1234", "US 94105"),
        ("US", "941051234", "US 94105"),
        ("US", "94105\u{2013}1234", "US 94105"),
        ("PR", "00901", "US 00901"),
        ("GU", "96913 1234", "US 96913"),
        ("UM", "96898", "US 96898"),
        ("FM", "96941-1234", "FM 96941"),
        ("DE", "10117", "DE 10117"),
        ("NL", "1011 ab", "NL 1011AB"),
        ("US", "2139", "US 2139"),
    ] {
        let found = PostalArea::of(&CountryCode::parse(country).unwrap(), code);
        assert_eq!(format!("{} {}", found.country.as_str(), found.postal_code), area);
    }
    let assumed = |code, country| stated(["-", "-", code, country]).stated.assumed_area().is_some();
    assert!(assumed("94105", "-") && assumed("941051234", "-"));
    assert!(!assumed("94105", "US") && !assumed("94105", "DE") && !assumed("1011AB", "-") && !assumed("9410", "-"));
}

#[test]
fn a_place_fits_an_address_with_its_city_or_its_state() {
    let new_york = PlaceFacts { city: text("New York"), state: text("NY"), ..PlaceFacts::default() };
    for (city, state, fits) in [
        ("-", "-", true),
        ("New York", "-", true),
        ("new york city", "-", true),
        ("Manhattan", "-", false),
        ("Manhattan", "NY", true),
        ("Manhattan", "New York", true),
        ("-", "N.Y.", true),
        ("New York", "Manhattan", true),
        ("Berlin", "-", false),
        ("Berlin", "Berlin", false),
        ("-", "Berlin", false),
        ("Berlin", "NJ", false),
    ] {
        assert_eq!(new_york.fits(&stated([city, state, "10117", "-"]).stated), fits, "{city}, {state}");
    }
    let nameless = PlaceFacts::default();
    assert!(nameless.fits(&SiteAddress::default()) && !nameless.fits(&stated(["Berlin", "-", "-", "-"]).stated));
}
