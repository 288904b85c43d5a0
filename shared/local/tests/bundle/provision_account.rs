//! `POST /account`.

use serde_json::json;
use wattbook_store::UniquenessScope;

use crate::support::{Running, UNIQUE, body, send, with, without};

#[tokio::test]
async fn answers_the_ids_of_all_three_levels() {
    let running = Running::start().await;
    let answer = running.provision(running.admin(), &body(1)).await;
    assert_eq!(answer.status, 201);
    let ids = answer.json();
    let account_id = ids["account_id"].as_str().unwrap();
    assert_eq!(answer.header("location"), Some(format!("/account/{account_id}").as_str()));
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()));
    assert_eq!(ids["external_account_id"], "account-1");
    let installation = &ids["installation_info"][0];
    assert_eq!(installation["external_installation_id"], "installation-1");
    assert_eq!(installation["primary"], true);
    assert!(installation["installation_id"].is_string());
    assert!(installation["meters"][0]["meter_id"].is_string());
    assert_eq!(installation["meters"][0]["external_meter_id"], "meter-1");
    assert_eq!(running.consistent_accounts().await.len(), 1);
    running.bundle.stop().await;
}

#[tokio::test]
async fn fills_in_the_service_type_of_the_label_partner_that_counts() {
    let running = Running::start().await;
    let mut request = without(body(1), "/installation_info/0/service_information");
    let mut second = request["installation_info"][0].clone();
    second["external_installation_id"] = json!("installation-2");
    second["labelpartner"] = json!("SOUTH");
    second["meters"][0]["external_meter_id"] = json!("meter-2");
    request["installation_info"].as_array_mut().unwrap().push(second);
    let id = running.provisioned(running.admin(), &request).await;
    let account = running.get(running.admin(), &format!("/account/{id}")).await.json();
    let installations = account["installation_info"].as_array().unwrap();
    assert_eq!(installations[0]["service_information"]["service_type"], "RT-HR-NILM-HW");
    assert_eq!(installations[0]["labelpartner"], "NORTH");
    assert_eq!(installations[1]["service_information"]["service_type"], "BR-LR-NILM-noHW");
    assert_eq!(installations[1]["labelpartner"], "SOUTH");
    running.bundle.stop().await;
}

#[tokio::test]
async fn takes_create_verified_user_in_both_places_as_long_as_they_agree() {
    let running = Running::start().await;
    let installation = "/installation_info/0/create_verified_user";
    for (seed, request, verified) in [
        (1, body(1), false),
        (2, with(body(2), "/create_verified_user", true), true),
        (3, with(body(3), installation, true), true),
        (4, with(with(body(4), installation, true), "/create_verified_user", true), true),
        (5, with(body(5), "/create_verified_user", false), false),
    ] {
        let id = running.provisioned(running.admin(), &request).await;
        let account = running.get(running.admin(), &format!("/account/{id}")).await.json();
        assert_eq!(account["customer_info"]["email_verified"], verified, "{seed}");
    }
    let request = with(with(body(6), installation, true), "/create_verified_user", false);
    let answer = running.provision(running.admin(), &request).await;
    assert_eq!((answer.status, answer.faults()), (400, vec!["contradiction /create_verified_user".into()]));
    running.bundle.stop().await;
}

#[tokio::test]
async fn names_every_mandatory_value_that_is_missing() {
    let running = Running::start().await;
    for path in [
        "/labelpartner",
        "/customer_info",
        "/customer_info/email",
        "/customer_info/external_account_id",
        "/customer_info/contact_info",
        "/customer_info/contact_info/firstname",
        "/customer_info/contact_info/lastname",
        "/installation_info",
        "/installation_info/0/external_installation_id",
    ] {
        let answer = running.provision(running.admin(), &without(body(1), path)).await;
        assert_eq!((answer.status, answer.faults()), (400, vec![format!("required {path}")]));
    }
    let none = with(body(1), "/installation_info", json!([]));
    assert_eq!(running.provision(running.admin(), &none).await.faults(), ["too_few /installation_info"]);
    assert!(running.consistent_accounts().await.is_empty());
    running.bundle.stop().await;
}

