//! `GET /openapi/<api>.json`: serves the contract. Each part has it, under the name of its API.

use utoipa::OpenApi;
use wattbook_api::{Answer, Entry, Failure, Function, Request, Services, contract, problem};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "get-openapi",
    entry: Entry::Open {
        handle: |services, request| Box::pin(std::future::ready(get(services, request))),
        refuse: problem::refuse,
    },
    uses: &[],
    contract: Some(Contract::openapi),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(get, get_of_accounts))]
struct Contract;

/// Get this document
///
/// OpenAPI 3.1, without a credential.
#[utoipa::path(
    get,
    path = "/openapi/provisioning.json",
    operation_id = "get-openapi",
    tag = "contract",
    responses((status = 200, description = "The OpenAPI document.", body = serde_json::Value)),
)]
#[allow(clippy::unnecessary_wraps, reason = "the type of a handler")]
fn get(_: &Services, _: &Request) -> Result<Answer, Failure> {
    Ok(Answer::text(200, "application/json", contract::CHECKED_IN).header("cache-control", "public, max-age=300"))
}

/// Get this document
///
/// OpenAPI 3.1, without a credential.
#[utoipa::path(
    get,
    path = "/openapi/accounts.json",
    operation_id = "get-openapi-of-accounts",
    tag = "contract",
    responses((status = 200, description = "The OpenAPI document.", body = serde_json::Value)),
)]
#[allow(dead_code, reason = "only describes")]
fn get_of_accounts() {}
