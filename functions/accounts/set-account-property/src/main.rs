//! `POST` or `PUT /rest/v1/accounts/{accountId}/properties`: sets one field, property or tariff.

use wattbook_accounts::{
    answer::PropertyView,
    change::{self, Change, writing},
    contract::envelope,
    envelope::Envelope,
    request::PropertyBody,
    schema,
    target::Target,
};
use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};

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
            .takes(json::<schema::PropertyBody>())
            .changes(200, envelope::<PropertyView>("PropertyData"), "What was set.")
    },
);

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let target = Target::of(request, &mut faults);
    let body = request.json(&mut faults)?.value;
    let stated = PropertyBody::read(&body, &mut faults);
    faults.none()?;
    let change = Change {
        writing: &writing,
        target,
        missing: change::Missing::Refuse,
        change: &|account| change::merge(account, stated.change.clone(), |part, flaw| stated.pointer(part, flaw)),
        answer: &|account| Envelope::of("PropertyData", vec![PropertyView::of_set(&stated, account)]).answer(),
        body: &body,
        place: |_| PropertyBody::value(),
    };
    change.carry_out().await
}