#[tokio::test]
async fn keeps_the_rules_of_meters_and_service_types() {
    let running = Running::start().await;
    let meters = "/installation_info/0/meters";
    let service_type = "/installation_info/0/service_information/service_type";
    let meter = |id: &str| json!({"external_meter_id": id, "meter_input_method": "IMPORT", "meter_energy_type": "GAS"});
    for (request, fault) in [
        (with(body(1), meters, json!([])), "meter_required /installation_info/0/meters"),
        (without(body(1), meters), "meter_required /installation_info/0/meters"),
        (
            without(body(1), "/installation_info/0/meters/0/external_meter_id"),
            "meter_id_required /installation_info/0/meters/0/external_meter_id",
        ),
        (with(body(1), meters, json!([meter("a"), meter("b")])), "repeated_meter /installation_info/0/meters/1"),
        (with(body(1), service_type, "BR-LR-NILM"), &*format!("invalid_service_type {service_type}")),
        (with(body(1), service_type, "BR-LR-noNILM-HW"), &*format!("invalid_service_type {service_type}")),
    ] {
        let answer = running.provision(running.admin(), &request).await;
        assert_eq!((answer.status, answer.faults()), (400, vec![fault.to_owned()]), "{request}");
    }
    // A live service needs neither.
    let live = with(without(body(1), meters), service_type, "RT-LR-no-NILM-noHW");
    assert_eq!(running.provision(running.admin(), &live).await.status, 201);
    running.bundle.stop().await;
}

/// Shape and values at once; then, of what can be read, the rules.
#[tokio::test]
async fn lists_every_fault_at_once_in_the_order_of_the_body() {
    let running = Running::start().await;
    let request = json!({
        "labelpartner": "NOWHERE",
        "customer_info": {
            "external_account_id": 17,
            "email": "not an address",
            "contact_info": {"firstname": "", "lastname": "D\u{0}e", "nick": "x"},
        },
        "installation_info": [
            {
                "external_installation_id": "same",
                "address_info": {"country_code": "XX", "postal_code": "12345678901234567"},
                "service_information": {"service_type": "RT-HR-NILM-HW"},
            },
            {
                "external_installation_id": "same",
                "service_information": {"service_type": "BR-HR-NILM-HW"},
            },
        ],
    });
    let answer = running.provision(running.admin(), &request).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.faults(),
        [
            "unknown_label_partner /labelpartner",
            "wrong_type /customer_info/external_account_id",
            "invalid_email /customer_info/email",
            "empty /customer_info/contact_info/firstname",
            "control_character /customer_info/contact_info/lastname",
            "unknown_member /customer_info/contact_info/nick",
            "invalid_country_code /installation_info/0/address_info/country_code",
            "too_long /installation_info/0/address_info/postal_code",
        ]
    );
    // Where all values can be read, a brand that cannot be used hides no rule.
    let mut readable = with(body(1), "/labelpartner", "NOWHERE");
    readable["create_verified_user"] = json!(true);
    readable["installation_info"] = json!([
        {"external_installation_id": "same", "service_information": {"service_type": "BR-HR-NILM-HW"}},
        {"external_installation_id": "same", "labelpartner": "NORTH", "create_verified_user": false},
    ]);
    let answer = running.provision(running.admin(), &readable).await;
    assert_eq!(
        (answer.status, answer.faults()),
        (
            400,
            vec![
                "unknown_label_partner /labelpartner".into(),
                "meter_required /installation_info/0/meters".into(),
                "repeated_value /installation_info/1/external_installation_id".into(),
                "contradiction /create_verified_user".into(),
            ]
        )
    );
    assert!(running.consistent_accounts().await.is_empty());
    running.bundle.stop().await;
}

