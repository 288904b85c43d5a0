//! Bodies that come without HTTP: as a message of a queue, or as a line of a file.
//!
//! They are read, checked and stored by what the operations of the dialects do it with, and under a key of their own
//! like a request with an `Idempotency-Key`: so what is brought twice takes effect once, and is told the same. What
//! comes of it is an [`Outcome`], of whatever kind the body was; a body that is refused is one, too. Only what is worth
//! another try is a failure.

mod asked;
mod outcome;

use serde_json::Value;
use wattbook_accounts::{change, request::Stated};
use wattbook_api::{
    Answer, Failure, Principal, Services, http::Precondition, idempotency::Once, posted::Posted, writing::Writing,
};
use wattbook_customers::records;
use wattbook_domain::Account;
use wattbook_onboarding::requests::store::{self, Answers};
use wattbook_provisioning::provision;

pub use asked::{ASKED, Asked};
pub use outcome::{Ids, InstallationIds, Outcome};
/// What a body is of, and what it brought about, whether it came as a record of a file or as a message.
pub use wattbook_domain::import::{ImportDialect as Dialect, ImportOutcome as Effect};

/// What to do if what the body is of is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Then it is a conflict, as for a `POST`.
    Create,
    /// Then it is brought up to what the body states. An account is found by the caller's own id, or an account of the
    /// accounts dialect by ours, which must be there then; a device by its identifier: one that is onboarded or
    /// connected for the same account and under the same reference is left as it is.
    Upsert,
}

impl Mode {
    const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Upsert => "upsert",
        }
    }
}

/// A body, and what it is.
#[derive(Clone, Copy)]
pub struct Intake<'a> {
    /// What it is of.
    pub dialect: Dialect,
    /// What to do if that is there already.
    pub mode: Mode,
    /// The idempotency key, good for 24 hours. The organisation has it for all that is brought without HTTP; with
    /// another body under it nothing is done.
    pub key: &'a str,
    /// The body, as JSON.
    pub body: &'a [u8],
}

impl Intake<'_> {
    /// What tells this very request from any other.
    #[must_use]
    pub fn once(&self, caller: &Principal) -> Once {
        let asked = format!("{} {}", self.mode.word(), self.dialect.word());
        Once::brought(caller, self.key, &asked, self.body)
    }

    /// Carries it out, once, as whoever `caller` is. Of what `services` are, accounts need the table alone; onboarding
    /// needs the signing keys, too.
    ///
    /// # Errors
    /// The store failed, or others were faster for too long: then it is to be tried again, under the same key.
    pub async fn carry_out(&self, services: &Services, caller: &Principal) -> Result<Outcome, Failure> {
        let posted = Posted::brought(caller.clone(), self.once(caller), self.body);
        let answer = match posted {
            Ok(posted) => self.answer(services, posted).await,
            Err(failure) => Err(failure),
        };
        match answer {
            Ok(answer) => Outcome::read(&answer),
            Err(failure) => Outcome::refused(failure),
        }
    }

    async fn answer(&self, services: &Services, posted: Posted) -> Result<Answer, Failure> {
        let account = |old: Option<&Account>, new: &Account| Outcome::of_account(old, new).answer();
        match (self.dialect, self.mode) {
            (Dialect::Provisioning, Mode::Create) => provision::create(services, posted, &account).await,
            (Dialect::Provisioning, Mode::Upsert) => provision::upsert(services, posted, &account).await,
            (Dialect::Accounts, mode) => self::account(services, posted, mode).await,
            // A record is put in the place of what it was; so it is the same, however often it is brought.
            (Dialect::Records, _) => {
                let Posted { caller, document, faults, .. } = posted;
                Outcome::of_record(&records::bring(services, &caller, &document, faults).await?).answer()
            }
            (Dialect::Onboarding, mode) => {
                let created = |new: &_| Outcome::of_onboarding(Effect::Created, new).answer();
                let held = |held: &_| Outcome::of_onboarding(Effect::Unchanged, held).answer();
                let held = (mode == Mode::Upsert).then_some(&held as _);
                store::create(services, posted, Answers { created: &created, held }).await
            }
        }
    }
}

/// Adds or changes an account of the accounts dialect.
async fn account(services: &Services, posted: Posted, mode: Mode) -> Result<Answer, Failure> {
    let Posted { caller: principal, dry_run, once, document, mut faults } = posted;
    let precondition = Precondition::none();
    let writing = Writing { services, principal, dry_run, precondition, once, records_unchanged: false };
    let answer = |old: Option<&Account>, new: &Account| Outcome::of_account(old, new).answer();
    let document: &Value = &document;
    match mode {
        Mode::Create => {
            let stated = Stated::read_new(document, &writing.principal, &mut faults);
            faults.none()?;
            change::add(&writing, &answer, document, &stated).await
        }
        Mode::Upsert => {
            let stated = Stated::read(document, &writing.principal, &mut faults);
            let target = stated.target(document, &mut faults);
            faults.none()?;
            change::update(&writing, &answer, target, document, &stated).await
        }
    }
}
