//! Against tables that stand here, in place of the store's.

use jiff::Timestamp;
use proptest::prelude::*;
use wattbook_domain::{
    OrganisationId, Share, TariffService,
    merge::AccountChange,
    property::{CUSTOMER_CLASS, KeyName, PropertyChange},
    tariff::{TariffChange, TariffFacts},
};

use super::*;

fn text<const MAX: usize>(raw: &str) -> Option<Text<MAX>> {
    Text::parse(raw).ok()
}

fn country(code: &str) -> Option<CountryCode> {
    CountryCode::parse(code).ok()
}

fn blank() -> Account {
    Account::blank(OrganisationId::new_random(), None, Timestamp::UNIX_EPOCH)
}

/// The loaded places: a Dutch one, and one that corrects an American one.
fn place_of(area: &PostalArea) -> Option<PlaceFacts> {
    let city = match (area.country.as_str(), area.postal_code.as_str()) {
        ("NL", "1011AB") => "Amsterdam",
        ("US", "10001") => "New York City",
        _ => return None,
    };
    let (longitude, latitude) = (Degrees::of_e7(1), Degrees::of_e7(2));
    Some(PlaceFacts {
        country: Some(area.country.clone()),
        city: text(city),
        longitude: Some(longitude),
        latitude: Some(latitude),
        ..PlaceFacts::default()
    })
}

/// The loaded tariffs: one for each area with a place and each class, and the published one.
fn tariff_of((area, class): &(PostalArea, CustomerClass)) -> Option<LikelyTariff> {
    let known = area.postal_code == "94105" || place_of(area).is_some();
    let id = 521 + u64::from(class.number()) + if area.country.as_str() == "NL" { 1000 } else { 0 };
    let Account { tariffs, .. } = stating(blank(), None, Some(id), None);
    known.then(|| LikelyTariff {
        service: TariffService::Electricity,
        likelihood: Share::of_percent(74.03).unwrap(),
        source: text("table"),
        facts: TariffFacts { code: text("E-1"), ..tariffs.into_iter().next().unwrap().facts },
    })
}

fn refreshed(old: Option<&Account>, mut new: Account) -> Account {
    let due = Due::of(old, &mut new);
    let (place, tariff) = (due.area.as_ref().and_then(place_of), due.sought.as_ref().and_then(tariff_of));
    due.settle(old, &mut new, place, tariff);
    new
}

/// The account with an address, a class or a tariff stated.
fn stating(mut account: Account, address: Option<SiteAddress>, tariff: Option<u64>, class: Option<&str>) -> Account {
    let property = |class| {
        (KeyName::parse(CUSTOMER_CLASS).unwrap(), PropertyChange { value: text(class), ..PropertyChange::default() })
    };
    let change = AccountChange {
        address: address.unwrap_or_default(),
        properties: class.map(property).into_iter().collect(),
        tariffs: tariff
            .map(|id| TariffChange { master_tariff_id: Some(id), ..TariffChange::default() })
            .into_iter()
            .collect(),
        ..AccountChange::default()
    };
    account.merge(change, Timestamp::UNIX_EPOCH).unwrap();
    account
}

fn zip(code: &str) -> SiteAddress {
    SiteAddress { postal_code: text(code), ..SiteAddress::default() }
}

fn default_tariff(account: &Account) -> Option<u64> {
    account.tariffs.iter().find(|tariff| tariff.defaulted).map(|tariff| tariff.facts.master_tariff_id)
}

#[test]
fn the_published_example_has_what_was_published() {
    let mut account = stating(blank(), Some(zip("94105")), None, Some("1"));
    account.site.stated.line1 = text("221 Main Street");
    let account = refreshed(None, account);
    let address = account.site.address();
    assert_eq!((address.city, address.state, address.country), (text("San Francisco"), text("CA"), country("US")));
    assert!((address.longitude.unwrap().degrees() + 122.39).abs() < 0.02);
    assert!((address.latitude.unwrap().degrees() - 37.79).abs() < 0.02);
    assert_eq!(account.site.derived_time_zone.map(|zone| zone.to_string()).as_deref(), Some("America/Los_Angeles"));
    let tariff = account.tariffs.first().unwrap();
    assert_eq!((tariff.facts.master_tariff_id, tariff.likelihood.unwrap().percent()), (522, 74.03));
    assert!(tariff.defaulted && tariff.source == text("table"));
}

