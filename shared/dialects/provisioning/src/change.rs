//! Changing an account: what all the operations that do it have in common.
//!
//! How an account is written is said in [`wattbook_api::writing`]; here is what this dialect adds.

use std::future::ready;

use serde_json::Value;
use wattbook_domain::{
    Account, ExternalId, Flaw, Installation, InstallationId, MeterId, Place,
    change::{Part, Refused},
    draft::InstallationDraft,
};
use wattbook_store::Taken;

use crate::{
    answer::{AccountView, Ids},
    path::IdType,
};
use wattbook_api::{
    Answer, Failure, Faults, Principal, Request, Services,
    fault::Pointer,
    http::{ETag, Precondition},
    idempotency::Once,
    reader::Parameters,
    writing::{Edit, Writing},
};

/// A request for a change, as far as all of them are alike.
pub struct Change<'a> {
    request: &'a Request,
    /// Whose ids the path has.
    id_type: IdType,
    pub(crate) writing: Writing<'a>,
    pub(crate) body: Value,
    /// The installation that moves, by the caller's own id.
    pub(crate) moving: Option<ExternalId>,
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
        // A move says itself whose id it has.
        let moves = request.route().ends_with("/move");
        let id_type = if moves { IdType::External } else { IdType::read(&mut query, faults) };
        let moving = if moves { moving(request, &mut query, faults) } else { None };
        let dry_run = request.method() != "DELETE" && query.switch("dryRun", faults);
        query.close(faults);
        let once = if request.method() == "POST" { Once::of(request, &principal, faults) } else { None };
        let precondition = Precondition::of(request);
        let writing = Writing { services, principal, dry_run, precondition, once, records_unchanged: true };
        Ok(Self { request, id_type, writing, body: Value::Null, moving })
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

/// The installation that moves. A path is decoded before it is routed, so that not every id can stand in one: then
/// it stands in the query. What is no id at all is not found, like one that nobody has.
fn moving(request: &Request, query: &mut Parameters<'_>, faults: &mut Faults) -> Option<ExternalId> {
    const NAME: &str = "external_installation_id";
    let id = match request.path_parameter(NAME) {
        "" => query.required(NAME, |id| Ok(id.to_owned()), faults)?,
        id => id.to_owned(),
    };
    ExternalId::parse(&id).ok()
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
            account.check_live().map_err(|r| refused(r, |_| Pointer::root()))?;
            (self.plan.edit)(&mut account)?;
            Ok(account)
        });
        ready(edited)
    }

    fn answer(&self, _: Option<&Account>, account: &Account) -> Result<Answer, Failure> {
        (self.plan.answer)(account)
    }

    fn rehearsed(&self, _: Option<&Account>, account: &Account) -> Result<Answer, Failure> {
        Answer::json(200, &AccountView::of(account, &self.change.principal().reach, Ids::Withheld))
    }

    /// Nothing is added here.
    fn sought(&self, _: &Account, _: &[Taken]) -> bool {
        false
    }

    async fn conflicts(&self, account: &Account, taken: &[Taken]) -> Failure {
        self.change.writing.conflicts(account, taken, &self.change.body, self.plan.pointer).await
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
