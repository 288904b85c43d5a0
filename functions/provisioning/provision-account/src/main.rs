//! `POST /account`: creates an account with its installations and meters, whole or not at all.

use jiff::Timestamp;
use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Principal, Request, Resource, Services, clock,
    contract::{NotAuthorized, ServerTrouble},
    http::ETag,
    idempotency::Once,
    problem::{self, Problem},
};
use wattbook_domain::Account;
use wattbook_provisioning::{
    self as provisioning,
    answer::{AccountView, Ids, ProvisionedIds},
    bodies::AccountBody,
};
use wattbook_store::WriteError;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "provision-account",
    entry: Entry::Http { handle: |services, request| Box::pin(provision(services, request)), refuse: problem::refuse },
    uses: &[Resource::Table],
    contract: Some(Contract::openapi),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(provision))]
struct Contract;

/// Provision an account
///
/// Stores the account, its installations and meters and claims their unique values in one
/// transaction. Values that are taken are all listed at once.
#[utoipa::path(
    post,
    path = "/account",
    operation_id = "provision-account",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("dryRun" = Option<bool>, Query, description = "Check everything, store nothing, and answer what would be stored."),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$",
            description = "Makes the call safe to repeat for 24 hours: a repetition is answered like the first one."),
    ),
    request_body = AccountBody,
    responses(
        (status = 201, description = "Created.", body = ProvisionedIds, headers(
            ("location" = String, description = "Where the account is."),
            ("etag" = String, description = "Its version."),
            ("idempotent-replayed" = bool, description = "`true` where an earlier request under the key was answered with this."),
        )),
        (status = 200, description = "A dry run: what would be stored.", body = AccountView),
        (status = 400, description = "The request has faults; all are listed.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Values are taken; all are listed. Or the same request is being carried out.", body = Problem, content_type = "application/problem+json", headers(
            ("retry-after" = u32, description = "Where the same request is being carried out: after how many seconds to ask again."),
        )),
        (status = 413, description = "The body or the account is too large.", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not JSON by its media type.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Another request has used the idempotency key.", body = Problem, content_type = "application/problem+json"),
        NotAuthorized,
        ServerTrouble,
    ),
)]
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
        store(services, &account, once.as_ref(), now).await
    };
    outcome.map_err(|refusal| match refusal {
        Refusal::Write(WriteError::Taken(taken)) => provisioning::conflicts(&account, &taken, &principal.reach, &body),
        Refusal::Write(error) => error.into(),
        Refusal::Other(failure) => failure,
    })
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
    services.store()?.rehearse(None, account).await.map_err(Refusal::Write)?;
    Ok(Answer::json(200, &AccountView::of(account, &principal.reach, Ids::Withheld))?)
}

async fn store(services: &Services, account: &Account, once: Option<&Once>, now: Timestamp) -> Result<Answer, Refusal> {
    let answer = Answer::json(201, &ProvisionedIds::of(account))?
        .header("location", format!("/account/{}", account.id))
        .header("etag", ETag(account.version));
    let record = once.map(|once| once.record(&answer, now));
    match (services.store()?.create_account(account, record.as_ref()).await, once) {
        (Ok(()), _) => Ok(answer),
        (Err(WriteError::Answered(record)), Some(once)) => Ok(once.replay(*record)?),
        (Err(error), _) => Err(Refusal::Write(error)),
    }
}
