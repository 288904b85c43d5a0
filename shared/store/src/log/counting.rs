//! The counters: a change of one, and what a running recount does to it.
//!
//! A recount has to know of each change whether it was counted before it began. So it leaves its id in the counters when
//! it reads them, and takes it out when it is done; meanwhile whoever counts has to name it, and notes it in the entry.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure, Update};

use crate::{
    Store, StoreError,
    items::{Item, key_item},
    keys::Key,
};

/// The attribute of a counter that names the recount that is running.
pub(super) const RECOUNT: &str = "recount";

/// The attribute of a counter that counts its changes.
pub(super) const CHANGES: &str = "changes";

/// The recount that a counter names.
pub(super) fn running_recount(counter: &Item) -> Option<String> {
    counter.get(RECOUNT).and_then(|value| value.as_s().ok()).cloned()
}

impl Store {
    /// Adds to the numbers of a counter, which is made if it is not there, while this recount is running, or none.
    pub(super) fn counting(
        &self,
        key: &Key,
        numbers: &BTreeMap<String, i64>,
        recount: Option<&str>,
    ) -> Result<Update, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key_item(key.clone())))
            .expression_attribute_names("#changes", CHANGES)
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_names("#recount", RECOUNT)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut terms = vec!["#changes :one".to_owned()];
        for (i, (name, change)) in numbers.iter().enumerate() {
            terms.push(format!("#n{i} :n{i}"));
            update = update
                .expression_attribute_names(format!("#n{i}"), name)
                .expression_attribute_values(format!(":n{i}"), AttributeValue::N(change.to_string()));
        }
        update = match recount {
            None => update.condition_expression("attribute_not_exists(#recount)"),
            Some(recount) => update
                .condition_expression("#recount = :recount")
                .expression_attribute_values(":recount", AttributeValue::S(recount.to_owned())),
        };
        update
            .update_expression(format!("ADD {}", terms.join(", ")))
            .build()
            .map_err(|error| StoreError::Setup(error.to_string()))
    }
}
