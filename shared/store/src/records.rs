//! Records of all kinds: how each is found, listed and made unique is said by its kind ([`Record`]).
//!
//! A record of an account stands in the partition of the account, and goes with it. One that is listed is in the index
//! `Lists`, in a list of its account and kind. One whose id is unique in the organisation has a guard beside it, put in the
//! same transaction.

mod pages;
mod readings;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wattbook_domain::{
    AccountId, OrganisationId,
    record::{Record, RecordKind},
};

use crate::{
    Store, StoreError,
    items::{Item, Keyed, read},
    keys::{self, Key},
    transaction::{Cancelled, Obstacle, Transaction, When},
};

pub use pages::{RecordPage, RecordsWanted};
pub use readings::ReadingPlace;

/// What a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOf {
    /// An account.
    Account(OrganisationId, AccountId),
    /// An organisation as a whole.
    Organisation(OrganisationId),
}

impl RecordOf {
    const fn organisation(self) -> OrganisationId {
        match self {
            Self::Account(organisation, _) | Self::Organisation(organisation) => organisation,
        }
    }
}

/// A record as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored<R> {
    /// The record.
    pub value: R,
    /// Counts the changes, from 1.
    pub version: u64,
}

/// What a record's item holds, as far as it is read back.
#[derive(Debug, Deserialize)]
struct RecordItem<R> {
    record: Stored<R>,
}

/// How putting a record went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordPut {
    /// It is there.
    Done,
    /// It is not what it was any more.
    Stale,
    /// Its id is that of a record of another account.
    Taken,
    /// The account is gone.
    NoOwner,
}

/// What an action of a transaction stands for.
enum Part {
    Record,
    Guard,
    Owner,
    Head,
}

#[derive(Serialize, Deserialize)]
struct Guard {
    account_id: AccountId,
}

impl Store {
    /// The record of that id.
    ///
    /// # Errors
    /// The store failed.
    pub async fn record<R: Record>(&self, of: RecordOf, id: &str) -> Result<Option<Stored<R>>, StoreError> {
        let item: Option<RecordItem<R>> = self.get_value("record", keys::record(of, R::KIND, id)).await?;
        Ok(item.map(|it| it.record))
    }

    /// Those of these ids that there are, in any order.
    ///
    /// # Errors
    /// The store failed.
    pub async fn records<R: Record>(&self, of: RecordOf, ids: &[String]) -> Result<Vec<Stored<R>>, StoreError> {
        let keys = ids.iter().map(|id| keys::record(of, R::KIND, id)).collect();
        self.batch_get(keys).await?.into_iter().map(value).collect()
    }

    /// All of a kind whose ids begin with this, in the order of their ids: of kinds of which there are few.
    ///
    /// # Errors
    /// The store failed.
    pub async fn all_records<R: Record>(&self, of: RecordOf, prefix: &str) -> Result<Vec<Stored<R>>, StoreError> {
        let Key { pk, sk } = keys::record(of, R::KIND, prefix);
        self.partition(pk, Some(sk)).await?.into_iter().map(value).collect()
    }

