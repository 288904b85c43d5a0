//! Text and ids, in all dialects: what cannot be seen is refused by name, and however a letter is composed it is the
//! same one.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    accounts::ACCOUNTS,
    support::{Answered, PROVIDER_ID, Running, UNIQUE, body, with},
};

/// A zero-width space, a byte-order mark, a soft hyphen, a mark and an override of the direction, a separator of lines,
/// a joiner, the selector of a variant, a filler, a space that does not break.
const UNSEEN: [char; 10] = [
    '\u{200b}', '\u{feff}', '\u{ad}', '\u{200e}', '\u{202e}', '\u{2028}', '\u{200d}', '\u{fe0f}', '\u{3164}', '\u{a0}',
];

/// What of these a name may have: whose script is written with it, or who does not want a line to end there.
const OF_A_SCRIPT: [char; 4] = ['\u{200d}', '\u{fe0f}', '\u{3164}', '\u{a0}'];

fn name_of(found: char) -> String {
    format!("U+{:04X}", u32::from(found))
}

fn messages(answer: &Answered) -> Vec<String> {
    let answer = answer.json();
    let list = if answer["type"] == "Error" { &answer["results"] } else { &answer["errors"] };
    list.as_array().unwrap().iter().map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn no_id_has_what_cannot_be_seen() {
    let running = Running::start().await;
    let serial = "/installation_info/0/meters/0/meter_serial_number";
    for found in UNSEEN {
        for path in UNIQUE[1..].iter().chain([&PROVIDER_ID, &serial]) {
            for value in [format!("87{found}16"), format!("8716{found}"), format!("{found}8716")] {
                let answer = running.provision(running.admin(), &with(body(1), path, value.clone())).await;
                assert_eq!(
                    (answer.status, answer.faults()),
                    (400, vec![format!("invisible_character {path}")]),
                    "{value:?}"
                );
                assert!(messages(&answer)[0].contains(&name_of(found)), "{answer:?}");
            }
        }
        let (value, place) = (format!("87{found}16"), "a@example.com");
        for (body, path) in [
            (json!({"providerAccountId": value}), "providerAccountId"),
            (json!({"customerOrgId": value}), "customerOrgId"),
            (json!({"properties": {"a": {"dataValue": "1", "keyName": value}}}), "properties.a.keyName"),
            (json!({"properties": [{"dataValue": "1", "keyName": value}]}), "properties.0.keyName"),
            (json!({"email": format!("jo{found}{place}")}), "email"),
        ] {
            let answer = running.rest(Method::POST, ACCOUNTS, body.clone()).await;
            assert_eq!((answer.status, answer.faults()), (400, vec![format!("InvalidValue {path}")]), "{body}");
            assert!(messages(&answer)[0].contains(&name_of(found)), "{answer:?}");
        }
    }
    assert!(running.consistent_accounts().await.is_empty());
    running.bundle.stop().await;
}

#[tokio::test]
async fn no_name_has_what_cannot_be_seen_but_what_its_script_is_written_with() {
    let running = Running::start().await;
    let contact = |found: char| with(body(1), "/customer_info/contact_info/lastname", format!("Do{found}e"));
    for found in UNSEEN.into_iter().filter(|found| !OF_A_SCRIPT.contains(found)) {
        let answer = running.provision(running.admin(), &contact(found)).await;
        let path = "/customer_info/contact_info/lastname";
        assert_eq!((answer.status, answer.faults()), (400, vec![format!("invisible_character {path}")]), "{found:?}");
        let value = format!("a{found}b");
        for (body, path) in [
            (json!({"accountName": value}), "accountName"),
            (json!({"address": {"addressString": value}}), "address.addressString"),
            (json!({"properties": {"a": {"dataValue": value}}}), "properties.a.dataValue"),
            (json!({"tariffs": [{"masterTariffId": 1, "tariffName": value}]}), "tariffs.0.tariffName"),
        ] {
            let answer = running.rest(Method::POST, ACCOUNTS, body.clone()).await;
            assert_eq!((answer.status, answer.faults()), (400, vec![format!("InvalidValue {path}")]), "{body}");
            assert!(messages(&answer)[0].contains(&name_of(found)), "{answer:?}");
        }
        let operator = json!({"action": "create-organisation", "name": value});
        let error = running.bundle.invoke("administer-organisations", &operator).await.unwrap_err().to_string();
        assert!(error.contains(&name_of(found)), "{error}");
    }
    for name in ["علی\u{200c}رضا", "क्\u{200d}ष", "👩\u{200d}🔧", "❤\u{fe0f}", "葛\u{e0100}城", "Jo\u{a0}Doe"]
    {
        assert_eq!(running.added(json!({"accountName": name})).await["accountName"], name);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_value_is_unique_however_it_is_composed() {
    let running = Running::start().await;
    let (composed, decomposed) = ("é", "e\u{301}");
    let id = running.provisioned(running.admin(), &with(body(composed), PROVIDER_ID, composed)).await;
    let again = running.provision(running.admin(), &with(body(decomposed), PROVIDER_ID, decomposed)).await;
    let mut taken = again.errors();
    taken.sort_unstable();
    let mut expected: Vec<_> =
        UNIQUE.iter().chain([&PROVIDER_ID]).map(|path| ("taken".into(), (*path).into())).collect();
    expected.sort_unstable();
    assert_eq!((again.status, taken), (409, expected));
    let repeated =
        json!([{"external_meter_id": composed, "meter_energy_type": "GAS"}, {"external_meter_id": decomposed}]);
    let repeated = running.provision(running.admin(), &with(body(1), "/installation_info/0/meters", repeated)).await;
    assert_eq!(repeated.faults(), ["repeated_value /installation_info/0/meters/1/external_meter_id"]);
    for spelling in [composed, decomposed] {
        let (account, external) = (format!("/account/account-{spelling}"), "id_type=external");
        let meter = format!("{account}/installation/installation-{spelling}/meter/meter-{spelling}?{external}");
        for path in
            [format!("{account}?{external}"), format!("/account?external_authentication_provider_id={spelling}")]
        {
            assert_eq!(running.get(running.admin(), &path).await.json()["account_id"], json!(id), "{path:?}");
        }
        for path in [
            format!("{ACCOUNTS}/pid/account-{spelling}"),
            format!("{ACCOUNTS}?providerAccountId=account-{spelling}"),
            format!("{ACCOUNTS}?email=JO-{spelling}@example.com"),
        ] {
            let found = running.get(running.admin(), &path).await.json();
            assert_eq!(found["results"][0]["accountId"], json!(id), "{path:?}");
        }
        // To state it again, spelt in another way, changes nothing.
        let put = async |path: &str, body: Value| running.rest(Method::PUT, path, body).await.status;
        let own = json!({"providerAccountId": format!("account-{spelling}")});
        assert_eq!(put(&format!("{ACCOUNTS}/{id}"), own).await, 200);
        let customer = json!({"external_account_id": format!("account-{spelling}")});
        assert_eq!(put(&format!("/account/{id}/customer-info"), customer).await, 200);
        let known = json!({"external_meter_id": format!("meter-{spelling}"), "meter_serial_number": spelling});
        assert_eq!(put(&meter, known).await, 200);
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_key_is_one_however_it_is_composed() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p", "customerOrgId": "Müller", "properties": {"gr\u{fc}n": {"dataValue": "1"}}})).await;
    let path = format!("{ACCOUNTS}/pid/p/properties");
    running.rest(Method::POST, &path, json!({"keyName": "gru\u{308}n", "dataValue": "2"})).await;
    assert_eq!(running.by_pid("p").await["properties"]["gr\u{fc}n"]["dataValue"], "2");
    let twice = json!([{"keyName": "\u{fc}", "dataValue": "1"}, {"keyName": "u\u{308}", "dataValue": "1"}]);
    let answer = running.rest(Method::PUT, &format!("{ACCOUNTS}/pid/p"), json!({"properties": twice})).await;
    assert_eq!((answer.status, answer.faults()), (400, vec!["NotUnique properties.1.keyName".into()]));
    running.rest(Method::DELETE, &format!("{path}/gru\u{308}n"), None).await;
    assert_eq!(running.by_pid("p").await["properties"], json!({}));
    let found = running.get(running.admin(), &format!("{ACCOUNTS}?customerOrgId=Mu\u{308}ller")).await.json();
    assert_eq!(found["results"][0]["providerAccountId"], "p");
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_plus_sign_in_a_query_that_came_as_a_space_is_told_of() {
    let running = Running::start().await;
    let request = with(with(body("+"), "/customer_info/external_account_id", "+31"), PROVIDER_ID, "+42");
    let id = running.provisioned(running.admin(), &request).await;
    for (path, value, parameter) in [
        (ACCOUNTS, "email=jo-{}@example.com", "InvalidValue email"),
        (ACCOUNTS, "providerAccountId={}31", "InvalidValue providerAccountId"),
        ("/rest/v1/account", "providerAccountId={}31", "InvalidValue providerAccountId"),
        (
            "/account",
            "external_authentication_provider_id={}42",
            "surrounding_space ?external_authentication_provider_id",
        ),
    ] {
        let refused = running.get(running.admin(), &format!("{path}?{}", value.replace("{}", "+"))).await;
        assert_eq!((refused.status, refused.faults()), (400, vec![parameter.to_owned()]), "{path}?{value}");
        assert!(messages(&refused)[0].contains("%2B"), "{refused:?}");
        let found = running.get(running.admin(), &format!("{path}?{}", value.replace("{}", "%2B"))).await.json();
        let found = found.pointer("/results/0/accountId").or(found.get("account_id"));
        assert_eq!(found, Some(&json!(id)), "{path}?{value}");
    }
    running.bundle.stop().await;
}

/// Addresses of several scripts, by each way of giving one; and the same again in capitals is taken.
#[tokio::test]
async fn an_email_may_be_of_any_script_and_is_compared_letter_by_letter() {
    let running = Running::start().await;
    for (email, same) in [
        ("शक्ति@उदाहरण.भारत", "शक्ति@xn--p1b6ci4b4b3a.xn--h2brj9c"),
        ("தமிழ்@உதாரணம்.இந்தியா", "தமிழ்@xn--zkc6cc5bi7f6e.xn--xkc2dl3a5ee0h"),
        ("ใครก็ได้@ตัวอย่าง.ไทย", "ใครก็ได้@xn--72c1a1bt4awk9o.xn--o3cw4h"),
        ("مُحَمَّد@example.com", "مُحَمَّد@EXAMPLE.com"),
        ("🚀@example.com", "🚀@Example.com"),
        ("jose\u{301}@example.com", "JOS\u{c9}@example.com"),
        ("straße@example.com", "STRAẞE@example.com"),
        ("strasse@example.com", "STRASSE@example.com"),
    ] {
        let added = running.added(json!({"email": email})).await;
        let again = running.rest(Method::POST, ACCOUNTS, json!({"email": same})).await;
        assert_eq!((again.status, again.faults()), (409, vec!["NotUnique email".into()]), "{same}");
        let path = "/customer_info/email";
        let again = running.provision(running.admin(), &with(body(1), path, same)).await;
        assert_eq!((again.status, again.faults()), (409, vec![format!("taken {path}")]), "{same}");
        let found = running.get(running.admin(), &format!("{ACCOUNTS}?email={same}")).await.json();
        assert_eq!(found["results"][0]["accountId"], added["accountId"], "{same}");
    }
    // Whoever changes or erases an account frees the address in the form that was taken.
    let id = running.added(json!({"email": "maß@example.com"})).await["accountId"].as_str().unwrap().to_owned();
    running.rest(Method::PUT, &format!("{ACCOUNTS}/{id}"), json!({"email": "mass@example.com"})).await;
    running.added(json!({"email": "MAß@example.com"})).await;
    running.consistent_accounts().await;
    running.bundle.stop().await;
}
