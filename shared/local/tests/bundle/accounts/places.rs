//! Where an account is, by what is stated of its address: country, city, state, zone, position and the
//! likeliest tariff, or that there is none.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCOUNTS, refusal, refused};
use crate::support::Running;

const SAN_FRANCISCO: &str = "US | San Francisco | CA | America/Los_Angeles | position | tariff";
const NOTHING: &str = "- | - | - | - | - | -";

/// What follows from an address: `country | city | state | zone`, and whether there is a position and a
/// default tariff; `-` is absent.
fn derived(account: &Value) -> String {
    let address = &account["address"];
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let there = |there: bool, what: &str| if there { what.to_owned() } else { "-".to_owned() };
    assert_eq!(address["lon"].is_number(), address["lat"].is_number());
    [
        text(&address["country"]),
        text(&address["city"]),
        text(&address["state"]),
        text(&account["timeZone"]),
        there(address["lat"].is_number(), "position"),
        there(account["tariffs"][0]["customerLikelihood"].is_number(), "tariff"),
    ]
    .join(" | ")
}

impl Running {
    async fn placed(&self, address: Value) -> String {
        let properties = json!({"customerClass": {"dataValue": "1"}});
        derived(&self.added(json!({"address": address, "properties": properties})).await)
    }

    async fn check_places(&self, cases: &[(Value, &str)]) {
        let mut wrong = Vec::new();
        for (address, expected) in cases {
            let found = self.placed(address.clone()).await;
            if found != *expected {
                wrong.push(format!("{address}: {found}, not {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[tokio::test]
async fn a_postal_code_without_a_country_says_one_only_if_the_rest_fits() {
    let running = Running::start().await;
    running
        .check_places(&[
            (json!({"zip": "94105"}), SAN_FRANCISCO),
            (json!({"addressString": "94105"}), SAN_FRANCISCO),
            (json!({"zip": "94105", "city": "San Francisco"}), SAN_FRANCISCO),
            (json!({"addressString": "1 Main Street, San Francisco 94105"}), SAN_FRANCISCO),
            (json!({"zip": "63101", "city": "St. Louis"}), "US | St. Louis | MO | America/Chicago | position | -"),
            (json!({"zip": "00680", "city": "Mayagüez"}), "US | Mayagüez | PR | America/Puerto_Rico | position | -"),
            (json!({"zip": "11201", "city": "BROOKLYN"}), "US | BROOKLYN | NY | America/New_York | position | -"),
            (
                json!({"zip": "90028", "city": "Hollywood", "state": "CA"}),
                "US | Hollywood | CA | America/Los_Angeles | position | -",
            ),
            (json!({"zip": "90028", "city": "Hollywood"}), "- | Hollywood | - | - | - | -"),
            (json!({"zip": "10117", "city": "Berlin"}), "- | Berlin | - | - | - | -"),
            (json!({"zip": "10001", "city": "Zagreb"}), "- | Zagreb | - | - | - | -"),
            (json!({"zip": "10117", "state": "Berlin"}), "- | - | Berlin | - | - | -"),
            (json!({"zip": "20121", "city": "Milano", "state": "MI"}), "- | Milano | MI | - | - | -"),
            (json!({"addressString": "8 Rue Neuve, 75001 Paris"}), "- | Paris | - | - | - | -"),
            (json!({"addressString": "75001", "city": "Paris"}), "- | Paris | - | - | - | -"),
            (json!({"addressString": "Via Dante 5, Milano, MI 20121"}), "- | Milano | - | - | - | -"),
            (json!({"addressString": "Calle Mayor 1, 28001 Madrid"}), "- | Madrid | - | - | - | -"),
            (json!({"zip": "10117", "city": "Berlin", "country": "DE"}), "DE | Berlin | - | Europe/Berlin | - | -"),
            (
                json!({"zip": "10117", "city": "Berlin", "country": "US"}),
                "US | Berlin | NY | America/New_York | position | -",
            ),
            (json!({"zip": "00000"}), NOTHING),
        ])
        .await;
    running.bundle.stop().await;
}

/// Position, zone and tariff come and go with the city that fits.
#[tokio::test]
async fn what_a_postal_code_says_follows_the_city_that_is_stated_later() {
    let running = Running::start().await;
    let body = json!({"providerAccountId": "moves", "address": {"zip": "94105", "city": "San Francisco"},
                      "properties": {"customerClass": {"dataValue": "1"}}});
    assert_eq!(derived(&running.added(body).await), SAN_FRANCISCO);
    for (city, expected) in [("Berlin", "- | Berlin | - | - | - | -"), ("San Francisco", SAN_FRANCISCO)] {
        let body = json!({"address": {"city": city}});
        assert_eq!(running.rest(Method::PUT, &format!("{ACCOUNTS}/pid/moves"), body).await.status, 200);
        assert_eq!(derived(&running.by_pid("moves").await), expected);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn zip_codes_of_nine_digits_are_understood_however_they_are_parted() {
    let running = Running::start().await;
    for code in [
        "94105-1234",
        "941051234",
        "94105 1234",
        "94105–1234",
        "94105‑1234",
        "94105\u{a0}1234",
        "９４１０５",
        "９４１０５－１２３４",
    ] {
        running
            .check_places(&[
                (json!({"zip": code}), SAN_FRANCISCO),
                (json!({"zip": code, "country": "US"}), SAN_FRANCISCO),
                (json!({"addressString": format!("1 Main Street, San Francisco, CA {code}")}), SAN_FRANCISCO),
            ])
            .await;
        let stored = running.added(json!({"address": {"zip": code}})).await;
        assert_eq!(stored["address"]["zip"], code);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_forces_abroad_are_american_and_nowhere() {
    let running = Running::start().await;
    let apo = "US | APO | AE | - | - | -";
    let fpo = "US | FPO | AP | - | - | -";
    running
        .check_places(&[
            (json!({"addressString": "APO, AE"}), apo),
            (json!({"addressString": "APO, AE 09345"}), apo),
            (json!({"addressString": "PSC 3 Box 4120, APO AE 09021"}), apo),
            (json!({"addressString": "USS X, FPO AP 96606-2783"}), fpo),
            (json!({"addressString": "Unit 8400 Box 1, DPO, AA 34002, USA"}), "US | DPO | AA | - | - | -"),
            (json!({"city": "APO", "state": "AE"}), apo),
            (json!({"city": "APO", "state": "AE", "zip": "09345"}), apo),
            (json!({"city": "FPO", "state": "AP", "zip": "966062783", "country": "US"}), fpo),
            (json!({"addressString": "Sheikh Zayed Road 1, Dubai, AE"}), "AE | Dubai | - | - | - | -"),
        ])
        .await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_territory_is_in_the_tables_as_state_and_as_country() {
    let running = Running::start().await;
    for (zip, city, territory, zone) in [
        ("00901", "San Juan", "PR", "America/Puerto_Rico"),
        ("96910-1234", "Hagatna", "GU", "Pacific/Guam"),
        ("00802", "St Thomas", "VI", "America/St_Thomas"),
        ("96799", "Pago Pago", "AS", "Pacific/Pago_Pago"),
        ("96950", "Saipan", "MP", "Pacific/Saipan"),
    ] {
        let rest = format!("{city} | {territory} | {zone} | position | -");
        running
            .check_places(&[
                (json!({"zip": zip, "country": territory}), &*format!("{territory} | {rest}")),
                (json!({"zip": zip, "country": "US", "state": territory}), &*format!("US | {rest}")),
                (json!({"city": city, "country": territory}), &*format!("{territory} | {rest}")),
            ])
            .await;
    }
    running
        .check_places(&[
            // A country of its own in the tables, too: but for the code, the same.
            (
                json!({"zip": "94105", "country": "PR"}),
                "PR | San Francisco | CA | America/Los_Angeles | position | tariff",
            ),
            (json!({"zip": "96898", "country": "UM"}), "UM | Wake Island | HI | Pacific/Wake | position | -"),
            (json!({"zip": "96941", "country": "FM"}), "FM | - | - | Pacific/Pohnpei | - | -"),
            (json!({"addressString": "Majuro, MH 96960"}), "MH | Majuro | - | Pacific/Majuro | - | -"),
            (json!({"country": "PW"}), "PW | - | - | Pacific/Palau | - | -"),
        ])
        .await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_overseas_keeps_its_own_clock() {
    let running = Running::start().await;
    for (country, zip, zone) in [
        ("FR", "75001", "Europe/Paris"),
        ("FR", "97110", "America/Guadeloupe"),
        ("FR", "97200", "America/Martinique"),
        ("FR", "97300", "America/Cayenne"),
        ("FR", "97400", "Indian/Reunion"),
        ("FR", "97500", "America/Miquelon"),
        ("FR", "97600", "Indian/Mayotte"),
        ("FR", "97700", "America/St_Barthelemy"),
        ("FR", "97800", "America/Marigot"),
        ("FR", "98600", "Pacific/Wallis"),
        ("FR", "98714", "Pacific/Tahiti"),
        ("FR", "98742", "Pacific/Marquesas"),
        ("FR", "98800", "Pacific/Noumea"),
        ("FR", "98400", "-"),
        ("RE", "97400", "Indian/Reunion"),
        ("YT", "97600", "Indian/Mayotte"),
        ("BL", "97133", "America/St_Barthelemy"),
        ("NC", "98800", "Pacific/Noumea"),
        ("PF", "98755", "Pacific/Gambier"),
        ("ES", "28001", "Europe/Madrid"),
        ("ES", "35001", "Atlantic/Canary"),
        ("ES", "52001", "Africa/Ceuta"),
        ("PT", "1100-048", "Europe/Lisbon"),
        ("PT", "9500-150", "Atlantic/Azores"),
        ("DK", "3900", "America/Nuuk"),
        ("DK", "3980", "-"),
        ("FO", "100", "Atlantic/Faroe"),
        ("CW", "0000", "America/Curacao"),
        ("AX", "22100", "Europe/Mariehamn"),
        ("GB", "GX11 1AA", "Europe/Gibraltar"),
        ("GB", "BFPO 57", "-"),
        ("TR", "99010", "-"),
        ("XK", "10000", "Europe/Belgrade"),
    ] {
        let account = running.added(json!({"address": {"zip": zip, "country": country}})).await;
        assert_eq!(account["timeZone"].as_str().unwrap_or("-"), zone, "{country} {zip}");
    }
    for (address, country, zone) in [
        ("1 Pier Road, St Helier, JE2 3AB", "JE", "Europe/Jersey"),
        ("1 Pier Road, St Helier, JE2 3AB, UK", "JE", "Europe/Jersey"),
        ("1 High Street, St Peter Port GY1 2JU", "GG", "Europe/Guernsey"),
        ("1 Athol Street, Douglas, IM1 1JA", "IM", "Europe/Isle_of_Man"),
        ("1 Main Street, Gibraltar GX11 1AA", "GI", "Europe/Gibraltar"),
        ("10 High Street, London E1 6AN", "GB", "Europe/London"),
        ("12 Rue de Paris, 97400 Saint-Denis, France", "FR", "Indian/Reunion"),
        ("12 Rue de Paris, 97400 Saint-Denis, La Réunion", "RE", "Indian/Reunion"),
    ] {
        let account = running.added(json!({"address": {"addressString": address}})).await;
        assert_eq!(
            (&account["address"]["country"], &account["timeZone"]),
            (&json!(country), &json!(zone)),
            "{address}"
        );
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_zip_code_that_has_lost_its_zeros_is_refused_and_said_to_have() {
    let running = Running::start().await;
    let zip = |code: &str| refused(400, &[&format!("InvalidValue Account address.zip {code}")]);
    for (address, code, meant) in [
        (json!({"zip": "2139", "country": "US"}), "2139", "02139"),
        (json!({"zip": "2139", "state": "MA"}), "2139", "02139"),
        (json!({"zip": "2139-1234", "state": "Massachusetts"}), "2139-1234", "02139-1234"),
        (json!({"zip": "21391234", "country": "US"}), "21391234", "02139-1234"),
        (json!({"zip": "901", "country": "PR"}), "901", "00901"),
        (json!({"zip": "802", "state": "VI"}), "802", "00802"),
        (json!({"zip": "7", "country": "US"}), "7", "00007"),
        (json!({"zip": "2134", "addressString": "1 Main Street, Boston, MA"}), "2134", "02134"),
        (json!({"zip": "9345", "city": "APO", "state": "AE"}), "9345", "09345"),
    ] {
        let answer = running.rest(Method::POST, ACCOUNTS, json!({"address": address})).await;
        assert_eq!(refusal(&answer), zip(code));
        let message = answer.json()["results"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(meant) && message.contains("zeros"), "{message}");
    }
    // Perth, Neuchâtel, and a number of which nobody says where.
    for address in
        [json!({"zip": "6000", "state": "WA"}), json!({"zip": "2000", "state": "NE"}), json!({"zip": "2139"})]
    {
        running.added(json!({"address": address})).await;
    }
    // A number is none at all.
    let answer = running.rest(Method::POST, ACCOUNTS, json!({"address": {"zip": 2139, "country": "US"}})).await;
    assert_eq!(refusal(&answer), zip("2139"));

    // The same where one part comes later.
    running.added(json!({"providerAccountId": "us", "address": {"country": "US", "zip": "02139"}})).await;
    running.added(json!({"providerAccountId": "anywhere", "address": {"zip": "2139"}})).await;
    let path = |own: &str| format!("{ACCOUNTS}/pid/{own}");
    let answer = running.rest(Method::PUT, &path("us"), json!({"address": {"zip": "2139"}})).await;
    assert_eq!(refusal(&answer), zip("2139"));
    let answer = running.rest(Method::PUT, &path("anywhere"), json!({"address": {"country": "US"}})).await;
    assert_eq!(refusal(&answer), refused(400, &["InvalidValue Account address.zip"]));
    let property = json!({"keyName": "zip", "dataValue": 2139});
    let answer = running.rest(Method::POST, &format!("{}/properties", path("us")), property).await;
    assert_eq!(refusal(&answer), refused(400, &["InvalidValue PropertyData dataValue 2139"]));
    assert_eq!(running.by_pid("us").await["address"]["zip"], "02139");
    // What is there already stands in nobody's way.
    assert_eq!(running.rest(Method::PUT, &path("anywhere"), json!({"owner": "Jo"})).await.status, 200);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_country_that_is_no_code_is_refused_with_the_code_that_is_meant() {
    let running = Running::start().await;
    for (country, meant) in [
        ("UK", "GB"),
        ("gb", "GB"),
        ("England", "GB"),
        ("USA", "US"),
        ("usa", "US"),
        ("U.S.A.", "US"),
        ("nl", "NL"),
        ("Nederland", "NL"),
        ("NLD", "NL"),
        ("DEU", "DE"),
        ("Germany", "DE"),
        ("EL", "GR"),
        ("840", "US"),
        ("Kosovo", "XK"),
    ] {
        let body = json!({"address": {"country": country}});
        let answer = running.rest(Method::POST, ACCOUNTS, body).await;
        assert_eq!(refusal(&answer), refused(400, &[&format!("InvalidValue Account address.country {country}")]));
        let message = answer.json()["results"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(&format!("send {meant}")), "{country}: {message}");
    }
    assert_eq!(running.added(json!({"address": {"country": "XK"}})).await["address"]["country"], "XK");
    running.bundle.stop().await;
}
