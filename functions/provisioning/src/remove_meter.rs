//! `DELETE /account/{account_id}/installation/{installation_id}/meter/{meter_id}`: removes a meter.

use wattbook_api::{Answer, Failure, Function, Request, Services, fault::Pointer};
use wattbook_provisioning::{
    change::{Change, Plan, refused},
    claim_pointer,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "remove-meter",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named("Remove a meter", "Its id is free at once. A meter that the service type needs cannot be removed.")
            .changes(204, None, "Removed.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let change = Change::read(services, request)?;
    let plan = Plan {
        edit: &|account| {
            let (installation, meter) = change.meter(account)?;
            account.remove_meter(installation, meter).map_err(|r| refused(r, |_| Pointer::root()))
        },
        pointer: &claim_pointer,
        answer: &|account| Ok(change.removed(account)),
    };
    change.carry_out(&plan).await
}
