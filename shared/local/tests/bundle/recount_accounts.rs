//! Counting the accounts anew, while they are written and counted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use wattbook_domain::{Account, LabelPartnerCode, OrganisationId, Text};
use wattbook_store::keys;

use crate::support::{Running, body, text};

impl Running {
    async fn recount(&self, event: Value) -> Value {
        self.bundle.invoke("recount-accounts", &event).await.unwrap()
    }

    fn own(&self) -> Value {
        json!({"organisation_id": self.bundle.demo().organisation_id})
    }

    /// Makes a counter wrong.
    async fn miscounted(&self, list: &str, by: i64) {
        let organisation: OrganisationId = self.bundle.demo().organisation_id.parse().unwrap();
        let update = self.table_client().update_item().table_name(self.bundle.table());
        let pk = AttributeValue::S(keys::counters(organisation));
        let update = update.key("pk", pk).key("sk", AttributeValue::S("COUNT#03".into()));
        let by = AttributeValue::N(by.to_string());
        let update = update.update_expression("ADD #list :by").expression_attribute_names("#list", list);
        update.expression_attribute_values(":by", by).send().await.unwrap();
    }

    /// Accounts that fill some megabytes of the table.
    async fn many(&self, count: usize) {
        let organisation = self.bundle.demo().organisation_id.parse().unwrap();
        let account = |n: usize| {
            let mut account = Account::blank(organisation, LabelPartnerCode::parse("NORTH").ok(), Timestamp::now());
            account.profile.name = Text::parse(&format!("{n} {}", "x".repeat(200))).ok();
            account
        };
        self.store().load_accounts(&(0..count).map(account).collect::<Vec<_>>()).await.unwrap();
    }

    /// Recounts a part at a time. Gives what is answered at last, and in how many calls.
    async fn recounted(&self, mut event: Value) -> (Value, usize) {
        event["max_parts"] = 1.into();
        for calls in 1.. {
            let answer = self.recount(event.clone()).await;
            let Some(cursor) = answer.get("cursor") else { return (answer, calls) };
            event["cursor"] = cursor.clone();
        }
        unreachable!("it ends");
    }
}

#[tokio::test]
async fn wrong_counters_are_put_right() {
    let running = Running::start().await;
    for n in 0..3 {
        running.provisioned(running.admin(), &body(n)).await;
    }
    running.change(Method::DELETE, running.admin(), "/rest/v1/accounts/pid/account-0", None).await;
    running.change(Method::DELETE, running.admin(), "/account/account-1?id_type=external", None).await;
    running.consistent_accounts().await;
    for (list, by) in [("L", 40), ("L#NORTH", -2), ("L#GONE", 3)] {
        running.miscounted(list, by).await;
    }
    let size = |list: &str, was: i64, is: i64| json!({"list": list, "was": was, "is": is});
    let lists =
        json!([size("D", 1, 1), size("D#NORTH", 1, 1), size("L", 41, 1), size("L#GONE", 3, 0), size("L#NORTH", -1, 1)]);
    let answer = running.recount(running.own()).await;
    assert_eq!((&answer["lists"], answer.get("cursor")), (&lists, None));
    assert_eq!(running.consistent_accounts().await.len(), 2);
    // What counts goes on as before, and nothing of the recount is left.
    running.provisioned(running.admin(), &body(9)).await;
    assert_eq!(running.consistent_accounts().await.len(), 3);
    assert!(running.scan().await.iter().all(|item| !item.contains_key("recount")));
    running.bundle.stop().await;
}

/// Accounts come, are deleted and kept, and are erased before, behind and under the recount.
#[tokio::test]
async fn nothing_is_lost_that_is_counted_meanwhile() {
    let running = Arc::new(Running::start().await);
    let (many, others) = if running.bundle.is_deployed() { (10, 10) } else { (3000, 60) };
    running.many(many).await;
    for n in 0..others {
        running.provisioned(running.admin(), &body(n)).await;
    }
    running.miscounted("L", 7).await;
    running.miscounted("D", -3).await;
    let over = Arc::new(AtomicBool::new(false));
    let writing = {
        let (running, over) = (Arc::clone(&running), Arc::clone(&over));
        tokio::spawn(async move {
            let mut n = 0;
            while !over.load(Ordering::Relaxed) || n < others {
                // The stream is to keep up: a recount waits for it.
                tokio::time::sleep(Duration::from_millis(20)).await;
                let admin = running.admin();
                running.provisioned(admin, &body(format!("new-{n}"))).await;
                let own = if n < others { n.to_string() } else { format!("new-{}", n - others) };
                let path = match n % 3 {
                    0 => format!("/rest/v1/accounts/pid/account-{own}"),
                    1 => format!("/account/account-{own}?id_type=external"),
                    _ => format!("/account/account-new-{n}?id_type=external"),
                };
                let answer = running.change(Method::DELETE, admin, &path, None).await;
                assert!(answer.status < 300, "{answer:?}");
                n += 1;
            }
        })
    };
    for _ in 0..3 {
        let (answer, calls) = running.recounted(running.own()).await;
        assert!(answer["lists"].is_array(), "{answer}");
        assert!(calls > 1 || running.bundle.is_deployed(), "a table of several parts");
    }
    over.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    running.consistent_accounts().await;
    // Right is what stays.
    let answer = running.recount(running.own()).await;
    assert!(answer["lists"].as_array().unwrap().iter().all(|size| size["was"] == size["is"]), "{answer}");
    running.consistent_accounts().await;
    Arc::into_inner(running).unwrap().bundle.stop().await;
}

#[tokio::test]
async fn a_recount_is_finished_once_and_gives_way_to_a_later_one() {
    let running = Running::start().await;
    running.provisioned(running.admin(), &body(1)).await;
    running.consistent_accounts().await;
    running.miscounted("L", 5).await;
    let begin = |parts: u64| {
        let mut event = running.own();
        event["max_parts"] = parts.into();
        event
    };
    let with = |cursor: &Value| {
        let mut event = running.own();
        event["cursor"] = cursor.clone();
        event
    };
    let first = running.recount(begin(0)).await;
    let second = running.recount(begin(0)).await;
    assert_eq!(running.recount(with(&first["cursor"])).await, json!({"superseded": true}));
    let done = running.recount(with(&second["cursor"])).await;
    assert_eq!(done["lists"][0], json!({"list": "L", "was": 6, "is": 1}));
    // Sent again by mistake, its last call does not add the difference again.
    assert_eq!(running.recount(with(&second["cursor"])).await, json!({"superseded": true}));
    running.consistent_accounts().await;
    // One that nobody goes on with is in nobody's way.
    running.recount(begin(0)).await;
    running.provisioned(running.admin(), &body(2)).await;
    assert_eq!(running.consistent_accounts().await.len(), 2);

    let mut foreign = with(&second["cursor"]);
    foreign["organisation_id"] = json!(running.bundle.demo().other_organisation_id);
    for event in [with(&json!("nonsense")), foreign, json!({}), json!({"organisation_id": "x", "more": 1})] {
        assert!(running.bundle.invoke("recount-accounts", &event).await.is_err(), "{event}");
    }
    let counters = running.scan().await.into_iter().filter(|item| text(item, "sk").starts_with("COUNT#"));
    assert_eq!(counters.count(), 16);
    running.bundle.stop().await;
}
