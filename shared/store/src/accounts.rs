//! Accounts and their claims.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use wattbook_domain::{Account, AccountId, Claim, ExternalId, LabelPartnerCode, OrganisationId};

use crate::{
    IdempotencyRecord, MAX_ACCOUNT_BYTES, Store, StoreError,
    items::{self, AccountItem, ClaimItem, Item},
    keys::{self, Key},
    size,
    transaction::{Cancelled, Obstacle, Refusal, Transaction},
};

/// Who holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The account.
    pub account: AccountId,
    /// The account's brand.
    pub label_partner: LabelPartnerCode,
}

/// A value that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The value, by its position among the account's claims.
    pub position: usize,
    /// Who holds it.
    pub holder: Holder,
}

/// Why an account was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Values are taken: all of them, in the order of the account's claims.
    #[error("{} unique values are taken", .0.len())]
    Taken(Vec<Taken>),
    /// The idempotency key has been used; this is its record.
    #[error("the idempotency key has been used")]
    Answered(Box<IdempotencyRecord>),
    /// A request under the same idempotency key is being carried out.
    #[error("a request under the same idempotency key is being carried out")]
    InProgress,
    /// The account is larger than [`MAX_ACCOUNT_BYTES`].
    #[error("the account takes {bytes} bytes")]
    TooLarge {
        /// What it would take.
        bytes: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an action of the creating transaction stands for.
enum Meaning {
    Account,
    Claim(usize),
    Idempotency,
}

impl Store {
    /// Stores a new account with its claims and, if given, the record of the answer, in one
    /// transaction and without a read.
    ///
    /// # Errors
    /// See [`CreateError`]; whichever it is, nothing was written.
    pub async fn create_account(
        &self,
        account: &Account,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), CreateError> {
        let transaction = self.creation(account, record)?;
        match transaction.commit(self).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error.into()),
            Err(Cancelled::Refused(refusals)) => self.explain(account, refusals).await,
        }
    }

    fn creation(
        &self,
        account: &Account,
        record: Option<&IdempotencyRecord>,
    ) -> Result<Transaction<Meaning>, CreateError> {
        let mut transaction = Transaction::new();
        let item =
            items::write(keys::account(account.organisation, account.id), AccountItem { account: account.clone() })?;
        let bytes = size::item(&item);
        if bytes > MAX_ACCOUNT_BYTES {
            return Err(CreateError::TooLarge { bytes });
        }
        transaction.create(self, item, Meaning::Account, None)?;
        let holder = ClaimItem {
            organisation: account.organisation,
            account_id: account.id,
            label_partner: account.label_partner.clone(),
        };
        for (position, claim) in account.claims().iter().enumerate() {
            let item = items::write(keys::claim(self.scope, account.organisation, claim), &holder)?;
            transaction.create(self, item, Meaning::Claim(position), None)?;
        }
        if let Some(record) = record {
            let item = items::write(keys::idempotency(account.organisation, &record.key), record)?;
            let now = jiff::Timestamp::now().as_second();
            transaction.create(self, item, Meaning::Idempotency, Some(now))?;
        }
        Ok(transaction)
    }

    /// Turns refused actions into what they mean for the account.
    async fn explain(&self, account: &Account, refusals: Vec<Refusal<Meaning>>) -> Result<(), CreateError> {
        let mut taken = Vec::new();
        let mut contended = Vec::new();
        let mut answered = None;
        let mut in_progress = false;
        for refusal in refusals {
            match (refusal.meaning, refusal.obstacle) {
                // Nobody else can have drawn this random id: the item is our own, and the answer
                // to the try that wrote it was lost.
                (Meaning::Account, Obstacle::Item(_)) => return Ok(()),
                (Meaning::Account, Obstacle::Contention) => {}
                (Meaning::Idempotency, Obstacle::Item(item)) => answered = Some(item),
                (Meaning::Idempotency, Obstacle::Contention) => in_progress = true,
                (Meaning::Claim(position), Obstacle::Item(item)) => taken.push(read_taken(position, item)?),
                (Meaning::Claim(position), Obstacle::Contention) => contended.push(position),
            }
        }
        if let Some(item) = answered {
            return Err(CreateError::Answered(Box::new(items::read("idempotency record", item)?)));
        }
        if in_progress {
            return Err(CreateError::InProgress);
        }
        if taken.is_empty() {
            return Err(StoreError::Busy("transaction conflict".into()).into());
        }
        // Some values are taken, and of others we only know that somebody was at them: look, so
        // that the caller hears of every one.
        let claims = account.claims();
        let unknown: Vec<_> = contended.iter().filter_map(|p| claims.get(*p).map(|claim| (*p, claim))).collect();
        taken.extend(self.look_up(account.organisation, &unknown).await?);
        taken.sort_by_key(|value| value.position);
        Err(CreateError::Taken(taken))
    }

    /// Whether [`Self::create_account`] would store the account right now, without storing it.
    ///
    /// # Errors
    /// Why it would not.
    pub async fn rehearse_account(&self, account: &Account) -> Result<(), CreateError> {
        // For its check of the size.
        self.creation(account, None)?;
        let claims = account.claims();
        let all: Vec<_> = claims.iter().enumerate().collect();
        let taken = self.look_up(account.organisation, &all).await?;
        if taken.is_empty() { Ok(()) } else { Err(CreateError::Taken(taken)) }
    }

    async fn look_up(
        &self,
        organisation: OrganisationId,
        claims: &[(usize, &Claim)],
    ) -> Result<Vec<Taken>, StoreError> {
        let positions: HashMap<Key, usize> =
            claims.iter().map(|(p, claim)| (keys::claim(self.scope, organisation, claim), *p)).collect();
        let mut taken = Vec::new();
        for item in self.batch_get(positions.keys().cloned().collect()).await? {
            let key: Key = items::read("key", item.clone())?;
            if let Some(position) = positions.get(&key) {
                taken.push(read_taken(*position, item)?);
            }
        }
        taken.sort_by_key(|value| value.position);
        Ok(taken)
    }

    /// The items of these keys that exist, at most 100 keys, in any order, read consistently.
    pub(crate) async fn batch_get(&self, keys: Vec<Key>) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut pending: Vec<Item> = keys.into_iter().map(items::key_item).collect();
        // A batch may come back in parts; the SDK's retries do not cover the rest of one.
        for _ in 0..5 {
            if pending.is_empty() {
                return Ok(items);
            }
            let request = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut pending)))
                .consistent_read(true)
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
            items.extend(answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default());
            if let Some(rest) = answer.unprocessed_keys.unwrap_or_default().remove(&self.table) {
                pending = rest.keys;
            }
        }
        if pending.is_empty() { Ok(items) } else { Err(StoreError::Busy("BatchGetItem: unprocessed keys".into())) }
    }

    /// The account of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn account(&self, organisation: OrganisationId, id: AccountId) -> Result<Option<Account>, StoreError> {
        let item = self.get(keys::account(organisation, id)).await?;
        item.map(|item| items::read::<AccountItem>("account", item).map(|item| item.account)).transpose()
    }

    /// The account to which that organisation gave that id. Two reads: the claim, then the account.
    ///
    /// # Errors
    /// The store failed.
    pub async fn account_by_external_id(
        &self,
        organisation: OrganisationId,
        external_id: &ExternalId,
    ) -> Result<Option<Account>, StoreError> {
        let claim = Claim::external_account_id(external_id);
        let Some(item) = self.get(keys::claim(self.scope, organisation, &claim)).await? else {
            return Ok(None);
        };
        let holder: ClaimItem = items::read("claim", item)?;
        if holder.organisation != organisation {
            return Ok(None);
        }
        self.account(organisation, holder.account_id).await
    }

    /// One item, read consistently: who was just told of an account must find it.
    pub(crate) async fn get(&self, key: Key) -> Result<Option<Item>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(items::key_item(key)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::call("GetItem", &error))?;
        self.counter.add(answer.consumed_capacity());
        Ok(answer.item)
    }
}

fn read_taken(position: usize, item: Item) -> Result<Taken, StoreError> {
    let holder: ClaimItem = items::read("claim", item)?;
    let holder =
        Holder { organisation: holder.organisation, account: holder.account_id, label_partner: holder.label_partner };
    Ok(Taken { position, holder })
}
