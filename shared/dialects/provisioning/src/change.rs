//! Changing an account: what all the operations that do it have in common.
//!
//! How an account is written is said in [`wattbook_api::writing`]; here is what this dialect adds.

use std::future::ready;

use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use wattbook_domain::{
    Account, Claim, ExternalId, Flaw, Installation, InstallationId, MeterId, Place,
    change::{Part, Refused},
    draft::{AccountDraft, InstallationDraft},
};
use wattbook_store::{Taken, WriteError};

use crate::{
    answer::{AccountView, Ids, ProvisionedIds},
    claim_pointer,
    path::IdType,
};
use wattbook_api::{
    Answer, Failure, Faults, Principal, Request, Services, clock,
    fault::Pointer,
    http::{ETag, Precondition},
    idempotency::Once,
    writing::{Edit, Writing, conflicts_at},
};

/// How often a move is tried anew when somebody else was faster.
const TRIES: usize = 8;

/// A request for a change, as far as all of them are alike.
pub struct Change<'a> {
    request: &'a Request,
    /// Whose ids the path has.
    id_type: IdType,
    writing: Writing<'a>,
    body: Value,
}

/// What one operation adds.
pub struct Plan<'p> {
    /// Changes the account.
    pub edit: &'p (dyn Fn(&mut Account) -> Result<(), Failure> + Sync),
    /// Where a claimed value stands in the caller's body.
    pub pointer: &'p (dyn Fn(Place) -> Pointer + Sync),
    /// Answers with the account as it is then.
    pub answer: &'p (dyn Fn(&Account) -> Result<Answer, Failure> + Sync),
}

impl<'a> Change<'a> {
    /// Reads a request without a body.
    ///
    /// # Errors
    /// The caller is not known, or the request has faults.
    pub fn read(services: &'a Services, request: &'a Request) -> Result<Self, Failure> {
        let mut faults = Faults::default();
        let change = Self::begin(services, request, &mut faults)?;
        faults.none()?;
        Ok(change)
    }

    /// Reads a request with a body; `wanted` says what that asks for, and notes its faults.
    ///
    /// # Errors
    /// The caller is not known, or the request has faults.
    pub fn read_with<T>(
        services: &'a Services,
        request: &'a Request,
        wanted: impl FnOnce(&Value, &Principal, &mut Faults) -> T,
    ) -> Result<(Self, T), Failure> {
        let mut faults = Faults::default();
        let mut change = Self::begin(services, request, &mut faults)?;
        change.body = request.json(&mut faults)?.value;
        let wanted = wanted(&change.body, change.principal(), &mut faults);
        faults.none()?;
        Ok((change, wanted))
    }

    fn begin(services: &'a Services, request: &'a Request, faults: &mut Faults) -> Result<Self, Failure> {
        let principal = request.principal()?;
        let mut query = request.query();
        // Such a path says itself whose id it has.
        let external = !request.path_parameter("external_installation_id").is_empty();
        let id_type = if external { IdType::External } else { IdType::read(&mut query, faults) };
        let dry_run = request.method() != "DELETE" && query.switch("dryRun", faults);
        query.close(faults);
        let once = if request.method() == "POST" { Once::of(request, &principal, faults) } else { None };
        let precondition = Precondition::of(request);
        let writing = Writing { services, principal, dry_run, precondition, once };
        Ok(Self { request, id_type, writing, body: Value::Null })
    }

    /// The installation of the account that the path names.
    ///
    /// # Errors
    /// There is none that the caller can see.
    pub fn installation(&self, account: &Account) -> Result<InstallationId, Failure> {
        self.id_type.installation(account, self.principal(), self.request)
    }

    /// The meter that the path names, with its installation.
    ///
    /// # Errors
    /// There is none that the caller can see.
    pub fn meter(&self, account: &Account) -> Result<(InstallationId, MeterId), Failure> {
        let installation = self.installation(account)?;
        Ok((installation, self.id_type.meter(account, installation, self.request)?))
    }

