//! Loading the tables of places and tariffs, and what accounts are given of them.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Value, json};
use wattbook_accounts::defaults;
use wattbook_domain::{
    Account, CountryCode, OrganisationId, PlaceFacts, PostalArea, Share, Text,
    merge::AccountChange,
    property::{CUSTOMER_CLASS, CustomerClass, KeyName, PropertyChange},
    tariff::LikelyTariff,
};
use wattbook_local::sample::{LOADER, TARIFFS};

use crate::support::Running;

const PLACES: &str = "country,postal_code,city,state,latitude,longitude,time_zone,source\n";

impl Running {
    async fn load(&self, event: Value) -> Value {
        self.bundle.invoke(LOADER, &event).await.unwrap()
    }

    async fn load_places(&self, rows: &str) -> Value {
        self.load(json!({"table": "places", "csv": format!("{PLACES}{rows}")})).await
    }

    async fn place(&self, country: &str, code: &str) -> Option<PlaceFacts> {
        self.store().reference(Some(&area(country, code)), None).await.unwrap().0
    }

    async fn tariff(&self, country: &str, code: &str, class: CustomerClass) -> Option<LikelyTariff> {
        self.store().reference(None, Some((&area(country, code), class))).await.unwrap().1
    }
}

fn area(country: &str, code: &str) -> PostalArea {
    PostalArea::of(&CountryCode::parse(country).unwrap(), code)
}

fn many(rows: usize) -> String {
    let mut csv = PLACES.to_owned();
    for row in 1..=rows {
        writeln!(csv, "NL,{row:06},Plaats {row},,52.1,4.9,Europe/Amsterdam,test").unwrap();
    }
    csv
}

/// A new account with this address and of this class.
fn account(address: &str, class: &str) -> Account {
    let mut account = Account::blank(OrganisationId::new_random(), None, Timestamp::UNIX_EPOCH);
    let mut change = AccountChange::default();
    change.address.free_text = Text::parse(address).ok();
    let property = PropertyChange { value: Text::parse(class).ok(), ..PropertyChange::default() };
    change.properties.push((KeyName::parse(CUSTOMER_CLASS).unwrap(), property));
    account.merge(change, Timestamp::UNIX_EPOCH).unwrap();
    account
}

#[tokio::test]
async fn what_is_loaded_is_found_and_loading_it_again_changes_nothing() {
    let running = Running::start().await;
    let rows = "NL,1011 ab,Amsterdam,,52.3745,4.8979,Europe/Amsterdam,test\nUS,94105-1234,The City,CA,37.7,-122.3,,\n";
    let before = running.scan().await.len();
    for _ in 0..2 {
        let loaded = running.load_places(rows).await;
        assert_eq!(loaded, json!({"rows": 2, "written": 2, "duplicates": 0, "rejected": []}));
        assert_eq!(running.scan().await.len(), before + 2);
    }
    let place = running.place("NL", "1011AB").await.unwrap();
    assert_eq!((place.city, place.longitude.unwrap().degrees()), (Text::parse("Amsterdam").ok(), 4.8979));
    running.load_places("NL,1011AB,Mokum,,52.4,4.9,,\n").await;
    let place = running.place("NL", "1011AB").await.unwrap();
    assert_eq!((place.city, place.time_zone), (Text::parse("Mokum").ok(), None));
    assert_eq!(running.place("DE", "1011AB").await, None);
    running.bundle.stop().await;
}

