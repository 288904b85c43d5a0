//! `DELETE /rest/v1/accounts/{accountId}/properties/{keyName}`: takes a property or a field out. A key that no path can
//! have is given as `?keyName=`.

use wattbook_accounts::{
    answer::PropertyView,
    change,
    contract::{KEY_NAME, envelope, of_property},
    envelope::Envelope,
    field,
};
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    fault::{Pointer, Reason},
};
use wattbook_domain::{Account, Flaw};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "delete-account-property",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        of_property(operation)
            .named(
                "Delete a property of an account",
                "Or take out a field of its header or its address, or, as `masterTariffId`, its stated electricity \
                 tariffs. One that is not there is deleted already.",
            )
            .changes(200, envelope::<PropertyView>("PropertyData"), "It is not there any more.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (writing, target, key) = change::asked(services, request, |faults| {
        Ok(match request.path_parameter(KEY_NAME) {
            "" => request.query().required(KEY_NAME, given, faults).unwrap_or_default(),
            key => key.to_owned(),
        })
    })?;
    let edit = |account: &mut Account| take_out(account, &key);
    let answer = |_: &Account| Envelope::<PropertyView>::nothing("PropertyData").answer();
    change::existing(&writing, target, change::place, &edit, &answer).await
}

fn given(raw: &str) -> Result<String, Reason> {
    if raw.is_empty() { Err(Flaw::Empty.into()) } else { Ok(raw.to_owned()) }
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
