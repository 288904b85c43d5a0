//! `DELETE /account/{account_id}`: erases an account and frees its values.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{ChangeRefused, NotAuthorized, ServerTrouble},
    problem,
};
use wattbook_provisioning::{change::Change, path::IdType};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "erase-account",
    entry: Entry::Http { handle: |services, request| Box::pin(run(services, request)), refuse: problem::refuse },
    uses: &[Resource::Table],
    contract: Some(Contract::openapi),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(run))]
struct Contract;

/// Erase an account
///
/// The account is gone, with its installations and meters, and every value it held is free at once.
#[utoipa::path(
    delete,
    path = "/account/{account_id}",
    operation_id = "erase-account",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "The account."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose ids the path has; `internal` are ours, and the default."),
        ("If-Match" = Option<String>, Header, nullable = false, description = "The version that the change is for; another one answers 412."),
    ),
    responses(
        (status = 204, description = "Erased."),
        ChangeRefused,
        NotAuthorized,
        ServerTrouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let change = Change::read(services, request, &mut faults)?;
    faults.none()?;
    change.erase().await
}
