//! `DELETE /account/{account_id}/installation/{installation_id}`: removes an installation with its meters.

use serde_json::Value;
use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{ChangeRefused, NotAuthorized, ServerTrouble},
    fault::Pointer,
    problem,
};
use wattbook_provisioning::{
    change::{Change, Plan, refused},
    claim_pointer,
    path::IdType,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "remove-installation",
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

/// Remove an installation
///
/// With its meters; their ids are free at once. The last one cannot be removed, nor the primary one while
/// there are others.
#[utoipa::path(
    delete,
    path = "/account/{account_id}/installation/{installation_id}",
    operation_id = "remove-installation",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "The account."),
        ("installation_id" = String, Path, description = "The installation."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose ids the path has; `internal` are ours, and the default."),
        ("If-Match" = Option<String>, Header, nullable = false, description = "The version that the change is for; another one answers 412."),
    ),
    responses(
        (status = 204, description = "Removed.", headers(
            ("etag" = String, description = "The account's version."),
        )),
        ChangeRefused,
        NotAuthorized,
        ServerTrouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let change = Change::read(services, request, &mut faults)?;
    faults.none()?;
    let plan = Plan {
        edit: &|account| {
            let id = change.id_type.installation(account, change.principal(), request)?;
            account.remove_installation(id).map_err(|r| refused(r, |_| Pointer::root()))
        },
        pointer: &claim_pointer,
        answer: &|account| Ok(change.removed(account)),
    };
    change.carry_out(&Value::Null, &plan).await
}