    /// Who asks.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.writing.principal
    }

    /// Carries the change out, or rehearses it in a dry run.
    ///
    /// # Errors
    /// There is no such account, it is not in the version that the caller asked for, the change
    /// breaks a rule or wants values that are taken, or the store failed.
    pub async fn carry_out(&self, plan: &Plan<'_>) -> Result<Answer, Failure> {
        self.writing.carry_out(&Planned { change: self, plan }).await
    }

    /// Hands an installation over to a new account, or rehearses it in a dry run.
    ///
    /// # Errors
    /// As for a change.
    pub async fn hand_over(&self, date: Date, draft: &AccountDraft) -> Result<Answer, Failure> {
        if let Some(answer) = self.writing.answered_before().await? {
            return Ok(answer);
        }
        let id = self.request.path_parameter("external_installation_id");
        for _ in 0..TRIES {
            let (old, installation) = self.holder(id).await?;
            self.writing.precondition.check(ETag(old.version))?;
            let mut new = old.clone();
            let moved =
                new.move_out(installation, date).map_err(|r| refused(r, |_| Pointer::root().child("move_date")))?;
            new.version += 1;
            new.updated_at = clock::now();
            let mut draft = draft.clone();
            draft.label_partner = Some(old.label_partner.as_ref().unwrap_or(&moved.label_partner).clone());
            let mut to = draft.complete(old.organisation, new.updated_at).ok_or(Failure::NotFound)?;
            to.installations.push(moved);
            let outcome = self.store_move((&old, &new), &to).await;
            match outcome {
                Ok(answer) => return Ok(answer),
                Err(Written::Failed(failure)) => return Err(failure),
                Err(Written::Refused(WriteError::Stale(_))) => {}
                Err(Written::Refused(WriteError::Taken(taken))) => {
                    let pointer = |place| Pointer::root().child("to").joined(&claim_pointer(place));
                    return Err(conflicts_at(&to, &taken, &self.writing.principal.reach, &self.body, &pointer));
                }
                Err(Written::Refused(error)) => return Err(error.into()),
            }
        }
        Err(Failure::Contended)
    }

    /// The account that has the installation of that external id, if the caller can see both.
    async fn holder(&self, external_id: &str) -> Result<(Account, InstallationId), Failure> {
        let external_id = ExternalId::parse(external_id).map_err(|_| Failure::NotFound)?;
        let reach = &self.writing.principal.reach;
        let claim = Claim::external_installation_id(&external_id, 0);
        let found = self.writing.services.store()?.account_by_claim(reach.organisation, &claim).await?;
        let account =
            found.filter(|account| reach.covers_account_of(account.label_partner.as_ref())).ok_or(Failure::NotFound)?;
        let named = |i: &&Installation| i.external_id == external_id && reach.covers_brand(&i.label_partner);
        let id = account.installations.iter().find(named).map(|installation| installation.id);
        id.map(|id| (account, id)).ok_or(Failure::NotFound)
    }

    async fn store_move(&self, from: (&Account, &Account), to: &Account) -> Result<Answer, Written> {
        let store = self.writing.services.store()?;
        if self.writing.dry_run {
            store.rehearse(Some(from.0), to).await.map_err(Written::Refused)?;
            return Ok(Answer::json(200, &AccountView::of(to, &self.writing.principal.reach, Ids::Withheld))?);
        }
        let answer = self.created(to, ProvisionedIds::of(to))?;
        let record = self.writing.once.as_ref().map(|once| once.record(&answer, Timestamp::now()));
        match (store.move_installation(from, to, record.as_ref()).await, &self.writing.once) {
            (Ok(()), _) => Ok(answer),
            (Err(WriteError::Answered(record)), Some(once)) => Ok(once.replay(*record)?),
            (Err(error), _) => Err(Written::Refused(error)),
        }
    }

    /// Makes an installation of a draft: with the account's brand and that brand's service type,
    /// where the draft states none.
    ///
    /// # Errors
    /// The draft lacks something mandatory.
    pub fn complete(&self, mut draft: InstallationDraft, account: &Account) -> Result<Installation, Failure> {
        let Some(brand) = draft.label_partner.as_ref().or(account.label_partner.as_ref()) else {
            let mut faults = Faults::default();
            faults.body(&Pointer::root().child("labelpartner"), Flaw::Required);
            return Err(Failure::Rules(faults));
        };
        draft.service_type = draft.service_type.or_else(|| self.writing.principal.default_service_type(brand));
        draft.complete(account.label_partner.as_ref()).ok_or_else(|| Failure::Faults(Faults::default()))
    }

    /// Answers with the account.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn view(&self, account: &Account) -> Result<Answer, Failure> {
        let view = AccountView::of(account, &self.writing.principal.reach, Ids::Shown);
        Ok(Answer::json(200, &view)?.header("etag", ETag(account.version)))
    }

    /// Answers that something was added to the account.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn created(&self, account: &Account, ids: impl serde::Serialize) -> Result<Answer, Failure> {
        let location = format!("/account/{}", account.id);
        Ok(Answer::json(201, &ids)?.header("location", location).header("etag", ETag(account.version)))
    }

    /// Answers that something was removed from the account.
    #[must_use]
    pub fn removed(&self, account: &Account) -> Answer {
        Answer::new(204).header("etag", ETag(account.version))
    }

    /// Erases the account.
    ///
    /// # Errors
    /// As for a change.
    pub async fn erase(&self) -> Result<Answer, Failure> {
        let writing = &self.writing;
        let find = || self.id_type.account(writing.services, &writing.principal, self.request);
        writing.erase(&|| Box::pin(find())).await?;
        Ok(Answer::new(204))
    }
}

