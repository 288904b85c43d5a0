//! What is due: requests whose time is up, tokens that run out.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use wattbook_domain::{
    OrganisationId,
    entity::{Entity, EntityId},
    onboarding::OnboardingRequest,
};

use super::{EntityItem, RequestItem, SealedTokens, items};
use crate::{
    Store, StoreError,
    error::conditional,
    items::{Item, read},
    keys::{self, Key},
};

/// A kind of what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DueKind {
    /// An onboarding request that expires.
    Onboarding,
    /// Tokens that are to be refreshed.
    Tokens,
}

impl DueKind {
    /// The word for it in the index.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Onboarding => "ONBOARDING",
            Self::Tokens => "TOKENS",
        }
    }
}

impl Store {
    /// Requests that expire by `now`, the earliest first in each part of the index, at most `most` of each part. The index
    /// may be a moment behind: a request says itself whether it is overdue. One that cannot be read is passed over.
    ///
    /// # Errors
    /// The store failed.
    pub async fn overdue_onboardings(&self, now: Timestamp, most: i32) -> Result<Vec<OnboardingRequest>, StoreError> {
        let items = self.batch_get(self.due(DueKind::Onboarding, now, most).await?).await?;
        let requests = items.into_iter().filter_map(|item| legible::<RequestItem>("onboarding request", item));
        Ok(requests.map(|it| it.onboarding).collect())
    }

    /// Entities whose tokens are to be refreshed by `now`, with the tokens.
    ///
    /// # Errors
    /// The store failed.
    pub async fn due_tokens(&self, now: Timestamp, most: i32) -> Result<Vec<(Entity, SealedTokens)>, StoreError> {
        let keys = self.due(DueKind::Tokens, now, most).await?;
        let entities = keys.iter().map(|key| Key { sk: keys::ENTITY.into(), ..key.clone() });
        let (mut due, all) = (BTreeMap::<_, (Option<Entity>, Option<SealedTokens>)>::new(), keys.iter().cloned());
        for item in self.batch_get(all.chain(entities).collect()).await? {
            let Key { pk, sk } = read("key", item.clone())?;
            let (entity, tokens) = due.entry(pk).or_default();
            if sk == keys::ENTITY {
                *entity = legible::<EntityItem>("entity", item).map(|it| it.asset);
            } else {
                *tokens = legible("tokens", item);
            }
        }
        Ok(keys
            .iter()
            .filter_map(|key| due.remove(&key.pk))
            .filter_map(|(entity, tokens)| entity.zip(tokens))
            .collect())
    }

    /// Puts tokens in the place of what they were; `false` if they have changed since, or are gone.
    ///
    /// # Errors
    /// The store failed.
    pub async fn replace_tokens(
        &self,
        organisation: OrganisationId,
        id: EntityId,
        (old, new): (&SealedTokens, &SealedTokens),
    ) -> Result<bool, StoreError> {
        let outcome = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(items::tokens(organisation, id, new)?))
            .condition_expression("#version = :version")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":version", AttributeValue::N(old.version.to_string()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("PutItem", outcome)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }

    async fn due(&self, kind: DueKind, now: Timestamp, most: i32) -> Result<Vec<Key>, StoreError> {
        let mut due = Vec::new();
        for shard in 0..keys::DUE_SHARDS {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(keys::DUE_FIRST)
                .key_condition_expression("due_pk = :part AND due_sk <= :now")
                .expression_attribute_values(":part", AttributeValue::S(keys::due_partition(kind.word(), shard)))
                // What is due at this very moment has its id behind the time.
                .expression_attribute_values(":now", AttributeValue::S(format!("{}$", items::sortable(now))))
                .limit(most);
            let answer = self.queried(query).await?;
            for item in answer.items.unwrap_or_default() {
                due.push(read("key", item)?);
            }
        }
        Ok(due)
    }
}

/// What an item holds. One that cannot be read is told of and passed over: the others are due all the same.
fn legible<T: DeserializeOwned>(kind: &'static str, item: Item) -> Option<T> {
    let key = read::<Key>("key", item.clone()).ok();
    let value = read(kind, item).ok();
    if value.is_none() {
        let pk = key.map(|key| key.pk);
        tracing::error!(kind, pk, "what is due cannot be read, and is passed over");
    }
    value
}
