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

mod accounts;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use wattbook_domain::OrganisationId;

use super::counting::{Addition, CHANGES, RECOUNT};
use crate::{
    Store, StoreError,
    error::conditional,
    items::{Item, key_item},
    keys::{self, Key},
};

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

impl Recount {
    /// Whose accounts are counted.
    #[must_use]
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
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
        let Addition { expression, names, mut values } = Addition::of(numbers);
        values.insert(":id".to_owned(), AttributeValue::S(id.to_owned()));
        let outcome = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(key)))
            .update_expression(format!("REMOVE #recount {expression}"))
            .condition_expression("#recount = :id")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("UpdateItem", outcome)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }
}
