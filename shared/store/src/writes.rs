//! Writing accounts: the account, its claims and the record of the answer, together or not at all.

use std::collections::{HashMap, HashSet};

use wattbook_domain::{Account, AccountId, Actor, Claim, ClaimKind, LabelPartnerCode, OrganisationId, user::UserId};

use crate::{
    IdempotencyRecord, MAX_ACCOUNT_BYTES, Store, StoreError,
    by::written,
    items::{self, AccountItem, ClaimItem, Item, ListedAccount},
    keys::{self, Key},
    log::erased_mark,
    size,
    transaction::{Cancelled, Obstacle, Refusal, Transaction, When},
};

/// Who holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Who of it.
    pub by: Held,
    /// The holder's brand, if it has one.
    pub label_partner: Option<LabelPartnerCode>,
}

/// Who of an organisation holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// An account.
    ByAccount(AccountId),
    /// A user who is no customer.
    ByUser(Option<UserId>),
}

impl Held {
    /// The account, if it is one.
    #[must_use]
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::ByAccount(id) => Some(id),
            Self::ByUser(_) => None,
        }
    }
}

impl Holder {
    pub(crate) fn of(claim: ClaimItem) -> Self {
        let ClaimItem { organisation, account_id, user_id, label_partner } = claim;
        Self { organisation, by: account_id.map_or(Held::ByUser(user_id), Held::ByAccount), label_partner }
    }
}

/// A value that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The value, by its position among the account's claims.
    pub position: usize,
    /// Who holds it.
    pub holder: Holder,
}

/// Why an account was not written. Whichever it is, nothing was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The account is not what it was when it was read: somebody changed or deleted it since. What it is
    /// now, if it is there, comes with the refusal, so that it need not be read again.
    #[error("the account has changed since it was read")]
    Stale(Option<Box<Account>>),
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

/// What an action of a writing transaction stands for.
enum Meaning {
    /// The account itself.
    Account,
    /// The claim of a value, by its position among the claims of the account as it is to be.
    Claim(usize),
    /// The release of a claim.
    Release,
    /// The mark that it is erased. Ids are never given twice: there is none yet.
    Mark,
    /// The record of the answer.
    Idempotency,
}

/// How often a number is drawn. With a thousand million customers every second one is taken.
const DRAWS: usize = 64;

/// A claimed value, wherever it stands.
type Value = (ClaimKind, String);

fn values(account: &Account) -> HashSet<Value> {
    account.claims().into_iter().map(|claim| (claim.kind, claim.value)).collect()
}

