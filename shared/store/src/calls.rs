//! Calls of DynamoDB that several kinds of items need, each of them counted.

use aws_sdk_dynamodb::{
    operation::query::{QueryOutput, builders::QueryFluentBuilder},
    types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity},
};
use serde::de::DeserializeOwned;

use crate::{
    Store, StoreError,
    error::conditional,
    items::{self, Item},
    keys::Key,
    transaction::When,
};

/// The most keys that `BatchGetItem` takes.
const BATCH: usize = 100;

impl Store {
    /// One item, read consistently: who was just told of an account must find it.
    pub(crate) async fn get(&self, key: Key) -> Result<Option<Item>, StoreError> {
        self.get_with(true, key).await
    }

    /// What one item holds, read likewise.
    pub(crate) async fn get_value<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        key: Key,
    ) -> Result<Option<T>, StoreError> {
        self.get(key).await?.map(|item| items::read(kind, item)).transpose()
    }

    /// The same, at half the price and read eventually consistently.
    pub(crate) async fn get_eventually(&self, key: Key) -> Result<Option<Item>, StoreError> {
        self.get_with(false, key).await
    }

    async fn get_with(&self, consistent: bool, key: Key) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(items::key_item(key)))
            .consistent_read(consistent)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::call("GetItem", &error))?;
        self.counter.add(answer.consumed_capacity());
        Ok(answer.item)
    }

    /// What one call of a query finds.
    pub(crate) async fn queried(&self, query: QueryFluentBuilder) -> Result<QueryOutput, StoreError> {
        let query = query.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = query.send().await.map_err(|error| StoreError::call("Query", &error))?;
        self.counter.add(answer.consumed_capacity());
        Ok(answer)
    }

    /// Puts an item where that is allowed. Whether it was.
    pub(crate) async fn put_when(&self, item: Item, when: &When) -> Result<bool, StoreError> {
        let outcome = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(when.expression())
            .set_expression_attribute_names(when.names())
            .set_expression_attribute_values(when.values())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("PutItem", outcome)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }

    /// Puts an item, whatever there was.
    pub(crate) async fn put_anyway(&self, item: Item) -> Result<(), StoreError> {
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::call("PutItem", &error))?;
        self.counter.add(answer.consumed_capacity());
        Ok(())
    }

    /// Deletes an item. `false` if there is none.
    pub(crate) async fn delete_existing(&self, key: Key) -> Result<bool, StoreError> {
        let outcome = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(items::key_item(key)))
            .condition_expression("attribute_exists(pk)")
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("DeleteItem", outcome)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }

    /// The items of a partition, as they were a moment ago, in the order of their sort keys: all, or those whose
    /// sort key begins with `prefix`.
    pub(crate) async fn partition(&self, pk: String, prefix: Option<String>) -> Result<Vec<Item>, StoreError> {
        let (mut items, mut from) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .expression_attribute_values(":pk", AttributeValue::S(pk.clone()))
                .set_exclusive_start_key(from);
            let query = match &prefix {
                None => query.key_condition_expression("pk = :pk"),
                Some(prefix) => query
                    .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                    .expression_attribute_values(":prefix", AttributeValue::S(prefix.clone())),
            };
            let answer = self.queried(query).await?;
            items.extend(answer.items.unwrap_or_default());
            // The end is a missing key; a page may be short, or empty, for other reasons.
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }

    /// The items of these keys that exist, in any order, read consistently.
    pub(crate) async fn batch_get(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.batch_get_with(true, keys).await
    }

    /// The same, at half the price and read eventually consistently.
    pub(crate) async fn batch_get_eventually(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.batch_get_with(false, keys).await
    }

    async fn batch_get_with(&self, consistent: bool, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        for batch in keys.chunks(BATCH) {
            let keys = batch.iter().cloned().map(items::key_item).collect();
            self.get_batch(consistent, keys, &mut items).await?;
        }
        Ok(items)
    }

    async fn get_batch(
        &self,
        consistent: bool,
        mut pending: Vec<Item>,
        items: &mut Vec<Item>,
    ) -> Result<(), StoreError> {
        // A batch may come back in parts, also because an answer has at most 16 MB; the SDK's retries do not
        // cover the rest of one. A part that brings something is progress, one that brings nothing a try.
        let mut tries = 5;
        while !pending.is_empty() && tries > 0 {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut pending)))
                .consistent_read(consistent)
                .build()
                .map_err(|error| StoreError::Setup(error.to_string()))?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, request)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|error| StoreError::call("BatchGetItem", &error))?;
            self.counter.add(answer.consumed_capacity());
            let part = answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
            tries -= u8::from(part.is_empty());
            items.extend(part);
            if let Some(rest) = answer.unprocessed_keys.unwrap_or_default().remove(&self.table) {
                pending = rest.keys;
            }
        }
        if pending.is_empty() { Ok(()) } else { Err(StoreError::Busy("BatchGetItem: unprocessed keys".into())) }
    }
}
