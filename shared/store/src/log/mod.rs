//! The change log of accounts and entities, and how many accounts there are.
//!
//! Both follow from what the table's stream tells of. An entry stands under what it is of, one for each version, and is
//! put on the condition that it is not there; the counters are added to in the same transaction. So whoever is told of a
//! change again, late or out of order, writes no second entry and counts nothing twice.
//!
//! What was written before the stream counted was counted where it was written. Such an item does not say who wrote it
//! ([`crate::keys`]): it is noted, and not counted again.
//!
//! Who erases an account or an entity leaves a mark in its place, for as long as anything may come after it. Then the
//! entries that are there are emptied of all that tells of a person, and what comes later is put empty. They go a month
//! later, with the mark: until then they keep what is handled anew from being counted anew.

mod counting;
mod emptying;
mod items;
mod pages;
mod recount;

use std::{collections::BTreeMap, time::Duration};

use wattbook_domain::{
    AccountId, OrganisationId,
    changes::{ChangeEntry, ChangeKind},
    entity::EntityId,
};

pub use self::pages::{ChangePage, WantedChanges};
pub use self::recount::{ListSize, Recount, Recounted};
pub(crate) use items::erased_mark;

use crate::{
    Store, StoreError,
    changes::{Change, Changed},
    keys::{self, Key},
    listing::Tally,
    retry::random_part,
    transaction::{Cancelled, Obstacle, Transaction, When},
};

/// How often it is tried anew to note a change while others are at the same counter.
const TRIES: u32 = 8;

/// The longest wait before the second try; it doubles with each one.
const FIRST_WAIT: Duration = Duration::from_millis(20);

/// What a log is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogOf {
    /// An account.
    Account(OrganisationId, AccountId),
    /// An entity.
    Entity(OrganisationId, EntityId),
}

impl LogOf {
    /// The partition that it stands in, with what it is of.
    fn partition(self) -> String {
        match self {
            Self::Account(organisation, id) => keys::account(organisation, id).pk,
            Self::Entity(organisation, id) => keys::entity(organisation, id).pk,
        }
    }

    const fn organisation(self) -> OrganisationId {
        match self {
            Self::Account(organisation, _) | Self::Entity(organisation, _) => organisation,
        }
    }
}

/// What an action of a noting transaction stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The entry.
    Entry,
    /// The mark that what it is of is erased: that it is not there, or that it is put.
    Mark,
    /// The counter.
    Counter,
}

/// What is known of the mark that what a log is of is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// There should be none: this is no erasure.
    Unexpected,
    /// There is one all the same: the erasure was faster.
    Found,
    /// There should be one: who erased has left it.
    Expected,
    /// There is none: who erased knew nothing of marks, and has counted the erasure himself.
    Missing,
}

/// A change, as it is to be noted.
struct Noting {
    of: LogOf,
    entry: ChangeEntry,
    /// The counter, and what is to be added to it.
    tally: Option<(Key, BTreeMap<String, i64>)>,
}

impl Noting {
    /// What is to be noted of a change. What an onboarding request goes through is in its own history, and is not noted.
    fn of(change: &Change) -> Option<Self> {
        let by = change.by.clone();
        match &change.of {
            Changed::Account { before, after } => {
                let (before, after) = (before.as_deref(), after.as_deref());
                let of = after.or(before).map(|it| LogOf::Account(it.organisation, it.id))?;
                let entry = ChangeEntry::of_account(before, after, by, change.at)?;
                // An account is counted by one counter.
                let tally = Tally::of(&[(before, after)]).changes().next();
                Some(Self { of, entry, tally: tally.filter(|_| change.is_counted_here()) })
            }
            Changed::Entity { before, after } => {
                let (before, after) = (before.as_deref(), after.as_deref());
                let of = after.or(before).map(|it| LogOf::Entity(it.organisation, it.id))?;
                let entry = ChangeEntry::of_entity(before, after, by, change.at)?;
                Some(Self { of, entry, tally: None })
            }
            Changed::Onboarding { .. } | Changed::Import { .. } | Changed::Webhook { .. } => None,
        }
    }
}

impl Store {
    /// Notes a change in the log of what it is of, and counts it: once, however often it is told of.
    ///
    /// # Errors
    /// The store failed, or others were at the same counter for too long.
    pub async fn note_change(&self, change: &Change) -> Result<(), StoreError> {
        let Some(noting) = Noting::of(change) else { return Ok(()) };
        self.note(&noting).await?;
        match noting.entry.kind {
            ChangeKind::Erased => self.empty_log(noting.of).await,
            ChangeKind::Created | ChangeKind::Updated => Ok(()),
        }
    }

    async fn note(&self, noting: &Noting) -> Result<(), StoreError> {
        let is_erasure = noting.entry.kind == ChangeKind::Erased;
        let (mut mark, mut recount) = (if is_erasure { Mark::Expected } else { Mark::Unexpected }, None);
        for round in 0..TRIES {
            let transaction = self.noting(noting, mark, recount.as_deref())?;
            let refusals = match transaction.commit(self).await {
                Ok(()) => return Ok(()),
                Err(Cancelled::Store(error)) => return Err(error),
                Err(Cancelled::Refused(refusals)) => refusals,
            };
            for refusal in refusals {
                match (refusal.meaning, refusal.obstacle) {
                    (Meaning::Entry, Obstacle::Item(_)) => return Ok(()),
                    (Meaning::Mark, Obstacle::Item(_)) if is_erasure => mark = Mark::Missing,
                    (Meaning::Mark, Obstacle::Item(_)) => mark = Mark::Found,
                    (Meaning::Counter, Obstacle::Item(item)) => recount = counting::running_recount(&item),
                    (_, Obstacle::Contention) => tokio::time::sleep(random_part(FIRST_WAIT * (1 << round))).await,
                }
            }
        }
        Err(StoreError::Busy("a change that is noted".into()))
    }

    fn noting(&self, noting: &Noting, mark: Mark, recount: Option<&str>) -> Result<Transaction<Meaning>, StoreError> {
        let Noting { of, entry, tally } = noting;
        let tally = tally.as_ref().filter(|_| mark != Mark::Missing);
        let mut transaction = Transaction::new();
        let entry = if mark == Mark::Unexpected { entry.clone() } else { entry.clone().emptied() };
        let counted = tally.map(|(_, numbers)| (numbers, recount));
        let item = items::entry(*of, entry, counted, mark != Mark::Unexpected)?;
        transaction.put(self, item, &When::Absent, Meaning::Entry)?;
        match mark {
            Mark::Unexpected => transaction.require_absent(self, keys::erased(of.partition()), Meaning::Mark)?,
            Mark::Expected => transaction.require_existing(self, keys::erased(of.partition()), Meaning::Mark)?,
            Mark::Missing => transaction.put(self, erased_mark(of.partition())?, &When::Absent, Meaning::Mark)?,
            Mark::Found => {}
        }
        if let Some((key, numbers)) = tally {
            transaction.update(self.counting(key, numbers, recount)?, Meaning::Counter);
        }
        Ok(transaction)
    }
}
