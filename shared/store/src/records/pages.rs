//! Lists of records, the newest first, by numbered pages.

use aws_sdk_dynamodb::{
    operation::query::builders::QueryFluentBuilder,
    types::{AttributeValue, Select},
};
use wattbook_domain::record::Record;

use super::{RecordOf, Stored, value};
use crate::{
    Store, StoreError,
    items::{Item, read},
    keys::{self, Key},
};

/// Which records.
#[derive(Debug, Clone, Copy)]
pub struct RecordsWanted<'a> {
    /// Of what.
    pub of: RecordOf,
    /// Those whose place in the list begins with this, such as a year.
    pub prefix: &'a str,
    /// Those that have this, by a name of what the list is filtered by.
    pub filter: Option<(&'static str, &'a str)>,
    /// How many to pass over.
    pub before: usize,
    /// The most of them.
    pub size: usize,
}

/// A page of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPage<R> {
    /// What is on it.
    pub entries: Vec<Stored<R>>,
    /// How many there are in all.
    pub total: usize,
}

impl Store {
    /// A page of the records of a kind that is listed.
    ///
    /// # Errors
    /// The store failed.
    pub async fn record_page<R: Record>(&self, wanted: RecordsWanted<'_>) -> Result<RecordPage<R>, StoreError> {
        let total = self.count_records::<R>(wanted).await?;
        let (mut keys, mut from): (Vec<Key>, Option<Item>) = (Vec::new(), None);
        let end = wanted.before.saturating_add(wanted.size).min(total);
        while keys.len() < end {
            let limit = i32::try_from(end - keys.len()).unwrap_or(i32::MAX);
            let query = self.record_query::<R>(wanted).scan_index_forward(false).projection_expression("pk, sk");
            // A filter passes over what the limit counts.
            let query = if wanted.filter.is_none() { query.limit(limit) } else { query };
            let answer = self.queried(query.set_exclusive_start_key(from)).await?;
            for item in answer.items.unwrap_or_default() {
                keys.push(read("key", item)?);
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        let page: Vec<_> = keys.into_iter().skip(wanted.before).take(wanted.size).collect();
        let mut found = std::collections::HashMap::new();
        for item in self.batch_get(page.clone()).await? {
            let key: Key = read("key", item.clone())?;
            found.insert(key, value(item)?);
        }
        Ok(RecordPage { entries: page.iter().filter_map(|key| found.remove(key)).collect(), total })
    }

    /// How many records of a kind that is listed there are.
    ///
    /// # Errors
    /// The store failed.
    pub async fn count_records<R: Record>(&self, wanted: RecordsWanted<'_>) -> Result<usize, StoreError> {
        let (mut total, mut from) = (0, None);
        loop {
            let query = self.record_query::<R>(wanted).select(Select::Count).set_exclusive_start_key(from);
            let answer = self.queried(query).await?;
            total += usize::try_from(answer.count).unwrap_or_default();
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(total);
            }
        }
    }

    fn record_query<R: Record>(&self, wanted: RecordsWanted<'_>) -> QueryFluentBuilder {
        let (index, _) = keys::lists(false);
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .expression_attribute_values(":list", AttributeValue::S(keys::record_list(wanted.of, R::KIND)));
        let query = if wanted.prefix.is_empty() {
            query.key_condition_expression("list_pk = :list")
        } else {
            query
                .key_condition_expression("list_pk = :list AND begins_with(list_sk, :prefix)")
                .expression_attribute_values(":prefix", AttributeValue::S(wanted.prefix.to_owned()))
        };
        match wanted.filter {
            None => query,
            Some((name, value)) => query
                .filter_expression("listed.#name = :value")
                .expression_attribute_names("#name", name)
                .expression_attribute_values(":value", AttributeValue::S(value.to_owned())),
        }
    }
}
