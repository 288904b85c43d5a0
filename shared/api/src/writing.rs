//! Writing an account that others may be writing, too.
//!
//! The account is read, changed by the rules of the domain, and put in the place of what it was, on
//! the condition that it still is that. If somebody else was faster, the change is applied to what
//! they left; with `If-Match` the caller decides instead. An account that is not there may be added
//! the same way: who loses that race changes what the winner added.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::Value;
use wattbook_domain::{Account, Flaw, Place, Reach};
use wattbook_store::{Subject, Taken, WriteError, random_part};

use crate::{
    Answer, Failure, Faults, Principal, Services, clock,
    fault::{Pointer, in_document_order},
    http::{Conflict, ETag, Precondition},
    idempotency::Once,
    invocation::Pending,
};

/// For how long a change is applied anew while others are faster. A function has twenty seconds.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often something is tried anew when somebody else was faster.
pub const TRIES: u32 = 8;

/// The longest pause before a change is applied anew, in milliseconds.
const LONGEST_PAUSE: u64 = 1500;

/// A request that writes, as far as all of them are alike.
pub struct Writing<'a> {
    /// What it is written with.
    pub services: &'a Services,
    /// Who asks.
    pub principal: Principal,
    /// Whether nothing is to be stored.
    pub dry_run: bool,
    /// Which version the caller asks for.
    pub precondition: Precondition,
    /// The idempotency key, if the request has one.
    pub once: Option<Once>,
    /// Whether a request with a key that changes nothing is written all the same, for the sake of whoever repeats it. Who
    /// sends the same file again wants no new versions by it.
    pub records_unchanged: bool,
}

/// Answers with an account as it is then, beside what it was: `None` if it is new, the same if nothing changes in it.
pub type Answering<'a> = &'a (dyn Fn(Option<&Account>, &Account) -> Result<Answer, Failure> + Sync);

/// What one operation adds.
pub trait Edit: Sync {
    /// The account as it is; `None` if it is to be added.
    fn find(&self) -> impl Future<Output = Result<Option<Account>, Failure>> + Send;

    /// The account as it is to be. Version and time of the change are set afterwards.
    fn edit(&self, old: Option<&Account>) -> impl Future<Output = Result<Account, Failure>> + Send;

    /// Answers with the account as it is then, beside what it was: see [`Answering`].
    ///
    /// # Errors
    /// It cannot be written as JSON.
    fn answer(&self, old: Option<&Account>, account: &Account) -> Result<Answer, Failure>;

    /// Answers what would be stored.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    fn rehearsed(&self, old: Option<&Account>, account: &Account) -> Result<Answer, Failure>;

    /// Whether one of the taken values is what `find` finds an account by, and is held by one that the
    /// caller can see: then that account was there when this one was to be added.
    fn sought(&self, account: &Account, taken: &[Taken]) -> bool;

    /// Says which of the values that the account wants are taken.
    fn conflicts(&self, account: &Account, taken: &[Taken]) -> impl Future<Output = Failure> + Send;
}

