//! What follows from writes, kept once: one entry of the change log for each version, and each account counted once,
//! however often, late and out of order the stream tells of it.

use std::{collections::BTreeMap, sync::Arc};

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;
use wattbook_domain::{Account, AccountStatus, LabelPartnerCode, OrganisationId, Text};
use wattbook_store::keys;

use crate::support::{BY, Item, Running, body, text};

/// What a random choice is made by.
struct Dice(u64);

impl Dice {
    /// A number below this.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

impl Running {
    fn organisation(&self) -> OrganisationId {
        self.bundle.demo().organisation_id.parse().unwrap()
    }

    async fn item(&self, account: &Account) -> Option<Item> {
        let key = keys::account(account.organisation, account.id);
        let get = self.table_client().get_item().table_name(self.bundle.table()).consistent_read(true);
        let get = get.key("pk", AttributeValue::S(key.pk)).key("sk", AttributeValue::S(key.sk));
        get.send().await.unwrap().item
    }

    /// One account through some changes; the records of the stream that tell of them.
    async fn lived(&self, number: u64, changes: u64) -> Vec<Value> {
        let (store, mut dice) = (self.store(), Dice(number));
        let brand = |dice: &mut Dice| match dice.roll(3) {
            0 => None,
            1 => LabelPartnerCode::parse("NORTH").ok(),
            _ => LabelPartnerCode::parse("SOUTH").ok(),
        };
        let mut account = Account::blank(self.organisation(), brand(&mut dice), Timestamp::now());
        account.profile.name = Text::parse(&format!("marked {number}")).ok();
        store.create_account(&account, BY, None).await.unwrap();
        // The store has given it a number.
        account = store.account(account.organisation, account.id).await.unwrap().unwrap();
        let mut states = vec![None, self.item(&account).await];
        for n in 0..changes {
            let mut new = account.clone();
            new.version += 1;
            new.updated_at = Timestamp::now();
            match dice.roll(4) {
                0 => new.label_partner = brand(&mut dice),
                1 => new.profile.status = AccountStatus::Deleted,
                2 => new.profile.status = AccountStatus::Active,
                _ => new.profile.name = Text::parse(&format!("marked {number} {n}")).ok(),
            }
            store.replace_account(&account, &new, BY, None).await.unwrap();
            account = new;
            states.push(self.item(&account).await);
        }
        if dice.roll(2) == 0 {
            store.delete_account(&account).await.unwrap();
            states.push(None);
        }
        states.windows(2).map(|pair| record(pair[0].as_ref(), pair[1].as_ref())).collect()
    }

    /// Has the function follow records once more, in batches of this size.
    async fn told_again(self: &Arc<Self>, records: &[Value], size: usize) {
        let batches: Vec<_> = records
            .chunks(size)
            .map(|records| {
                let (running, event) = (Arc::clone(self), json!({"Records": records}));
                tokio::spawn(async move {
                    let answer = running.bundle.invoke("follow-changes", &event).await.unwrap();
                    assert_eq!(answer["batchItemFailures"], json!([]));
                })
            })
            .collect();
        for batch in batches {
            batch.await.unwrap();
        }
    }