#[tokio::test]
async fn of_rows_for_the_same_the_last_place_and_the_likeliest_tariff_count() {
    let running = Running::start().await;
    let loaded = running.load_places("NL,1011AB,One,,1,1,,\nNL,1012AB,Other,,1,1,,\nNL,1011 AB,Two,,1,1,,\n").await;
    assert_eq!(loaded, json!({"rows": 3, "written": 2, "duplicates": 1, "rejected": []}));
    assert_eq!(running.place("NL", "1011AB").await.unwrap().city, Text::parse("Two").ok());
    let rows = "country,postal_code,customer_class,master_tariff_id,likelihood\n\
                NL,2011AB,1,1,40\nNL,2011AB,RESIDENTIAL,2,60\nNL,2011AB,1,3,50\nNL,2011AB,2,4,5\n";
    let loaded = running.load(json!({"table": "tariffs", "csv": rows})).await;
    assert_eq!(loaded, json!({"rows": 4, "written": 2, "duplicates": 2, "rejected": []}));
    let tariff = running.tariff("NL", "2011AB", CustomerClass::Residential).await.unwrap();
    assert_eq!((tariff.facts.master_tariff_id, tariff.likelihood.percent()), (2, 60.0));
    running.bundle.stop().await;
}

#[tokio::test]
async fn with_a_bad_row_nothing_is_written_and_every_bad_one_is_told() {
    let running = Running::start().await;
    let before = running.scan().await.len();
    let refused = running
        .load_places(
            "NL,1011AB,Amsterdam,,52.3,4.9,,\nXX,,A,,91,\"4,9\",Mars/Phobos,\nUS,2134,Boston,MA,42,-71,,\n\nNL,1012AB\n",
        )
        .await;
    assert_eq!((&refused["rows"], &refused["written"]), (&json!(4), &json!(0)));
    let told: Vec<_> = refused["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            assert!(it["message"].as_str().unwrap().len() > 5);
            format!("{} {} {}", it["row"], it["column"].as_str().unwrap_or("-"), it["code"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            "2 country invalid_country_code",
            "2 postal_code required",
            "2 latitude out_of_range",
            "2 longitude invalid_number",
            "2 time_zone invalid_time_zone",
            "3 postal_code invalid_postal_code",
            "4 - wrong_length",
        ]
    );
    let tariffs = "country,postal_code,customer_class,master_tariff_id,likelihood,service_type,lse_id\n\
                   US,94105,3,x,100,WIND,-1\nUS,94105,1,,,,\n";
    let refused = running.load(json!({"table": "tariffs", "csv": tariffs})).await;
    let codes = refused["rejected"].as_array().unwrap().iter().map(|it| it["column"].as_str().unwrap());
    let columns: Vec<_> = codes.collect();
    assert_eq!(
        columns,
        [
            "customer_class",
            "service_type",
            "likelihood",
            "master_tariff_id",
            "lse_id",
            "likelihood",
            "master_tariff_id",
        ]
    );
    assert_eq!(running.scan().await.len(), before);
    let refused = running.load_places(&"XX,1,A,,1,1,,\n".repeat(510)).await;
    assert_eq!(refused["rejected"].as_array().unwrap().len(), 500);
    assert_eq!(refused["rejected_omitted"], 10);
    running.bundle.stop().await;
}

/// A territory's row may name it as a country or the United States, and so may an account, with all nine
/// digits.
#[tokio::test]
async fn a_territory_has_the_tariffs_of_its_zip_codes_as_state_and_as_country() {
    let running = Running::start().await;
    let rows = "country,postal_code,customer_class,master_tariff_id,likelihood\nPR,00907,1,901,60\nUS,00820,1,802,60\n\
                GU,96913-1234,1,910,60\nFM,96942,1,941,60\n";
    assert_eq!(running.load(json!({"table": "tariffs", "csv": rows})).await["rejected"], json!([]));
    for (address, tariff) in [
        (json!({"country": "PR", "zip": "00907"}), 901),
        (json!({"country": "PR", "zip": "009071234"}), 901),
        (json!({"country": "US", "state": "PR", "zip": "00907\u{2013}1234"}), 901),
        (json!({"zip": "00907"}), 901),
        (json!({"country": "VI", "zip": "00820"}), 802),
        (json!({"country": "GU", "zip": "96913"}), 910),
        (json!({"country": "FM", "zip": "96942 1234"}), 941),
    ] {
        let body = json!({"address": address, "properties": {"customerClass": {"dataValue": "1"}}});
        assert_eq!(running.added(body.clone()).await["tariffs"][0]["masterTariffId"], tariff, "{body}");
    }
    let short = "country,postal_code,customer_class,master_tariff_id,likelihood\nPR,907,1,901,60\n";
    let refused = running.load(json!({"table": "tariffs", "csv": short})).await;
    assert_eq!(refused["rejected"][0]["code"], "invalid_postal_code");
    running.bundle.stop().await;
}

#[tokio::test]
async fn says_what_is_wrong_with_an_event_or_its_columns() {
    let running = Running::start().await;
    for (event, parts) in [
        (json!([]), vec!["must be an object"]),
        (json!({"table": "x", "csv": 1}), vec!["/table must be one of places, tariffs", "/csv must be a string"]),
        (json!({"table": "places"}), vec!["/csv is required"]),
        (json!({"table": "places", "csv": PLACES, "from_row": 0, "max_rows": "2"}), vec!["/from_row", "/max_rows"]),
        (json!({"table": "places", "csv": PLACES, "row": 1}), vec!["/row is not known"]),
        (json!({"table": "places", "csv": ""}), vec!["lacks the columns country, postal_code, latitude, longitude"]),
        (
            json!({"table": "places", "csv": "country,zip,latitude,longitude,latitude"}),
            vec!["lacks the columns postal_code", "not known: zip; known are country", "twice: latitude"],
        ),
        (json!({"table": "tariffs", "csv": PLACES}), vec!["customer_class", "not known: city"]),
    ] {
        let error = running.bundle.invoke(LOADER, &event).await.unwrap_err();
        assert_eq!(error.code(), "invalid_request", "{event}");
        for part in parts {
            assert!(error.to_string().contains(part), "{event}: {error}");
        }
    }
    // What spreadsheets do to a file is none of it.
    let csv = "\u{feff}country , postal_code,latitude,\"longitude\"\r\nNL,1011AB, 52.3 ,4.9\r\n";
    assert_eq!(running.load(json!({"table": "places", "csv": csv})).await["written"], 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn thousands_of_rows_are_loaded_call_after_call() {
    let running = Running::start().await;
    let csv = many(5000);
    let mut event = json!({"table": "places", "csv": csv, "max_rows": 1800});
    let (mut next, mut written) = (Vec::new(), Vec::new());
    loop {
        let loaded = running.load(event.clone()).await;
        assert_eq!(loaded["rows"], 5000);
        written.push(loaded["written"].as_u64().unwrap());
        let Some(row) = loaded["next_row"].as_u64() else { break };
        event["from_row"] = row.into();
        next.push(row);
    }
    assert_eq!((next, written), (vec![1801, 3601], vec![1800, 1800, 1400]));
    for row in [1, 1800, 1801, 5000] {
        let place = running.place("NL", &format!("{row:06}")).await.unwrap();
        assert_eq!(place.city.unwrap().as_str(), format!("Plaats {row}"));
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn place_and_tariff_are_one_round_trip() {
    let running = Running::start().await;
    running.load_places("US,94105,San Francisco,CA,37.7904127,-122.3920575,America/Los_Angeles,test\n").await;
    let (store, area) = (running.store(), area("US", "94105"));
    let (place, tariff) = store.reference(Some(&area), Some((&area, CustomerClass::Residential))).await.unwrap();
    assert!(place.is_some() && tariff.is_some());
    let usage = store.usage();
    assert_eq!((usage.round_trips, usage.capacity_units), (1, 1.0));
    assert_eq!(store.reference(None, None).await.unwrap(), (None, None));
    assert_eq!(store.usage().round_trips, 1);
    running.bundle.stop().await;
}

/// The seed's own example, from the sample that every bundle starts with.
#[tokio::test]
async fn an_account_has_the_published_tariff_until_what_it_follows_from_changes() {
    let running = Running::start().await;
    let store = running.store();
    let mut account = account("221 Main Street, San Francisco, CA 94105", "1");
    defaults::refresh(&store, None, &mut account).await.unwrap();
    assert_eq!(store.usage().round_trips, 1);
    let [tariff] = &account.tariffs[..] else { panic!("{:?}", account.tariffs) };
    let text = |part: &Option<Text<255>>| part.as_ref().unwrap().to_string();
    let facts = &tariff.facts;
    assert_eq!((facts.master_tariff_id, facts.code.as_ref().unwrap().as_str()), (522, "E-1"));
    assert_eq!((text(&facts.name), facts.supplier_id), ("Residential".into(), Some(734)));
    assert_eq!(text(&facts.supplier_name), "Pacific Gas & Electric Co");
    assert_eq!(facts.time_zone.as_ref().unwrap().as_str(), "US/Pacific");
    assert_eq!(facts.billing_period.as_ref().unwrap().as_str(), "MONTHLY");
    assert_eq!(facts.currency.as_ref().unwrap().as_str(), "USD");
    assert_eq!(tariff.likelihood, Share::of_percent(74.03).ok());
    assert!(tariff.defaulted && tariff.source.is_some() && tariff.end_date.is_none());
    assert_eq!(account.site.derived_time_zone.as_ref().unwrap().as_str(), "America/Los_Angeles");
    let address = account.site.address();
    assert_eq!(address.formatted().unwrap(), "221 Main St, San Francisco, CA 94105, US");
    assert!((address.longitude.unwrap().degrees() + 122.392).abs() < 0.01);
    assert!((address.latitude.unwrap().degrees() - 37.79).abs() < 0.01);

    let old = account.clone();
    account.profile.name = Text::parse("another").ok();
    defaults::refresh(&store, Some(&old), &mut account).await.unwrap();
    assert_eq!(store.usage().round_trips, 1);
    account.site.stated.free_text = Text::parse("Damrak 1A, 1011 AB Amsterdam, Netherlands").ok();
    defaults::refresh(&store, Some(&old), &mut account).await.unwrap();
    assert_eq!(store.usage().round_trips, 2);
    assert_eq!(account.tariffs[0].facts.currency.as_ref().unwrap().as_str(), "EUR");
    assert_eq!(account.site.address().formatted().unwrap(), "Damrak 1A, Amsterdam, 1011AB, NL");
    assert_eq!(account.site.address().latitude, None);
    assert_eq!(account.site.derived_time_zone.unwrap().as_str(), "Europe/Amsterdam");
    running.bundle.stop().await;
}

/// Its every row can be loaded, and says where it comes from.
#[tokio::test]
async fn the_sample_is_sound_and_not_loaded_over_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let options = || wattbook_local::Options {
        data: wattbook_local::DataDir::Dir(folder.path().to_owned()),
        ..wattbook_local::Options::default()
    };
    let running = Running::start_with(options()).await;
    let loaded = running.load(json!({"table": "tariffs", "csv": TARIFFS})).await;
    assert_eq!((&loaded["written"], &loaded["duplicates"]), (&json!(TARIFFS.lines().count() - 1), &json!(0)));
    for (place, class) in [("94105", CustomerClass::General), ("94115", CustomerClass::Residential)] {
        assert!(running.tariff("US", place, class).await.unwrap().source.is_some());
    }
    let own = TARIFFS.replace(",522,", ",523,");
    running.load(json!({"table": "tariffs", "csv": own})).await;
    running.bundle.stop().await;
    let again = Running::start_with(options()).await;
    let tariff = again.tariff("US", "94105", CustomerClass::Residential).await.unwrap();
    assert_eq!(tariff.facts.master_tariff_id, 523);
    again.bundle.stop().await;
}
