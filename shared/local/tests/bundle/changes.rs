//! What all changes of an account have in common: versions, repetitions, dry runs, isolation, races.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Running, body, send};

/// Every changing operation on the account of `body(1)`, by external ids.
fn every_change() -> Vec<(Method, &'static str, Option<Value>)> {
    vec![
        (Method::PUT, "/customer-info", Some(json!({"contact_info": {"firstname": "Jane"}}))),
        (Method::POST, "/installation", Some(json!({"external_installation_id": "two"}))),
        (Method::PUT, "/installation/installation-1", Some(json!({"address_info": {"house_no": "1"}}))),
        (Method::PUT, "/installation/installation-1/primary", None),
        (Method::POST, "/installation/installation-1/meter", Some(json!({"external_meter_id": "two"}))),
        (Method::PUT, "/installation/installation-1/meter/meter-1", Some(json!({"meter_serial_number": "1"}))),
        (Method::DELETE, "/installation/installation-1/meter/meter-1", None),
        (Method::DELETE, "/installation/installation-1", None),
        (Method::DELETE, "", None),
    ]
}

#[tokio::test]
async fn a_foreign_account_answers_like_a_missing_one() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    for (method, path, body) in every_change() {
        let foreign = format!("/account/account-1{path}?id_type=external");
        let missing = format!("/account/account-2{path}?id_type=external");
        let foreign = running.change(method.clone(), running.other(), &foreign, body.clone()).await;
        let missing = running.change(method.clone(), running.other(), &missing, body).await;
        assert_eq!((foreign.status, &foreign.text), (404, &missing.text), "{method} {path}");
    }
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_version_that_is_not_the_current_one_changes_nothing() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    let admin = running.admin();
    for (method, path, body) in every_change() {
        let url = format!("/account/account-1{path}?id_type=external");
        let request = running.request(method.clone(), &url).basic_auth(&admin.app_id, Some(&admin.app_key));
        let request = body.iter().fold(request.header("if-match", "\"7\""), reqwest::RequestBuilder::json);
        let answer = send(request).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (412, Some("version_mismatch")), "{method} {path}");
    }
    let put = |tag: &'static str| {
        let url = "/account/account-1/customer-info?id_type=external";
        let request = running.request(Method::PUT, url).basic_auth(&admin.app_id, Some(&admin.app_key));
        send(request.header("if-match", tag).json(&json!({"contact_info": {"lastname": tag}})))
    };
    assert_eq!(put("\"1\"").await.header("etag"), Some("\"2\""));
    assert_eq!(put("\"1\"").await.status, 412);
    assert_eq!(put("\"9\", \"2\"").await.status, 200);
    assert_eq!(put("*").await.status, 200);
    assert_eq!(put("W/\"4\"").await.status, 412);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_dry_run_answers_what_would_be_and_changes_nothing() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    let before = running.uncounted().await;
    for (method, path, body) in every_change().into_iter().filter(|(method, ..)| *method != Method::DELETE) {
        let url = format!("/account/account-1{path}?id_type=external&dryRun=true");
        let answer = running.change(method.clone(), running.admin(), &url, body).await;
        assert_eq!((answer.status, answer.json()["labelpartner"].as_str()), (200, Some("NORTH")), "{method} {path}");
    }
    let account = running.get(running.admin(), "/account/account-1?id_type=external").await;
    assert_eq!((account.header("etag"), running.uncounted().await), (Some("\"1\""), before));
    running.bundle.stop().await;
}

#[tokio::test]
async fn an_addition_under_an_idempotency_key_takes_effect_once() {
    let running = Arc::new(Running::start().await);
    running.provisioned(running.admin(), &body(1)).await;
    let path = "/account/account-1/installation?id_type=external";
    let post = |running: Arc<Running>, id: &'static str| async move {
        let body = json!({"external_installation_id": id});
        send(running.post(running.admin(), path, &body).header("idempotency-key", "k")).await
    };
    let tasks: Vec<_> = (0..20).map(|_| tokio::spawn(post(Arc::clone(&running), "two"))).collect();
    let (mut first, mut replayed) = (Vec::new(), Vec::new());
    for task in tasks {
        let answer = task.await.unwrap();
        assert_eq!(answer.status, 201, "{answer:?}");
        if answer.header("idempotent-replayed").is_some() { replayed.push(answer) } else { first.push(answer) }
    }
    assert_eq!((first.len(), replayed.len()), (1, 19));
    assert!(replayed.iter().all(|answer| answer.text == first[0].text));
    assert_eq!(post(Arc::clone(&running), "three").await.status, 422);
    assert_eq!(running.consistent_accounts().await[0].installations.len(), 2);
}

/// Changes that do not contradict each other all take effect, whoever comes first.
#[tokio::test]
async fn parallel_changes_of_one_account_lose_nothing() {
    let running = Arc::new(Running::start().await);
    let id = running.provisioned(running.admin(), &body(1)).await;
    let task = |n: usize| {
        let (running, id) = (Arc::clone(&running), id.clone());
        tokio::spawn(async move {
            let body = json!({"external_installation_id": format!("extra-{n}")});
            let path = format!("/account/{id}/installation");
            // One that is overtaken again and again is told so, and asks again.
            loop {
                let answer = running.change(Method::POST, running.admin(), &path, Some(body.clone())).await;
                if answer.status != 503 {
                    return answer;
                }
                assert_eq!(answer.header("retry-after"), Some("1"));
            }
        })
    };
    for task in (0..30).map(task).collect::<Vec<_>>() {
        assert_eq!(task.await.unwrap().status, 201);
    }
    let accounts = running.consistent_accounts().await;
    assert_eq!((accounts[0].installations.len(), accounts[0].version), (31, 31));
}
