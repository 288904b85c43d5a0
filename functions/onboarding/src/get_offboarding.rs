//! `GET /offboarding/entities/{id}`: reads an offboarding.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_onboarding::{answer, offboarding::OffboardingView, own};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "get-offboarding",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named("Get an offboarding", "It is done: nothing of it changes any more.")
            .reads(json::<OffboardingView>(), "The offboarding.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let offboarding = own::offboarding(services, &caller, request.path_parameter("id")).await?;
    answer::versioned(request, &OffboardingView::of(&offboarding))
}
