//! `PUT /account/{account_id}/customer-info`: changes the customer of an account.

use wattbook_api::{Answer, Failure, Function, Request, Services, clock, contract::json};
use wattbook_provisioning::{
    answer::AccountView,
    bodies::CustomerChangeBody,
    change::{Change, Plan, external_id, refused},
    claim_pointer,
    contract::CHANGED,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "update-customer-info",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Update the customer",
                "Sets what is given and leaves the rest. Another e-mail has to be verified anew; the old one is free at \
                 once.",
            )
            .takes(json::<CustomerChangeBody>())
            .changes(200, json::<AccountView>(), CHANGED)
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (change, wanted) =
        Change::read_with(services, request, |body, _, faults| request::customer_change(body, faults))?;
    let now = clock::now();
    let plan = Plan {
        edit: &|account| {
            account.change_customer(wanted.clone(), now).map_err(|r| refused(r, external_id("external_account_id")))
        },
        pointer: &|place| claim_pointer(place).below("/customer_info"),
        answer: &|account| change.view(account),
    };
    change.carry_out(&plan).await
}