/// Spreadsheets and numbers drop the zeros that a ZIP code begins with; it is never guessed which.
#[tokio::test]
async fn a_zip_code_without_its_zeros_and_a_country_that_is_no_code_are_told_what_is_meant() {
    let running = Running::start().await;
    let address = "/installation_info/0/address_info";
    for (country, code, fault, meant) in [
        ("US", "2139", "invalid_postal_code postal_code", "02139"),
        ("US", "2139-1234", "invalid_postal_code postal_code", "02139-1234"),
        ("US", "601", "invalid_postal_code postal_code", "00601"),
        ("PR", "901", "invalid_postal_code postal_code", "00901"),
        ("VI", "8021234", "invalid_postal_code postal_code", "00802-1234"),
        ("UK", "SW1A 2AA", "invalid_country_code country_code", "GB"),
        ("USA", "94105", "invalid_country_code country_code", "US"),
        ("nl", "1011AB", "invalid_country_code country_code", "NL"),
        ("DEU", "10117", "invalid_country_code country_code", "DE"),
        ("Nederland", "1011AB", "invalid_country_code country_code", "NL"),
    ] {
        let request = with(body(1), address, json!({"country_code": country, "postal_code": code}));
        let answer = running.provision(running.admin(), &request).await;
        let (kind, member) = fault.split_once(' ').unwrap();
        assert_eq!((answer.status, answer.faults()), (400, vec![format!("{kind} {address}/{member}")]));
        let message = answer.json()["errors"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(meant), "{country} {code}: {message}");
    }
    // Beside the rules of meters, all at once.
    let request = with(body(1), address, json!({"country_code": "US", "postal_code": "2139"}));
    let answer = running.provision(running.admin(), &without(request, "/installation_info/0/meters")).await;
    let mut faults = answer.faults();
    faults.sort();
    let meters = "meter_required /installation_info/0/meters".to_owned();
    assert_eq!(faults, [format!("invalid_postal_code {address}/postal_code"), meters]);
    for (seed, address_info) in [
        (2, json!({"country_code": "US", "postal_code": "02139"})),
        (3, json!({"country_code": "BE", "postal_code": "1000"})),
        (4, json!({"country_code": "XK", "postal_code": "10000"})),
        (5, json!({"postal_code": "2139"})),
    ] {
        running.provisioned(running.admin(), &with(body(seed), address, address_info)).await;
    }
    running.bundle.stop().await;
}

