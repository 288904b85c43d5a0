//! `GET /onboarding/entities/types/{type}/{manufacturer}`: tells what a manufacturer asks for.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_onboarding::{
    answer::{self, ManufacturerView},
    catalogue,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "get-entity-manufacturer",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named(
                "Get a manufacturer",
                "What it asks for, how a device is named, and the steps to a connected entity.",
            )
            .reads(json::<ManufacturerView>(), "The manufacturer.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let (kind, name) = (request.path_parameter("type"), request.path_parameter("manufacturer"));
    let found = catalogue::one(services, kind, name).await?;
    answer::versioned(request, &ManufacturerView::of(&found))
}
