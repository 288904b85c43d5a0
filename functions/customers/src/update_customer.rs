//! `PATCH /api/customers/{customerId}`: changes how a customer is reached.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, clock, contract::json};
use wattbook_customers::{
    change::Change,
    customer::{CustomerPatch, CustomerView},
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "update-customer",
    |services, request| Box::pin(update(services, request)),
    |operation| {
        operation
            .named(
                "Update a customer",
                "Sets PhoneNumber, MobileNumber and Email, as far as they are given. Other members may be sent as they \
                 are shown. Another e-mail has to be verified anew: until that is done nobody signs in with it.",
            )
            .takes(json::<CustomerPatch>())
            .changes(200, json::<CustomerView>(), "The customer as he is now.")
    },
);

async fn update(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let (change, seen) = Change::read(services, request, true, &mut faults).await?;
    let patch = CustomerPatch::read(change.body(), &CustomerView::of(&seen), &mut faults);
    faults.none()?;
    let edit = |_: &_, account: &mut _| patch.apply(account, clock::now());
    change.carry_out(&edit, &|seen| Answer::json(200, &CustomerView::of(seen))).await
}