/// The four values of one body, held by three accounts, one of them another organisation's.
#[tokio::test]
async fn lists_every_taken_value_and_names_only_holders_that_the_caller_can_see() {
    let running = Running::start().await;
    let first = running.provisioned(running.admin(), &body("a")).await;
    let second = running.provisioned(running.admin(), &with(body("b"), "/labelpartner", "SOUTH")).await;
    let foreign = with(body("c"), "/labelpartner", "EAST");
    running.provisioned(running.other(), &foreign).await;
    let mut request = body("new");
    request["customer_info"]["email"] = json!("JO-A@EXAMPLE.com");
    request["customer_info"]["external_account_id"] = json!("account-b");
    let mut installation = request["installation_info"][0].clone();
    installation["external_installation_id"] = json!("installation-c");
    installation["meters"][0]["external_meter_id"] = json!("meter-a");
    request["installation_info"].as_array_mut().unwrap().push(installation);
    let answer = running.provision(running.admin(), &request).await;
    assert_eq!(answer.status, 409);
    let errors = answer.json()["errors"].clone();
    let listed: Vec<_> =
        errors.as_array().unwrap().iter().map(|e| (e["path"].as_str().unwrap(), e["account_id"].as_str())).collect();
    assert_eq!(
        listed,
        [
            ("/customer_info/external_account_id", Some(second.as_str())),
            ("/customer_info/email", Some(first.as_str())),
            ("/installation_info/1/external_installation_id", None),
            ("/installation_info/1/meters/0/external_meter_id", Some(first.as_str())),
        ]
    );
    // A brand is told that the value is taken, but not by which account of another brand.
    let brand = running.provision(running.brand(), &request).await;
    assert_eq!(brand.json()["errors"][0]["account_id"].as_str(), None);
    assert_eq!(brand.json()["errors"][1]["account_id"].as_str(), Some(first.as_str()));
    assert_eq!(running.consistent_accounts().await.len(), 3);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_dry_run_finds_the_same_and_writes_nothing() {
    let running = Running::start().await;
    let dry = |body: &serde_json::Value| running.post(running.admin(), "/account?dryRun=true", body);
    let before = running.uncounted().await;
    let request = without(body(1), "/installation_info/0/service_information");
    let answer = send(dry(&request).header("idempotency-key", "dry")).await;
    assert_eq!(answer.status, 200);
    let shown = answer.json();
    assert_eq!(shown["installation_info"][0]["service_information"]["service_type"], "RT-HR-NILM-HW");
    assert!(shown.get("account_id").is_none() && shown["installation_info"][0].get("installation_id").is_none());
    assert_eq!(running.uncounted().await, before);
    assert_eq!(running.provision(running.admin(), &request).await.status, 201);
    let (rehearsed, refused) = (send(dry(&request)).await, running.provision(running.admin(), &request).await);
    assert_eq!((rehearsed.status, &rehearsed.text), (409, &refused.text));
    let faulty = without(body(1), "/labelpartner");
    assert_eq!(send(dry(&faulty)).await.text, running.provision(running.admin(), &faulty).await.text);
    let unclear = send(running.post(running.admin(), "/account?dryRun=yes&dry=1", &request)).await;
    assert_eq!(
        (unclear.status, unclear.faults()),
        (400, vec!["not_allowed ?dryRun".into(), "unknown_parameter ?dry".into()])
    );
    running.bundle.stop().await;
}

#[tokio::test]
async fn values_are_unique_in_the_scope_that_the_deployment_states() {
    let options = wattbook_local::Options {
        parameters: [("UniquenessScope".to_owned(), "organisation".to_owned())].into(),
        ..wattbook_local::Options::default()
    };
    let running = Running::start_with(options).await;
    running.provisioned(running.admin(), &body(1)).await;
    running.provisioned(running.other(), &with(body(1), "/labelpartner", "EAST")).await;
    let again = running.provision(running.admin(), &body(1)).await;
    assert_eq!((again.status, again.errors().len()), (409, UNIQUE.len()));
    // Each organisation finds its own.
    for (credential, brand) in [(running.admin(), "NORTH"), (running.other(), "EAST")] {
        let found = running.get(credential, "/account/account-1?id_type=external").await;
        assert_eq!(found.json()["labelpartner"], brand);
    }
    assert_eq!(running.consistent_accounts_in(UniquenessScope::Organisation).await.len(), 2);
    running.bundle.stop().await;
}

#[tokio::test]
async fn names_the_limit_that_is_passed() {
    let running = Running::start().await;
    // 95 meters in installations of four, as one installation has one of each kind.
    let kinds = ["ELECTRICITY", "GAS", "HEAT", "WATER"];
    let installation = |i: usize| {
        let meters: Vec<_> =
            (0..4).map(|m| json!({"external_meter_id": format!("m{i}-{m}"), "meter_energy_type": kinds[m]})).collect();
        json!({"external_installation_id": format!("i{i}"), "meters": meters})
    };
    let many: Vec<_> = (0..24).map(installation).collect();
    let answer = running.provision(running.admin(), &with(body(1), "/installation_info", many)).await;
    assert_eq!((answer.status, answer.faults()), (400, vec!["too_many_unique_values ".into()]));
    assert!(answer.text.contains("at most 90"), "{}", answer.text);
    // Exactly ninety are taken: two of the account, 17 installations of five, and three more.
    let mut most: Vec<_> = (0..17).map(installation).collect();
    let mut last = installation(17);
    last["meters"].as_array_mut().unwrap().truncate(2);
    most.push(last);
    let answer = running.provision(running.admin(), &with(body(1), "/installation_info", most)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    // Large, though within every other limit.
    let wide = |i: usize| {
        let meters: Vec<_> = kinds
            .iter()
            .flat_map(|kind| {
                ["DEVICE", "IMPORT"].map(|input| json!({
                "meter_energy_type": kind, "meter_input_method": input, "meter_serial_number": "\u{1f50c}".repeat(100),
            }))
            })
            .collect();
        let address = json!({"street_no": "\u{1f50c}".repeat(100)});
        json!({"external_installation_id": format!("wide{i}"), "meters": meters, "address_info": address})
    };
    let large: Vec<_> = (0..88).map(wide).collect();
    let answer = running.provision(running.admin(), &with(body(2), "/installation_info", large)).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (413, Some("account_too_large")));
    assert!(answer.text.contains("358400"), "{}", answer.text);
    assert_eq!(running.consistent_accounts().await.len(), 1);
    running.bundle.stop().await;
}
