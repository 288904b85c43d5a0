//! `POST|PUT|DELETE /account/{account_id}/installation/{installation_id}/meter[/{meter_id}]`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answered, Running, body, day, send, with};

async fn call(running: &Running, method: Method, path: &str, body: Option<Value>) -> Answered {
    let path = format!("/account/account-1/installation/installation-1/meter{path}?id_type=external");
    running.change(method, running.admin(), &path, body).await
}

#[tokio::test]
async fn a_meter_comes_changes_and_goes() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    let added =
        call(&running, Method::POST, "", Some(json!({"external_meter_id": "m 2", "meter_energy_type": "HEAT"}))).await;
    assert_eq!((added.status, added.header("etag")), (201, Some("\"2\"")));
    assert_eq!(added.json()["external_meter_id"], "m 2");
    let change = json!({"meter_serial_number": "S", "meter_input_method": "DEVICE", "external_meter_id": "m 2"});
    let changed = call(&running, Method::PUT, "/m%202", Some(change)).await.json();
    let meter = &changed["installation_info"][0]["meters"][1];
    assert_eq!((meter["meter_serial_number"].as_str(), meter["meter_energy_type"].as_str()), (Some("S"), Some("HEAT")));
    assert_eq!(call(&running, Method::DELETE, "/m%202", None).await.status, 204);
    assert_eq!(call(&running, Method::DELETE, "/m%202", None).await.status, 404);
    // What was removed is free.
    assert_eq!(call(&running, Method::POST, "", Some(json!({"external_meter_id": "m 2"}))).await.status, 201);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