#[test]
fn nothing_is_looked_up_for_a_change_of_something_else() {
    let old = refreshed(None, stating(blank(), Some(zip("94105")), None, Some("1")));
    let mut new = old.clone();
    new.profile.name = text("another");
    assert_eq!(Due::of(Some(&old), &mut new), Due::default());
    let mut unknown = blank();
    assert_eq!(Due::of(None, &mut unknown), Due::default());
    // The class alone asks for a tariff and not for the place again.
    let mut business = stating(old.clone(), None, None, Some("2"));
    let due = Due::of(Some(&old), &mut business);
    assert!(!due.place && due.area.is_none() && due.sought.is_some());
    assert_eq!(default_tariff(&refreshed(Some(&old), business)), Some(523));
}

#[test]
fn an_address_that_is_emptied_takes_everything_along() {
    let old = refreshed(None, stating(blank(), Some(zip("94105")), None, Some("1")));
    let mut new = old.clone();
    new.site.stated = SiteAddress::default();
    let new = refreshed(Some(&old), new);
    assert_eq!((new.site, new.tariffs), (blank().site, Vec::new()));
}

#[test]
fn what_is_loaded_goes_before_what_is_built_in() {
    let city = |account: Account| refreshed(None, account).site.address().city.map(|city| city.to_string());
    let at = |address| stating(blank(), Some(address), None, None);
    assert_eq!(city(at(zip("10001"))).as_deref(), Some("New York City"));
    assert_eq!(city(at(zip("10002-1234"))).as_deref(), Some("New York"));
    // Under either name it is American.
    for name in ["New York City", "New York", "NEW YORK"] {
        let account = refreshed(None, at(SiteAddress { city: text(name), ..zip("10001") }));
        assert_eq!(account.site.address().country, country("US"), "{name}");
    }
    assert_eq!(city(at(SiteAddress { country: country("NL"), ..zip("1011 ab") })).as_deref(), Some("Amsterdam"));
    // A German postal code may look like an American one.
    for unknown in [SiteAddress { country: country("DE"), ..zip("10002") }, zip("1011 AB"), zip("00000")] {
        assert_eq!(city(at(unknown)), None);
    }
}

/// With city, state, postal code and country, of which `-` is absent: country, city, state and zone,
/// whether there is a position, and whether there is a tariff.
fn told([city, state, code, land]: [&str; 4]) -> String {
    let address = SiteAddress {
        city: text(city).filter(|_| city != "-"),
        state: text(state).filter(|_| state != "-"),
        postal_code: text(code).filter(|_| code != "-"),
        country: country(land),
        ..SiteAddress::default()
    };
    of(address)
}

fn of(address: SiteAddress) -> String {
    let account = refreshed(None, stating(blank(), Some(address), None, Some("1")));
    let SiteAddress { city, state, country, latitude, longitude, .. } = account.site.address();
    assert_eq!(latitude.is_some(), longitude.is_some());
    let parts = [
        country.map(|country| country.as_str().to_owned()),
        city.map(|city| city.to_string()),
        state.map(|state| state.to_string()),
        account.site.derived_time_zone.as_ref().map(ToString::to_string),
        latitude.map(|_| "position".to_owned()),
        default_tariff(&account).map(|_| "tariff".to_owned()),
    ];
    parts.map(|part| part.unwrap_or_else(|| "-".to_owned())).join(" | ")
}

