//! `PUT /rest/v1/accounts`: changes an account, or adds it under the caller's own id.

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    answer::{AccountView, Fields},
    change::{self, writing},
    contract::{
        BodyRefused, DryRun, Faulty, FieldsParameter, IdsParameter, IfMatch, Missing, NotAuthorized, Refused, Trouble,
        with_aliases,
    },
    envelope::Envelope,
    request::AccountBody,
    schema,
    target::Target,
};
use wattbook_api::{Answer, Entry, Failure, Faults, Function, Request, Resource, Services};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "update-account",
    entry: Entry::Http { handle: |services, request| Box::pin(run(services, request)), refuse: accounts::refuse },
    uses: &[Resource::Table],
    contract: Some(|| with_aliases(Contract::openapi())),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(run, by_path))]
struct Contract;

/// Update or add an account
///
/// A member that is present is set, an absent one stays as it is. The query or else the body names the
/// account: by `accountId`, which must be there, or by `providerAccountId`, under which it is added if it
/// is not.
#[utoipa::path(
    put,
    path = "/rest/v1/accounts",
    operation_id = "update-account",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(IdsParameter, DryRun, FieldsParameter, IfMatch),
    request_body = schema::AccountBody,
    responses(
        (status = 200, description = "The account as it is now.", body = Envelope<AccountView>, headers(
            ("etag" = String, description = "Its version."),
        )),
        Faulty,
        Missing,
        Refused,
        BodyRefused,
        NotAuthorized,
        Trouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let fields = Fields::read(&mut request.query(), &mut faults);
    let body = request.json(&mut faults)?.value;
    let stated = AccountBody::read(&body, &writing.principal, &mut faults);
    let target = Target::named(request, &mut faults).unwrap_or_else(|| stated.target(&mut faults));
    faults.none()?;
    change::update(&writing, fields, target, &body, &stated).await
}

/// Update an account
///
/// A member that is present is set, an absent one stays as it is. One that is named by your own id is
/// added if there is none.
#[utoipa::path(
    put,
    path = "/rest/v1/accounts/{accountId}",
    operation_id = "update-account-by-id",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(("accountId" = String, Path, description = "The account."), DryRun, FieldsParameter, IfMatch),
    request_body = schema::AccountBody,
    responses(
        (status = 200, description = "The account as it is now.", body = Envelope<AccountView>, headers(
            ("etag" = String, description = "Its version."),
        )),
        Faulty,
        Missing,
        Refused,
        BodyRefused,
        NotAuthorized,
        Trouble,
    ),
)]
#[allow(dead_code, reason = "only describes")]
fn by_path() {}
