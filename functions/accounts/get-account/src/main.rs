//! `GET /rest/v1/accounts/{accountId}`: an account, by our id or the caller's own.

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    answer::{AccountView, Fields},
    contract::{Faulty, FieldsParameter, IdsParameter, Missing, NotAuthorized, Trouble, with_aliases},
    envelope::Envelope,
    target::Target,
};
use wattbook_api::{Answer, Entry, Failure, Faults, Function, Request, Resource, Services, http::ETag};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "get-account",
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

/// Get an account
///
/// An account of another organisation or brand answers exactly like one that does not exist.
#[utoipa::path(
    get,
    path = "/rest/v1/accounts/{accountId}",
    operation_id = "get-account",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("accountId" = String, Path, description = "The account."),
        FieldsParameter,
        ("If-None-Match" = Option<String>, Header, nullable = false, description = "Versions you have; if the current one is among them, the answer is 304."),
    ),
    responses(
        (status = 200, description = "The account.", body = Envelope<AccountView>, headers(
            ("etag" = String, description = "Its version."),
        )),
        (status = 304, description = "You have the current version.", headers(
            ("etag" = String, description = "Its version."),
        )),
        Faulty,
        Missing,
        NotAuthorized,
        Trouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let fields = Fields::read(&mut request.query(), &mut faults);
    let target = Target::of(request, &mut faults);
    faults.none()?;
    let account = target.find(services, &principal).await?.ok_or(Failure::NotFound)?;
    let etag = ETag(account.version);
    if etag.is_known_to(request) {
        return Ok(Answer::new(304).header("etag", etag));
    }
    let view = AccountView::of(&account, &principal.reach, fields);
    Ok(Envelope::of("Account", vec![view]).answer()?.header("etag", etag))
}

/// Get an account, by query
///
/// As by path; one of the two ids is required.
#[utoipa::path(
    get,
    path = "/rest/v1/account",
    operation_id = "get-account-by-query",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(
        IdsParameter,
        FieldsParameter,
        ("If-None-Match" = Option<String>, Header, nullable = false, description = "Versions you have; if the current one is among them, the answer is 304."),
    ),
    responses(
        (status = 200, description = "The account.", body = Envelope<AccountView>, headers(
            ("etag" = String, description = "Its version."),
        )),
        (status = 304, description = "You have the current version.", headers(
            ("etag" = String, description = "Its version."),
        )),
        Faulty,
        Missing,
        NotAuthorized,
        Trouble,
    ),
)]
#[allow(dead_code, reason = "only describes")]
fn by_query() {}
