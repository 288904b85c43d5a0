//! `GET /api/customers/{customerId}/apps/{appshortname}/terms`: the terms of an app and what the customer has accepted of them;
//! `GET …/eula`: whether he has accepted the general ones.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Refusal, json, schema_of},
};
use wattbook_customers::{
    seen::Seen,
    terms::{Current, TermsView},
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "get-terms",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        let operation = operation.refuses(&[Refusal::NotFound]);
        if operation.path().ends_with(EULA) {
            operation
                .id("get-eula")
                .named("Get whether the licence is accepted", "That is, the current version of the general terms.")
                .answers(200, Some(schema_of::<bool>().into()), "Whether it is.")
        } else {
            operation
                .named("Get the terms of an app", "The current versions, and which the customer has accepted.")
                .answers(200, json::<TermsView>(), "The terms.")
        }
    },
);

const EULA: &str = "/eula";

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let Seen { account, .. } = Seen::find(services, request).await?;
    faults.none()?;
    let current = Current::find(services, account.organisation, request.path_parameter("appshortname")).await?;
    let view = current.view(&account);
    if request.path().ends_with(EULA) {
        Answer::json(200, &view.general_terms.is_accepted)
    } else {
        Answer::json(200, &view)
    }
}
