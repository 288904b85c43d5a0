//! `GET /openapi/<api>.json`: serves the contract. Each part has it, under the name of its API.

use wattbook_api::{Answer, Failure, Function, Request, Resource, Services, contract, problem};

/// The function.
pub(crate) static FUNCTION: Function = Function::open(
    "get-openapi",
    &problem::DIALECT,
    |services, request| Box::pin(std::future::ready(get(services, request))),
    |operation| {
        operation
            .named("Get this document", "OpenAPI 3.1, without a credential.")
            .answers(200, contract::any(), "The OpenAPI document.")
            .with_header("Cache-Control")
    },
)
.using(&[Resource::Api]);

fn get(services: &Services, _: &Request) -> Result<Answer, Failure> {
    let document = match services.api()? {
        "accounts" => wattbook_accounts::contract::CHECKED_IN,
        "customers" => wattbook_customers::contract::CHECKED_IN,
        "events" => wattbook_events::contract::CHECKED_IN,
        "onboarding" => wattbook_onboarding::contract::CHECKED_IN,
        "provisioning" => wattbook_provisioning::contract::CHECKED_IN,
        _ => return Err(Failure::NotFound),
    };
    Ok(Answer::text(200, "application/json", document).header("cache-control", "public, max-age=300"))
}
