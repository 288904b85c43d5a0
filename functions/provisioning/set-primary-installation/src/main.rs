//! `PUT /account/{account_id}/installation/{installation_id}/primary`: makes an installation the one that services act on.

use serde_json::Value;
use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{ChangeRefused, NotAuthorized, ServerTrouble},
    fault::Pointer,
    problem,
};
use wattbook_provisioning::{
    answer::AccountView,
    change::{Change, Plan, refused},
    claim_pointer,
    path::IdType,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "set-primary-installation",
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

/// Make an installation the primary one
///
/// Services act on the primary installation alone. The others keep their order.
#[utoipa::path(
    put,
    path = "/account/{account_id}/installation/{installation_id}/primary",
    operation_id = "set-primary-installation",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "The account."),
        ("installation_id" = String, Path, description = "The installation."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose ids the path has; `internal` are ours, and the default."),
        ("dryRun" = Option<bool>, Query, description = "Check everything, store nothing, and answer what would be stored."),
        ("If-Match" = Option<String>, Header, nullable = false, description = "The version that the change is for; another one answers 412."),
    ),
    responses(
        (status = 200, description = "The account as it is now; in a dry run, as it would be.", body = AccountView, headers(
            ("etag" = String, description = "Its version."),
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
            account.make_primary(id).map_err(|r| refused(r, |_| Pointer::root()))
        },
        pointer: &claim_pointer,
        answer: &|account| change.view(account),
    };
    change.carry_out(&Value::Null, &plan).await
}
