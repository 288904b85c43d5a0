//! `DELETE /rest/v1/accounts/{accountId}`: deletes an account, and keeps it unless it is to be erased.

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    answer::{AccountView, Fields},
    change::{self, Change, writing},
    contract::{
        Faulty, FieldsParameter, IdsParameter, IfMatch, Missing, NotAuthorized, Refused, Trouble, with_aliases,
    },
    envelope::Envelope,
    target::Target,
};
use wattbook_api::{Answer, Entry, Failure, Faults, Function, Request, Resource, Services};
use wattbook_domain::AccountStatus;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "delete-account",
    entry: Entry::Http { handle: |services, request| Box::pin(run(services, request)), refuse: accounts::refuse },
    uses: &[Resource::Table],
    contract: Some(|| with_aliases(Contract::openapi())),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(run, by_query))]
struct Contract;

/// Delete an account
///
/// Its status becomes `DELETED`; all of it is kept, its unique values stay taken, and setting another
/// status brings it back. With `hardDelete=true` it is erased instead, and its values are free.
#[utoipa::path(
    delete,
    path = "/rest/v1/accounts/{accountId}",
    operation_id = "delete-account",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("accountId" = String, Path, description = "The account."),
        ("hardDelete" = Option<bool>, Query, nullable = false, description = "Erase it. This cannot be undone."),
        FieldsParameter,
        IfMatch,
    ),
    responses(
        (status = 200, description = "The account as it is now; `null` once it is erased.", body = Envelope<AccountView>, headers(
            ("etag" = String, description = "Its version, if it is kept."),
        )),
        Faulty,
        Missing,
        Refused,
        NotAuthorized,
        Trouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let fields = Fields::read(&mut request.query(), &mut faults);
    let hard = request.query().switch("hardDelete", &mut faults);
    let target = Target::of(request, &mut faults);
    faults.none()?;
    if hard {
        return change::erase(&writing, &target).await;
    }
    let change = Change {
        writing: &writing,
        target,
        missing: change::Missing::Refuse,
        change: &|account| {
            account.profile.status = AccountStatus::Deleted;
            Ok(())
        },
        answer: &|account| change::view(&writing, fields, account),
        body: &serde_json::Value::Null,
        place: change::place,
    };
    change.carry_out().await
}

/// Delete an account, by query
///
/// As by path; one of the two ids is required.
#[utoipa::path(
    delete,
    path = "/rest/v1/accounts",
    operation_id = "delete-account-by-query",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(
        IdsParameter,
        ("hardDelete" = Option<bool>, Query, nullable = false, description = "Erase it. This cannot be undone."),
        FieldsParameter,
        IfMatch,
    ),
    responses(
        (status = 200, description = "The account as it is now; `null` once it is erased.", body = Envelope<AccountView>, headers(
            ("etag" = String, description = "Its version, if it is kept."),
        )),
        Faulty,
        Missing,
        Refused,
        NotAuthorized,
        Trouble,
    ),
)]
#[allow(dead_code, reason = "only describes")]
fn by_query() {}