impl Store {
    /// Stores a new account with its claims and, if given, the record of the answer, in one
    /// transaction and without a read.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn create_account(
        &self,
        account: &Account,
        by: &Actor,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), WriteError> {
        self.numbering(account, record, &|account| {
            let mut transaction = Transaction::new();
            let item = written(account_item(account)?, account.organisation, by);
            transaction.put(self, item, &When::Absent, Meaning::Account)?;
            self.claim(&mut transaction, account, &HashSet::new())?;
            Ok(transaction)
        })
        .await
    }

    /// Puts an account in the place of what it was: claims the values that are new, releases those
    /// that are gone, all in one transaction, if the account still is what it was.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn replace_account(
        &self,
        old: &Account,
        new: &Account,
        by: &Actor,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), WriteError> {
        let (held, wanted) = (values(old), values(new));
        self.numbering(new, record, &|new| {
            let mut transaction = Transaction::new();
            transaction.put(
                self,
                written(account_item(new)?, new.organisation, by),
                &version(old),
                Meaning::Account,
            )?;
            self.claim(&mut transaction, new, &held)?;
            self.release(&mut transaction, old, &wanted)?;
            Ok(transaction)
        })
        .await
    }

    /// Puts two accounts in the place of what they were, of which the second takes over the values that the first
    /// gives up; it may be new. All in one transaction.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn hand_over(
        &self,
        (old, new): (&Account, &Account),
        (old_to, to): (Option<&Account>, &Account),
        by: &Actor,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), WriteError> {
        let handed_over: HashSet<Value> = values(old).difference(&values(new)).cloned().collect();
        let held = old_to.map(values).unwrap_or_default().union(&handed_over).cloned().collect();
        // Only who gets something is given a number, if it has none: so that there is one number to be taken.
        let new = new.with_ordinals();
        self.numbering(to, record, &|to| {
            let mut transaction = Transaction::new();
            // This account comes first: that it is as it is to be tells that it has been done.
            let when = old_to.map_or(When::Absent, version);
            transaction.put(self, written(account_item(to)?, to.organisation, by), &when, Meaning::Account)?;
            let item = written(account_item(&new)?, new.organisation, by);
            transaction.put(self, item, &version(old), Meaning::Release)?;
            self.claim(&mut transaction, to, &held)?;
            for claim in to.claims().iter().filter(|claim| handed_over.contains(&(claim.kind, claim.value.clone()))) {
                let item = items::write(keys::claim(self.scope, to.organisation, claim), ClaimItem::of_account(to))?;
                transaction.put(self, item, &held_by(old), Meaning::Release)?;
            }
            Ok(transaction)
        })
        .await
    }

    /// Erases an account and frees every value that it held, if it still is what it was.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn delete_account(&self, account: &Account) -> Result<(), WriteError> {
        let mut transaction = Transaction::new();
        let key = keys::account(account.organisation, account.id);
        transaction.put(self, erased_mark(key.pk.clone())?, &When::Absent, Meaning::Mark)?;
        transaction.delete(self, key, &version(account), Meaning::Account)?;
        self.release(&mut transaction, account, &HashSet::new())?;
        self.finish(transaction, account, None).await
    }

    /// Claims the values of an account that are not `held` already.
    fn claim(
        &self,
        transaction: &mut Transaction<Meaning>,
        account: &Account,
        held: &HashSet<Value>,
    ) -> Result<(), StoreError> {
        for (position, claim) in fresh(&account.claims(), held) {
            let item =
                items::write(keys::claim(self.scope, account.organisation, claim), ClaimItem::of_account(account))?;
            transaction.put(self, item, &When::Absent, Meaning::Claim(position))?;
        }
        Ok(())
    }

    /// Releases the values of an account that are not `wanted` any more.
    fn release(
        &self,
        transaction: &mut Transaction<Meaning>,
        account: &Account,
        wanted: &HashSet<Value>,
    ) -> Result<(), StoreError> {
        for (_, claim) in fresh(&account.claims(), wanted) {
            let key = keys::claim(self.scope, account.organisation, claim);
            transaction.delete(self, key, &held_by(account), Meaning::Release)?;
        }
        Ok(())
    }

    /// Writes an account that is given numbers by it where it has none. Of its own nobody knows yet, so one that is taken
    /// is drawn anew.
    async fn numbering(
        &self,
        account: &Account,
        record: Option<&IdempotencyRecord>,
        transaction: &(dyn Fn(&Account) -> Result<Transaction<Meaning>, WriteError> + Sync),
    ) -> Result<(), WriteError> {
        for _ in 0..DRAWS {
            let numbered = account.numbered();
            let mut taken = match self.finish(transaction(&numbered)?, &numbered, record).await {
                Err(WriteError::Taken(taken)) => taken,
                outcome => return outcome,
            };
            let claims = numbered.claims();
            let stated = |it: &Taken| claims.get(it.position).is_none_or(|it| it.kind != ClaimKind::CustomerNumber);
            taken.retain(stated);
            if !taken.is_empty() {
                return Err(WriteError::Taken(taken));
            }
        }
        Err(StoreError::Busy("every number that was drawn is taken".into()).into())
    }

    async fn finish(
        &self,
        mut transaction: Transaction<Meaning>,
        account: &Account,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), WriteError> {
        transaction.record(self, account.organisation, record, Meaning::Idempotency)?;
        match transaction.commit(self).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error.into()),
            Err(Cancelled::Refused(refusals)) => self.explain(account, refusals).await,
        }
    }

    /// Turns refused actions into what they mean for the account.
    async fn explain(&self, account: &Account, refusals: Vec<Refusal<Meaning>>) -> Result<(), WriteError> {
        let mut taken = Vec::new();
        let mut contended = Vec::new();
        let mut answered = None;
        let mut stale = None;
        let mut in_progress = false;
        for refusal in refusals {
            match (refusal.meaning, refusal.obstacle) {
                // What we were to write is there: the answer to the try that wrote it was lost.
                (Meaning::Account, Obstacle::Item(item)) if is(account, &item) => return Ok(()),
                (Meaning::Account, Obstacle::Item(item)) => stale = Some(current(item)?),
                (Meaning::Release, Obstacle::Item(_)) => stale = stale.or(Some(None)),
                (Meaning::Account | Meaning::Release | Meaning::Mark, Obstacle::Contention)
                | (Meaning::Mark, Obstacle::Item(_)) => {}
                (Meaning::Idempotency, Obstacle::Item(item)) => answered = Some(item),
                (Meaning::Idempotency, Obstacle::Contention) => in_progress = true,
                (Meaning::Claim(position), Obstacle::Item(item)) => taken.push(read_taken(position, item)?),
                (Meaning::Claim(position), Obstacle::Contention) => contended.push(position),
            }
        }
        if let Some(item) = answered {
            return Err(WriteError::Answered(Box::new(items::read("idempotency record", item)?)));
        }
        if let Some(current) = stale {
            return Err(WriteError::Stale(current));
        }
        if in_progress {
            return Err(WriteError::InProgress);
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
        Err(WriteError::Taken(taken))
    }

    /// Whether the account could be stored right now, without storing it: with the values that the `old`
    /// accounts hold, which it is put in the place of or takes them over from.
    ///
    /// # Errors
    /// Why it could not.
    pub async fn rehearse(&self, old: &[&Account], account: &Account) -> Result<(), WriteError> {
        // For its check of the size.
        account_item(account)?;
        let held = old.iter().flat_map(|account| values(account)).collect();
        let claims = account.claims();
        let taken = self.look_up(account.organisation, &fresh(&claims, &held)).await?;
        if taken.is_empty() { Ok(()) } else { Err(WriteError::Taken(taken)) }
    }

    /// Which of these values are taken.
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
}

