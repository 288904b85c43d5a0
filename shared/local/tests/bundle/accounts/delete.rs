//! `DELETE /rest/v1/accounts/{accountId}`, soft and hard.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCOUNTS, aliases, refusal, refused, result, results};
use crate::support::{Running, follows};

#[tokio::test]
async fn a_deleted_account_is_kept_under_every_path() {
    let running = Running::start().await;
    for n in 0..4 {
        let account = running.added(json!({"providerAccountId": format!("p{n}"), "owner": "Jo"})).await;
        let path = &aliases(account["accountId"].as_str().unwrap(), &format!("p{n}"))[n];
        for etag in ["\"2\"", "\"2\""] {
            let answer = running.rest(Method::DELETE, &format!("{path}?fields=ext&unknown=1"), None).await;
            let deleted = result(&answer);
            assert_eq!((&deleted["status"], &deleted["owner"]), (&json!("DELETED"), &json!("Jo")), "{path}");
            assert_eq!((answer.header("etag"), &answer.json()["type"]), (Some(etag), &json!("Account")));
        }
    }
    assert_eq!(running.consistent_accounts().await.len(), 4);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_query_names_the_account_as_well() {
    let running = Running::start().await;
    let account = running.added(json!({"providerAccountId": "a b"})).await;
    let queries = [format!("?accountId={}", account["accountId"].as_str().unwrap()), "?providerAccountId=a+b".into()];
    for path in [ACCOUNTS, "/rest/v1/account"] {
        for query in &queries {
            let deleted = result(&running.rest(Method::DELETE, &format!("{path}{query}"), None).await);
            assert_eq!(deleted["status"], "DELETED", "{path}{query}");
            let back = running.rest(Method::PUT, &format!("{path}{query}"), json!({"status": "ACTIVE"})).await;
            assert_eq!(
                (&result(&back)["accountId"], &result(&back)["status"]),
                (&account["accountId"], &json!("ACTIVE"))
            );
        }
        // Without a query nothing is deleted.
        let refusal = refusal(&running.rest(Method::DELETE, path, None).await);
        assert_eq!(refusal, refused(400, &["NotNull Account providerAccountId"]));
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn the_own_id_of_a_deleted_account_stays_taken_until_it_is_erased() {
    let running = Running::start().await;
    let account = running.added(json!({"providerAccountId": "p", "email": "jo@example.com"})).await;
    let id = account["accountId"].as_str().unwrap();
    running.rest(Method::DELETE, "/rest/v1/accounts/pid/p", None).await;
    let again = running.rest(Method::POST, ACCOUNTS, json!({"providerAccountId": "p"})).await;
    assert_eq!(refusal(&again), refused(409, &["NotUnique Account providerAccountId p"]));
    let error = &again.json()["results"][0];
    let message = error["message"].as_str().unwrap();
    assert_eq!(error["accountId"], account["accountId"]);
    assert!(message.contains("deleted account") && message.contains(id) && message.contains("hardDelete"), "{message}");
    // Nothing changes it that does not say what its status is to be: who upserts would not see it in any list.
    let (own, by_id) = ("/rest/v1/accounts/pid/p", format!("{ACCOUNTS}/{id}"));
    let tariff = json!({"masterTariffId": 522});
    for (method, path, body) in [
        (Method::PUT, ACCOUNTS.to_owned(), Some(json!({"providerAccountId": "p", "owner": "Jo"}))),
        (Method::PUT, ACCOUNTS.to_owned(), Some(json!({"providerAccountId": "p"}))),
        (Method::PUT, by_id.clone(), Some(json!({"owner": "Jo"}))),
        (Method::POST, format!("{own}/properties"), Some(json!({"keyName": "owner", "dataValue": "Jo"}))),
        (Method::DELETE, format!("{own}/properties/owner"), None),
        (Method::PUT, format!("{own}/tariffs"), Some(tariff)),
        (Method::DELETE, format!("{own}/tariffs/522"), None),
    ] {
        let answer = running.rest(method.clone(), &path, body).await;
        assert_eq!(answer.status, 409, "{method} {path}: {answer:?}");
        let message = answer.json()["results"][0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("is deleted") && message.contains("ACTIVE"), "{message}");
    }
    // Whoever states it knows: also that it stays deleted.
    let still = json!({"providerAccountId": "p", "status": "DELETED", "owner": "Jo"});
    assert_eq!(result(&running.rest(Method::PUT, ACCOUNTS, still).await)["status"], "DELETED");
    let back =
        result(&running.rest(Method::PUT, ACCOUNTS, json!({"providerAccountId": "p", "status": "ACTIVE"})).await);
    assert_eq!((&back["status"], &back["owner"]), (&json!("ACTIVE"), &json!("Jo")));
    running.rest(Method::DELETE, "/rest/v1/accounts/pid/p?hardDelete=true", None).await;
    let new = running.added(json!({"providerAccountId": "p", "email": "jo@example.com"})).await;
    assert_ne!(new["accountId"], account["accountId"]);
    running.consistent_accounts().await;
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_hard_delete_leaves_nothing_behind() {
    let running = Running::start().await;
    for n in 0..4 {
        let before = running.uncounted().await;
        let account = running
            .added(json!({
                "providerAccountId": format!("vanish{n}"), "accountName": "vanishing", "email": "vanish@example.com",
                "properties": {"vanishing": {"dataValue": "vanish"}}, "address": {"city": "Vanish"},
            }))
            .await;
        let id = account["accountId"].as_str().unwrap();
        let path = &aliases(id, &format!("vanish{n}"))[n];
        // Deleted before or not.
        if n % 2 == 0 {
            running.rest(Method::DELETE, path, None).await;
        }
        let answer = running.rest(Method::DELETE, &format!("{path}?hardDelete=true&fields=ext"), None).await;
        assert_eq!((results(&answer).len(), &answer.json()["results"]), (0, &Value::Null));
        assert_eq!(running.uncounted().await, before);
        running.forgotten("vanish").await;
        // Its id alone is left, with nothing that it is of.
        assert!(running.scan().await.iter().all(|item| follows(item) || !format!("{item:?}").contains(id)));
        let gone = running.rest(Method::DELETE, &format!("{path}?hardDelete=true"), None).await;
        assert_eq!(refusal(&gone), refused(404, &["ObjectNotFound Account"]));
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_version_that_is_not_the_current_one_deletes_nothing() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let delete = async |query: &str, tag: &str| {
        let path = format!("/rest/v1/accounts/pid/p{query}");
        running.rest_with(Method::DELETE, &path, None, ("if-match", tag)).await
    };
    for query in ["", "?hardDelete=true"] {
        assert_eq!(refusal(&delete(query, "\"7\"").await), refused(412, &["VersionMismatch Account"]));
    }
    assert_eq!(delete("", "\"1\"").await.header("etag"), Some("\"2\""));
    assert_eq!(delete("?hardDelete=true", "\"2\"").await.status, 200);
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_switch_is_true_or_false() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    let unclear = running.rest(Method::DELETE, "/rest/v1/accounts/pid/p?hardDelete=yes", None).await;
    assert_eq!(refusal(&unclear), refused(400, &["InvalidValue Account hardDelete yes"]));
    let soft = running.rest(Method::DELETE, "/rest/v1/accounts/pid/p?hardDelete=false", None).await;
    assert_eq!(result(&soft)["status"], "DELETED");
    running.bundle.stop().await;
}
