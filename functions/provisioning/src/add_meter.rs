//! `POST /account/{account_id}/installation/{installation_id}/meter`: adds a meter to an installation.

use wattbook_api::{Answer, Failure, Function, Request, Services, contract::json, fault::Pointer};
use wattbook_provisioning::{
    answer::{AccountView, MeterIds},
    bodies::MeterBody,
    change::{Change, Plan, external_id, refused},
    contract::REHEARSED,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "add-meter",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named("Add a meter", "To an installation, as its last one.")
            .takes(json::<MeterBody>())
            .creates(json::<MeterIds>(), "Added.")
            .conditional()
            .rehearses(json::<AccountView>(), REHEARSED)
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (change, draft) = Change::read_with(services, request, |body, _, faults| request::meter(body, faults))?;
    let plan = Plan {
        edit: &|account| {
            let id = change.installation(account)?;
            account.add_meter(id, draft.clone().complete()).map_err(|r| refused(r, external_id("external_meter_id")))
        },
        pointer: &|_| Pointer::root().child("external_meter_id"),
        answer: &|account| {
            let id = change.installation(account)?;
            change.created(account, MeterIds::of_last(account, id))
        },
    };
    change.carry_out(&plan).await
}
