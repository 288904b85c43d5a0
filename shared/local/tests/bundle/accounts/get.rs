//! `GET /rest/v1/accounts/{accountId}` and its aliases.

use reqwest::Method;
use serde_json::{Value, json};

use super::{aliases, refusal, refused, result};
use crate::support::Running;

#[tokio::test]
async fn every_path_and_query_gives_the_same_account() {
    let running = Running::start().await;
    let account = running.added(json!({"providerAccountId": "a b+c", "accountName": "Jo"})).await;
    let id = account["accountId"].as_str().unwrap();
    let mut paths = aliases(id, "a%20b%2Bc").to_vec();
    paths.extend([
        format!("/rest/v1/account?accountId={id}"),
        format!("/rest/v1/account?accountId={id}&providerAccountId=other"),
        "/rest/v1/account?providerAccountId=a+b%2Bc".into(),
        "/rest/v1/account?providerAccountId=a%20b%2bc&unknown=1".into(),
        format!("/rest/v1/accounts/{}", id.to_uppercase()),
    ]);
    for path in paths {
        let answer = running.get(running.admin(), &path).await;
        assert_eq!((result(&answer), answer.header("etag")), (account.clone(), Some("\"1\"")), "{path}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn fields_decides_how_much_is_shown() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p", "address": {"city": "Delft", "country": "NL"}})).await;
    let get =
        async |query: &str| result(&running.get(running.admin(), &format!("/rest/v1/account/pid/p?{query}")).await);
    let names = |account: &Value| account.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&get("fields=min").await), ["accountId", "providerAccountId", "accountName"]);
    let (plain, whole) = (get("").await, get("fields=ext").await);
    // What the published client calls it, and another word for it.
    assert_eq!([get("fields=std").await, get("fields=default").await], [plain.clone(), plain.clone()]);
    let published = [
        "accountId",
        "providerAccountId",
        "accountName",
        "customerOrgId",
        "customerOrgName",
        "address",
        "timeZone",
        "owner",
        "status",
        "type",
        "properties",
        "tariffs",
        "projects",
    ];
    assert_eq!(names(&plain), published);
    assert_eq!(plain["address"].get("formattedAddress"), None);
    let extension = [
        "labelPartner",
        "email",
        "emailVerified",
        "firstName",
        "lastName",
        "installations",
        "version",
        "createdAt",
        "updatedAt",
    ];
    assert_eq!(names(&whole), [&published[..], &extension[..]].concat());
    assert_eq!(whole["address"]["formattedAddress"], "Delft, NL");
    let none = running.get(running.admin(), "/rest/v1/account/pid/p?fields=").await;
    assert_eq!(refusal(&none), refused(400, &["InvalidValue Account fields "]));
    let wrong = running.get(running.admin(), "/rest/v1/account?fields=all").await;
    let expected = ["InvalidValue Account fields all", "NotNull Account providerAccountId"];
    assert_eq!(refusal(&wrong), refused(400, &expected));
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_version_that_the_caller_has_is_not_sent_again() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p"})).await;
    for (tag, status) in [("\"1\"", 304), ("W/\"1\"", 304), ("\"2\"", 200)] {
        let answer = running.rest_with(Method::GET, "/rest/v1/accounts/pid/p", None, ("if-none-match", tag)).await;
        assert_eq!(
            (answer.status, answer.header("etag"), answer.text.is_empty()),
            (status, Some("\"1\""), status == 304)
        );
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_not_found_under_any_path() {
    let running = Running::start().await;
    let mut paths = aliases("77f11344-62a9-4c2f-b8eb-e852e1c7f3ec", "nobody").to_vec();
    let odd = ["/rest/v1/accounts/abc123", "/rest/v1/account?accountId=abc123", "/rest/v1/account?providerAccountId="];
    paths.extend(odd.map(str::to_owned));
    for path in paths {
        let answer = running.get(running.admin(), &path).await;
        assert_eq!(refusal(&answer), refused(404, &["ObjectNotFound Account"]), "{path}");
    }
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_deleted_account_is_still_given() {
    let running = Running::start().await;
    running.added(json!({"providerAccountId": "p", "status": "DELETED"})).await;
    assert_eq!(running.by_pid("p").await["status"], "DELETED");
    running.bundle.stop().await;
}
