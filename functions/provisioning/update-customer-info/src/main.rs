//! `PUT /account/{account_id}/customer-info`: changes the customer of an account.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services, clock,
    contract::{BodyRefused, ChangeRefused, NotAuthorized, ServerTrouble},
    problem,
};
use wattbook_provisioning::{
    answer::AccountView,
    bodies::CustomerChangeBody,
    change::{Change, Plan, external_id, refused},
    claim_pointer,
    path::IdType,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "update-customer-info",
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

/// Update the customer
///
/// Sets what is given and leaves the rest. Another e-mail has to be verified anew; the old one is free
/// at once.
#[utoipa::path(
    put,
    path = "/account/{account_id}/customer-info",
    operation_id = "update-customer-info",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "The account."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose ids the path has; `internal` are ours, and the default."),
        ("dryRun" = Option<bool>, Query, description = "Check everything, store nothing, and answer what would be stored."),
        ("If-Match" = Option<String>, Header, nullable = false, description = "The version that the change is for; another one answers 412."),
    ),
    request_body = CustomerChangeBody,
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
    let wanted = request::customer_change(&body, &mut faults);
    faults.none()?;
    let now = clock::now();
    let plan = Plan {
        edit: &|account| {
            account.change_customer(wanted.clone(), now).map_err(|r| refused(r, external_id("external_account_id")))
        },
        pointer: &|place| claim_pointer(place).below("/customer_info"),
        answer: &|account| change.view(account),
    };
    change.carry_out(&body, &plan).await
}
