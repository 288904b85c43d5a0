//! `DELETE /account/{account_id}/installation/{installation_id}`: removes an installation with its meters.

use wattbook_api::{Answer, Failure, Function, Request, Services, fault::Pointer};
use wattbook_provisioning::{
    change::{Change, Plan, refused},
    claim_pointer,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "remove-installation",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Remove an installation",
                "With its meters; their ids are free at once. The last one cannot be removed, nor the primary one while \
                 there are others.",
            )
            .changes(204, None, "Removed.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let change = Change::read(services, request)?;
    let plan = Plan {
        edit: &|account| {
            let id = change.installation(account)?;
            account.remove_installation(id).map_err(|r| refused(r, |_| Pointer::root()))
        },
        pointer: &claim_pointer,
        answer: &|account| Ok(change.removed(account)),
    };
    change.carry_out(&plan).await
}
