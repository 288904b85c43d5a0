//! Many accounts at once, for benchmarks and tests.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, ReturnConsumedCapacity, WriteRequest};
use wattbook_domain::Account;

use crate::{
    Store, StoreError, WriteError, items,
    listing::{Tally, Transition},
    writes::account_item,
};

/// The most items that `BatchWriteItem` takes.
const BATCH: usize = 25;

impl Store {
    /// Stores new accounts that have nothing unique, and counts them. As quick as the table takes them, and not
    /// for what matters: they are not written in one transaction, so that a failure leaves some of them
    /// there and uncounted.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn load_accounts(&self, accounts: &[Account]) -> Result<(), WriteError> {
        for batch in accounts.chunks(BATCH) {
            let mut pending = batch.iter().map(put).collect::<Result<Vec<_>, _>>()?;
            while !pending.is_empty() {
                let answer = self
                    .client
                    .batch_write_item()
                    .request_items(&self.table, pending)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
                    .await
                    .map_err(|error| StoreError::call("BatchWriteItem", &error))?;
                self.counter.add(answer.consumed_capacity());
                pending = answer.unprocessed_items.unwrap_or_default().remove(&self.table).unwrap_or_default();
            }
        }
        let transitions: Vec<Transition<'_>> = accounts.iter().map(|account| (None, Some(account))).collect();
        for (key, numbers) in Tally::of(&transitions).changes() {
            let (names, values): (HashMap<_, _>, HashMap<_, _>) = numbers
                .into_iter()
                .enumerate()
                .map(|(i, (name, n))| ((format!("#n{i}"), name), (format!(":n{i}"), AttributeValue::N(n.to_string()))))
                .unzip();
            let terms: Vec<_> = (0..names.len()).map(|i| format!("#n{i} :n{i}")).collect();
            self.client
                .update_item()
                .table_name(&self.table)
                .set_key(Some(items::key_item(key)))
                .update_expression(format!("ADD {}", terms.join(", ")))
                .set_expression_attribute_names(Some(names))
                .set_expression_attribute_values(Some(values))
                .send()
                .await
                .map_err(|error| StoreError::call("UpdateItem", &error))?;
        }
        Ok(())
    }
}

fn put(account: &Account) -> Result<WriteRequest, WriteError> {
    let put = PutRequest::builder().set_item(Some(account_item(account)?)).build();
    let put = put.map_err(|error| StoreError::Setup(error.to_string()))?;
    Ok(WriteRequest::builder().put_request(put).build())
}
