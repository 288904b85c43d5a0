//! Changing an account through this dialect: what the operations that do it have in common. How an account is written is
//! said in [`wattbook_api::writing`].

use serde_json::Value;
use wattbook_api::{
    Answer, Caller, Failure, Faults, Request, Services,
    fault::Pointer,
    http::{ETag, Precondition},
    idempotency::Once,
    writing::{Edit, Writing},
};
use wattbook_domain::{Account, Place};
use wattbook_store::Taken;

use crate::seen::{CUSTOMER_ID, Seen};

/// A request that changes the account of its path.
pub struct Change<'a> {
    request: &'a Request,
    caller: Caller,
    writing: Writing<'a>,
    body: Value,
}

/// Changes the account.
pub type Editing<'e> = &'e (dyn Fn(&Seen, &mut Account) -> Result<(), Failure> + Sync);

/// Answers with the account as it is then.
pub type Answering<'e> = &'e (dyn Fn(&Seen) -> Result<Answer, Failure> + Sync);

impl<'a> Change<'a> {
    /// Reads all but what the body asks for, after it was found that the caller sees the account: whose it is has to be
    /// known before anything is said of what is wrong.
    ///
    /// # Errors
    /// There is no such account that the caller sees, or the request cannot be read. Faults are noted.
    pub async fn read(
        services: &'a Services,
        request: &'a Request,
        has_body: bool,
        faults: &mut Faults,
    ) -> Result<(Self, Seen), Failure> {
        let seen = Seen::find(services, request).await?;
        let mut query = request.query();
        let dry_run = request.method() == "POST" && query.switch("dryRun", faults);
        query.close(faults);
        let principal = seen.principal();
        let once = if request.method() == "POST" { Once::of(request, &principal, faults) } else { None };
        let precondition = Precondition::of(request);
        let body = if has_body { request.json(faults)?.value } else { Value::Null };
        let writing = Writing { services, principal, dry_run, precondition, once, records_unchanged: true };
        Ok((Self { request, caller: seen.caller.clone(), writing, body }, seen))
    }

    /// The body.
    #[must_use]
    pub const fn body(&self) -> &Value {
        &self.body
    }

    /// Carries it out, or rehearses it in a dry run.
    ///
    /// # Errors
    /// The account is gone or in another version than the caller asks for, the edit is refused or wants values that are
    /// taken, or the store failed.
    pub async fn carry_out(&self, edit: Editing<'_>, answer: Answering<'_>) -> Result<Answer, Failure> {
        self.writing.carry_out(&Edited { change: self, edit, answer }).await
    }
}

struct Edited<'e> {
    change: &'e Change<'e>,
    edit: Editing<'e>,
    answer: Answering<'e>,
}

impl Edited<'_> {
    fn seen(&self, account: &Account) -> Seen {
        Seen { caller: self.change.caller.clone(), account: account.clone() }
    }
}

impl Edit for Edited<'_> {
    async fn find(&self) -> Result<Option<Account>, Failure> {
        let Change { request, caller, writing, .. } = self.change;
        let id = request.path_parameter(CUSTOMER_ID);
        Ok(Some(Seen::named(writing.services, caller.clone(), id).await?.account))
    }

    fn edit(&self, old: Option<&Account>) -> impl Future<Output = Result<Account, Failure>> + Send {
        let edited = old.cloned().ok_or(Failure::NotFound).and_then(|mut account| {
            (self.edit)(&self.seen(&account), &mut account)?;
            Ok(account)
        });
        std::future::ready(edited)
    }

    fn answer(&self, _: Option<&Account>, account: &Account) -> Result<Answer, Failure> {
        Ok((self.answer)(&self.seen(account))?.header("etag", ETag(account.version)))
    }

    fn rehearsed(&self, _: Option<&Account>, account: &Account) -> Result<Answer, Failure> {
        (self.answer)(&self.seen(account))
    }

    /// Nothing is added here.
    fn sought(&self, _: &Account, _: &[Taken]) -> bool {
        false
    }

    async fn conflicts(&self, account: &Account, taken: &[Taken]) -> Failure {
        let place = |place: Place| match place {
            Place::Email => Pointer::root().child("Email"),
            _ => Pointer::root(),
        };
        self.change.writing.conflicts(account, taken, &self.change.body, &place).await
    }
}