    /// The versions in each change log, and whether all of it is empty of what tells of somebody.
    async fn logs(&self) -> BTreeMap<String, (Vec<u64>, bool)> {
        let mut logs = BTreeMap::<_, (Vec<u64>, bool)>::new();
        for item in self.scan().await.into_iter().filter(|item| text(item, "sk").starts_with("CHANGE#")) {
            let (versions, empty) = logs.entry(text(&item, "pk")).or_insert((Vec::new(), true));
            versions.push(item["version"].as_n().unwrap().parse().unwrap());
            *empty &= item.contains_key("expires_at")
                && !["by", "fields", "brand", "omitted"].iter().any(|name| item.contains_key(*name));
        }
        logs
    }
}

/// A record as the stream has it.
fn record(before: Option<&Item>, after: Option<&Item>) -> Value {
    let image = |item: &Item| serde_json::to_value(serde_dynamo::Item::from(item.clone())).unwrap();
    let (before, after) = (before.map(image), after.map(image));
    let one = after.as_ref().or(before.as_ref()).unwrap();
    let mut dynamodb = json!({
        "ApproximateCreationDateTime": 1_794_692_041,
        "Keys": {"pk": one["pk"], "sk": one["sk"]},
        "SequenceNumber": Uuid::new_v4().to_string(),
    });
    for (name, image) in [("OldImage", before), ("NewImage", after)] {
        dynamodb.as_object_mut().unwrap().extend(image.map(|image| (name.to_owned(), image)));
    }
    json!({"dynamodb": dynamodb})
}

/// In any order, in parts, twice, and beside the stream itself, which tells of them, too.
#[tokio::test]
async fn each_change_is_noted_and_counted_once_however_it_is_told_of() {
    let running = Arc::new(Running::start().await);
    let (accounts, changes) = if running.bundle.is_deployed() { (12, 4) } else { (80, 8) };
    let lives: Vec<_> = (0..accounts)
        .map(|number| {
            let running = Arc::clone(&running);
            tokio::spawn(async move { running.lived(number, changes).await })
        })
        .collect();
    let (mut records, mut lengths) = (Vec::new(), BTreeMap::new());
    for life in lives {
        let life = life.await.unwrap();
        lengths.insert(life[0]["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned(), life.len());
        records.extend(life);
    }
    let mut dice = Dice(7);
    for size in [1, 3, 20] {
        for i in (1..records.len()).rev() {
            records.swap(i, usize::try_from(dice.roll(u64::try_from(i).unwrap() + 1)).unwrap());
        }
        running.told_again(&records, size).await;
    }
    let there = running.consistent_accounts().await.len();
    assert!(there > 0 && there < lengths.len(), "some are erased, not all");
    let logs = running.logs().await;
    assert_eq!(logs.len(), lengths.len());
    let erased: Vec<_> =
        running.scan().await.iter().filter(|item| text(item, "sk") == "ERASED").map(|item| text(item, "pk")).collect();
    assert_eq!(erased.len() + there, lengths.len());
    for (pk, (versions, empty)) in &logs {
        // Of an erased one the last is the erasure.
        assert_eq!(*versions, (1..=u64::try_from(lengths[pk]).unwrap()).collect::<Vec<_>>(), "{pk}");
        assert_eq!(*empty, erased.contains(pk), "{pk}");
    }
    // Once more, when all is quiet: nothing is another.
    let before = running.scan().await.len();
    running.told_again(&records, 50).await;
    assert_eq!((running.scan().await.len(), running.logs().await), (before, logs));
    running.consistent_accounts().await;
    Arc::into_inner(running).unwrap().bundle.stop().await;
}

/// Told of for the first time after the account is gone, a change is noted empty, and counted.
#[tokio::test]
async fn what_is_told_of_after_an_erasure_tells_of_nobody() {
    let running = Running::start().await;
    let mut account = Account::blank(running.organisation(), None, Timestamp::now());
    account.profile.name = Text::parse("Forgotten").ok();
    let erased = keys::account(account.organisation, account.id).pk;
    let new = json!({"pk": {"S": erased}, "sk": {"S": "ERASED"}, "expires_at": {"N": "4000000000"}});
    let item: serde_dynamo::Item = serde_json::from_value(new).unwrap();
    let put = running.table_client().put_item().table_name(running.bundle.table()).set_item(Some(item.into()));
    put.send().await.unwrap();
    let stored = stored(&account, Some("credential:x"));
    let event = json!({"Records": [record(None, Some(&stored))]});
    running.bundle.invoke("follow-changes", &event).await.unwrap();
    assert!(running.logs().await[&erased].1);
    let list = wattbook_store::listing::List { organisation: account.organisation, brand: None, deleted: false };
    assert_eq!(running.store().size_of_list(&list).await.unwrap(), 1);
    // Its erasure comes at last.
    let event = json!({"Records": [record(Some(&stored), None)]});
    for _ in 0..2 {
        running.bundle.invoke("follow-changes", &event).await.unwrap();
    }
    assert_eq!(running.store().size_of_list(&list).await.unwrap(), 0);
    assert_eq!(running.logs().await[&erased], (vec![1, 2], true));
    running.bundle.stop().await;
}

/// The item of an account as it was written before who wrote it was stored, or after.
fn stored(account: &Account, by: Option<&str>) -> Item {
    let key = keys::account(account.organisation, account.id);
    let account: AttributeValue = serde_dynamo::to_attribute_value(account).unwrap();
    let texts = [("pk", Some(key.pk)), ("sk", Some(key.sk)), ("by", by.map(str::to_owned))];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), AttributeValue::S(text?))));
    texts.chain([("account".to_owned(), account)]).collect()
}

