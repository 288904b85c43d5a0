//! `GET /entities/{id}/permissions`: tells what the caller can do with an entity.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_onboarding::{answer, entities::PermissionsView, own};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "get-entity-permissions",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named(
                "Get the permissions on an entity",
                "What you can do with it as it is now. Who can see an entity can do with it all that its state allows.",
            )
            .reads(json::<PermissionsView>(), "The permissions.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let entity = own::entity(services, &caller, request.path_parameter("id")).await?;
    answer::versioned(request, &PermissionsView::of(&entity))
}
