//! Moves: two accounts, of which one gives an installation and the other gets it, are written as one.

use jiff::{Timestamp, civil::Date};
use wattbook_domain::{
    Account, Claim, Flaw, Installation, InstallationId,
    change::{Part, Refused},
};
use wattbook_store::{Subject, WriteError};

use crate::{
    answer::{AccountView, Ids, ProvisionedIds},
    change::{Change, refused},
    claim_pointer,
    request::Incoming,
};
use wattbook_api::{Answer, Failure, Faults, clock, fault::Pointer, http::ETag};

/// How often a move is tried anew when somebody else was faster.
const TRIES: usize = 8;

/// The accounts of a move, each as it is and as it is to be.
struct Step {
    /// Who gives the installation; whoever had it before may be erased by now.
    from: Option<(Account, Account)>,
    /// Who gets it; somebody new has no account so far.
    to: (Option<Account>, Account),
}

impl Change<'_> {
    /// Hands the installation of the path over to another account, or rehearses it in a dry run.
    ///
    /// # Errors
    /// As for a change.
    pub async fn hand_over(&self, date: Date, incoming: &Incoming) -> Result<Answer, Failure> {
        if let Some(answer) = self.writing.answered_before().await? {
            return Ok(answer);
        }
        for _ in 0..TRIES {
            let (old, id) = self.holder().await?;
            let mut new = old.clone();
            let moved = new.move_out(id, date, clock::now()).map_err(at_move_date)?;
            let to = self.incoming(&old, moved, incoming).await?;
            let answer = |to: &Account| self.created(to, ProvisionedIds::of(to));
            if let Some(answer) = Box::pin(self.write(Step { from: Some((old, new)), to }, answer)).await? {
                return Ok(answer);
            }
        }
        Err(Failure::Contended)
    }

    /// Puts another day on the last move of the installation of the path.
    ///
    /// # Errors
    /// As for a change; or the installation never moved.
    pub async fn correct_move(&self, date: Date) -> Result<Answer, Failure> {
        for _ in 0..TRIES {
            let (old, id) = self.holder().await?;
            let former = self.former(&old, id).await?;
            let (mut new, mut corrected) = (old.clone(), former.clone());
            new.correct_move(corrected.as_mut(), id, date, clock::now()).map_err(at_move_date)?;
            if new == old {
                return self.view(&old);
            }
            let step = Step { from: former.zip(corrected), to: (Some(old), new) };
            if let Some(answer) = Box::pin(self.write(step, |account| self.view(account))).await? {
                return Ok(answer);
            }
        }
        Err(Failure::Contended)
    }

    /// Undoes the last move of the installation of the path.
    ///
    /// # Errors
    /// As for a change; or the installation never moved, or whoever had it before is erased or deleted.
    pub async fn undo_move(&self) -> Result<Answer, Failure> {
        for _ in 0..TRIES {
            let (old, id) = self.holder().await?;
            let Some(former) = self.former(&old, id).await? else { return Err(broken(Flaw::FormerAccount)) };
            let (mut new, mut again) = (old.clone(), former.clone());
            new.undo_move(&mut again, id).map_err(at_move_date)?;
            let step = Step { from: Some((old, new)), to: (Some(former), again) };
            if let Some(answer) = Box::pin(self.write(step, |account| self.view(account))).await? {
                return Ok(answer);
            }
        }
        Err(Failure::Contended)
    }

    /// The account that has the installation that the path or the query names, if the caller can see both and the
    /// account is in the version that is asked for.
    async fn holder(&self) -> Result<(Account, InstallationId), Failure> {
        let external_id = self.moving.as_ref().ok_or(Failure::NotFound)?;
        let reach = &self.writing.principal.reach;
        let claim = Claim::external_installation_id(external_id, 0);
        let found = self.writing.services.store()?.account_by_claim(reach.organisation, &claim).await?;
        let account =
            found.filter(|account| reach.covers_account_of(account.label_partner.as_ref())).ok_or(Failure::NotFound)?;
        let named = |i: &&Installation| i.external_id == *external_id && reach.covers_brand(&i.label_partner);
        let id =
            account.installations.iter().find(named).map(|installation| installation.id).ok_or(Failure::NotFound)?;
        self.writing.precondition.check(ETag(account.version))?;
        Ok((account, id))
    }

    /// The account that had an installation before its last move; `None` if it is erased.
    async fn former(&self, account: &Account, id: InstallationId) -> Result<Option<Account>, Failure> {
        let reach = &self.writing.principal.reach;
        let former = account.moved_from(id).map_err(at_move_date)?;
        let former = self.writing.services.store()?.account(reach.organisation, former).await?;
        match former {
            Some(former) if !reach.covers(former.organisation, former.label_partner.as_ref()) => {
                Err(broken(Flaw::FormerAccount))
            }
            former => Ok(former),
        }
    }

    /// The account that gets an installation, as it is and as it is to be.
    async fn incoming(
        &self,
        from: &Account,
        moved: Installation,
        incoming: &Incoming,
    ) -> Result<(Option<Account>, Account), Failure> {
        let reach = &self.writing.principal.reach;
        let store = self.writing.services.store()?;
        let (found, member) = match incoming {
            Incoming::New(draft) => {
                let mut draft = draft.as_ref().clone();
                draft.label_partner = Some(from.label_partner.as_ref().unwrap_or(&moved.label_partner).clone());
                let mut to = draft.complete(from.organisation, clock::now()).ok_or(Failure::NotFound)?;
                to.installations.push(moved);
                return Ok((None, to));
            }
            Incoming::Id(id) => (store.account(reach.organisation, *id).await?, "account_id"),
            Incoming::Own(id) => {
                let claim = Claim::external_account_id(id);
                (store.account_by_claim(reach.organisation, &claim).await?, "external_account_id")
            }
        };
        let pointer = || Pointer::root().child("to").child(member);
        let refuse = |flaw| {
            let mut faults = Faults::default();
            faults.body(&pointer(), flaw);
            Failure::Rules(faults)
        };
        let visible = found.filter(|account| reach.covers(account.organisation, account.label_partner.as_ref()));
        let account = visible.ok_or_else(|| refuse(Flaw::UnknownAccount))?;
        if account.id == from.id {
            return Err(refuse(Flaw::SameAccount));
        }
        let mut to = account.clone();
        let moved_in = to.check_live().and_then(|()| to.add_installation(moved));
        moved_in.map_err(|r| refused(r, |_| pointer()))?;
        Ok((Some(account), to))
    }

    /// Writes a step, and answers with the account that gets the installation; `None` if somebody else was faster.
    async fn write(
        &self,
        Step { mut from, to: (old_to, mut to) }: Step,
        answer: impl Fn(&Account) -> Result<Answer, Failure>,
    ) -> Result<Option<Answer>, Failure> {
        let store = self.writing.services.store()?;
        let now = clock::now();
        for (old, new) in
            from.iter_mut().map(|(old, new)| (&*old, new)).chain(old_to.as_ref().map(|old| (old, &mut to)))
        {
            new.version = old.version + 1;
            new.updated_at = now;
        }
        let held: Vec<_> = from.iter().map(|(old, _)| old).chain(&old_to).collect();
        let outcome = if self.writing.dry_run {
            store.rehearse(&held, &to).await
        } else {
            let record = self
                .writing
                .once
                .as_ref()
                .map(|once| once.record(&answer(&to)?, Subject::account(&to), Timestamp::now()));
            let record = record.transpose()?;
            let by = &self.writing.principal.actor;
            match (&from, &old_to) {
                (Some((old, new)), _) => store.hand_over((old, new), (old_to.as_ref(), &to), by, record.as_ref()).await,
                (None, Some(old)) => store.replace_account(old, &to, by, record.as_ref()).await,
                (None, None) => store.create_account(&to, by, record.as_ref()).await,
            }
        };
        match (outcome, &self.writing.once) {
            (Ok(()), _) if self.writing.dry_run => {
                Answer::json(200, &AccountView::of(&to, &self.writing.principal.reach, Ids::Withheld)).map(Some)
            }
            (Ok(()), _) => answer(&to).map(Some),
            (Err(WriteError::Answered(record)), Some(once)) => once.replay(store, *record).await.map(Some),
            (Err(WriteError::Stale(_)), _) => Ok(None),
            (Err(WriteError::Taken(taken)), _) => {
                let pointer = |place| Pointer::root().child("to").joined(&claim_pointer(place));
                Err(self.writing.conflicts(&to, &taken, &self.body, &pointer).await)
            }
            (Err(error), _) => Err(error.into()),
        }
    }
}

/// A rule that the move as a whole breaks.
fn broken(flaw: Flaw) -> Failure {
    at_move_date(Refused::Parts(vec![(Part::Whole, flaw)]))
}

fn at_move_date(refusal: Refused) -> Failure {
    refused(refusal, |part| match part {
        Part::Date => Pointer::root().child("move_date"),
        _ => Pointer::root(),
    })
}
