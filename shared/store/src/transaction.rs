//! Transactions whose outcome keeps its meaning.
//!
//! DynamoDB tells by position why a transaction was cancelled. [`Transaction`] keeps what each
//! position stands for beside the action, so that the outcome comes back in the words of whoever
//! built it.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, ConditionCheck, Delete, Put, ReturnConsumedCapacity,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, builders::ConditionCheckBuilder,
    },
};
use uuid::Uuid;
use wattbook_domain::OrganisationId;

use crate::{
    IdempotencyRecord, Store, StoreError,
    items::{self, Item},
    keys::Key,
    retry::is_passing,
};

/// Actions that take effect together, each with what it means to the caller.
pub(crate) struct Transaction<M> {
    actions: Vec<(TransactWriteItem, M)>,
}

/// Why nothing was written.
pub(crate) enum Cancelled<M> {
    /// Conditions did not hold, or could not be checked, at these positions, in the order of the actions.
    Refused(Vec<Refusal<M>>),
    /// The store failed.
    Store(StoreError),
}

/// Why one action stood in the way.
pub(crate) struct Refusal<M> {
    pub(crate) meaning: M,
    pub(crate) obstacle: Obstacle,
}

/// What is known of the item that was in the way.
pub(crate) enum Obstacle {
    /// The condition failed against this item. It is the item itself, so no second read is needed.
    Item(Item),
    /// Another transaction was at the item just then.
    Contention,
}

/// When an item may be put or deleted.
pub(crate) enum When {
    /// It does not exist yet.
    Absent,
    /// It does not exist, or has expired by this second: the table's TTL may take days to remove it.
    AbsentOrExpired(i64),
    /// It is in this version; the document in it has this name.
    Version(&'static str, u64),
    /// This attribute of it has this value.
    Held(&'static str, String),
}

impl When {
    pub(crate) const fn expression(&self) -> &'static str {
        match self {
            Self::Absent => "attribute_not_exists(pk)",
            Self::AbsentOrExpired(_) => "attribute_not_exists(pk) OR expires_at <= :now",
            Self::Version(..) => "#document.#version = :version",
            Self::Held(..) => "#holder = :holder",
        }
    }

    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        let names = match self {
            Self::Absent | Self::AbsentOrExpired(_) => return None,
            Self::Version(document, _) => vec![("#document", *document), ("#version", "version")],
            Self::Held(attribute, _) => vec![("#holder", *attribute)],
        };
        Some(names.into_iter().map(|(name, path)| (name.to_owned(), path.to_owned())).collect())
    }

    pub(crate) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        let (name, value) = match self {
            Self::Absent => return None,
            Self::AbsentOrExpired(now) => (":now", AttributeValue::N(now.to_string())),
            Self::Version(_, version) => (":version", AttributeValue::N(version.to_string())),
            Self::Held(_, holder) => (":holder", AttributeValue::S(holder.clone())),
        };
        Some(HashMap::from([(name.to_owned(), value)]))
    }
}

impl<M> Transaction<M> {
    pub(crate) fn new() -> Self {
        Self { actions: Vec::new() }
    }

    /// Adds an item that is put where that is allowed.
    pub(crate) fn put(&mut self, store: &Store, item: Item, when: &When, meaning: M) -> Result<(), StoreError> {
        let put = Put::builder()
            .table_name(&store.table)
            .set_item(Some(item))
            .condition_expression(when.expression())
            .set_expression_attribute_names(when.names())
            .set_expression_attribute_values(when.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Setup(error.to_string()))?;
        self.actions.push((TransactWriteItem::builder().put(put).build(), meaning));
        Ok(())
    }

    /// Adds the record of an answer, if there is one, where its key is free.
    pub(crate) fn record(
        &mut self,
        store: &Store,
        organisation: OrganisationId,
        record: Option<&IdempotencyRecord>,
        meaning: M,
    ) -> Result<(), StoreError> {
        let Some(record) = record else { return Ok(()) };
        let (item, when) = record.item(organisation)?;
        self.put(store, item, &when, meaning)
    }