#[test]
fn a_postal_code_says_a_country_only_if_what_else_is_stated_fits() {
    for (parts, expected) in [
        (["-", "-", "94105", "-"], "US | San Francisco | CA | America/Los_Angeles | position | tariff"),
        (["-", "-", "941051234", "-"], "US | San Francisco | CA | America/Los_Angeles | position | tariff"),
        (["-", "-", "94105\u{2013}1234", "-"], "US | San Francisco | CA | America/Los_Angeles | position | tariff"),
        (["SAN FRANCISCO", "-", "94105", "-"], "US | SAN FRANCISCO | CA | America/Los_Angeles | position | tariff"),
        (["SoMa", "California", "94105", "-"], "US | SoMa | California | America/Los_Angeles | position | tariff"),
        (["St. Louis", "-", "63101", "-"], "US | St. Louis | MO | America/Chicago | position | -"),
        (["Mayag\u{fc}ez", "-", "00680", "-"], "US | Mayag\u{fc}ez | PR | America/Puerto_Rico | position | -"),
        (["Brooklyn", "-", "11201", "-"], "US | Brooklyn | NY | America/New_York | position | -"),
        (["La Jolla", "-", "92037", "-"], "US | La Jolla | CA | America/Los_Angeles | position | -"),
        (["Hollywood", "CA", "90028", "-"], "US | Hollywood | CA | America/Los_Angeles | position | -"),
        // Another name than the post's, and nothing that says which country.
        (["Hollywood", "-", "90028", "-"], "- | Hollywood | - | - | - | -"),
        (["Berlin", "-", "10117", "-"], "- | Berlin | - | - | - | -"),
        (["Berlin", "Berlin", "10117", "-"], "- | Berlin | Berlin | - | - | -"),
        (["Berlin", "NH", "10117", "-"], "- | Berlin | NH | - | - | -"),
        (["-", "Bayern", "80202", "-"], "- | - | Bayern | - | - | -"),
        (["Paris", "-", "75001", "-"], "- | Paris | - | - | - | -"),
        (["Milano", "MI", "20121", "-"], "- | Milano | MI | - | - | -"),
        (["Madrid", "-", "28001", "-"], "- | Madrid | - | - | - | -"),
        (["Elsewhere", "-", "94105", "-"], "- | Elsewhere | - | - | - | -"),
        (["Berlin", "-", "10117", "DE"], "DE | Berlin | - | Europe/Berlin | - | -"),
        // What is stated counts, also against the place.
        (["Berlin", "-", "94105", "US"], "US | Berlin | CA | America/Los_Angeles | position | tariff"),
        (["-", "-", "00000", "-"], "- | - | - | - | - | -"),
    ] {
        assert_eq!(told(parts), expected, "{parts:?}");
    }
    for (line, expected) in [
        ("94105", "US | San Francisco | CA | America/Los_Angeles | position | tariff"),
        ("San Francisco 94105 1234", "US | San Francisco | CA | America/Los_Angeles | position | tariff"),
        ("8 Rue Neuve, 75001 Paris", "- | Paris | - | - | - | -"),
        ("Unter den Linden 77, 10117 Berlin", "- | Berlin | - | - | - | -"),
        ("Via Dante 5, Milano, MI 20121", "- | Milano | - | - | - | -"),
        ("Calle Mayor 1, Madrid 28001", "- | Madrid | - | - | - | -"),
        ("221 Main Street, New York 10117", "US | New York | NY | America/New_York | position | -"),
        ("APO, AE 09345", "US | APO | AE | - | - | -"),
    ] {
        assert_eq!(of(SiteAddress { free_text: text(line), ..SiteAddress::default() }), expected, "{line}");
    }
    // A city beside the text counts as well.
    let beside = SiteAddress { free_text: text("75001"), city: text("Paris"), ..SiteAddress::default() };
    assert_eq!(of(beside), "- | Paris | - | - | - | -");
}

#[test]
fn a_tariff_goes_with_the_country_that_its_postal_code_no_longer_says() {
    let san_francisco = SiteAddress { city: text("San Francisco"), ..zip("94105") };
    let old = refreshed(None, stating(blank(), Some(san_francisco.clone()), None, Some("1")));
    assert_eq!(default_tariff(&old), Some(522));
    let elsewhere = SiteAddress { city: text("Elsewhere"), ..SiteAddress::default() };
    let moved = refreshed(Some(&old), stating(old.clone(), Some(elsewhere), None, None));
    assert_eq!((default_tariff(&moved), moved.site.address().country), (None, None));
    let back = refreshed(Some(&moved), stating(moved.clone(), Some(san_francisco), None, None));
    assert_eq!((default_tariff(&back), back.site.address().country), (Some(522), country("US")));
}

#[test]
fn a_territory_is_american_whether_it_is_stated_as_state_or_as_country() {
    for (code, city, territory, zone) in [
        ("00901", "San Juan", "PR", "America/Puerto_Rico"),
        ("96910-0001", "Hagatna", "GU", "Pacific/Guam"),
        ("00802", "St Thomas", "VI", "America/St_Thomas"),
        ("96799", "Pago Pago", "AS", "Pacific/Pago_Pago"),
        ("96950", "Saipan", "MP", "Pacific/Saipan"),
    ] {
        let rest = format!("{city} | {territory} | {zone} | position | -");
        assert_eq!(told(["-", "-", code, territory]), format!("{territory} | {rest}"));
        assert_eq!(told(["-", territory, code, "US"]), format!("US | {rest}"));
        let named = format!("{territory} | {city} | {territory} | {zone} | position | -");
        assert_eq!(told([city, "-", "-", territory]), named);
        assert_eq!(told(["-", "-", "-", territory]), format!("{territory} | - | - | {zone} | - | -"));
    }
    assert_eq!(told(["-", "-", "96898", "UM"]), "UM | Wake Island | HI | Pacific/Wake | position | -");
    // Countries of their own, with ZIP codes that the table does not have.
    assert_eq!(told(["-", "-", "96941", "FM"]), "FM | - | - | Pacific/Pohnpei | - | -");
    assert_eq!(told(["-", "-", "96960", "MH"]), "MH | - | - | Pacific/Majuro | - | -");
    assert_eq!(told(["-", "-", "-", "PW"]), "PW | - | - | Pacific/Palau | - | -");
}

