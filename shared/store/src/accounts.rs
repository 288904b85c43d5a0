//! Reading accounts.

use std::collections::{HashMap, HashSet};

use wattbook_domain::{Account, AccountId, Claim, Email, OrganisationId};

use crate::{
    IdempotencyRecord, Store, StoreError, UniquenessScope,
    items::{self, AccountItem, ClaimItem, Item},
    keys::{self, Key},
};

/// How often a value is looked for that moves from one account to another at the same time.
const LOOKS: usize = 8;

impl Store {
    /// The account of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn account(&self, organisation: OrganisationId, id: AccountId) -> Result<Option<Account>, StoreError> {
        let item: Option<AccountItem> = self.get_value("account", keys::account(organisation, id)).await?;
        Ok(item.map(AccountItem::account))
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
            let Some(holder) = self.get_value::<ClaimItem>("claim", key.clone()).await? else { return Ok(None) };
            if organisation.is_some_and(|organisation| organisation != holder.organisation) {
                return Ok(None);
            }
            let Some(id) = holder.account_id else { return Ok(None) };
            if let Some(account) = self.account(holder.organisation, id).await?.filter(holds) {
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
        let key = keys::idempotency(organisation, key);
        let record: Option<IdempotencyRecord> = self.get_value("idempotency record", key).await?;
        Ok(record.filter(|record| record.expires_at > jiff::Timestamp::now().as_second()))
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
