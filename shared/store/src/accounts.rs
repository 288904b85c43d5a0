//! Reading accounts.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::{
    operation::query::{QueryOutput, builders::QueryFluentBuilder},
    types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity},
};
use wattbook_domain::{Account, AccountId, Claim, Email, OrganisationId};

use crate::{
    IdempotencyRecord, Store, StoreError, UniquenessScope,
    error::conditional,
    items::{self, AccountItem, ClaimItem, Item},
    keys::{self, Key},
    transaction::When,
};

/// The most keys that `BatchGetItem` takes.
const BATCH: usize = 100;

/// How often a value is looked for that moves from one account to another at the same time.
const LOOKS: usize = 8;

impl Store {
    /// The account of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn account(&self, organisation: OrganisationId, id: AccountId) -> Result<Option<Account>, StoreError> {
        let item = self.get(keys::account(organisation, id)).await?;
        item.map(|item| items::read::<AccountItem>("account", item).map(AccountItem::account)).transpose()
    }

    /// The accounts of these ids in that organisation, as far as they exist: a hundred a round trip, and no
    /// account in twice.
    ///
    /// # Errors
    /// The store failed.
    pub async fn accounts(
        &self,
        organisation: OrganisationId,
        ids: &[AccountId],
    ) -> Result<HashMap<AccountId, Account>, StoreError> {
        read_all(self.batch_get(account_keys(organisation, ids)).await?)
    }

    /// The same at half the price, as they were a moment ago.
    ///
    /// # Errors
    /// The store failed.
    pub async fn accounts_eventually(
        &self,
        organisation: OrganisationId,
        ids: &[AccountId],
    ) -> Result<HashMap<AccountId, Account>, StoreError> {
        read_all(self.batch_get_eventually(account_keys(organisation, ids)).await?)
    }

    /// The account of that organisation that holds a value. Two reads: the claim, then the account.
    ///
    /// # Errors
    /// The store failed.
    pub async fn account_by_claim(
        &self,
        organisation: OrganisationId,
        claim: &Claim,
    ) -> Result<Option<Account>, StoreError> {
        let key = keys::claim(self.scope, organisation, claim);
        self.holder(key, claim, Some(organisation)).await
    }

    /// The account that holds an e-mail, whoever's it is. Where each organisation is a world of its
    /// own the e-mail alone says nothing: without the organisation nothing is found there.
    ///
    /// # Errors
    /// The store failed.
    pub async fn account_by_email(
        &self,
        organisation: Option<OrganisationId>,
        email: &Email,
    ) -> Result<Option<Account>, StoreError> {
        let claim = Claim::email(email);
        match (self.scope, organisation) {
            (_, Some(organisation)) => self.account_by_claim(organisation, &claim).await,
            (UniquenessScope::Platform, None) => self.holder(keys::platform_claim(&claim), &claim, None).await,
            (UniquenessScope::Organisation, None) => Ok(None),
        }
    }

    /// Among whom values are unique.
    #[must_use]
    pub fn scope(&self) -> UniquenessScope {
        self.scope
    }

    /// The account behind a claim, if it is one of `organisation`, where that is given: a foreign one
    /// is not even read. A value that has moved on between the two reads is looked for again.
    async fn holder(
        &self,
        key: Key,
        claim: &Claim,
        organisation: Option<OrganisationId>,
    ) -> Result<Option<Account>, StoreError> {
        let holds =
            |account: &Account| account.claims().iter().any(|c| (c.kind, &c.value) == (claim.kind, &claim.value));
        for _ in 0..LOOKS {
            let Some(item) = self.get(key.clone()).await? else { return Ok(None) };
            let holder: ClaimItem = items::read("claim", item)?;
            if organisation.is_some_and(|organisation| organisation != holder.organisation) {
                return Ok(None);
            }
            if let Some(account) = self.account(holder.organisation, holder.account_id).await?.filter(holds) {
                return Ok(Some(account));
            }
        }
        Ok(None)
    }

    /// The record of an idempotency key, unless it has expired.
    ///
    /// # Errors
    /// The store failed.
    pub async fn idempotency_record(
        &self,
        organisation: OrganisationId,
        key: &str,
    ) -> Result<Option<IdempotencyRecord>, StoreError> {
        let item = self.get(keys::idempotency(organisation, key)).await?;
        let record = item.map(|item| items::read::<IdempotencyRecord>("idempotency record", item)).transpose()?;
        Ok(record.filter(|record| record.expires_at > jiff::Timestamp::now().as_second()))
    }

    /// One item, read consistently: who was just told of an account must find it.
    pub(crate) async fn get(&self, key: Key) -> Result<Option<Item>, StoreError> {
        self.get_with(true, key).await
    }

    /// The same, at half the price and read eventually consistently.
    pub(crate) async fn get_eventually(&self, key: Key) -> Result<Option<Item>, StoreError> {
        self.get_with(false, key).await
    }

    async fn get_with(&self, consistent: bool, key: Key) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(items::key_item(key)))
            .consistent_read(consistent)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::call("GetItem", &error))?;
        self.counter.add(answer.consumed_capacity());
        Ok(answer.item)
    }

    /// What one call of a query finds.
    pub(crate) async fn queried(&self, query: QueryFluentBuilder) -> Result<QueryOutput, StoreError> {
        let query = query.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = query.send().await.map_err(|error| StoreError::call("Query", &error))?;
        self.counter.add(answer.consumed_capacity());
        Ok(answer)
    }

    /// Puts an item where that is allowed. Whether it was.
    pub(crate) async fn put_when(&self, item: Item, when: &When) -> Result<bool, StoreError> {
        let outcome = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(when.expression())
            .set_expression_attribute_names(when.names())
            .set_expression_attribute_values(when.values())
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("PutItem", outcome)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }

    /// The items of a partition, as they were a moment ago, in the order of their sort keys: all, or those whose
    /// sort key begins with `prefix`.
    pub(crate) async fn partition(&self, pk: String, prefix: Option<String>) -> Result<Vec<Item>, StoreError> {
        let (mut items, mut from) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .expression_attribute_values(":pk", AttributeValue::S(pk.clone()))
                .set_exclusive_start_key(from);
            let query = match &prefix {
                None => query.key_condition_expression("pk = :pk"),
                Some(prefix) => query
                    .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                    .expression_attribute_values(":prefix", AttributeValue::S(prefix.clone())),
            };
            let answer = self.queried(query).await?;
            items.extend(answer.items.unwrap_or_default());
            // The end is a missing key; a page may be short, or empty, for other reasons.
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }

    /// The items of these keys that exist, in any order, read consistently.
    pub(crate) async fn batch_get(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.batch_get_with(true, keys).await
    }

    /// The same, at half the price and read eventually consistently.
    pub(crate) async fn batch_get_eventually(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        self.batch_get_with(false, keys).await
    }

    async fn batch_get_with(&self, consistent: bool, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        for batch in keys.chunks(BATCH) {
            let keys = batch.iter().cloned().map(items::key_item).collect();
            self.get_batch(consistent, keys, &mut items).await?;
        }
        Ok(items)
    }

    async fn get_batch(
        &self,
        consistent: bool,
        mut pending: Vec<Item>,
        items: &mut Vec<Item>,
    ) -> Result<(), StoreError> {
        // A batch may come back in parts, also because an answer has at most 16 MB; the SDK's retries do not
        // cover the rest of one. A part that brings something is progress, one that brings nothing a try.
        let mut tries = 5;
        while !pending.is_empty() && tries > 0 {
            let request = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut pending)))
                .consistent_read(consistent)
                .build()
                .map_err(|error| StoreError::Setup(error.to_string()))?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, request)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(|error| StoreError::call("BatchGetItem", &error))?;
            self.counter.add(answer.consumed_capacity());
            let part = answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
            tries -= u8::from(part.is_empty());
            items.extend(part);
            if let Some(rest) = answer.unprocessed_keys.unwrap_or_default().remove(&self.table) {
                pending = rest.keys;
            }
        }
        if pending.is_empty() { Ok(()) } else { Err(StoreError::Busy("BatchGetItem: unprocessed keys".into())) }
    }
}

fn account_keys(organisation: OrganisationId, ids: &[AccountId]) -> Vec<Key> {
    let distinct: HashSet<_> = ids.iter().collect();
    distinct.into_iter().map(|id| keys::account(organisation, *id)).collect()
}

fn read_all(items: Vec<Item>) -> Result<HashMap<AccountId, Account>, StoreError> {
    let read = |item| {
        items::read::<AccountItem>("account", item).map(AccountItem::account).map(|account| (account.id, account))
    };
    items.into_iter().map(read).collect()
}
