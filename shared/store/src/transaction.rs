//! Transactions whose outcome keeps its meaning.
//!
//! DynamoDB tells by position why a transaction was cancelled. [`Transaction`] keeps what each
//! position stands for beside the action, so that the outcome comes back in the words of whoever
//! built it.

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{
        AttributeValue, CancellationReason, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update, builders::DeleteBuilder,
    },
};
use uuid::Uuid;
use wattbook_domain::AccountId;

use crate::{
    Store, StoreError,
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

impl<M> Transaction<M> {
    pub(crate) fn new() -> Self {
        Self { actions: Vec::new() }
    }

    /// Adds an item that must not exist yet. An idempotency record that has expired, but that the
    /// table's TTL has not removed yet (it may take days), counts as absent.
    pub(crate) fn create(&mut self, store: &Store, item: Item, meaning: M, now: Option<i64>) -> Result<(), StoreError> {
        let mut put = Put::builder()
            .table_name(&store.table)
            .set_item(Some(item))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        put = match now {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(now) => put
                .condition_expression("attribute_not_exists(pk) OR expires_at <= :now")
                .expression_attribute_values(":now", AttributeValue::N(now.to_string())),
        };
        let put = put.build().map_err(|error| StoreError::Setup(error.to_string()))?;
        self.actions.push((TransactWriteItem::builder().put(put).build(), meaning));
        Ok(())
    }

    /// Adds an account that takes the place of one of that version.
    pub(crate) fn replace(&mut self, store: &Store, item: Item, version: u64, meaning: M) -> Result<(), StoreError> {
        let put = Put::builder()
            .table_name(&store.table)
            .set_item(Some(item))
            .condition_expression("#account.#version = :version")
            .expression_attribute_names("#account", "account")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Setup(error.to_string()))?;
        self.actions.push((TransactWriteItem::builder().put(put).build(), meaning));
        Ok(())
    }

    /// Puts a claim in the place of one that this account holds.
    pub(crate) fn take_over(
        &mut self,
        store: &Store,
        item: Item,
        holder: AccountId,
        meaning: M,
    ) -> Result<(), StoreError> {
        let put = Put::builder()
            .table_name(&store.table)
            .set_item(Some(item))
            .condition_expression("account_id = :holder")
            .expression_attribute_values(":holder", AttributeValue::S(holder.to_string()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Setup(error.to_string()))?;
        self.actions.push((TransactWriteItem::builder().put(put).build(), meaning));
        Ok(())
    }

    /// Deletes an account of that version.
    pub(crate) fn delete_version(
        &mut self,
        store: &Store,
        key: Key,
        version: u64,
        meaning: M,
    ) -> Result<(), StoreError> {
        let delete = Delete::builder()
            .condition_expression("#account.#version = :version")
            .expression_attribute_names("#account", "account")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", AttributeValue::N(version.to_string()));
        self.delete(store, key, delete, meaning)
    }

    /// Deletes a claim that this account holds.
    pub(crate) fn delete_held_by(
        &mut self,
        store: &Store,
        key: Key,
        account: AccountId,
        meaning: M,
    ) -> Result<(), StoreError> {
        let delete = Delete::builder()
            .condition_expression("account_id = :holder")
            .expression_attribute_values(":holder", AttributeValue::S(account.to_string()));
        self.delete(store, key, delete, meaning)
    }

    fn delete(&mut self, store: &Store, key: Key, delete: DeleteBuilder, meaning: M) -> Result<(), StoreError> {
        let delete = delete
            .table_name(&store.table)
            .set_key(Some(items::key_item(key)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Setup(error.to_string()))?;
        self.actions.push((TransactWriteItem::builder().delete(delete).build(), meaning));
        Ok(())
    }

    /// Adds to numbers of an item, which is made if it is not there. Nothing stands in the way of this but
    /// another transaction at the same item.
    pub(crate) fn add(
        &mut self,
        store: &Store,
        key: Key,
        changes: impl IntoIterator<Item = (String, i64)>,
        meaning: M,
    ) -> Result<(), StoreError> {
        let mut update = Update::builder().table_name(&store.table).set_key(Some(items::key_item(key)));
        let mut terms = Vec::new();
        for (i, (name, change)) in changes.into_iter().enumerate() {
            terms.push(format!("#n{i} :n{i}"));
            update = update
                .expression_attribute_names(format!("#n{i}"), name)
                .expression_attribute_values(format!(":n{i}"), AttributeValue::N(change.to_string()));
        }
        let update = update
            .update_expression(format!("ADD {}", terms.join(", ")))
            .build()
            .map_err(|error| StoreError::Setup(error.to_string()))?;
        self.actions.push((TransactWriteItem::builder().update(update).build(), meaning));
        Ok(())
    }

    /// Adds a condition on an item that is not written.
    pub(crate) fn require(&mut self, check: TransactWriteItem, meaning: M) {
        self.actions.push((check, meaning));
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