/// A plan with the request that it is for.
struct Planned<'c> {
    change: &'c Change<'c>,
    plan: &'c Plan<'c>,
}

impl Edit for Planned<'_> {
    async fn find(&self) -> Result<Option<Account>, Failure> {
        let Change { id_type, writing, request, .. } = self.change;
        id_type.account(writing.services, &writing.principal, request).await.map(Some)
    }

    fn edit(&self, old: Option<&Account>) -> impl Future<Output = Result<Account, Failure>> + Send {
        let edited = old.cloned().ok_or(Failure::NotFound).and_then(|mut account| {
            (self.plan.edit)(&mut account)?;
            Ok(account)
        });
        ready(edited)
    }

    fn answer(&self, account: &Account) -> Result<Answer, Failure> {
        (self.plan.answer)(account)
    }

    fn rehearsed(&self, _: Option<&Account>, account: &Account) -> Result<Answer, Failure> {
        Answer::json(200, &AccountView::of(account, &self.change.principal().reach, Ids::Withheld))
    }

    /// Nothing is added here.
    fn sought(&self, _: &Account, _: &[Taken]) -> bool {
        false
    }

    fn conflicts(&self, account: &Account, taken: &[Taken]) -> impl Future<Output = Failure> + Send {
        ready(conflicts_at(account, taken, &self.change.principal().reach, &self.change.body, self.plan.pointer))
    }
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

/// What the domain refused, in the caller's words.
pub fn refused(refused: Refused, pointer: impl Fn(Part) -> Pointer) -> Failure {
    match refused {
        Refused::Missing => Failure::NotFound,
        Refused::Parts(parts) => {
            let mut faults = Faults::default();
            let absolute = parts.iter().any(|(_, flaw)| flaw.is_absolute());
            for (part, flaw) in parts {
                faults.body(&pointer(part), flaw);
            }
            if absolute { Failure::Faults(faults) } else { Failure::Rules(faults) }
        }
    }
}

/// Where the parts of a change stand of which only the external id has a place of its own.
pub fn external_id(member: &'static str) -> impl Fn(Part) -> Pointer {
    move |part| match part {
        Part::ExternalId => Pointer::root().child(member),
        _ => Pointer::root(),
    }
}