/// That the account still is what it was when it was read.
fn version(account: &Account) -> When {
    When::Version("account", account.version)
}

/// That a claim is this account's.
fn held_by(account: &Account) -> When {
    When::Held("account_id", account.id.to_string())
}

/// The claims whose values are not among `known`, each with its position.
fn fresh<'c>(claims: &'c [Claim], known: &HashSet<Value>) -> Vec<(usize, &'c Claim)> {
    let unknown = |claim: &Claim| !known.contains(&(claim.kind, claim.value.clone()));
    claims.iter().enumerate().filter(|(_, claim)| unknown(claim)).collect()
}

/// The item of an account, but for who writes it.
pub(crate) fn account_item(account: &Account) -> Result<Item, WriteError> {
    let item = items::write(keys::account(account.organisation, account.id), ListedAccount::of(account))?;
    let bytes = size::item(&item);
    if bytes > MAX_ACCOUNT_BYTES { Err(WriteError::TooLarge { bytes }) } else { Ok(item) }
}

/// Whether the item holds this very account, in this very version.
fn is(account: &Account, item: &Item) -> bool {
    items::read::<AccountItem>("account", item.clone()).is_ok_and(|stored| stored.account() == *account)
}

/// The account that stands where another version of it was expected.
fn current(item: Item) -> Result<Option<Box<Account>>, StoreError> {
    let found = (!item.is_empty()).then(|| items::read::<AccountItem>("account", item));
    Ok(found.transpose()?.map(|item| Box::new(item.account())))
}

fn read_taken(position: usize, item: Item) -> Result<Taken, StoreError> {
    Ok(Taken { position, holder: Holder::of(items::read("claim", item)?) })
}
