//! `PUT /account/{account_id}/installation/{installation_id}/meter/{meter_id}`: changes a meter.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{BodyRefused, ChangeRefused, NotAuthorized, ServerTrouble},
    fault::Pointer,
    problem,
};
use wattbook_provisioning::{
    answer::AccountView,
    bodies::MeterBody,
    change::{Change, Plan, external_id, refused},
    path::IdType,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "update-meter",
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

/// Update a meter
///
/// Sets what is given and leaves the rest. A meter without an external id can be given one, once.
#[utoipa::path(
    put,
    path = "/account/{account_id}/installation/{installation_id}/meter/{meter_id}",
    operation_id = "update-meter",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "The account."),
        ("installation_id" = String, Path, description = "The installation."),
        ("meter_id" = String, Path, description = "The meter."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose ids the path has; `internal` are ours, and the default."),
        ("dryRun" = Option<bool>, Query, description = "Check everything, store nothing, and answer what would be stored."),
        ("If-Match" = Option<String>, Header, nullable = false, description = "The version that the change is for; another one answers 412."),
    ),
    request_body = MeterBody,
    responses(
        (status = 200, description = "The account as it is now; in a dry run, as it would be.", body = AccountView, headers(
            ("etag" = String, description = "Its version."),
        )),
        ChangeRefused,
        BodyRefused,
        NotAuthorized,
        ServerTrouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let change = Change::read(services, request, &mut faults)?;
    let body = request.json(&mut faults)?.value;
    let wanted = request::meter_change(&body, &mut faults);
    faults.none()?;
    let plan = Plan {
        edit: &|account| {
            let installation = change.id_type.installation(account, change.principal(), request)?;
            let meter = change.id_type.meter(account, installation, request)?;
            account
                .change_meter(installation, meter, wanted.clone())
                .map_err(|r| refused(r, external_id("external_meter_id")))
        },
        pointer: &|_| Pointer::root().child("external_meter_id"),
        answer: &|account| change.view(account),
    };
    change.carry_out(&body, &plan).await
}
