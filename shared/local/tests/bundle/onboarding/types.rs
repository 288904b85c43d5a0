//! `GET /onboarding/entities/types`, of one type, of one manufacturer.

use reqwest::Method;
use serde_json::{Value, json};

use super::TYPES;
use crate::support::{Answered, Running, send};

#[tokio::test]
async fn what_can_be_onboarded_is_told_at_three_depths() {
    let running = Running::start().await;
    let get = async |path: &str| {
        let answer = running.get(running.admin(), &format!("{TYPES}{path}")).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{path}");
        answer.json()
    };
    let all = get("").await;
    let types: Vec<_> = all["data"].as_array().unwrap().iter().map(|kind| kind["type"].as_str().unwrap()).collect();
    let expected = ["EV", "PV", "SmartMeter", "RetrofitMeter", "Battery", "Boiler", "ChargePole", "HeatPump"];
    assert_eq!((types, &all["meta"]), (expected.to_vec(), &json!({"total": 8})));
    for kind in all["data"].as_array().unwrap() {
        let sandbox = json!({
            "manufacturer": "Sandbox", "available": true, "connector": "sandbox",
            "identifierKind": kind["manufacturers"][0]["identifierKind"],
        });
        let manufacturers = kind["manufacturers"].as_array().unwrap();
        // One that is reached by its country has another kind of identifier in each.
        let found = manufacturers.iter().any(|it| it["manufacturer"] == "Sandbox" && it["connector"] == "sandbox");
        assert!(found && (manufacturers.contains(&sandbox) || kind["type"] == "SmartMeter"), "{kind}");
    }
    let vehicles = get("/EV").await;
    let audi = get("/EV/Audi").await;
    assert!(vehicles["manufacturers"].as_array().unwrap().contains(&audi), "{vehicles}");
    assert_eq!(
        (&audi["connector"], &audi["consent"], &audi["identifier"]["kind"], &audi["attributes"]["required"]),
        (&json!("oauth2"), &json!("PageAndSignIn"), &json!("vin"), &json!(["vin"]))
    );
    let meter = get("/SmartMeter/Germany MaLo").await;
    assert_eq!((&meter["identifier"]["kind"], &meter["steps"][1]), (&json!("malo"), &json!("Verification")));
    running.bundle.stop().await;
}

