//! A file with everything in it, imported, and imported again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{NDJSON, WORDS, counts, customer, gzip};
use crate::support::{Running, body, send, with, without};

/// What is to come of each record of a file: row and outcome.
pub(super) type Expected = BTreeMap<u64, &'static str>;

/// A file of so many lines, of which one in a hundred each is invalid, has an e-mail that is taken, and is there twice;
/// with what is to come of each.
pub(super) fn file(lines: u64, taken: &str) -> (String, Expected) {
    let (mut file, mut expected) = (String::new(), Expected::new());
    for n in 0..lines {
        let good = customer(n, &format!("kai-{n}@example.com"));
        let (line, outcome) = match n % 100 {
            17 => (invalid(n, &good).0, "invalid"),
            42 => (customer(n, taken).to_string(), "conflict"),
            // Another line with the same id came before, and it is the same.
            99 => (customer(n - 50, &format!("kai-{}@example.com", n - 50)).to_string(), "unchanged"),
            _ => (good.to_string(), "created"),
        };
        file += &line;
        file.push('\n');
        expected.insert(n + 1, outcome);
    }
    (file, expected)
}

/// A line that is wrong in one way or another, and what is said of it.
fn invalid(n: u64, good: &Value) -> (String, &'static str) {
    match n / 100 % 5 {
        0 => (with(good.clone(), "/customer_info/email", "nobody").to_string(), "invalid_email /customer_info/email"),
        1 => (without(good.clone(), "/labelpartner").to_string(), "required /labelpartner"),
        2 => (with(good.clone(), "/labelpartner", "EAST").to_string(), "unknown_label_partner /labelpartner"),
        3 => (good.to_string().replace("\"email\"", "email"), "malformed_body"),
        _ => (with(good.clone(), "/customer_info/email", json!({})).to_string(), "wrong_type /customer_info/email"),
    }
}

/// How many of each outcome are expected.
pub(super) fn sums(expected: &Expected) -> [u64; 5] {
    let count = |word: &str| u64::try_from(expected.values().filter(|outcome| **outcome == word).count()).unwrap();
    [0, 1, 2, 3, 4].map(|at: usize| count(WORDS[at]))
}

/// Row and outcome of a report.
pub(super) fn outcomes(report: &[Value]) -> BTreeMap<u64, String> {
    let of = |line: &Value| (line["row"].as_u64().unwrap(), line["outcome"].as_str().unwrap().to_owned());
    let outcomes: BTreeMap<_, _> = report.iter().map(of).collect();
    assert_eq!(outcomes.len(), report.len(), "no line is told of twice");
    outcomes
}

pub(super) fn words(expected: &Expected) -> BTreeMap<u64, String> {
    expected.iter().map(|(row, outcome)| (*row, (*outcome).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_comes_to_what_is_expected_and_again_to_nothing() {
    let running = Running::start().await;
    let lines = if running.bundle.is_deployed() { 200 } else { 5000 };
    let holder =
        running.provisioned(running.admin(), &with(body("holder"), "/customer_info/email", "taken@example.com")).await;
    let (file, expected) = file(lines, "taken@example.com");
    let compressed = gzip(file.as_bytes());

    let request = running.file(running.admin(), "dialect=provisioning", NDJSON, compressed.clone());
    let id = super::ordered(&send(request.header("content-encoding", "gzip")).await);
    let ended = running.ended(running.admin(), &id).await;
    assert_eq!(
        (&ended["status"], &ended["records"], &ended["progress"]),
        (&json!("completed"), &json!(lines), &json!(100))
    );
    assert_eq!(counts(&ended), sums(&expected), "{ended:#}");
    let report = running.report(running.admin(), &id, "").await;
    assert_eq!(outcomes(&report), words(&expected));
    let rows: Vec<_> = report.iter().map(|line| line["record"].as_u64().unwrap()).collect();
    assert_eq!(rows, (1..=lines).collect::<Vec<_>>(), "the report is in the order of the file");

    let conflicts = running.report(running.admin(), &id, "&outcome=conflict").await;
    assert_eq!(u64::try_from(conflicts.len()).unwrap(), sums(&expected)[3]);
    for line in conflicts {
        assert_eq!(line["faults"][0]["path"], "/customer_info/email");
        assert_eq!((&line["faults"][0]["code"], &line["faults"][0]["account_id"]), (&json!("taken"), &json!(holder)));
    }
    for line in running.report(running.admin(), &id, "&outcome=invalid").await {
        let (row, _, faults) = super::told(&line);
        assert_eq!(faults, [invalid(row - 1, &customer(row - 1, "kai@example.com")).1], "row {row}");
    }
    let created = running.report(running.admin(), &id, "&outcome=created").await;
    let found = running.get(running.admin(), &format!("/account/{}", created[0]["account_id"].as_str().unwrap())).await;
    assert_eq!(found.json()["customer_info"]["external_account_id"], created[0]["external_account_id"]);

    let before = running.versions().await;
    assert_eq!(u64::try_from(before.len()).unwrap(), sums(&expected)[0] + 1);
    let request = running.file(running.admin(), "dialect=provisioning", NDJSON, compressed);
    let again = super::ordered(&send(request.header("content-encoding", "gzip")).await);
    let ended = running.ended(running.admin(), &again).await;
    let [created, updated, unchanged, conflict, invalid] = sums(&expected);
    assert_eq!(counts(&ended), [0, updated, created + unchanged, conflict, invalid]);
    assert_eq!(running.versions().await, before, "what is unchanged was not written");
    running.bundle.stop().await;
}
