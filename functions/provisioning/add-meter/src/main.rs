//! `POST /account/{account_id}/installation/{installation_id}/meter`: adds a meter to an installation.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{BodyRefused, ChangeRefused, NotAuthorized, ServerTrouble},
    fault::Pointer,
    problem::{self, Problem},
};
use wattbook_provisioning::{
    answer::{AccountView, MeterIds},
    bodies::MeterBody,
    change::{Change, Plan, external_id, refused},
    path::IdType,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "add-meter",
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

/// Add a meter
///
/// To an installation, as its last one.
#[utoipa::path(
    post,
    path = "/account/{account_id}/installation/{installation_id}/meter",
    operation_id = "add-meter",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "The account."),
        ("installation_id" = String, Path, description = "The installation."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose ids the path has; `internal` are ours, and the default."),
        ("dryRun" = Option<bool>, Query, description = "Check everything, store nothing, and answer what would be stored."),
        ("If-Match" = Option<String>, Header, nullable = false, description = "The version that the change is for; another one answers 412."),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$",
            description = "Makes the call safe to repeat for 24 hours: a repetition is answered like the first one."),
    ),
    request_body = MeterBody,
    responses(
        (status = 201, description = "Added.", body = MeterIds, headers(
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
    let draft = request::meter(&body, &mut faults);
    faults.none()?;
    let plan = Plan {
        edit: &|account| {
            let id = change.id_type.installation(account, change.principal(), request)?;
            account.add_meter(id, draft.clone().complete()).map_err(|r| refused(r, external_id("external_meter_id")))
        },
        pointer: &|_| Pointer::root().child("external_meter_id"),
        answer: &|account| {
            let id = change.id_type.installation(account, change.principal(), request)?;
            change.created(account, MeterIds::of_last(account, id))
        },
    };
    change.carry_out(&body, &plan).await
}
