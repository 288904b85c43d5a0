//! `GET /account?external_account_id=…` or `?external_authentication_provider_id=…`.

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;

use crate::support::{PROVIDER_ID, Running, body, send, with};

const PATH: &str = "/account?external_authentication_provider_id=";

#[tokio::test]
async fn finds_the_account_of_the_caller_alone() {
    let running = Running::start().await;
    let id = running.provisioned(running.admin(), &with(body(1), PROVIDER_ID, "idp|42 +é")).await;
    let found = running.get(running.admin(), &format!("{PATH}idp%7C42%20%2B%C3%A9")).await;
    assert_eq!((found.status, found.header("etag")), (200, Some("\"1\"")));
    assert_eq!(found.text, running.get(running.admin(), &format!("/account/{id}")).await.text);
    assert_eq!(running.get(running.brand(), &format!("{PATH}idp|42+%2B%C3%A9")).await.text, found.text);
    let south = with(with(body(2), PROVIDER_ID, "south"), "/labelpartner", "SOUTH");
    running.provisioned(running.admin(), &south).await;
    let missing = running.get(running.admin(), &format!("{PATH}nobody")).await;
    assert_eq!(missing.status, 404);
    for (credential, value) in [(running.other(), "idp|42+%2B%C3%A9"), (running.brand(), "south")] {
        let hidden = running.get(credential, &format!("{PATH}{value}")).await;
        assert_eq!((hidden.status, hidden.text), (404, missing.text.clone()), "{value}");
    }
    let admin = running.admin();
    let request = running.request(Method::GET, &format!("{PATH}south")).basic_auth(&admin.app_id, Some(&admin.app_key));
    let known = send(request.header("if-none-match", "\"1\"")).await;
    assert_eq!((known.status, known.text.as_str(), known.header("etag")), (304, "", Some("\"1\"")));
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_id_is_asked_for_once_and_nothing_else() {
    let running = Running::start().await;
    let name = "?external_authentication_provider_id";
    for (path, faults) in [
        ("/account".to_owned(), vec![format!("required {name}")]),
        ("/account?x=1".to_owned(), vec![format!("required {name}"), "unknown_parameter ?x".to_owned()]),
        (PATH.to_owned(), vec![format!("empty {name}")]),
        (format!("{PATH}{}", "x".repeat(257)), vec![format!("too_long {name}")]),
        (format!("{PATH}a&external_authentication_provider_id=b"), vec![format!("repeated_parameter {name}")]),
        (format!("{PATH}a&external_account_id=b"), vec![format!("contradiction {name}")]),
        ("/account?external_account_id=".to_owned(), vec!["empty ?external_account_id".to_owned()]),
        (format!("/account?external_account_id={}", "x".repeat(129)), vec!["too_long ?external_account_id".to_owned()]),
    ] {
        let answer = running.get(running.admin(), &path).await;
        assert_eq!((answer.status, answer.faults()), (400, faults), "{path}");
    }
    assert_eq!(send(running.request(Method::GET, &format!("{PATH}x"))).await.status, 401);
    running.bundle.stop().await;
}

#[tokio::test]
async fn finds_an_account_by_the_callers_own_id_of_it() {
    let running = Running::start().await;
    for (seed, own, encoded) in
        [(1, "A/17?x#y", "A/17?x%23y"), (2, "50%25", "50%2525"), (3, "..", ".."), (4, "a+b", "a%2Bb")]
    {
        let id =
            running.provisioned(running.admin(), &with(body(seed), "/customer_info/external_account_id", own)).await;
        let found = running.get(running.admin(), &format!("/account?external_account_id={encoded}")).await;
        assert_eq!((found.status, found.json()["account_id"].as_str()), (200, Some(id.as_str())), "{own}");
        assert_eq!(found.json()["customer_info"]["external_account_id"], own);
        let hidden = running.get(running.other(), &format!("/account?external_account_id={encoded}")).await;
        assert_eq!(hidden.status, 404, "{own}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_id_is_unique_and_moves_with_its_change() {
    let running = Arc::new(Running::start().await);
    let id = running.provisioned(running.admin(), &with(body("a"), PROVIDER_ID, "one")).await;
    let other = running.provisioned(running.admin(), &body("b")).await;
    let again = running.provision(running.admin(), &with(body("c"), PROVIDER_ID, "one")).await;
    assert_eq!((again.status, again.faults()), (409, vec![format!("taken {PROVIDER_ID}")]));
    let put = |id: &str, value: &str| {
        let (running, path) = (Arc::clone(&running), format!("/account/{id}/customer-info"));
        let change = json!({"external_authentication_provider_id": value});
        tokio::spawn(async move { running.change(Method::PUT, running.admin(), &path, Some(change)).await })
    };
    let taken = put(&other, "one").await.unwrap();
    assert_eq!(taken.faults(), ["taken /external_authentication_provider_id"]);
    assert_eq!(taken.json()["errors"][0]["account_id"], json!(id));
    assert_eq!(put(&id, "two").await.unwrap().status, 200);
    assert_eq!(running.get(running.admin(), &format!("{PATH}one")).await.status, 404);
    assert_eq!(running.get(running.admin(), &format!("{PATH}two")).await.json()["account_id"], json!(id));
    // Both want the same one, again and again: whoever has it, claims and accounts agree.
    for round in 0..10 {
        let value = format!("round {round}");
        let (first, second) = (put(&id, &value), put(&other, &value));
        let mut statuses = [first.await.unwrap().status, second.await.unwrap().status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        running.consistent_accounts().await;
    }
    let erased = running.change(Method::DELETE, running.admin(), &format!("/account/{id}"), None).await;
    assert_eq!(erased.status, 204);
    assert_eq!(put(&other, "two").await.unwrap().status, 200);
    assert_eq!(running.consistent_accounts().await.len(), 1);
}
