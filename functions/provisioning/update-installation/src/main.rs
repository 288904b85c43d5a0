//! `PUT /account/{account_id}/installation/{installation_id}`: changes an installation.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{BodyRefused, ChangeRefused, NotAuthorized, ServerTrouble},
    fault::Pointer,
    problem,
};
use wattbook_domain::change::Part;
use wattbook_provisioning::{
    answer::AccountView,
    bodies::InstallationChangeBody,
    change::{Change, Plan, refused},
    claim_pointer,
    path::IdType,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "update-installation",
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

/// Update an installation
///
/// Sets what is given and leaves the rest.
#[utoipa::path(
    put,
    path = "/account/{account_id}/installation/{installation_id}",
    operation_id = "update-installation",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "The account."),
        ("installation_id" = String, Path, description = "The installation."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose ids the path has; `internal` are ours, and the default."),
        ("dryRun" = Option<bool>, Query, description = "Check everything, store nothing, and answer what would be stored."),
        ("If-Match" = Option<String>, Header, nullable = false, description = "The version that the change is for; another one answers 412."),
    ),
    request_body = InstallationChangeBody,
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
    let wanted = request::installation_change(&body, change.principal(), &mut faults);
    faults.none()?;
    let plan = Plan {
        edit: &|account| {
            let id = change.id_type.installation(account, change.principal(), request)?;
            account.change_installation(id, wanted.clone()).map_err(|r| refused(r, pointer))
        },
        pointer: &claim_pointer,
        answer: &|account| change.view(account),
    };
    change.carry_out(&body, &plan).await
}

fn pointer(part: Part) -> Pointer {
    match part {
        Part::ServiceType => Pointer::root().child("service_information").child("service_type"),
        Part::ExternalId => Pointer::root().child("external_installation_id"),
        _ => Pointer::root(),
    }
}
