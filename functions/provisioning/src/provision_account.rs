//! `POST /account`: creates an account with its installations and meters, whole or not at all.

use jiff::Timestamp;
use wattbook_api::{
    Answer, Failure, Faults, Function, Principal, Request, Services, clock, contract::json, http::ETag,
    idempotency::Once,
};
use wattbook_domain::Account;
use wattbook_provisioning::{
    self as provisioning,
    answer::{AccountView, Ids, ProvisionedIds},
    bodies::AccountBody,
};
use wattbook_store::{Subject, WriteError};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "provision-account",
    |services, request| Box::pin(provision(services, request)),
    |operation| {
        operation
            .named(
                "Provision an account",
                "Stores the account, its installations and meters and claims their unique values in one transaction. Values \
                 that are taken are all listed at once.",
            )
            .takes(json::<AccountBody>())
            .creates(json::<ProvisionedIds>(), "Created.")
            .rehearses(json::<AccountView>(), "A dry run: what would be stored.")
    },
);

async fn provision(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let mut query = request.query();
    let dry_run = query.switch("dryRun", &mut faults);
    query.close(&mut faults);
    let once = Once::of(request, &principal, &mut faults);
    let body = request.json(&mut faults)?.value;
    let draft = provisioning::request::account(&body, &principal, &mut faults);
    let now = clock::now();
    let account = match draft.complete(principal.reach.organisation, now) {
        Some(account) if faults.is_empty() => account,
        _ => return Err(Failure::Faults(faults)),
    };
    let outcome = if dry_run {
        rehearse(services, &account, &principal).await
    } else {
        store(services, &account, &principal, (once.as_ref(), now)).await
    };
    match outcome {
        Err(Refusal::Write(WriteError::Taken(taken))) => {
            Err(provisioning::conflicts(services, &principal.reach, &account, &taken, &body).await)
        }
        Err(Refusal::Write(error)) => Err(error.into()),
        Err(Refusal::Other(failure)) => Err(failure),
        Ok(answer) => Ok(answer),
    }
}

/// Why nothing was stored.
enum Refusal {
    Write(WriteError),
    Other(Failure),
}

impl<E: Into<Failure>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

async fn rehearse(services: &Services, account: &Account, principal: &Principal) -> Result<Answer, Refusal> {
    services.store()?.rehearse(&[], account).await.map_err(Refusal::Write)?;
    Ok(Answer::json(200, &AccountView::of(account, &principal.reach, Ids::Withheld))?)
}

async fn store(
    services: &Services,
    account: &Account,
    principal: &Principal,
    (once, now): (Option<&Once>, Timestamp),
) -> Result<Answer, Refusal> {
    let answer = Answer::json(201, &ProvisionedIds::of(account))?
        .header("location", format!("/account/{}", account.id))
        .header("etag", ETag(account.version));
    let record = once.map(|once| once.record(&answer, Subject::account(account), now)).transpose()?;
    let store = services.store()?;
    match (store.create_account(account, &principal.actor, record.as_ref()).await, once) {
        (Ok(()), _) => Ok(answer),
        (Err(WriteError::Answered(record)), Some(once)) => Ok(once.replay(store, *record).await?),
        (Err(error), _) => Err(Refusal::Write(error)),
    }
}
