//! `POST /account/{account_id}/installation`: adds an installation to an account.

use wattbook_api::{Answer, Failure, Function, Request, Services, contract::json, fault::Pointer};
use wattbook_domain::change::Part;
use wattbook_provisioning::{
    CONTRACT,
    answer::{AccountView, InstallationIds},
    bodies::AddInstallationBody,
    change::{Change, Plan, refused},
    claim_pointer,
    contract::REHEARSED,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "add-installation",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named("Add an installation", "With its meters. The account's first one is its primary one.")
            .takes(json::<AddInstallationBody>())
            .creates(json::<InstallationIds>(), "Added.")
            .conditional()
            .rehearses(json::<AccountView>(), REHEARSED)
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (change, draft) = Change::read_with(services, request, request::installation)?;
    let plan = Plan {
        edit: &|account| {
            let installation = change.complete(draft.clone(), account)?;
            account.add_installation(installation).map_err(|r| refused(r, pointer))
        },
        pointer: &|place| claim_pointer(place).below_element("/installation_info"),
        answer: &|account| change.created(account, InstallationIds::of_last(account)),
    };
    change.carry_out(&plan).await
}

fn pointer(part: Part) -> Pointer {
    let root = Pointer::root();
    match part {
        Part::ExternalId => root.child("external_installation_id"),
        Part::ServiceType => root.child("service_information").child("service_type"),
        Part::Meters => root.child("meters"),
        Part::Meter(meter) => root.child("meters").child(meter),
        Part::MeterId(meter) => root.child("meters").child(meter).child("external_meter_id"),
        Part::PostalCode => root.child("address_info").child("postal_code"),
        Part::ContractNumber => root.child(CONTRACT).child("contract_no"),
        Part::ContractEnd => root.child(CONTRACT).child("end_date"),
        Part::Date | Part::EnergyType | Part::Property(_) | Part::Tariff(_) | Part::Whole => root,
    }
}
