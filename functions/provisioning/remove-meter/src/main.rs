//! `DELETE /account/{account_id}/installation/{installation_id}/meter/{meter_id}`: removes a meter.

use serde_json::Value;
use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, fault::Pointer};
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

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let change = Change::read(services, request, &mut faults)?;
    faults.none()?;
    let plan = Plan {
        edit: &|account| {
            let installation = change.id_type.installation(account, change.principal(), request)?;
            let meter = change.id_type.meter(account, installation, request)?;
            account.remove_meter(installation, meter).map_err(|r| refused(r, |_| Pointer::root()))
        },
        pointer: &claim_pointer,
        answer: &|account| Ok(change.removed(account)),
    };
    change.carry_out(&Value::Null, &plan).await
}
