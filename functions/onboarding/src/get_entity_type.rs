//! `GET /onboarding/entities/types/{type}`: tells what can be onboarded of one type.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_onboarding::{
    answer::{self, EntityTypeView},
    catalogue,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "get-entity-type",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named("Get an entity type", "Its manufacturers, and all that each asks for.")
            .reads(json::<EntityTypeView>(), "The type.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let found = catalogue::of_type(services, request.path_parameter("type")).await?;
    answer::versioned(request, &EntityTypeView::of(&found))
}
