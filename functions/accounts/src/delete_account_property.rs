//! `DELETE /rest/v1/accounts/{accountId}/properties/{keyName}`: takes a property or a field out.

use wattbook_accounts::{
    answer::PropertyView,
    change,
    contract::envelope,
    envelope::Envelope,
    field,
};
use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, fault::Pointer};
use wattbook_domain::Account;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "delete-account-property",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Delete a property of an account",
                "Or take out a field of its header or its address, or, as `masterTariffId`, its stated electricity \
                 tariffs. One that is not there is deleted already.",
            )
            .changes(200, envelope::<PropertyView>("PropertyData"), "It is not there any more.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (writing, target, ()) = change::asked(services, request, |_| Ok(()))?;
    let key = request.path_parameter("keyName");
    let edit = |account: &mut Account| take_out(account, key);
    let answer = |_: &Account| Envelope::<PropertyView>::nothing("PropertyData").answer();
    change::existing(&writing, target, change::place, &edit, &answer).await
}

fn take_out(account: &mut Account, key: &str) -> Result<(), Failure> {
    change::check_live(account)?;
    match field::removable(key) {
        Some(Ok(part)) => account.remove_part(part),
        Some(Err(flaw)) => {
            let mut faults = Faults::default();
            faults.body(&Pointer::root().child(key), flaw);
            return Err(Failure::Rules(faults));
        }
        None if key == field::TARIFF => account.remove_electricity_tariffs(),
        None => account.properties.retain(|stored, _| !stored.is(key)),
    }
    Ok(())
}
