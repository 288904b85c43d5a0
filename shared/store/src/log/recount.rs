//! Counting the accounts of an organisation anew, while they are written and counted.
//!
//! A recount leaves its id in each counter and reads what the counter says at that moment. From then on whoever counts
//! notes the id with what he counts: so of each account it can be told how it was counted at that moment, whatever has
//! happened to it since. That is added up over all accounts, and the difference is added to the counters. What is
//! counted meanwhile stays counted.
//!
//! The accounts are found by a Scan of the table, for there alone none changes its place: an index is sorted by names. Of
//! one that is erased on the way the mark is found in the same place.
//!
//! It is relied on that the changes of an account are noted in their order, as the stream tells of them: those that were
//! put aside have to be handled first.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wattbook_domain::{AccountStatus, LabelPartnerCode, OrganisationId, changes::ChangeKind};

use super::{
    LogOf,
    counting::{CHANGES, RECOUNT},
    items::EntryItem,
};
use crate::{
    Store, StoreError,
    error::conditional,
    items::{Item, key_item, read},
    keys::{self, Key},
};

/// What was written longer ago than this was noted, or never will be: the stream keeps a change for 24 hours.
const NOTED_WITHIN: SignedDuration = SignedDuration::from_hours(25);

/// How often it is looked whether a change has been noted, and how long it is waited between.
const LOOKS: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// How often it is tried anew to begin while a counter is added to.
const TRIES: u32 = 50;

/// How far a recount has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recount {
    /// What the counters name it by.
    id: String,
    /// Whose accounts.
    organisation: OrganisationId,
    /// When it began.
    began: Timestamp,
    /// What the counters said then.
    was: BTreeMap<String, i64>,
    /// What they should have said, as far as it has come.
    found: BTreeMap<String, i64>,
    /// How many accounts it has found, those that were erased since among them.
    pub accounts: u64,
    /// After which item to go on.
    after: Option<Key>,
    /// The partition of the account that was found last.
    last: Option<String>,
}

/// What became of a part of a recount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recounted {
    /// There is more to come.
    GoOn(Recount),
    /// All is looked at: it can be finished.
    All(Recount),
    /// A change is not noted yet, not even after seconds. Nothing of this part is in the recount.
    NotNoted(Recount),
}

/// How many accounts a list has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListSize {
    /// The list: `L` of the live accounts, `D` of the deleted ones; behind a `#` the brand, if it is of one.
    pub list: String,
    /// What the counters said.
    pub was: i64,
    /// What they should have said.
    pub is: i64,
}

/// What is looked at of an account, or of the mark of one.
#[derive(Deserialize)]
struct Found {
    pk: String,
    sk: String,
    account: Option<FoundAccount>,
    by: Option<String>,
    at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct FoundAccount {
    version: u64,
    label_partner: Option<LabelPartnerCode>,
    profile: Option<FoundProfile>,
    updated_at: Timestamp,
}

#[derive(Deserialize)]
struct FoundProfile {
    status: Option<AccountStatus>,
}

/// What the log says of an account.
#[derive(Default)]
struct Noted {
    /// Whether the change is noted that was asked for.
    is_noted: bool,
    /// What was counted since the recount began.
    since: BTreeMap<String, i64>,
}

impl Recount {
    /// Whose accounts are counted.
    #[must_use]
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    fn add(&mut self, numbers: impl IntoIterator<Item = (String, i64)>) {
        for (list, number) in numbers {
            *self.found.entry(list).or_default() += number;
        }
    }

