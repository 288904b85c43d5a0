//! `POST /account/{account_id}/installation`: adds an installation to an account.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{BodyRefused, ChangeRefused, NotAuthorized, ServerTrouble},
    fault::Pointer,
    problem::{self, Problem},
};
use wattbook_domain::change::Part;
use wattbook_provisioning::{
    answer::{AccountView, InstallationIds},
    bodies::AddInstallationBody,
    change::{Change, Plan, refused},
    claim_pointer,
    path::IdType,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "add-installation",
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

/// Add an installation
///
/// As the last one of the account, with its meters.
#[utoipa::path(
    post,
    path = "/account/{account_id}/installation",
    operation_id = "add-installation",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "The account."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose ids the path has; `internal` are ours, and the default."),
        ("dryRun" = Option<bool>, Query, description = "Check everything, store nothing, and answer what would be stored."),
        ("If-Match" = Option<String>, Header, nullable = false, description = "The version that the change is for; another one answers 412."),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$",
            description = "Makes the call safe to repeat for 24 hours: a repetition is answered like the first one."),
    ),
    request_body = AddInstallationBody,
    responses(
        (status = 201, description = "Added.", body = InstallationIds, headers(
            ("location" = String, description = "Where the account is."),
            ("etag" = String, description = "The account's version."),
        )),
        (status = 200, description = "A dry run: the account as it would be.", body = AccountView),
        (status = 422, description = "Another request has used the idempotency key.", body = Problem, content_type = "application/problem+json"),
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
    let draft = request::installation(&body, change.principal(), &mut faults);
    faults.none()?;
    let plan = Plan {
        edit: &|account| {
            let installation = change.complete(draft.clone(), account)?;
            account.add_installation(installation).map_err(|r| refused(r, pointer))
        },
        pointer: &|place| claim_pointer(place).below_element("/installation_info"),
        answer: &|account| change.created(account, InstallationIds::of_last(account)),
    };
    change.carry_out(&body, &plan).await
}

fn pointer(part: Part) -> Pointer {
    let root = Pointer::root();
    match part {
        Part::ExternalId => root.child("external_installation_id"),
        Part::ServiceType => root.child("service_information").child("service_type"),
        Part::Meters => root.child("meters"),
        Part::Meter(meter) => root.child("meters").child(meter),
        Part::MeterId(meter) => root.child("meters").child(meter).child("external_meter_id"),
        Part::MoveDate | Part::Property(_) | Part::Tariff(_) | Part::Whole => root,
    }
}