/// One of a kind, and one at least: a meter of a `BR` service can be neither removed nor joined by its successor.
#[tokio::test]
async fn a_meter_is_exchanged_at_once() {
    let running = Running::start().await;
    let admin = running.admin();
    running.provisioned(admin, &body(1)).await;
    running.provisioned(admin, &body(9)).await;
    let exchange = async |query: &str, meter: &str, body: Value| {
        let path =
            format!("/account/account-1/installation/installation-1/meter/{meter}/replacement?id_type=external{query}");
        running.change(Method::POST, admin, &path, Some(body)).await
    };
    let new =
        |id: &str| json!({"exchange_date": day(2), "meter": {"external_meter_id": id, "meter_serial_number": "S2"}});
    let seen =
        async || running.get(admin, "/account/account-1?id_type=external").await.json()["installation_info"][0].clone();
    let old = seen().await["meters"][0].clone();
    let dry = exchange("&dryRun=true", "meter-1", new("m2")).await;
    assert_eq!(
        (dry.status, dry.json()["installation_info"][0]["meters"][0]["external_meter_id"].as_str()),
        (200, Some("m2"))
    );
    assert_eq!(seen().await["meters"][0], old);

    let exchanged = exchange("", "meter-1", new("m2")).await;
    assert_eq!((exchanged.status, exchanged.header("etag")), (201, Some("\"2\"")), "{exchanged:?}");
    let now = seen().await;
    let meter = json!({
        "meter_id": exchanged.json()["meter_id"], "external_meter_id": "m2", "meter_input_method": "IMPORT",
        "meter_energy_type": "GAS", "meter_serial_number": "S2", "installed_on": day(2),
    });
    assert_eq!((&now["meters"], exchanged.json()["external_meter_id"].as_str()), (&json!([meter]), Some("m2")));
    let mut former = old.clone();
    former["removed_on"] = json!(day(2));
    former["replaced_by"] = meter["meter_id"].clone();
    assert_eq!(now["former_meters"], json!([former]));
    running.consistent_accounts().await;
    // The old id is free, for whoever gets the device next.
    assert_eq!(exchange("", "meter-1", new("m3")).await.status, 404);
    running.provisioned(admin, &with(body(5), "/installation_info/0/meters/0/external_meter_id", "meter-1")).await;
    // Where the id is that of the connection, it stays.
    assert_eq!(exchange("", "m2", new("m2")).await.status, 201);
    running.consistent_accounts().await;

    for (body, status, faults) in [
        (new("meter-9"), 409, vec!["taken /meter/external_meter_id"]),
        (
            json!({"exchange_date": day(1), "meter": {}}),
            409,
            vec!["before_installed /exchange_date", "meter_id_required /meter/external_meter_id"],
        ),
        (
            json!({"exchange_date": day(400), "meter": {"external_meter_id": "m2"}}),
            409,
            vec!["too_far_ahead /exchange_date"],
        ),
        (
            json!({"exchange_date": day(3), "meter": {"external_meter_id": "m4", "meter_energy_type": "HEAT"}}),
            409,
            vec!["contradiction /meter/meter_energy_type"],
        ),
        (
            json!({"exchange_date": "2026-02-30", "x": 1}),
            400,
            vec!["invalid_date /exchange_date", "unknown_member /x", "required /meter"],
        ),
        (json!({}), 400, vec!["required /exchange_date", "required /meter"]),
    ] {
        let answer = exchange("", "m2", body.clone()).await;
        assert_eq!(
            (answer.status, answer.faults()),
            (status, faults.iter().map(|f| (*f).to_owned()).collect()),
            "{body}"
        );
    }
    let path = "/account/account-1/installation/installation-1/meter/m2/replacement?id_type=external";
    assert_eq!(running.change(Method::POST, running.other(), path, Some(new("m6"))).await.status, 404);
    // A repetition under a key exchanges once.
    let keyed = async || send(running.post(admin, path, &new("m7")).header("idempotency-key", "k")).await;
    let first = keyed().await;
    assert_eq!((first.status, keyed().await.text), (201, first.text));
    assert_eq!(seen().await["former_meters"].as_array().unwrap().len(), 3);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

/// Of many successors one comes, and the others hear that the meter is not there any more.
#[tokio::test]
async fn a_meter_is_exchanged_once_in_parallel_too() {
    let running = std::sync::Arc::new(Running::start().await);
    running.provisioned(running.admin(), &body(1)).await;
    let task = |n: usize| {
        let running = std::sync::Arc::clone(&running);
        let path = "/account/account-1/installation/installation-1/meter/meter-1/replacement?id_type=external";
        let body = json!({"exchange_date": day(2), "meter": {"external_meter_id": format!("m{n}")}});
        tokio::spawn(async move { running.change(Method::POST, running.admin(), path, Some(body)).await.status })
    };
    let mut statuses = Vec::new();
    for task in (0..20).map(task).collect::<Vec<_>>() {
        statuses.push(task.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (201, &[404; 19][..]));
    assert_eq!(running.consistent_accounts().await[0].installations[0].former_meters.len(), 1);
}

#[tokio::test]
async fn names_the_rule_that_stands_in_the_way() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    running.provisioned(running.admin(), &body(9)).await;
    for (method, path, body, status, faults) in [
        (Method::POST, "", Some(json!({"external_meter_id": "meter-9"})), 409, vec!["taken /external_meter_id"]),
        (
            Method::POST,
            "",
            Some(json!({"external_meter_id": "meter-1"})),
            409,
            vec!["repeated_value /external_meter_id"],
        ),
        (
            Method::POST,
            "",
            Some(json!({"meter_energy_type": "HEAT"})),
            409,
            vec!["meter_id_required /external_meter_id"],
        ),
        (
            Method::POST,
            "",
            Some(json!({"external_meter_id": "new", "meter_energy_type": "GAS", "meter_input_method": "IMPORT"})),
            409,
            vec!["repeated_meter "],
        ),
        (
            Method::POST,
            "",
            Some(json!({"meter_energy_type": "LIGHT", "x": 1})),
            400,
            vec!["not_allowed /meter_energy_type", "unknown_member /x"],
        ),
        (Method::PUT, "/meter-1", Some(json!({"external_meter_id": "x"})), 409, vec!["immutable /external_meter_id"]),
        (Method::DELETE, "/meter-1", None, 409, vec!["meter_required "]),
        (Method::PUT, "/meter-9", Some(json!({})), 404, vec![]),
    ] {
        let answer = call(&running, method.clone(), path, body.clone()).await;
        let found = (answer.status, answer.faults());
        assert_eq!(found, (status, faults.iter().map(|f| (*f).to_owned()).collect()), "{method} {path} {body:?}");
    }
    running.consistent_accounts().await;
    running.bundle.stop().await;
}
