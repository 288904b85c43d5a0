//! Batches: what Lambda hands over of a queue or a stream, and how a function says which records of it failed.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// An event of records.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Batch<'a> {
    #[serde(borrow)]
    pub(crate) records: Vec<&'a RawValue>,
}

/// The partial batch response: which records failed. Without any, all are done.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartialFailure {
    #[serde(default)]
    batch_item_failures: Vec<Failed>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failed {
    item_identifier: String,
}

impl PartialFailure {
    /// Adds a record.
    pub fn add(&mut self, item_identifier: String) {
        self.batch_item_failures.push(Failed { item_identifier });
    }

    /// Whether no record failed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.batch_item_failures.is_empty()
    }

    /// What a function has answered: `null` is that nothing failed; none if it is no such answer, which Lambda takes for
    /// a failure of all.
    #[must_use]
    pub fn read(answer: &RawValue) -> Option<Self> {
        serde_json::from_str::<Option<Self>>(answer.get()).ok().map(Option::unwrap_or_default)
    }

    /// By what the failed records are known: a message by its id, a change by its sequence number.
    pub fn identifiers(&self) -> impl Iterator<Item = &str> {
        self.batch_item_failures.iter().map(|failed| failed.item_identifier.as_str())
    }
}
