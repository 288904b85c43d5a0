//! Emptying a log of what tells of a person.

use super::{LogOf, items::EntryItem};
use crate::{
    Store, StoreError,
    items::{read, write},
    keys::{self, Key},
};

/// The entries that are read and emptied together.
const PART: i32 = 500;

impl Store {
    /// Empties the entries of a log whose mark is there. An entry that is left already stays as it is, so that it does no
    /// harm to go on after a failure.
    pub(super) async fn empty_log(&self, of: LogOf) -> Result<(), StoreError> {
        let mut from = None;
        loop {
            let query = self
                .log_query(of)
                .consistent_read(true)
                .filter_expression("attribute_not_exists(expires_at)")
                .projection_expression("pk, sk, version, #at, kind, counted, recount")
                .expression_attribute_names("#at", "at")
                .limit(PART)
                .set_exclusive_start_key(from);
            let answer = self.queried(query).await?;
            let mut left = Vec::new();
            for item in answer.items.unwrap_or_default() {
                let key: Key = read("key", item.clone())?;
                left.push(write(key, read::<EntryItem>("entry of a change log", item)?.emptied())?);
            }
            self.put_batches(left).await?;
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(());
            }
        }
    }

    /// A query for the entries of a log.
    pub(super) fn log_query(&self, of: LogOf) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let prefix = keys::CHANGE_PREFIX.to_owned();
        self.client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", aws_sdk_dynamodb::types::AttributeValue::S(of.partition()))
            .expression_attribute_values(":prefix", aws_sdk_dynamodb::types::AttributeValue::S(prefix))
    }
}