    fn is_recent(&self, at: Timestamp) -> bool {
        at >= self.began.saturating_sub(NOTED_WITHIN).unwrap_or(Timestamp::MIN)
    }
}

impl FoundAccount {
    /// The lists that it is in.
    fn lists(&self) -> Vec<(String, i64)> {
        let status = self.profile.as_ref().and_then(|profile| profile.status);
        let deleted = status == Some(AccountStatus::Deleted);
        let of_brand = self.label_partner.as_ref().map(|brand| keys::list_name(deleted, Some(brand)));
        [Some(keys::list_name(deleted, None)), of_brand].into_iter().flatten().map(|list| (list, 1)).collect()
    }
}

impl Store {
    /// Begins a recount. One that is under way is given up.
    ///
    /// # Errors
    /// The store failed, or the counters were added to all the time.
    pub async fn begin_recount(&self, organisation: OrganisationId) -> Result<Recount, StoreError> {
        let id = Uuid::new_v4().to_string();
        let mut was = BTreeMap::new();
        for shard in 0..keys::SHARDS {
            let counter = self.mark_counter(keys::counter_numbered(organisation, shard), &id).await?;
            for (list, number) in counter.iter().filter(|(name, _)| *name != CHANGES) {
                if let Some(number) = number.as_n().ok().and_then(|digits| digits.parse::<i64>().ok()) {
                    *was.entry(list.clone()).or_default() += number;
                }
            }
        }
        let (began, found) = (Timestamp::now(), BTreeMap::new());
        Ok(Recount { id, organisation, began, was, found, accounts: 0, after: None, last: None })
    }

    /// Leaves the id of a recount in a counter, and gives what that says at the moment.
    async fn mark_counter(&self, key: Key, id: &str) -> Result<Item, StoreError> {
        for _ in 0..TRIES {
            let counter = self.get(key.clone()).await?.unwrap_or_default();
            let update = self
                .client
                .update_item()
                .table_name(&self.table)
                .set_key(Some(key_item(key.clone())))
                .update_expression("SET #recount = :id")
                .expression_attribute_names("#recount", RECOUNT)
                .expression_attribute_names("#changes", CHANGES)
                .expression_attribute_values(":id", AttributeValue::S(id.to_owned()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let update = match counter.get(CHANGES) {
                None => update.condition_expression("attribute_not_exists(#changes)"),
                Some(changes) => update
                    .condition_expression("#changes = :changes")
                    .expression_attribute_values(":changes", changes.clone()),
            };
            if let Some(answer) = conditional("UpdateItem", update.send().await)? {
                self.counter.add(answer.consumed_capacity());
                return Ok(counter);
            }
        }
        Err(StoreError::Busy("a counter that is recounted".into()))
    }

    /// Looks at a further part of the table, of up to a megabyte.
    ///
    /// # Errors
    /// The store failed.
    pub async fn recount_part(&self, recount: Recount) -> Result<Recounted, StoreError> {
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .filter_expression("begins_with(pk, :accounts) AND (sk = :account OR sk = :erased)")
            .projection_expression(
                "pk, sk, #by, #at, #account.version, #account.label_partner, #account.#profile.#status, \
                 #account.updated_at",
            )
            .expression_attribute_names("#by", crate::by::BY)
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#account", "account")
            .expression_attribute_names("#profile", "profile")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":accounts", AttributeValue::S(keys::accounts(recount.organisation)))
            .expression_attribute_values(":account", AttributeValue::S(keys::ACCOUNT.into()))
            .expression_attribute_values(":erased", AttributeValue::S(keys::ERASED.into()))
            .set_exclusive_start_key(recount.after.clone().map(key_item))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::call("Scan", &error))?;
        self.counter.add(answer.consumed_capacity());
        let mut further = recount.clone();
        for item in answer.items.unwrap_or_default() {
            if !self.recount_item(&mut further, read("account", item)?).await? {
                return Ok(Recounted::NotNoted(recount));
            }
        }
        further.after = answer.last_evaluated_key.map(|item| read("key", item)).transpose()?;
        Ok(if further.after.is_some() { Recounted::GoOn(further) } else { Recounted::All(further) })
    }

    /// Adds an account, as it was counted when the recount began. `false` if that is not to be known yet.
    async fn recount_item(&self, recount: &mut Recount, found: Found) -> Result<bool, StoreError> {
        let Some(id) = keys::account_id(&found.pk) else { return Ok(true) };
        let is_mark = found.sk == keys::ERASED;
        // The mark of an account that was still found a moment before.
        if is_mark && recount.last.as_ref() == Some(&found.pk) {
            return Ok(true);
        }
        let (version, lists, at) = match &found.account {
            Some(account) => (Some(account.version), account.lists(), account.updated_at),
            None => (None, Vec::new(), found.at.unwrap_or(recount.began)),
        };
        // What does not say who wrote it was counted where it was written.
        let noted = if recount.is_recent(at) && (is_mark || found.by.is_some()) {
            let of = LogOf::Account(recount.organisation, id);
            self.wait_for_note(of, version, &recount.id).await?
        } else {
            Noted { is_noted: true, since: BTreeMap::new() }
        };
        if !noted.is_noted {
            return Ok(false);
        }
        recount.accounts += 1;
        recount.add(lists);
        recount.add(noted.since.into_iter().map(|(list, number)| (list, -number)));
        recount.last = Some(found.pk);
        Ok(true)
    }

