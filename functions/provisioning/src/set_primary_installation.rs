//! `PUT /account/{account_id}/installation/{installation_id}/primary`: makes an installation the one that services act on.

use wattbook_api::{Answer, Failure, Function, Request, Services, contract::json, fault::Pointer};
use wattbook_provisioning::{
    answer::AccountView,
    change::{Change, Plan, refused},
    claim_pointer,
    contract::CHANGED,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "set-primary-installation",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Make an installation the primary one",
                "Services act on the primary installation alone. The others keep their order.",
            )
            .changes(200, json::<AccountView>(), CHANGED)
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let change = Change::read(services, request)?;
    let plan = Plan {
        edit: &|account| {
            let id = change.installation(account)?;
            account.make_primary(id).map_err(|r| refused(r, |_| Pointer::root()))
        },
        pointer: &claim_pointer,
        answer: &|account| change.view(account),
    };
    change.carry_out(&plan).await
}