#[test]
fn an_american_city_has_a_place_without_a_zip_code() {
    let at = |country, city| SiteAddress { city: text(city), state: text("CA"), country, ..SiteAddress::default() };
    for (address, found) in [
        (at(None, "San Francisco"), true),
        (at(country("US"), "san francisco"), true),
        (at(country("NL"), "San Francisco"), false),
        (at(None, "Amsterdam"), false),
        (SiteAddress { postal_code: text("1011AB"), ..at(None, "San Francisco") }, false),
    ] {
        let account = refreshed(None, stating(blank(), Some(address.clone()), None, Some("1")));
        assert_eq!(account.site.address().latitude.is_some(), found, "{address:?}");
        assert_eq!(account.tariffs, []);
    }
}

#[test]
fn a_new_account_keeps_the_default_that_it_was_created_with_if_the_table_has_none() {
    let mut account = stating(blank(), Some(zip("00000")), Some(7), Some("1"));
    for tariff in &mut account.tariffs {
        tariff.defaulted = true;
    }
    assert_eq!(default_tariff(&refreshed(None, account.clone())), Some(7));
    account.site.stated = zip("94105");
    assert_eq!(default_tariff(&refreshed(None, account)), Some(522));
}

/// A step in the life of an account.
#[derive(Debug, Clone)]
enum Step {
    Address(SiteAddress),
    NoAddress,
    Class(&'static str),
    Tariff(u64),
    NoTariff,
}

fn address() -> impl Strategy<Value = SiteAddress> {
    use prop::{option::of, sample::select};
    (
        of(select(vec!["94105", "10001", "1011AB", "1011 ab", "00000"])),
        of(select(vec!["US", "NL"])),
        of(select(vec!["San Francisco", "New York", "Elsewhere"])),
        of(select(vec!["CA", "XX"])),
        of(Just("221 Main Street, San Francisco, CA 94105")),
        of(-1_000_000..1_000_000),
    )
        .prop_map(|(code, land, city, state, line, degrees)| SiteAddress {
            postal_code: code.and_then(text),
            country: land.and_then(country),
            city: city.and_then(text),
            state: state.and_then(text),
            free_text: line.and_then(text),
            longitude: degrees.map(Degrees::of_e7),
            ..SiteAddress::default()
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => address().prop_map(Step::Address),
        1 => Just(Step::NoAddress),
        3 => prop::sample::select(vec!["1", "2", "GENERAL"]).prop_map(Step::Class),
        1 => (1_u64..9).prop_map(Step::Tariff),
        1 => Just(Step::NoTariff),
    ]
}

fn taken(account: &Account, step: Step) -> Account {
    let mut account = account.clone();
    match step {
        Step::Address(address) => return stating(account, Some(address), None, None),
        Step::Class(class) => return stating(account, None, None, Some(class)),
        Step::Tariff(id) => return stating(account, None, Some(id), None),
        Step::NoAddress => account.site.stated = SiteAddress::default(),
        Step::NoTariff => account.tariffs.retain(|tariff| tariff.defaulted),
    }
    account
}

proptest! {
    /// However an account came to what is stated of it, it has the same defaults as one that was
    /// created like that.
    #[test]
    fn defaults_follow_from_what_is_stated_and_from_nothing_else(steps in prop::collection::vec(step(), 1..8)) {
        let mut account = blank();
        for step in steps {
            let new = taken(&account, step);
            let stated = new.site.stated.clone();
            let explicit: Vec<_> = new.tariffs.iter().filter(|tariff| !tariff.defaulted).cloned().collect();
            let new = refreshed(Some(&account), new);

            prop_assert_eq!(&new.site.stated, &stated);
            prop_assert_eq!(&stated.or(&new.site.address()), &new.site.address());
            let kept: Vec<_> = new.tariffs.iter().filter(|tariff| !tariff.defaulted).cloned().collect();
            prop_assert_eq!(&kept, &explicit);
            prop_assert!(explicit.is_empty() || new.tariffs.len() == explicit.len());

            let mut fresh = Account { tariffs: explicit, ..new.clone() };
            fresh.site.derived = SiteAddress::default();
            fresh.site.derived_time_zone = None;
            let fresh = refreshed(None, fresh);
            prop_assert_eq!(&fresh.site, &new.site);
            prop_assert_eq!(&fresh.tariffs, &new.tariffs);

            // Once refreshed there is nothing left to do.
            prop_assert_eq!(Due::of(Some(&new), &mut new.clone()), Due::default());
            account = new;
        }
    }
}
