//! Changing an account: what the operations that do it have in common.

use serde_json::Value;
use wattbook_domain::{
    Account, Claim, ExternalId, Flaw, LabelPartnerCode, Place,
    change::{Part, Refused},
    merge::AccountChange,
};
use wattbook_store::Taken;

use crate::{
    answer::{AccountView, Fields},
    defaults,
    envelope::Envelope,
    request::Stated,
    target::Target,
};
use wattbook_api::{
    Answer, Failure, Faults, Request, Services, clock,
    fault::Pointer,
    http::{ETag, Precondition},
    idempotency::Once,
    writing::{Answering, Edit, Writing},
};

/// Reads what all requests that write have: credential, `dryRun`, `If-Match` and, of a POST,
/// `Idempotency-Key`.
///
/// # Errors
/// The caller is not known. Faults are noted.
pub fn writing<'a>(services: &'a Services, request: &'a Request, faults: &mut Faults) -> Result<Writing<'a>, Failure> {
    let principal = request.principal()?;
    let dry_run = request.method() != "DELETE" && request.query().switch("dryRun", faults);
    let once = if request.method() == "POST" { Once::of(request, &principal, faults) } else { None };
    let precondition = Precondition::of(request);
    Ok(Writing { services, principal, dry_run, precondition, once, records_unchanged: true })
}

/// Reads a request that changes one account: what it is written with, which account, and what else `also` reads.
///
/// # Errors
/// The caller is not known, or the request has faults.
pub fn asked<'a, T>(
    services: &'a Services,
    request: &'a Request,
    also: impl FnOnce(&mut Faults) -> Result<T, Failure>,
) -> Result<(Writing<'a>, Target, T), Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let target = Target::of(request, &mut faults);
    let also = also(&mut faults)?;
    faults.none()?;
    Ok((writing, target, also))
}

/// Changes an account by `change`, and answers by `answer`.
struct Change<'c> {
    /// The request.
    writing: &'c Writing<'c>,
    /// Which account.
    target: Target,
    /// What to do if there is none.
    missing: Missing,
    /// What is stated of it, if that is a whole account.
    stated: Option<&'c AccountChange>,
    /// Changes it; says with which fault if not.
    edit: &'c (dyn Fn(&mut Account) -> Result<(), Failure> + Sync),
    /// Answers with the account as it is then.
    answer: Answering<'c>,
    /// The body, in whose order conflicts are listed.
    body: &'c Value,
    /// Where a claimed value stands in it.
    place: fn(Place) -> Pointer,
}

/// Changes an account that is there by `edit`, and answers by `answer`; `place` says where a claimed value stands in
/// the body, if there is one.
///
/// # Errors
/// As [`Writing::carry_out`].
pub async fn existing(
    writing: &Writing<'_>,
    target: Target,
    place: fn(Place) -> Pointer,
    edit: &(dyn Fn(&mut Account) -> Result<(), Failure> + Sync),
    answer: &(dyn Fn(&Account) -> Result<Answer, Failure> + Sync),
) -> Result<Answer, Failure> {
    let (missing, answer) = (Missing::Refuse, &|_: Option<&Account>, account: &Account| answer(account));
    // One value at most is claimed so, which needs no order.
    let change = Change { writing, target, missing, stated: None, edit, answer, body: &Value::Null, place };
    writing.carry_out(&change).await
}

/// Whether parts of an account may be taken out.
///
/// # Errors
/// It is deleted, and kept.
pub fn check_live(account: &Account) -> Result<(), Failure> {
    let mut faults = Faults::default();
    note(account.check_live(), |_, _| Pointer::root(), &mut faults);
    if faults.is_empty() { Ok(()) } else { Err(Failure::Rules(faults)) }
}

/// What to do if there is no such account.
#[derive(Debug, Clone)]
enum Missing {
    /// Answer so.
    Refuse,
    /// Add it, under this brand.
    Add(Option<LabelPartnerCode>),
}

