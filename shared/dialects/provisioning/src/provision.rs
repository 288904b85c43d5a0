//! Provisioning an account: one that is new or, where a file or a message may bring the same again, one that may be
//! there.

use jiff::Timestamp;
use serde_json::Value;
use wattbook_api::{
    Answer, Failure, Faults, Principal, Services, clock,
    fault::Pointer,
    http::Precondition,
    posted::Posted,
    writing::{Answering, Edit, Writing},
};
use wattbook_domain::{Account, Claim, Flaw, Place, draft::AccountDraft, rules::Breach};
use wattbook_store::{Subject, Taken, WriteError};

use crate::{
    answer::{AccountView, Ids},
    breach_pointer, claim_pointer, conflicts, request,
};

/// Stores a new account with all that it brings, or rehearses it in a dry run: in one transaction and without a read.
///
/// # Errors
/// The body has faults, all of which are told, or wants values that are taken; or the store failed.
pub async fn create(services: &Services, posted: Posted, answer: Answering<'_>) -> Result<Answer, Failure> {
    let Posted { caller, dry_run, once, document, mut faults } = posted;
    let draft = request::account(&document, &caller, &mut faults);
    let now = clock::now();
    let account = match draft.complete(caller.reach.organisation, now) {
        Some(account) if faults.is_empty() => account,
        _ => return Err(Failure::Faults(faults)),
    };
    let store = services.store()?;
    let outcome = if dry_run {
        store.rehearse(&[], &account).await.map(|()| AccountView::of(&account, &caller.reach, Ids::Withheld))
    } else {
        let answer = answer(None, &account)?;
        let subject = Subject::account(&account);
        let record = once.as_ref().map(|once| once.record(&answer, subject, now)).transpose()?;
        match (store.create_account(&account, &caller.actor, record.as_ref()).await, &once) {
            (Ok(()), _) => return Ok(answer),
            (Err(WriteError::Answered(record)), Some(once)) => return once.replay(store, *record).await,
            (Err(error), _) => Err(error),
        }
    };
    match outcome {
        Ok(rehearsed) => Answer::json(200, &rehearsed),
        Err(WriteError::Taken(taken)) => Err(conflicts(services, &caller.reach, &account, &taken, &document).await),
        Err(error) => Err(error.into()),
    }
}

/// Stores an account or, if there is one of its external id that the caller can see, brings into that what is stated:
/// the customer as by `PUT …/customer-info`, installations and meters by their external ids. What is new is added,
/// nothing is removed, and what changes nothing is not written. All in one transaction.
///
/// # Errors
/// As [`create`]; or what is stored does not allow it.
pub async fn upsert(services: &Services, posted: Posted, answer: Answering<'_>) -> Result<Answer, Failure> {
    let Posted { caller: principal, dry_run, once, document: body, mut faults } = posted;
    let (stated, filled) = request::stated_account(&body, &principal, &mut faults);
    faults.none()?;
    let precondition = Precondition::none();
    let writing = Writing { services, principal, dry_run, precondition, once, records_unchanged: false };
    writing.carry_out(&Upsert { writing: &writing, body: &body, stated, filled, answer, now: clock::now() }).await
}

struct Upsert<'a> {
    writing: &'a Writing<'a>,
    body: &'a Value,
    /// What the body states.
    stated: AccountDraft,
    /// The same with what follows from it.
    filled: AccountDraft,
    answer: Answering<'a>,
    now: Timestamp,
}

impl Upsert<'_> {
    fn principal(&self) -> &Principal {
        &self.writing.principal
    }

    /// The claim that the account is found by.
    fn claim(&self) -> Option<Claim> {
        self.stated.external_id.as_ref().map(Claim::external_account_id)
    }

    fn merged(&self, old: &Account) -> Result<Account, Failure> {
        let (mut new, mut faults) = (old.clone(), Faults::default());
        if old.label_partner != self.stated.label_partner {
            faults.body(&Pointer::root().child("labelpartner"), Flaw::Immutable);
        }
        let broken = new.upsert(&self.stated, &self.filled, &self.principal().reach, self.now).err();
        let broken: Vec<(Breach, Flaw)> = broken.unwrap_or_default();
        let absolute = broken.iter().any(|(_, flaw)| flaw.is_absolute());
        for (breach, flaw) in broken {
            faults.body(&breach_pointer(breach), flaw);
        }
        faults.sort_by(self.body);
        match (faults.is_empty(), absolute) {
            (true, _) => Ok(new),
            (false, true) => Err(Failure::Faults(faults)),
            (false, false) => Err(Failure::Rules(faults)),
        }
    }
}

impl Edit for Upsert<'_> {
    async fn find(&self) -> Result<Option<Account>, Failure> {
        let Some(claim) = self.claim() else { return Ok(None) };
        let reach = &self.principal().reach;
        let found = self.writing.services.store()?.account_by_claim(reach.organisation, &claim).await?;
        Ok(found.filter(|account| reach.covers_account_of(account.label_partner.as_ref())))
    }

    async fn edit(&self, old: Option<&Account>) -> Result<Account, Failure> {
        let incomplete = || Failure::Faults(Faults::default());
        match old {
            Some(old) => self.merged(old),
            None => self.filled.clone().complete(self.principal().reach.organisation, self.now).ok_or_else(incomplete),
        }
    }

    fn answer(&self, old: Option<&Account>, account: &Account) -> Result<Answer, Failure> {
        (self.answer)(old, account)
    }

    fn rehearsed(&self, _: Option<&Account>, account: &Account) -> Result<Answer, Failure> {
        Answer::json(200, &AccountView::of(account, &self.principal().reach, Ids::Withheld))
    }

    /// The external account id.
    fn sought(&self, account: &Account, taken: &[Taken]) -> bool {
        let (claim, claims) = (self.claim(), account.claims());
        let reach = &self.principal().reach;
        taken.iter().any(|taken| {
            claims.get(taken.position) == claim.as_ref()
                && reach.covers(taken.holder.organisation, taken.holder.label_partner.as_ref())
        })
    }

    async fn conflicts(&self, account: &Account, taken: &[Taken]) -> Failure {
        let pointer = |place: Place| claim_pointer(self.stated.place_of(account, place).unwrap_or(place));
        self.writing.conflicts(account, taken, self.body, &pointer).await
    }
}
