//! `GET /account/{account_id}`: reads an account with its installations and meters.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{NotAuthorized, ServerTrouble},
    http::ETag,
    problem::{self, Problem},
};
use wattbook_provisioning::{
    answer::{AccountView, Ids},
    path::IdType,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "get-provisioned-account",
    entry: Entry::Http { handle: |services, request| Box::pin(get(services, request)), refuse: problem::refuse },
    uses: &[Resource::Table],
    contract: Some(Contract::openapi),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(get))]
struct Contract;

/// Get an account
///
/// The account as it was provisioned, its primary installation first. An account of another
/// organisation or brand answers exactly like one that does not exist.
#[utoipa::path(
    get,
    path = "/account/{account_id}",
    operation_id = "get-provisioned-account",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "Our id of the account, or yours with `id_type=external`."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose id the path has; `internal` is ours, and the default."),
        ("If-None-Match" = Option<String>, Header, nullable = false, description = "Versions you have; if the current one is among them, the answer is 304."),
    ),
    responses(
        (status = 200, description = "The account.", body = AccountView, headers(
            ("etag" = String, description = "Its version."),
        )),
        (status = 304, description = "You have the current version.", headers(
            ("etag" = String, description = "Its version."),
        )),
        (status = 400, description = "The request has faults; all are listed.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No account of this id that you can see.", body = Problem, content_type = "application/problem+json"),
        NotAuthorized,
        ServerTrouble,
    ),
)]
async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let mut query = request.query();
    let id_type = IdType::read(&mut query, &mut faults);
    query.close(&mut faults);
    faults.none()?;
    let account = id_type.account(services, &principal, request).await?;
    let etag = ETag(account.version);
    if etag.is_known_to(request) {
        return Ok(Answer::new(304).header("etag", etag));
    }
    Ok(Answer::json(200, &AccountView::of(&account, &principal.reach, Ids::Shown))?.header("etag", etag))
}