/// Where no operator has set a sign-in, no owner can sign in. (A test that sets one has a manufacturer of its own for
/// it.)
#[tokio::test]
async fn nothing_is_promised_that_is_not_there() {
    let running = Running::start().await;
    let all = running.get(running.admin(), TYPES).await.json();
    let mut seen = 0;
    for kind in all["data"].as_array().unwrap() {
        let whole = running.get(running.admin(), &format!("{TYPES}/{}", kind["type"].as_str().unwrap())).await.json();
        let listed = kind["manufacturers"].as_array().unwrap().iter();
        for manufacturer in listed.chain(whole["manufacturers"].as_array().unwrap()) {
            let has_own_sign_in = manufacturer["manufacturer"].as_str().unwrap().starts_with("Signed-in");
            let expected = manufacturer["connector"] != "oauth2";
            assert!(has_own_sign_in || manufacturer["available"] == expected, "{manufacturer}");
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
    running.bundle.stop().await;
}

#[tokio::test]
async fn names_are_found_however_they_are_spelt() {
    let running = Running::start().await;
    let get = async |path: &str| running.get(running.admin(), &format!("{TYPES}/{path}")).await;
    for (name, spellings) in [
        ("Škoda", &["EV/Škoda", "ev/skoda", "Ev/SKODA", "eV/S%CC%8Ckoda", "EV/%C5%A1koda"][..]),
        ("Mercedes-Benz", &["EV/Mercedes-Benz", "EV/mercedes%20benz", "EV/MERCEDESBENZ"]),
        (
            "re.alto P1-Dongle",
            &["SmartMeter/re.alto%20P1-Dongle", "smart-meter/realto-p1-dongle", "Smart%20Meter/REALTO_P1_DONGLE"],
        ),
        ("go-e", &["ChargePole/go-e", "charge_pole/GOE"]),
    ] {
        for spelling in spellings {
            let answer = get(spelling).await;
            assert_eq!((answer.status, &answer.json()["manufacturer"]), (200, &json!(name)), "{spelling}");
        }
    }
    for (path, code) in [
        ("car", "not_found"),
        ("car/Audi", "not_found"),
        ("EV/Nobody", "not_found"),
        ("PV/Audi", "not_found"),
        ("EV/-", "not_found"),
        ("EV/%00", "not_found"),
        ("EV/Аudi", "not_found"),
        ("%2A", "not_found"),
        ("EV/", "unknown_path"),
        ("EV/Audi/vin", "unknown_path"),
    ] {
        let answer = get(path).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some(code)), "{path}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
    }
    // Longer than any name, also when its one character is taken apart.
    for long in ["x".repeat(2000), "%EF%B7%BA".repeat(64)] {
        assert_eq!(get(&format!("EV/{long}")).await.status, 404);
    }
    let answer = get("EV/Audi?lang=de&x").await;
    assert_eq!(
        (answer.status, answer.faults()),
        (400, vec!["unknown_parameter ?lang".into(), "unknown_parameter ?x".into()])
    );
    running.bundle.stop().await;
}

#[tokio::test]
async fn every_credential_is_told_the_same_and_nobody_anything() {
    let running = Running::start().await;
    for path in ["/Battery", "/Battery/sonnen", "/Battery/none"] {
        let path = format!("{TYPES}{path}");
        let bytes = |answer: &Answered| (answer.status, answer.header("etag").map(str::to_owned), answer.text.clone());
        let seen = bytes(&running.get(running.admin(), &path).await);
        for credential in [running.brand(), running.other()] {
            assert_eq!(bytes(&running.get(credential, &path).await), seen, "{path}");
        }
        let wrong = running.request(Method::GET, &path).basic_auth(&running.admin().app_id, Some("wrong"));
        let wrong = send(wrong).await;
        assert_eq!((wrong.status, wrong.json()["code"].as_str()), (401, Some("unauthenticated")), "{path}");
        assert!(wrong.header("www-authenticate").is_some());
        assert_eq!(send(running.request(Method::GET, &path)).await.status, 401, "{path}");
    }
    let admin = running.admin();
    let request = json!({"clientId": admin.app_id, "clientSecret": admin.app_key});
    let token = send(running.request(Method::POST, "/v1/authentication").json(&request)).await.json();
    let get =
        running.request(Method::GET, &format!("{TYPES}/HeatPump")).bearer_auth(token["accessToken"].as_str().unwrap());
    assert_eq!(send(get).await.status, 200);
    running.bundle.stop().await;
}

#[tokio::test]
async fn who_has_it_is_sent_nothing() {
    let running = Running::start().await;
    let path = format!("{TYPES}/PV/Huawei");
    let first = running.get(running.admin(), &path).await;
    let etag = first.header("etag").unwrap().to_owned();
    let admin = running.admin();
    let known = async |tags: &str| {
        let get = running.request(Method::GET, &path).basic_auth(&admin.app_id, Some(&admin.app_key));
        send(get.header("if-none-match", tags)).await
    };
    for tags in [etag.clone(), format!("\"1\", W/{etag}"), "*".into()] {
        let answer = known(&tags).await;
        assert_eq!((answer.status, answer.text.as_str()), (304, ""), "{tags}");
        assert_eq!(answer.header("etag"), Some(&*etag));
    }
    let other = running.get(admin, &format!("{TYPES}/PV/SMA")).await;
    assert_ne!(other.header("etag"), Some(&*etag));
    assert_eq!(known(other.header("etag").unwrap()).await.json(), first.json());
    // Another spelling is the same thing.
    let respelt = running.get(admin, &format!("{TYPES}/pv/HUAWEI")).await;
    assert_eq!((respelt.header("etag"), respelt.json()), (Some(&*etag), first.json()));
    assert!(matches!(first.json(), Value::Object(_)));
    running.bundle.stop().await;
}
