//! `DELETE /account/{account_id}`: erases an account and frees its values.

use wattbook_api::{Answer, Failure, Function, Request, Services};
use wattbook_provisioning::change::Change;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "erase-account",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Erase an account",
                "The account is gone, with its installations and meters, and every value it held is free at once.",
            )
            .conditional()
            .answers(204, None, "Erased.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let change = Change::read(services, request)?;
    change.erase().await
}
