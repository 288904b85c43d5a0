//! `GET /onboarding/entities/{id}`: tells how far a request has come.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Resource, Services, contract::json, http::ETag};
use wattbook_onboarding::{
    own,
    requests::view::{RequestView, Shown},
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "get-onboarding",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named("Get an onboarding request", "How far it has come, what its owner can do, and what came of it.")
            .reads(json::<RequestView>(), "The request.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::PublicUrl]);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let found = own::request(services, &request.principal()?, request.path_parameter("id")).await?;
    let shown = Shown::of(services, request)?;
    ETag(found.version).answer(request, || Answer::json(200, &RequestView::of(&found, &shown)))
}
