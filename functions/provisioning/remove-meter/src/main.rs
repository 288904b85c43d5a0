//! `DELETE /account/{account_id}/installation/{installation_id}/meter/{meter_id}`: removes a meter.

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
    name: "remove-meter",
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

/// Remove a meter
///
/// Its id is free at once. A meter that the service type needs cannot be removed.
#[utoipa::path(
    delete,
    path = "/account/{account_id}/installation/{installation_id}/meter/{meter_id}",
    operation_id = "remove-meter",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "The account."),
        ("installation_id" = String, Path, description = "The installation."),
        ("meter_id" = String, Path, description = "The meter."),
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
            let installation = change.id_type.installation(account, change.principal(), request)?;
            let meter = change.id_type.meter(account, installation, request)?;
            account.remove_meter(installation, meter).map_err(|r| refused(r, |_| Pointer::root()))
        },
        pointer: &claim_pointer,
        answer: &|account| Ok(change.removed(account)),
    };
    change.carry_out(&Value::Null, &plan).await
}