    /// What the log says of an account, once this version of it is noted; without one, its erasure.
    async fn wait_for_note(&self, of: LogOf, version: Option<u64>, recount: &str) -> Result<Noted, StoreError> {
        for _ in 0..LOOKS {
            let noted = self.noted(of, version, recount).await?;
            if noted.is_noted {
                return Ok(noted);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(Noted::default())
    }

    async fn noted(&self, of: LogOf, version: Option<u64>, recount: &str) -> Result<Noted, StoreError> {
        let (mut noted, mut from) = (Noted::default(), None);
        loop {
            let answer = self
                .log_query(of)
                .consistent_read(true)
                .projection_expression("version, #at, kind, counted, recount")
                .expression_attribute_names("#at", "at")
                .set_exclusive_start_key(from)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|error| StoreError::call("Query", &error))?;
            self.counter.add(answer.consumed_capacity());
            for item in answer.items.unwrap_or_default() {
                let entry: EntryItem = read("entry of a change log", item)?;
                if version.is_some_and(|version| entry.version > version) {
                    continue;
                }
                noted.is_noted |= version.map_or(entry.kind == ChangeKind::Erased, |version| version == entry.version);
                if entry.recount.as_deref() == Some(recount) {
                    for (list, number) in entry.counted {
                        *noted.since.entry(list).or_default() += number;
                    }
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(noted);
            }
        }
    }

    /// Adds to the counters what they should have said and did not. Gives the lists, or none if another recount has
    /// begun since, or this one was finished before.
    ///
    /// # Errors
    /// The store failed.
    pub async fn finish_recount(&self, recount: &Recount) -> Result<Option<Vec<ListSize>>, StoreError> {
        let number = |of: &BTreeMap<String, i64>, list: &str| of.get(list).copied().unwrap_or_default();
        let mut lists: Vec<_> = recount.was.keys().chain(recount.found.keys()).collect();
        lists.sort_unstable();
        lists.dedup();
        let sizes: Vec<_> = lists
            .into_iter()
            .map(|list| ListSize {
                list: list.clone(),
                was: number(&recount.was, list),
                is: number(&recount.found, list),
            })
            .collect();
        let differences = sizes.iter().filter(|size| size.was != size.is);
        let differences: BTreeMap<_, _> = differences.map(|size| (size.list.clone(), size.is - size.was)).collect();
        // The one that is added to comes last: as long as it names the recount, this can be done again.
        for shard in (0..keys::SHARDS).rev() {
            let none = BTreeMap::new();
            let numbers = if shard == 0 { &differences } else { &none };
            let key = keys::counter_numbered(recount.organisation, shard);
            let done = self.unmark_counter(key, &recount.id, numbers).await?;
            if shard == 0 && !done {
                return Ok(None);
            }
        }
        Ok(Some(sizes))
    }

    /// Takes the id of a recount out of a counter, and adds to its numbers. `false` if the counter does not name it.
    async fn unmark_counter(&self, key: Key, id: &str, numbers: &BTreeMap<String, i64>) -> Result<bool, StoreError> {
        let mut terms = vec!["#changes :one".to_owned()];
        let mut update = self.client.update_item().table_name(&self.table).set_key(Some(key_item(key)));
        for (i, (list, number)) in numbers.iter().enumerate() {
            terms.push(format!("#n{i} :n{i}"));
            update = update
                .expression_attribute_names(format!("#n{i}"), list)
                .expression_attribute_values(format!(":n{i}"), AttributeValue::N(number.to_string()));
        }
        let outcome = update
            .update_expression(format!("REMOVE #recount ADD {}", terms.join(", ")))
            .condition_expression("#recount = :id")
            .expression_attribute_names("#recount", RECOUNT)
            .expression_attribute_names("#changes", CHANGES)
            .expression_attribute_values(":id", AttributeValue::S(id.to_owned()))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("UpdateItem", outcome)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }
}
