//! Many at once, one winner; then the table is searched for what should not be there.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use crate::support::{Answered, Running, UNIQUE, body, follows, text, with};

/// Sends every body at the same time.
async fn all_at_once(running: &Arc<Running>, bodies: Vec<Value>) -> Vec<Answered> {
    let tasks: Vec<_> = bodies
        .into_iter()
        .map(|body| {
            let running = Arc::clone(running);
            tokio::spawn(async move { running.provision(running.admin(), &body).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

fn by_status(answers: &[Answered]) -> BTreeMap<u16, usize> {
    let mut count = BTreeMap::new();
    for answer in answers {
        *count.entry(answer.status).or_default() += 1;
    }
    count
}

/// 300 requests that share one value: one is created, the others are told which value it is.
async fn one_wins(path: &'static str) {
    let running = Arc::new(Running::start().await);
    let shared = if path.ends_with("email") { "shared@example.com" } else { "shared" };
    let answers = all_at_once(&running, (0..300).map(|seed| with(body(seed), path, shared)).collect()).await;
    assert_eq!(by_status(&answers), BTreeMap::from([(201, 1), (409, 299)]), "{path}");
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        assert_eq!(answer.faults(), [format!("taken {path}")]);
    }
    let accounts = running.consistent_accounts().await;
    let winner = answers.iter().find(|answer| answer.status == 201).unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(winner.json()["account_id"], json!(accounts[0].id));
    // Nothing but the winner's account with its five claims, what the demo consists of, and reference data; and what
    // follows from the account.
    let left = running.scan().await.into_iter().filter(|item| !text(item, "pk").starts_with("P#") && !follows(item));
    assert_eq!(left.count() - 5, 6);
}

#[tokio::test]
async fn one_email_goes_to_one_account() {
    one_wins(UNIQUE[0]).await;
}

#[tokio::test]
async fn one_external_account_id_goes_to_one_account() {
    one_wins(UNIQUE[1]).await;
}

#[tokio::test]
async fn one_external_installation_id_goes_to_one_account() {
    one_wins(UNIQUE[2]).await;
}

#[tokio::test]
async fn one_external_meter_id_goes_to_one_account() {
    one_wins(UNIQUE[3]).await;
}

/// Requests that each hold one value that another wants, for every pair of kinds of values.
#[tokio::test]
async fn crossing_requests_never_share_a_value() {
    let running = Arc::new(Running::start().await);
    let mut created = 0;
    for round in 0..40 {
        let (a, b) = (UNIQUE[round % 4], UNIQUE[(round + 1 + round / 4 % 3) % 4]);
        let value = |path: &str, which: &str| {
            if path.ends_with("email") { format!("{which}{round}@x.nl") } else { format!("{which}{round}") }
        };
        let crossing = |name: &str, first: &str, second: &str| {
            with(with(body(format!("{round}{name}")), a, value(a, first)), b, value(b, second))
        };
        let bodies = vec![
            crossing("p", "one", "two"),
            crossing("q", "two", "one"),
            crossing("r", "one", "one"),
            crossing("s", "two", "two"),
        ];
        let answers = all_at_once(&running, bodies).await;
        let counts = by_status(&answers);
        assert!(counts.keys().all(|status| [201, 409].contains(status)), "{counts:?}");
        // Either p and q or r and s fit beside each other.
        assert!((1..=2).contains(&counts[&201]), "{counts:?}");
        created += counts[&201];
        for loser in answers.iter().filter(|answer| answer.status == 409) {
            assert!(loser.errors().iter().all(|(code, path)| code == "taken" && (path == a || path == b)));
        }
    }
    assert_eq!(running.consistent_accounts().await.len(), created);
}