/// Until the stream counted, whoever wrote counted in his own transaction, and said nowhere who he was. The stream tells
/// of such writes, too, when the new version takes over.
#[tokio::test]
async fn what_was_counted_where_it_was_written_is_not_counted_again() {
    let running = Running::start().await;
    let (store, client) = (running.store(), running.table_client());
    let names = ["Kept", "Changed", "Erased", "Erased by the old version"];
    let accounts: Vec<_> = names
        .iter()
        .map(|name| {
            let mut account =
                Account::blank(running.organisation(), LabelPartnerCode::parse("NORTH").ok(), Timestamp::now());
            account.profile.name = Text::parse(name).ok();
            account
        })
        .collect();
    // As the old version did: written without a name, and counted at once.
    store.load_accounts(&accounts).await.unwrap();
    running.consistent_accounts().await;
    // The old version changes and erases, and counts that itself. What counts is the sum over the counters.
    let count = async |list: &str, change: i64| {
        let update = client.update_item().table_name(running.bundle.table()).update_expression("ADD #list :change");
        let pk = AttributeValue::S(keys::counters(running.organisation()));
        let update = update.key("pk", pk).key("sk", AttributeValue::S("COUNT#00".into()));
        let change = AttributeValue::N(change.to_string());
        let update = update.expression_attribute_names("#list", list).expression_attribute_values(":change", change);
        update.send().await.unwrap();
    };
    let mut deleted = accounts[0].clone();
    deleted.version = 2;
    deleted.profile.status = AccountStatus::Deleted;
    let put = client.put_item().table_name(running.bundle.table());
    put.set_item(Some(stored(&deleted, None))).send().await.unwrap();
    for (list, change) in [("L", -1), ("L#NORTH", -1), ("D", 1), ("D#NORTH", 1)] {
        count(list, change).await;
    }
    let gone = keys::account(accounts[3].organisation, accounts[3].id);
    let delete = client.delete_item().table_name(running.bundle.table());
    delete.key("pk", AttributeValue::S(gone.pk.clone())).key("sk", AttributeValue::S(gone.sk)).send().await.unwrap();
    for list in ["L", "L#NORTH"] {
        count(list, -1).await;
    }
    assert_eq!(running.consistent_accounts().await.len(), 3);
    // Its log is empty of it, as of any other.
    for _ in 0..400 {
        if running.logs().await.get(&gone.pk).is_some_and(|(versions, empty)| *versions == [1, 2] && *empty) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(running.logs().await[&gone.pk], (vec![1, 2], true));
    // From now on the new version writes.
    let mut back = deleted.clone();
    back.version = 3;
    back.profile.status = AccountStatus::Active;
    store.replace_account(&deleted, &back, BY, None).await.unwrap();
    let mut changed = accounts[1].clone();
    changed.version = 2;
    changed.label_partner = None;
    store.replace_account(&accounts[1], &changed, BY, None).await.unwrap();
    store.delete_account(&accounts[2]).await.unwrap();
    running.provisioned(running.admin(), &body(1)).await;
    assert_eq!(running.consistent_accounts().await.len(), 3);
    // A further look, when nothing can come any more.
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(running.consistent_accounts().await.len(), 3);
    running.bundle.stop().await;
}
