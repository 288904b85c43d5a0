//! One request for a part of a list.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Select};
use wattbook_domain::ListField;

use crate::{
    Store, StoreError,
    items::Item,
    keys,
    listing::{Entry, Position, Range},
};

/// What one request brought.
pub(super) struct Part {
    /// The entries, if they were asked for.
    pub(super) entries: Vec<Entry>,
    /// How many were read.
    pub(super) count: u64,
    /// Where to go on; nothing is left if there is no such place.
    pub(super) next: Option<Position>,
}

/// What to ask for.
#[derive(Clone, Copy)]
pub(super) enum Ask<'a> {
    /// The entries with these fields.
    Entries(&'a [ListField]),
    /// How many there are.
    Count,
}

impl Store {
    /// At most `limit` entries of a range from `after` on, in one request. There may be fewer although more
    /// follow: a request reads up to 1 MB.
    pub(super) async fn part(
        &self,
        range: &Range,
        after: Option<&Position>,
        ask: Ask<'_>,
        limit: u64,
    ) -> Result<Part, StoreError> {
        let (index, partition_key) = keys::lists(range.list.brand.is_some());
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .expression_attribute_values(":list", AttributeValue::S(range.list.partition()))
            .scan_index_forward(!range.backwards)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(after.map(|position| start(range, partition_key, position)).transpose()?);
        query = if range.prefix.is_empty() {
            query.key_condition_expression(format!("{partition_key} = :list"))
        } else {
            query
                .key_condition_expression(format!("{partition_key} = :list AND begins_with(list_sk, :prefix)"))
                .expression_attribute_values(":prefix", AttributeValue::S(range.prefix.clone()))
        };
        query = match ask {
            Ask::Count => query.select(Select::Count),
            Ask::Entries(fields) => {
                // An id is part of the key; of the facts only those that are looked at are sent.
                let paths: Vec<_> = (0..fields.len()).map(|i| format!("listed.#f{i}")).collect();
                for (i, field) in fields.iter().enumerate() {
                    query = query.expression_attribute_names(format!("#f{i}"), field.word());
                }
                query.projection_expression(
                    ["pk", "list_sk"].map(str::to_owned).into_iter().chain(paths).collect::<Vec<_>>().join(", "),
                )
            }
        };
        let answer = self.queried(query).await?;
        let count = u64::try_from(answer.count).unwrap_or_default();
        let next = answer.last_evaluated_key.map(|key| position(&key)).transpose()?;
        let entries = answer.items.unwrap_or_default().into_iter().map(entry).collect::<Result<_, _>>()?;
        Ok(Part { entries, count, next })
    }
}

fn start(range: &Range, partition_key: &str, position: &Position) -> Result<Item, StoreError> {
    let account = position.account().ok_or(StoreError::Incomplete("Query"))?;
    let key = keys::account(range.list.organisation, account);
    let text = |name: &str, value: String| (name.to_owned(), AttributeValue::S(value));
    Ok(HashMap::from([
        text("pk", key.pk),
        text("sk", key.sk),
        text(partition_key, range.list.partition()),
        text("list_sk", position.key.clone()),
    ]))
}

fn position(item: &Item) -> Result<Position, StoreError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let account = text("pk").and_then(|pk| keys::account_id(pk));
    match (text("list_sk"), account) {
        (Some(key), Some(account)) => Ok(Position { key: key.clone(), account: account.to_string() }),
        _ => Err(StoreError::Incomplete("Query")),
    }
}

fn entry(mut item: Item) -> Result<Entry, StoreError> {
    let position = position(&item)?;
    let facts = match item.remove("listed") {
        Some(AttributeValue::M(facts)) => facts,
        _ => HashMap::new(),
    };
    Ok(Entry { position, facts })
}
