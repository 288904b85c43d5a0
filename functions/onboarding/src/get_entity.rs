//! `GET /entities/{id}`: reads an entity.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json, http::ETag};
use wattbook_onboarding::{entities::EntityView, own};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "get-entity",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named(
                "Get an entity",
                "A device that is connected, or was. One of another organisation or brand answers exactly like one that does \
                 not exist.",
            )
            .reads(json::<EntityView>(), "The entity.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let entity = own::entity(services, &caller, request.path_parameter("id")).await?;
    ETag(entity.version).answer(request, || Answer::json(200, &EntityView::of(&entity)))
}
