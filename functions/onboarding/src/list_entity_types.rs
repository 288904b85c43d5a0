//! `GET /onboarding/entities/types`: tells what can be onboarded.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_onboarding::{
    answer::{self, EntityTypes},
    catalogue,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "list-entity-types",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        operation
            .named("List entity types", "Every type with the names of its manufacturers.")
            .reads(json::<EntityTypes>(), "The types.")
    },
);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    answer::versioned(request, &EntityTypes::of(&catalogue::all(services).await?))
}
