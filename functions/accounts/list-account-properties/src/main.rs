//! `GET /rest/v1/accounts/{accountId}/properties`: the properties of an account.

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    answer::PropertyView,
    contract::{Faulty, Missing, NotAuthorized, Trouble, with_aliases},
    envelope::Envelope,
    target::Target,
};
use wattbook_api::{Answer, Entry, Failure, Faults, Function, Request, Resource, Services, http::ETag};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "list-account-properties",
    entry: Entry::Http { handle: |services, request| Box::pin(run(services, request)), refuse: accounts::refuse },
    uses: &[Resource::Table],
    contract: Some(|| with_aliases(Contract::openapi())),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(run))]
struct Contract;

/// List the properties of an account
///
/// All of them, by their keys.
#[utoipa::path(
    get,
    path = "/rest/v1/accounts/{accountId}/properties",
    operation_id = "list-account-properties",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(("accountId" = String, Path, description = "The account.")),
    responses(
        (status = 200, description = "The properties.", body = Envelope<PropertyView>, headers(
            ("etag" = String, description = "The version of the account."),
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
    let target = Target::of(request, &mut faults);
    faults.none()?;
    let account = target.find(services, &principal).await?.ok_or(Failure::NotFound)?;
    let properties = account.properties.iter().map(|(key, property)| PropertyView::of(key, property)).collect();
    Ok(Envelope::of("PropertyData", properties).answer()?.header("etag", ETag(account.version)))
}
