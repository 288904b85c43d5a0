//! `PUT /account/{account_id}/installation/{installation_id}/meter/{meter_id}`: changes a meter.

use wattbook_api::{Answer, Failure, Function, Request, Services, contract::json, fault::Pointer};
use wattbook_provisioning::{
    answer::AccountView,
    bodies::MeterBody,
    change::{Change, Plan, external_id, refused},
    contract::CHANGED,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "update-meter",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Update a meter",
                "Sets what is given and leaves the rest. A meter without an external id can be given one, once.",
            )
            .takes(json::<MeterBody>())
            .changes(200, json::<AccountView>(), CHANGED)
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (change, wanted) = Change::read_with(services, request, |body, _, faults| request::meter_change(body, faults))?;
    let plan = Plan {
        edit: &|account| {
            let (installation, meter) = change.meter(account)?;
            account
                .change_meter(installation, meter, wanted.clone())
                .map_err(|r| refused(r, external_id("external_meter_id")))
        },
        pointer: &|_| Pointer::root().child("external_meter_id"),
        answer: &|account| change.view(account),
    };
    change.carry_out(&plan).await
}
