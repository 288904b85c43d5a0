//! `POST /installation/{external_installation_id}/move`: one customer moves out, another moves in.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{BodyRefused, ChangeRefused, NotAuthorized, ServerTrouble},
    problem::{self, Problem},
};
use wattbook_provisioning::{
    answer::{AccountView, ProvisionedIds},
    bodies::MoveBody,
    change::Change,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "move-installation",
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

/// Move out, move in
///
/// Ends the occupancy of the account that has the installation and starts that of a new one, on the
/// same installation and meters, all at once. Every id stays what it is, and both accounts show the
/// day of the move.
#[utoipa::path(
    post,
    path = "/installation/{external_installation_id}/move",
    operation_id = "move-installation",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("external_installation_id" = String, Path, description = "Your own id of the installation."),
        ("dryRun" = Option<bool>, Query, description = "Check everything, store nothing, and answer what would be stored."),
        ("If-Match" = Option<String>, Header, nullable = false, description = "The version of the account that moves out; another one answers 412."),
        ("Idempotency-Key" = Option<String>, Header, nullable = false, min_length = 1, max_length = 255, pattern = "^[!-~]([ -~]*[!-~])?$",
            description = "Makes the call safe to repeat for 24 hours: a repetition is answered like the first one."),
    ),
    request_body = MoveBody,
    responses(
        (status = 201, description = "Moved: the ids of the account that moved in.", body = ProvisionedIds, headers(
            ("location" = String, description = "Where that account is."),
            ("etag" = String, description = "Its version."),
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
    let change = Change::read_by_path(services, request, &mut faults)?;
    let body = request.json(&mut faults)?.value;
    match request::relocation(&body, &mut faults) {
        Some((date, draft)) if faults.is_empty() => change.hand_over(&body, date, &draft).await,
        _ => Err(Failure::Faults(faults)),
    }
}
