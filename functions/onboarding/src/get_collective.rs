//! `GET /collectives/{id}`: reads a collective.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_onboarding::{answer, collectives::CollectiveView, own};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "get-collective",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named("Get a collective", "Its entities are a list of their own.")
            .reads(json::<CollectiveView>(), "The collective.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let collective = own::collective(services, &caller, request.path_parameter("id")).await?;
    answer::versioned(request, &CollectiveView::of(&collective))
}
