//! The functions behind the queues, which are handed messages twice, late and in any order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use wattbook_domain::import::ImportJob;

use super::{counts, customer, job, lines_of, told};
use crate::{
    events::samples,
    faulty_store::behind,
    proxy::Conduct,
    support::{Running, text, with},
};

impl Running {
    /// Hands a message over as its queue does; whether it was handled.
    pub(super) async fn handled(&self, function: &str, body: &Value) -> bool {
        let sample = samples().into_iter().find(|(name, _)| name == function).unwrap().1;
        let record = with(sample["Records"][0].clone(), "/body", body.to_string());
        let answer = self.bundle.invoke(function, &json!({ "Records": [record] })).await.unwrap();
        answer["batchItemFailures"].as_array().unwrap().is_empty()
    }

    /// A job of parts that were sent, all in the first lane.
    async fn job_of(&self, id: &str, parts: u64) -> ImportJob {
        let mut job = job(self.bundle.demo().organisation_id.parse().unwrap(), id);
        job.splitting.sent[0] = parts;
        (job.splitting.is_done, job.splitting.records, job.splitting.windows) = (true, 2 * parts, 1);
        self.store().create_import(&job, None).await.unwrap();
        job
    }
}

/// A part of a job: two customers of its own.
fn part(job: &ImportJob, number: u64) -> Value {
    let lines = [2 * number - 1, 2 * number];
    let lines = lines.map(|n| json!({"n": n, "r": n, "b": customer(n, &format!("w-{n}@example.com"))}));
    json!({
        "organisation_id": job.organisation, "import_id": job.id, "window": 0, "lane": 0, "number": number, "lines": lines,
    })
}

#[tokio::test]
async fn a_part_that_comes_twice_is_counted_once_and_none_overtakes_another() {
    let running = Running::start().await;
    let job = running.job_of("5d1f3a82-7c4e-4b90-8a6d-e2f1b0c9d837", 3).await;
    let [first, second, third] = [1, 2, 3].map(|number| part(&job, number));
    assert!(!running.handled("import-part", &second).await, "the first has to come before");
    let twice = tokio::join!(running.handled("import-part", &first), running.handled("import-part", &first));
    assert!(twice.0 || twice.1);
    assert!(running.handled("import-part", &first).await);
    assert!(!running.handled("import-part", &third).await);
    assert!(running.handled("import-part", &second).await);
    let path = format!("/imports/{}", job.id);
    assert_eq!(running.get(running.admin(), &path).await.json()["status"], "running");
    assert!(running.handled("import-part", &third).await);
    assert!(running.handled("import-part", &second).await, "it is done already");
    let ended = running.get(running.admin(), &path).await.json();
    assert_eq!((counts(&ended), &ended["status"]), ([6, 0, 0, 0, 0], &json!("completed")));
    let report = running.report(running.admin(), &job.id.to_string(), "").await;
    let expected: Vec<_> = (1..=6).map(|row| (row, "created".to_owned(), Vec::new())).collect();
    assert_eq!(report.iter().map(told).collect::<Vec<_>>(), expected, "as it was the first time");
    running.bundle.stop().await;
}

#[tokio::test]
async fn who_wrote_an_account_is_the_import() {
    let running = Running::start().await;
    let job = running.job_of("6e2a4b93-8d5f-4ca1-9b7e-f3a2c1d0e948", 1).await;
    assert!(running.handled("import-part", &part(&job, 1)).await);
    let items = running.scan().await;
    let accounts: Vec<_> = items.iter().filter(|item| text(item, "sk") == "ACCOUNT").collect();
    assert_eq!(accounts.len(), 2);
    assert!(accounts.iter().all(|item| text(item, "by") == format!("import:{}", job.id)));
    running.bundle.stop().await;
}

/// Two that split the same file cut the same parts, and only one of them gets on.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_that_is_split_twice_at_once_is_imported_once() {
    let running = Running::start().await;
    let lines = if running.bundle.is_deployed() { 40 } else { 600 };
    let file = lines_of(lines, |n| customer(n, &format!("t-{n}@example.com")));
    let id = running.order("provisioning", super::NDJSON, file).await;
    let order = json!({"organisation_id": running.bundle.demo().organisation_id, "import_id": id});
    let split = || running.handled("split-import", &order);
    let _ = tokio::join!(split(), split(), split(), split());
    let ended = running.ended(running.admin(), &id).await;
    assert_eq!(counts(&ended), [lines, 0, 0, 0, 0]);
    assert_eq!(running.report(running.admin(), &id, "").await.len(), usize::try_from(lines).unwrap());
    assert!(running.handled("split-import", &order).await, "it has ended");
    let nobody = json!({"organisation_id": running.bundle.demo().other_organisation_id, "import_id": id});
    assert!(running.handled("split-import", &nobody).await, "there is none of this id there");
    running.bundle.stop().await;
}

#[tokio::test]
async fn a_file_that_is_gone_ends_its_import() {
    let running = Running::start().await;
    let mut job = job(running.bundle.demo().organisation_id.parse().unwrap(), "7f3b5ca4-9e60-4db2-ac8f-a4b3d2e1fa59");
    job.status = wattbook_domain::import::ImportStatus::Pending;
    running.store().create_import(&job, None).await.unwrap();
    let ended = running.ended(running.admin(), &job.id.to_string()).await;
    assert_eq!((&ended["status"], &ended["failure"]["code"]), (&json!("failed"), &json!("file_gone")));
    assert_eq!(counts(&ended), [0; 5]);
    running.bundle.stop().await;
}

/// The keys of the items that a transaction writes or looks at.
fn keys(transaction: &Value) -> BTreeSet<String> {
    let actions = transaction["TransactItems"].as_array().unwrap().iter();
    let places = actions.flat_map(|action| action.as_object().unwrap().values());
    let keys = places.map(|place| place.get("Item").unwrap_or(&place["Key"]));
    keys.map(|key| format!("{} {}", key["pk"]["S"].as_str().unwrap(), key["sk"]["S"].as_str().unwrap())).collect()
}

/// Two transactions that have an item in common can cancel each other: of two accounts none have.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn importers_at_once_write_no_item_together() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noting = Arc::clone(&seen);
    let script = move |_, body: &str| {
        noting.lock().unwrap().push(keys(&serde_json::from_str(body).unwrap()));
        Conduct::Pass
    };
    let (running, holding, _) = behind(Arc::new(script)).await;
    let first = running.job_of("1b7f9ce8-d2a4-4cf6-80c3-e8f7b6a5d49d", 40).await;
    let second = running.job_of("2c80adf9-e3b5-4d07-91d4-f908c7b6e5ae", 40).await;
    let importing = async |job: &ImportJob, from: u64| {
        for number in 1..=20 {
            let mut part = part(job, number + from);
            part["number"] = json!(number);
            assert!(running.handled("import-part", &part).await);
        }
    };
    tokio::join!(importing(&first, 0), importing(&second, 20));
    let mut accounts_of = BTreeMap::<String, BTreeSet<String>>::new();
    for keys in seen.lock().unwrap().iter() {
        for account in keys.iter().filter(|key| key.ends_with(" ACCOUNT")) {
            for key in keys {
                accounts_of.entry(key.clone()).or_default().insert(account.clone());
            }
        }
    }
    let shared: Vec<_> = accounts_of.iter().filter(|(_, accounts)| accounts.len() > 1).map(|(key, _)| key).collect();
    assert_eq!(shared, [""; 0]);
    assert!(accounts_of.len() >= 80 * 4, "{}", accounts_of.len());
    running.bundle.stop().await;
    holding.bundle.stop().await;
}
