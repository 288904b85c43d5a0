//! The counters: a change of one, and what a running recount does to it.
//!
//! A recount has to know of each change whether it was counted before it began. So it leaves its id in the counters when
//! it reads them, and takes it out when it is done; meanwhile whoever counts has to name it, and notes it in the entry.

use std::collections::{BTreeMap, HashMap};

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

/// What is added to the numbers of a counter, as an update says it.
pub(super) struct Addition {
    pub(super) expression: String,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Addition {
    pub(super) fn of(numbers: &BTreeMap<String, i64>) -> Self {
        let number = |change: i64| AttributeValue::N(change.to_string());
        let mut terms = vec!["#changes :one".to_owned()];
        let mut names =
            HashMap::from([("#changes".to_owned(), CHANGES.to_owned()), ("#recount".to_owned(), RECOUNT.to_owned())]);
        let mut values = HashMap::from([(":one".to_owned(), number(1))]);
        for (i, (list, change)) in numbers.iter().enumerate() {
            terms.push(format!("#n{i} :n{i}"));
            names.insert(format!("#n{i}"), list.clone());
            values.insert(format!(":n{i}"), number(*change));
        }
        Self { expression: format!("ADD {}", terms.join(", ")), names, values }
    }
}

impl Store {
    /// Adds to the numbers of a counter, which is made if it is not there, while this recount is running, or none.
    pub(super) fn counting(
        &self,
        key: &Key,
        numbers: &BTreeMap<String, i64>,
        recount: Option<&str>,
    ) -> Result<Update, StoreError> {
        let Addition { expression, names, mut values } = Addition::of(numbers);
        let condition = match recount {
            None => "attribute_not_exists(#recount)",
            Some(recount) => {
                values.insert(":recount".to_owned(), AttributeValue::S(recount.to_owned()));
                "#recount = :recount"
            }
        };
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key_item(key.clone())))
            .update_expression(expression)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(|error| StoreError::Setup(error.to_string()))
    }
}