impl Edit for Change<'_> {
    async fn find(&self) -> Result<Option<Account>, Failure> {
        let found = self.target.find(self.writing.services, &self.writing.principal).await?;
        match (&found, &self.missing) {
            (None, Missing::Refuse) => Err(Failure::NotFound),
            _ => Ok(found),
        }
    }

    async fn edit(&self, old: Option<&Account>) -> Result<Account, Failure> {
        let mut new = match (old, &self.missing) {
            (Some(old), _) => old.clone(),
            (None, Missing::Add(brand)) => {
                Account::blank(self.writing.principal.reach.organisation, brand.clone(), clock::now())
            }
            (None, Missing::Refuse) => return Err(Failure::NotFound),
        };
        let store = self.writing.services.store()?;
        if self.stated.is_some_and(|stated| new.set_address_first(stated)) {
            defaults::refresh(store, old, &mut new).await?;
        }
        (self.edit)(&mut new).map_err(|failure| match (old, failure) {
            // Where nothing is stored yet, the request is wrong by itself.
            (None, Failure::Rules(faults)) => Failure::Faults(faults),
            (_, failure) => failure,
        })?;
        defaults::refresh(store, old, &mut new).await?;
        Ok(new)
    }

    fn answer(&self, old: Option<&Account>, account: &Account) -> Result<Answer, Failure> {
        Ok((self.answer)(old, account)?.header("etag", ETag(account.version)))
    }

    /// Nothing was stored, so that there is no version to tell of, nor an id of an account to be added.
    fn rehearsed(&self, old: Option<&Account>, account: &Account) -> Result<Answer, Failure> {
        if old.is_some() {
            return (self.answer)(old, account);
        }
        let view = AccountView::of(account, &self.writing.principal.reach, Fields::Default);
        Envelope::of("Account", vec![view.without_id()]).answer()
    }

    /// The own id by which the account is looked for.
    fn sought(&self, account: &Account, taken: &[Taken]) -> bool {
        let Target::Own(own) = &self.target else { return false };
        let (claim, claims) = (Claim::external_account_id(own), account.claims());
        let reach = &self.writing.principal.reach;
        taken.iter().any(|taken| {
            claims.get(taken.position) == Some(&claim)
                && reach.covers(taken.holder.organisation, taken.holder.label_partner.as_ref())
        })
    }

    async fn conflicts(&self, account: &Account, taken: &[Taken]) -> Failure {
        self.writing.conflicts(account, taken, self.body, &self.place).await
    }
}

/// Where a claimed value stands in an account.
#[must_use]
pub fn place(place: Place) -> Pointer {
    match place {
        Place::ExternalAccountId => Pointer::root().child("providerAccountId"),
        Place::Email => Pointer::root().child("email"),
        _ => Pointer::root(),
    }
}

/// Adds an account.
///
/// # Errors
/// As [`Writing::carry_out`].
pub async fn add(
    writing: &Writing<'_>,
    answer: Answering<'_>,
    body: &Value,
    stated: &Stated,
) -> Result<Answer, Failure> {
    let own_id = stated.change.external_id.clone();
    let missing = Missing::Add(brand(writing, stated));
    save((writing, answer), (Target::Nothing, missing), own_id, (body, stated)).await
}

/// Changes the account that `target` names. One that is named by the caller's own id is added if there
/// is none.
///
/// # Errors
/// As [`Writing::carry_out`].
pub async fn update(
    writing: &Writing<'_>,
    answer: Answering<'_>,
    target: Target,
    body: &Value,
    stated: &Stated,
) -> Result<Answer, Failure> {
    let (missing, own_id) = match &target {
        Target::Own(own) => (Missing::Add(brand(writing, stated)), Some(own.clone())),
        Target::Id(_) | Target::Nothing => (Missing::Refuse, stated.change.external_id.clone()),
    };
    save((writing, answer), (target, missing), own_id, (body, stated)).await
}