    /// The account that has the record of an id that is unique in the organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn record_holder(
        &self,
        organisation: OrganisationId,
        kind: RecordKind,
        id: &str,
    ) -> Result<Option<AccountId>, StoreError> {
        let guard: Option<Guard> = self.get_value("guard of a record", keys::guard(organisation, kind, id)).await?;
        Ok(guard.map(|it| it.account_id))
    }

    /// Puts a record in the place of what it was; of one that is new there was nothing. It belongs to something that is
    /// there, or is not put.
    ///
    /// # Errors
    /// The store failed.
    pub async fn put_record<R: Record>(
        &self,
        of: RecordOf,
        old: Option<&Stored<R>>,
        new: &R,
    ) -> Result<RecordPut, StoreError> {
        let version = old.map_or(0, |old| old.version) + 1;
        let mut transaction = Transaction::new();
        let when = old.map_or(When::Absent, |old| When::Version("record", old.version));
        transaction.put(self, item(of, new, version)?, &when, Part::Record)?;
        if let RecordOf::Account(organisation, account) = of {
            transaction.require_existing(self, keys::account(organisation, account), Part::Owner)?;
            if R::IS_UNIQUE && old.is_none() {
                let key = keys::guard(organisation, R::KIND, &new.id());
                let guard = crate::items::write(key, Guard { account_id: account })?;
                transaction.put(self, guard, &When::Absent, Part::Guard)?;
            }
        }
        let refusals = match transaction.commit(self).await {
            Ok(()) => return Ok(RecordPut::Done),
            Err(Cancelled::Store(error)) => return Err(error),
            Err(Cancelled::Refused(refusals)) => refusals,
        };
        let mut outcome = None;
        for refusal in refusals {
            match (refusal.meaning, refusal.obstacle) {
                // What we were to write is there: the answer to the try that wrote it was lost.
                (Part::Record, Obstacle::Item(item)) => {
                    let stored = value::<R>(item).ok();
                    if stored.is_some_and(|it| it.value == *new && it.version == version) {
                        return Ok(RecordPut::Done);
                    }
                    outcome = outcome.or(Some(RecordPut::Stale));
                }
                (Part::Owner, Obstacle::Item(_)) => outcome = Some(RecordPut::NoOwner),
                (Part::Guard, Obstacle::Item(_)) => outcome = outcome.or(Some(RecordPut::Taken)),
                (Part::Head, Obstacle::Item(_)) | (_, Obstacle::Contention) => {}
            }
        }
        outcome.ok_or_else(|| StoreError::Busy("transaction conflict".into()))
    }

    /// Puts several records of one account in the place of what they were, all or none: at most a hundred. `false` if one
    /// is not what it was any more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn replace_records<R: Record>(
        &self,
        of: RecordOf,
        changes: &[(Stored<R>, R)],
    ) -> Result<bool, StoreError> {
        if changes.is_empty() {
            return Ok(true);
        }
        let mut transaction = Transaction::new();
        for (old, new) in changes {
            let when = When::Version("record", old.version);
            transaction.put(self, item(of, new, old.version + 1)?, &when, Part::Record)?;
        }
        match transaction.commit(self).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Store(error)) => Err(error),
            Err(Cancelled::Refused(_)) => Ok(false),
        }
    }

    /// Deletes a record, if it is what it was. `false` if it is not.
    ///
    /// # Errors
    /// The store failed.
    pub async fn delete_record<R: Record>(&self, of: RecordOf, old: &Stored<R>) -> Result<bool, StoreError> {
        let id = old.value.id();
        let mut transaction = Transaction::new();
        let when = When::Version("record", old.version);
        transaction.delete(self, keys::record(of, R::KIND, &id), &when, Part::Record)?;
        if R::IS_UNIQUE {
            transaction.remove(self, keys::guard(of.organisation(), R::KIND, &id), Part::Guard)?;
        }
        match transaction.commit(self).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Store(error)) => Err(error),
            Err(Cancelled::Refused(_)) => Ok(false),
        }
    }

    /// Erases all records of an account that is erased, with their guards.
    ///
    /// # Errors
    /// The store failed; then some may be left, and it is to be tried again.
    pub async fn erase_records(&self, organisation: OrganisationId, account: AccountId) -> Result<(), StoreError> {
        let pk = keys::account(organisation, account).pk;
        // Heads of readings begin alike.
        for item in self.partition(pk, Some(RECORDS_AND_READINGS.to_owned())).await? {
            let key: Key = read("key", item)?;
            // The guard first: a record that is left behind is found again.
            if let Some((kind, id)) = keys::record_id(&key.sk).filter(|(kind, _)| is_unique(*kind)) {
                self.delete_existing(keys::guard(organisation, kind, id)).await?;
            }
            self.delete_existing(key).await?;
        }
        Ok(())
    }
}

/// What the sort keys of both begin with.
const RECORDS_AND_READINGS: &str = "RE";

/// Whether a kind's ids are guarded.
const fn is_unique(kind: RecordKind) -> bool {
    matches!(kind, RecordKind::Invoice)
}

/// The item of a record.
fn item<R: Record>(of: RecordOf, record: &R, version: u64) -> Result<Item, StoreError> {
    #[derive(Serialize)]
    struct Written<'r, R> {
        record: Versioned<'r, R>,
        #[serde(skip_serializing_if = "Option::is_none")]
        list_pk: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        list_sk: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        listed: Option<std::collections::BTreeMap<&'static str, String>>,
    }
    #[derive(Serialize)]
    struct Versioned<'r, R> {
        value: &'r R,
        version: u64,
    }
    let id = record.id();
    let (order, filters) = record.listed().unzip();
    let written = Written {
        record: Versioned { value: record, version },
        list_pk: order.as_ref().map(|_| keys::record_list(of, R::KIND)),
        list_sk: order.map(|order| keys::record_position(&order, &id)),
        listed: filters.map(|filters| filters.into_iter().collect()),
    };
    serde_dynamo::to_item(Keyed { key: keys::record(of, R::KIND, &id), value: written }).map_err(StoreError::Unwritable)
}

/// The record of an item.
fn value<R: DeserializeOwned>(item: Item) -> Result<Stored<R>, StoreError> {
    read::<RecordItem<R>>("record", item).map(|it| it.record)
}
