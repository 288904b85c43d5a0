//! Many at once: nothing is lost, nothing is doubled, and the table holds nothing else.

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::{ACCOUNTS, refusal, refused, result};
use crate::support::{Answered, Running};

/// Sends every request at the same time. One that is overtaken again and again is told so, and asks again.
async fn all_at_once(running: &Arc<Running>, requests: Vec<(Method, String, Option<Value>)>) -> Vec<Answered> {
    let send = |(method, path, body): (Method, String, Option<Value>)| {
        let running = Arc::clone(running);
        tokio::spawn(async move {
            loop {
                let answer = running.rest(method.clone(), &path, body.clone()).await;
                if answer.status != 503 {
                    return answer;
                }
                assert_eq!(refusal(&answer).1[0].split(' ').next(), Some("TooManyRequests"));
            }
        })
    };
    let mut answers = Vec::new();
    for task in requests.into_iter().map(send).collect::<Vec<_>>() {
        answers.push(task.await.unwrap());
    }
    answers
}

#[tokio::test]
async fn upserts_of_one_new_own_id_make_one_account() {
    let running = Arc::new(Running::start().await);
    let before = running.uncounted().await;
    let upsert = |n: usize| {
        let body = json!({
            "providerAccountId": "p", "owner": n.to_string(), "customerOrgId": n.to_string(),
            "properties": {"n": {"dataValue": n}},
        });
        (Method::PUT, ACCOUNTS.to_owned(), Some(body))
    };
    let answers = all_at_once(&running, (0..200).map(upsert).collect()).await;
    let mut etags: Vec<u64> = Vec::new();
    for answer in &answers {
        assert_eq!(result(answer)["accountId"], result(&answers[0])["accountId"]);
        etags.push(answer.header("etag").unwrap().trim_matches('"').parse().unwrap());
    }
    etags.sort_unstable();
    assert_eq!(etags, (1..=200).collect::<Vec<_>>());
    let stored = running.by_pid("p").await;
    assert_eq!((&stored["owner"], &stored["version"]), (&stored["customerOrgId"], &json!(200)));
    assert_eq!(stored["owner"], stored["properties"]["n"]["dataValue"]);
    let last = answers.iter().find(|answer| answer.header("etag") == Some("\"200\"")).unwrap();
    assert_eq!(result(last)["owner"], stored["owner"]);
    // The account and its two claims.
    assert_eq!((running.consistent_accounts().await.len(), running.uncounted().await), (1, before + 3));
}

#[tokio::test]
async fn properties_set_at_once_are_all_kept() {
    let running = Arc::new(Running::start().await);
    running.added(json!({"providerAccountId": "p"})).await;
    let set = |n: usize| {
        let body = json!({"keyName": format!("k{n}"), "dataValue": n});
        let method = if n.is_multiple_of(2) { Method::POST } else { Method::PUT };
        (method, "/rest/v1/accounts/pid/p/properties".to_owned(), Some(body))
    };
    for answer in all_at_once(&running, (0..200).map(set).collect()).await {
        result(&answer);
    }
    let account = running.by_pid("p").await;
    assert_eq!((account["properties"].as_object().unwrap().len(), &account["version"]), (200, &json!(201)));
    running.consistent_accounts().await;
}

#[tokio::test]
async fn posts_of_one_own_id_make_one_account() {
    let running = Arc::new(Running::start().await);
    let before = running.uncounted().await;
    let post =
        |n: usize| (Method::POST, ACCOUNTS.to_owned(), Some(json!({"providerAccountId": "p", "owner": n.to_string()})));
    let answers = all_at_once(&running, (0..50).map(post).collect()).await;
    let (added, others): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((added.len(), others.len()), (1, 49));
    for other in others {
        assert_eq!(refusal(other), refused(409, &["NotUnique Account providerAccountId p"]));
        assert_eq!(other.json()["results"][0]["accountId"], result(added[0])["accountId"]);
    }
    assert_eq!(running.by_pid("p").await["owner"], result(added[0])["owner"]);
    assert_eq!((running.consistent_accounts().await.len(), running.uncounted().await), (1, before + 3));
}

/// An upsert finds the account or adds it; that others erase it meanwhile is no conflict.
#[tokio::test]
async fn upserts_among_erasures_of_the_same_own_id_never_conflict() {
    let running = Arc::new(Running::start().await);
    let before = running.uncounted().await;
    for _ in 0..5 {
        let request = |n: usize| match n % 2 {
            0 => (Method::PUT, "/rest/v1/accounts/pid/p".to_owned(), Some(json!({"owner": n.to_string()}))),
            _ => (Method::DELETE, "/rest/v1/accounts/pid/p?hardDelete=true".to_owned(), None),
        };
        for (n, answer) in all_at_once(&running, (0..40).map(request).collect()).await.iter().enumerate() {
            let allowed = if n % 2 == 0 { &[200][..] } else { &[200, 404][..] };
            assert!(allowed.contains(&answer.status), "{answer:?}");
        }
        let left = running.consistent_accounts().await.len();
        assert_eq!(running.uncounted().await, before + 3 * left);
    }
}

/// Two own ids and one e-mail that both want: whoever gets it, claims and accounts agree.
#[tokio::test]
async fn upserts_that_want_one_email_share_it_with_nobody() {
    let running = Arc::new(Running::start().await);
    let upsert = |n: usize| {
        let body =
            json!({"providerAccountId": format!("p{}", n % 2), "email": "jo@example.com", "owner": n.to_string()});
        (Method::PUT, ACCOUNTS.to_owned(), Some(body))
    };
    let answers = all_at_once(&running, (0..40).map(upsert).collect()).await;
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refusal(answer), refused(409, &["NotUnique Account email jo@example.com"]));
    }
    assert_eq!(running.consistent_accounts().await.len(), 1);
}