    /// Deletes an item where that is allowed.
    pub(crate) fn delete(&mut self, store: &Store, key: Key, when: &When, meaning: M) -> Result<(), StoreError> {
        let delete = Delete::builder()
            .table_name(&store.table)
            .set_key(Some(items::key_item(key)))
            .condition_expression(when.expression())
            .set_expression_attribute_names(when.names())
            .set_expression_attribute_values(when.values())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Setup(error.to_string()))?;
        self.actions.push((TransactWriteItem::builder().delete(delete).build(), meaning));
        Ok(())
    }

    /// Deletes an item, if it is there.
    pub(crate) fn remove(&mut self, store: &Store, key: Key, meaning: M) -> Result<(), StoreError> {
        let delete = Delete::builder()
            .table_name(&store.table)
            .set_key(Some(items::key_item(key)))
            .build()
            .map_err(|error| StoreError::Setup(error.to_string()))?;
        self.actions.push((TransactWriteItem::builder().delete(delete).build(), meaning));
        Ok(())
    }

    /// Adds an update, as it is.
    pub(crate) fn update(&mut self, update: Update, meaning: M) {
        self.actions.push((TransactWriteItem::builder().update(update).build(), meaning));
    }

    /// Adds a condition on an item that is not written.
    pub(crate) fn require(&mut self, check: ConditionCheckBuilder, meaning: M) -> Result<(), StoreError> {
        let check = check.build().map_err(|error| StoreError::Setup(error.to_string()))?;
        self.actions.push((TransactWriteItem::builder().condition_check(check).build(), meaning));
        Ok(())
    }

    /// The same: that the item is there.
    pub(crate) fn require_existing(&mut self, store: &Store, key: Key, meaning: M) -> Result<(), StoreError> {
        let check = ConditionCheck::builder().table_name(&store.table).set_key(Some(items::key_item(key)));
        self.require(check.condition_expression("attribute_exists(pk)"), meaning)
    }

    /// The same: that it is not there.
    pub(crate) fn require_absent(&mut self, store: &Store, key: Key, meaning: M) -> Result<(), StoreError> {
        let check = ConditionCheck::builder().table_name(&store.table).set_key(Some(items::key_item(key)));
        self.require(check.condition_expression("attribute_not_exists(pk)"), meaning)
    }

    /// Writes all or nothing. The same client token goes with every try, so that a try whose answer
    /// was lost after the commit is answered like the first one.
    pub(crate) async fn commit(self, store: &Store) -> Result<(), Cancelled<M>> {
        let (actions, meanings): (Vec<_>, Vec<_>) = self.actions.into_iter().unzip();
        let outcome = store
            .client
            .transact_write_items()
            .set_transact_items(Some(actions))
            .client_request_token(Uuid::new_v4().to_string())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let error = match outcome {
            Ok(answer) => {
                store.counter.add(answer.consumed_capacity());
                return Ok(());
            }
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                Err(read_reasons(cancelled.cancellation_reasons(), meanings))
            }
            _ => Err(Cancelled::Store(StoreError::call("TransactWriteItems", &error))),
        }
    }
}

fn read_reasons<M>(reasons: &[CancellationReason], meanings: Vec<M>) -> Cancelled<M> {
    if reasons.len() != meanings.len() {
        return Cancelled::Store(StoreError::Incomplete("TransactWriteItems"));
    }
    let mut refusals = Vec::new();
    for (reason, meaning) in reasons.iter().zip(meanings) {
        let obstacle = match reason.code() {
            None | Some("None") => continue,
            Some("ConditionalCheckFailed") => Obstacle::Item(reason.item().cloned().unwrap_or_default()),
            Some(code) if is_passing(code) => Obstacle::Contention,
            Some(code) => {
                let cause = format!("cancelled with {code}");
                return Cancelled::Store(StoreError::Call { operation: "TransactWriteItems", cause });
            }
        };
        refusals.push(Refusal { meaning, obstacle });
    }
    Cancelled::Refused(refusals)
}