async fn save(
    (writing, answer): (&Writing<'_>, Answering<'_>),
    (target, missing): (Target, Missing),
    own_id: Option<ExternalId>,
    (body, stated): (&Value, &Stated),
) -> Result<Answer, Failure> {
    let change = Change {
        writing,
        target,
        missing,
        stated: Some(&stated.change),
        edit: &|account| merge_body(account, stated, own_id.clone(), body),
        answer,
        body,
        place,
    };
    writing.carry_out(&change).await
}

/// The brand of an account to be added: the one stated or, with a label-partner credential, its own.
fn brand(writing: &Writing<'_>, stated: &Stated) -> Option<LabelPartnerCode> {
    stated.label_partner.clone().or_else(|| writing.principal.brand().cloned())
}

/// Sets what a change states.
///
/// # Errors
/// The domain refuses it; `pointer` says where that stands in the body.
pub fn merge(
    account: &mut Account,
    change: AccountChange,
    pointer: impl Fn(Part, &Flaw) -> Pointer,
) -> Result<(), Failure> {
    let mut faults = Faults::default();
    let absolute = note(account.merge(change, clock::now()), pointer, &mut faults);
    refuse(faults, absolute)
}

/// Faults that clash with what is stored, unless one of them is `absolute`: wrong whatever that is.
fn refuse(faults: Faults, absolute: bool) -> Result<(), Failure> {
    match (faults.is_empty(), absolute) {
        (true, _) => Ok(()),
        (false, true) => Err(Failure::Faults(faults)),
        (false, false) => Err(Failure::Rules(faults)),
    }
}

fn merge_body(account: &mut Account, stated: &Stated, own_id: Option<ExternalId>, body: &Value) -> Result<(), Failure> {
    let mut faults = Faults::default();
    if stated.id.is_some_and(|id| id != account.id) {
        faults.body(&Pointer::root().child("accountId"), Flaw::Immutable);
    }
    if stated.label_partner.is_some() && stated.label_partner != account.label_partner {
        faults.body(&Pointer::root().child("labelPartner"), Flaw::Immutable);
    }
    if own_id.is_some() && stated.change.external_id.is_some() && own_id != stated.change.external_id {
        faults.body(&Pointer::root().child("providerAccountId"), Flaw::Immutable);
    }
    let change = account.without_repeated(AccountChange { external_id: own_id, ..stated.change.clone() });
    let absolute = note(account.merge(change, clock::now()), |part, flaw| stated.pointer(part, flaw), &mut faults);
    faults.sort_by(body);
    refuse(faults, absolute)
}

/// Notes what the domain refused, and says whether some of it is wrong whatever is stored.
fn note(outcome: Result<(), Refused>, pointer: impl Fn(Part, &Flaw) -> Pointer, faults: &mut Faults) -> bool {
    let Err(Refused::Parts(parts)) = outcome else { return false };
    let absolute = parts.iter().any(|(_, flaw)| flaw.is_absolute());
    for (part, flaw) in parts {
        faults.body(&pointer(part, &flaw), flaw);
    }
    absolute
}

/// Answers with the account.
///
/// # Errors
/// It cannot be written as JSON.
pub fn view(writing: &Writing<'_>, fields: Fields, account: &Account) -> Result<Answer, Failure> {
    Envelope::of("Account", vec![AccountView::of(account, &writing.principal.reach, fields)]).answer()
}

/// Erases the account that `target` names, with all that it holds.
///
/// # Errors
/// As [`Writing::erase`].
pub async fn erase(writing: &Writing<'_>, target: &Target) -> Result<Answer, Failure> {
    let find = async move || target.find(writing.services, &writing.principal).await?.ok_or(Failure::NotFound);
    writing.erase(&|| Box::pin(find())).await?;
    Envelope::<AccountView>::nothing("Account").answer()
}
