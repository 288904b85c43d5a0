//! `POST` or `PUT /rest/v1/accounts/{accountId}/properties`: sets one field, property or tariff.

use wattbook_accounts::{
    answer::PropertyView, bodies, change, contract::envelope, envelope::Envelope, request::StatedProperty,
};
use wattbook_api::{Answer, Failure, Function, Request, Services, contract::json};
use wattbook_domain::Account;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "set-account-property",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Set a property of an account",
                "Or a field of its header or its address, by its name; or, as `masterTariffId`, its electricity tariff, for \
                 a period if one is given.",
            )
            .takes(json::<bodies::PropertyBody>())
            .changes(200, envelope::<PropertyView>("PropertyData"), "What was set.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (writing, target, stated) =
        change::asked(services, request, |faults| Ok(StatedProperty::read(&request.json(faults)?.value, faults)))?;
    let edit =
        |account: &mut Account| change::merge(account, stated.change.clone(), |part, flaw| stated.pointer(part, flaw));
    let answer =
        |account: &Account| Envelope::of("PropertyData", vec![PropertyView::of_set(&stated, account)]).answer();
    change::existing(&writing, target, |_| StatedProperty::value(), &edit, &answer).await
}