/// Why nothing was written.
enum Written {
    Refused(WriteError),
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for Written {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Writing<'_> {
    /// Carries the edit out, or rehearses it in a dry run.
    ///
    /// # Errors
    /// The account is not there or not in the version that the caller asked for, the edit is refused
    /// or wants values that are taken, or the store failed.
    pub async fn carry_out(&self, edit: &impl Edit) -> Result<Answer, Failure> {
        let started = Instant::now();
        let mut found = match edit.find().await {
            Ok(found) => found,
            // What the first of two equal requests was about may be gone since.
            Err(failure) => return self.answered_before().await?.ok_or(failure),
        };
        if found.is_some()
            && let Some(answer) = self.answered_before().await?
        {
            return Ok(answer);
        }
        for round in 0u32.. {
            let allowed = match self.allow(found.as_ref()) {
                Ok(()) => edit.edit(found.as_ref()).await,
                Err(failure) => Err(failure),
            };
            let mut new = match allowed {
                Ok(new) => new,
                // What stands in the way may be what a twin under the same key has made meanwhile.
                Err(failure) => return self.answered_before().await?.ok_or(failure),
            };
            if let Some(old) = &found {
                if new == *old && (self.once.is_none() || !self.records_unchanged) {
                    return edit.answer(found.as_ref(), old);
                }
                new.version = old.version + 1;
                new.updated_at = clock::now();
            }
            match self.write(edit, found.as_ref(), &new).await {
                Ok(answer) => return Ok(answer),
                Err(Written::Failed(failure)) => return Err(failure),
                Err(Written::Refused(WriteError::Stale(current))) => {
                    if started.elapsed() >= PATIENCE {
                        break;
                    }
                    // What is there now came with the refusal, so that the next try is likely to succeed; after
                    // a pause it is not, but only brings what is there then. One that is gone is looked for anew.
                    if round % 2 == 1 {
                        pause(round).await;
                    }
                    found = match current {
                        Some(current) => Some(*current),
                        None => edit.find().await?,
                    };
                }
                Err(Written::Refused(WriteError::Taken(taken))) => {
                    // Who was to be added may have been added meanwhile.
                    let added = if found.is_none() { edit.find().await? } else { None };
                    if added.is_none() {
                        // It may even be gone again: then it is no conflict.
                        if started.elapsed() >= PATIENCE || !edit.sought(&new, &taken) {
                            return Err(edit.conflicts(&new, &taken).await);
                        }
                        pause(round).await;
                    }
                    found = added;
                }
                Err(Written::Refused(error)) => return Err(error.into()),
            }
        }
        Err(Failure::Contended)
    }

    /// Erases the account that `find` finds, with all that it holds.
    ///
    /// # Errors
    /// There is none, it is in another version than the caller asks for, it has installations of a
    /// brand that the caller does not reach, or the store failed.
    pub async fn erase<'f>(
        &self,
        find: &(dyn Fn() -> Pending<'f, Result<Account, Failure>> + Sync),
    ) -> Result<(), Failure> {
        for round in 0..TRIES {
            let account = find().await?;
            self.precondition.check(ETag(account.version))?;
            if account.installations.iter().any(|it| !self.principal.reach.covers_brand(&it.label_partner)) {
                let mut faults = Faults::default();
                faults.body(&Pointer::root(), Flaw::OtherBrands);
                return Err(Failure::Rules(faults));
            }
            match self.services.store()?.delete_account(&account).await {
                Ok(()) => return Ok(()),
                Err(WriteError::Stale(_)) => pause(round).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::Contended)
    }

    /// A repetition is answered from the record, before the change is tried on what it made.
    ///
    /// # Errors
    /// The key was used for another request, what it was about is erased, or the store failed.
    pub async fn answered_before(&self) -> Result<Option<Answer>, Failure> {
        Once::answered(self.once.as_ref(), self.services).await
    }

    /// The failure that lists the taken values: see [`conflicts_at`].
    pub async fn conflicts(
        &self,
        account: &Account,
        taken: &[Taken],
        body: &Value,
        pointer: &(dyn Fn(Place) -> Pointer + Sync),
    ) -> Failure {
        conflicts_at(self.services, &self.principal.reach, account, taken, body, pointer).await
    }

    /// Whether the account is in the version that the caller asks for; one that is not there is in none.
    fn allow(&self, found: Option<&Account>) -> Result<(), Failure> {
        match found {
            Some(old) => self.precondition.check(ETag(old.version)),
            None => self.precondition.check_absent(),
        }
    }

    async fn write(&self, edit: &impl Edit, old: Option<&Account>, new: &Account) -> Result<Answer, Written> {
        let store = self.services.store()?;
        if self.dry_run {
            store.rehearse(old.as_slice(), new).await.map_err(Written::Refused)?;
            return Ok(edit.rehearsed(old, new)?);
        }
        let answer = edit.answer(old, new)?;
        let record =
            self.once.as_ref().map(|once| once.record(&answer, Subject::account(new), Timestamp::now())).transpose()?;
        let by = &self.principal.actor;
        let outcome = match old {
            Some(old) => store.replace_account(old, new, by, record.as_ref()).await,
            None => store.create_account(new, by, record.as_ref()).await,
        };
        match (outcome, &self.once) {
            (Ok(()), _) => Ok(answer),
            (Err(WriteError::Answered(record)), Some(once)) => Ok(once.replay(store, *record).await?),
            (Err(error), _) => Err(Written::Refused(error)),
        }
    }
}

/// The rounds of a change that is applied anew to what others leave, as long as they are faster.
#[derive(Debug)]
pub struct Rounds {
    started: Instant,
    round: u32,
}

impl Default for Rounds {
    fn default() -> Self {
        Self { started: Instant::now(), round: 0 }
    }
}

impl Rounds {
    /// Waits until it makes sense to look at what is there anew.
    ///
    /// # Errors
    /// Others have been faster for too long.
    pub async fn again(&mut self) -> Result<(), Failure> {
        if self.started.elapsed() >= PATIENCE {
            return Err(Failure::Contended);
        }
        pause(self.round).await;
        self.round += 1;
        Ok(())
    }
}

/// Waits for a while that is random, and longer the more often others were faster. Of many writers only
/// one at a time succeeds, so what they try beyond that is wasted: the pauses have to grow until they
/// hardly meet.
async fn pause(round: u32) {
    let longest = LONGEST_PAUSE.min(4u64 << round.min(9));
    tokio::time::sleep(random_part(Duration::from_millis(longest))).await;
}

/// The failure that lists every taken value of an account, in the order of the caller's body. `pointer` says where
/// a claimed value stands in it. The holder is named only to a caller that can see it, and whether it is deleted: who
/// wonders why a value is taken does not find a deleted account in a list.
pub async fn conflicts_at(
    services: &Services,
    reach: &Reach,
    account: &Account,
    taken: &[Taken],
    body: &Value,
    pointer: &(dyn Fn(Place) -> Pointer + Sync),
) -> Failure {
    let claims = account.claims();
    let conflict = |taken: &Taken| {
        let claim = claims.get(taken.position)?;
        let holder = &taken.holder;
        let visible = reach.covers(holder.organisation, holder.label_partner.as_ref());
        Some(Conflict {
            path: pointer(claim.place),
            kind: claim.kind.noun(),
            holder: holder.by.account().filter(|_| visible),
            holder_is_deleted: false,
        })
    };
    let mut conflicts: Vec<_> = taken.iter().filter_map(conflict).collect();
    in_document_order(&mut conflicts, body, |conflict| &conflict.path);
    let visible: Vec<_> = conflicts.iter().filter_map(|conflict| conflict.holder).collect();
    let holders = match services.store() {
        Ok(store) => store.accounts(reach.organisation, &visible).await.map_err(Failure::from),
        Err(error) => Err(error.into()),
    };
    let holders = match holders {
        Ok(holders) => holders,
        Err(failure) => return failure,
    };
    for conflict in &mut conflicts {
        let holder = conflict.holder.and_then(|id| holders.get(&id));
        conflict.holder_is_deleted = holder.is_some_and(Account::is_deleted);
    }
    Failure::Taken(conflicts)
}
