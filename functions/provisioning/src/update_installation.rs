//! `PUT /account/{account_id}/installation/{installation_id}`: changes an installation.

use wattbook_api::{Answer, Failure, Function, Request, Services, contract::json, fault::Pointer};
use wattbook_domain::change::Part;
use wattbook_provisioning::{
    CONTRACT,
    answer::AccountView,
    bodies::InstallationChangeBody,
    change::{Change, Plan, refused},
    claim_pointer,
    contract::CHANGED,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "update-installation",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named("Update an installation", "Sets what is given and leaves the rest.")
            .takes(json::<InstallationChangeBody>())
            .changes(200, json::<AccountView>(), CHANGED)
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (change, wanted) = Change::read_with(services, request, request::installation_change)?;
    let plan = Plan {
        edit: &|account| {
            let id = change.installation(account)?;
            account.change_installation(id, wanted.clone()).map_err(|r| refused(r, pointer))
        },
        pointer: &claim_pointer,
        answer: &|account| change.view(account),
    };
    change.carry_out(&plan).await
}

fn pointer(part: Part) -> Pointer {
    match part {
        Part::ServiceType => Pointer::root().child("service_information").child("service_type"),
        Part::PostalCode => Pointer::root().child("address_info").child("postal_code"),
        Part::ContractNumber => Pointer::root().child(CONTRACT).child("contract_no"),
        Part::ContractEnd => Pointer::root().child(CONTRACT).child("end_date"),
        Part::ExternalId => Pointer::root().child("external_installation_id"),
        _ => Pointer::root(),
    }
}
