//! Ids that other systems gave: whatever text is stored as one can be addressed by it, in all dialects.

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngSeed, TestRunner},
};
use reqwest::Method;
use serde_json::{Value, json};
use wattbook_domain::ExternalId;

use crate::{
    accounts::{ACCOUNTS, result},
    support::{Running, body, with},
};

/// What has a meaning in a URL, in a form, in JSON or in a key; letters of several scripts; accents that compose.
const SIGNS: &str = "[a-c0-9/?#%&=+ .;:@\\\\\"'<>{}|^`~$,!*()\\[\\]_é\u{301}üß計ا🔌-]{1,12}";

/// What is easily taken for something else.
const ODD: [&str; 16] = [
    "A/17?x#y", "..", ".", "50%25", "%2F", "%2e%2e", "a+b", "a%2Bb", "%", "?", "#", "a/../b", "//", "\\", "pid", "true",
];

/// Whether a path can have it.
fn fits_a_path(id: &str) -> bool {
    !id.contains(['/', '%', '?']) && ![".", ".."].contains(&id)
}

fn encoded(id: &str) -> String {
    id.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Ids to try: the odd ones, and some that are drawn, others each time.
fn ids() -> Vec<String> {
    let seed = std::env::var("IDS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond().unsigned_abs());
    println!("IDS_SEED={seed}");
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(seed), ..Config::default() });
    let drawn = (0..24).map(|_| SIGNS.new_tree(&mut runner).unwrap().current());
    let mut ids: Vec<String> = Vec::new();
    for id in ODD.map(str::to_owned).into_iter().chain(drawn) {
        let taken = ids.iter().any(|other| ExternalId::parse(other).is_ok_and(|other| other.is(&id)));
        if ExternalId::parse(&id).is_ok() && !taken {
            ids.push(id);
        }
    }
    ids
}

async fn read(running: &Running, path: &str) -> Value {
    let answer = running.get(running.admin(), path).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

#[tokio::test]
async fn whatever_is_stored_as_an_id_is_found_by_it() {
    let running = Running::start().await;
    for (seed, id) in ids().into_iter().enumerate() {
        let paths = ["/customer_info/external_account_id", "/installation_info/0/external_installation_id"];
        let meter = "/installation_info/0/meters/0/external_meter_id";
        let body = paths.iter().chain([&meter]).fold(body(seed), |body, path| with(body, path, id.as_str()));
        let ours = running.provisioned(running.admin(), &body).await;
        let own = encoded(&id);
        // By query, always.
        let found = read(&running, &format!("/account?external_account_id={own}")).await;
        assert_eq!(
            (&found["account_id"], found["customer_info"]["external_account_id"].as_str()),
            (&json!(ours), Some(id.as_str())),
            "{id:?}"
        );
        let installation = &found["installation_info"][0];
        assert_eq!(
            (
                installation["external_installation_id"].as_str(),
                installation["meters"][0]["external_meter_id"].as_str()
            ),
            (Some(id.as_str()), Some(id.as_str()))
        );
        for path in [format!("{ACCOUNTS}?providerAccountId={own}"), format!("/rest/v1/account?providerAccountId={own}")]
        {
            let found = read(&running, &path).await;
            assert_eq!(
                (&found["results"][0]["accountId"], &found["results"][0]["providerAccountId"]),
                (&json!(ours), &json!(id)),
                "{path}"
            );
        }
        let changed =
            running.rest(Method::PUT, &format!("{ACCOUNTS}?providerAccountId={own}"), json!({"owner": "A"})).await;
        assert_eq!((changed.status, &result(&changed)["accountId"]), (200, &json!(ours)), "{id:?}");
        // By path, where that can have it.
        let by_path = [
            (format!("/account/{own}?id_type=external"), "/account_id"),
            (format!("{ACCOUNTS}/pid/{own}"), "/results/0/accountId"),
        ];
        for (path, member) in by_path {
            let answer = running.get(running.admin(), &path).await;
            let found = (answer.status == 200).then(|| answer.json().pointer(member).cloned()).flatten();
            // Nothing else is found in its place.
            assert!(found.is_none() || found == Some(json!(ours)), "{path}: {answer:?}");
            assert!(found.is_some() || !fits_a_path(&id), "{path}: {answer:?}");
        }
        if fits_a_path(&id) {
            let meter = format!("/account/{own}/installation/{own}/meter/{own}?id_type=external");
            let changed =
                running.change(Method::PUT, running.admin(), &meter, Some(json!({"meter_serial_number": id}))).await;
            assert_eq!(changed.status, 200, "{meter}: {changed:?}");
        }
        let erased =
            running.rest(Method::DELETE, &format!("{ACCOUNTS}?providerAccountId={own}&hardDelete=true"), None).await;
        assert_eq!(erased.status, 200, "{id:?}: {erased:?}");
        assert_eq!(running.get(running.admin(), &format!("/account/{ours}")).await.status, 404, "{id:?}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_path_that_cannot_be_relied_on_is_refused_and_says_what_to_do() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &with(body(1), "/customer_info/external_account_id", "50%")).await;
    running.provisioned(running.admin(), &with(body(2), "/customer_info/external_account_id", "50")).await;
    for (path, parameter) in [
        ("/account/50%25?id_type=external", "unreliable_path ?account_id"),
        ("/account/50%2525?id_type=external", "unreliable_path ?account_id"),
        ("/rest/v1/accounts/pid/50%25", "InvalidValue providerAccountId"),
        ("/rest/v1/account/pid/50%25/properties", "InvalidValue providerAccountId"),
    ] {
        let answer = running.get(running.admin(), path).await;
        assert_eq!((answer.status, answer.faults()), (400, vec![parameter.to_owned()]), "{path}");
        assert!(answer.text.contains("query"), "{answer:?}");
    }
    let answer = running.rest(Method::DELETE, "/rest/v1/accounts/pid/50/properties/a%25", None).await;
    assert_eq!((answer.status, answer.faults()), (400, vec!["InvalidValue keyName".to_owned()]));
    // Whoever is nobody hears of that alone.
    let nobody = running.request(Method::GET, "/account/50%25").basic_auth("x", Some("y"));
    assert_eq!(crate::support::send(nobody).await.status, 401);
    running.bundle.stop().await;
}
