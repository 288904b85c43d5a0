//! `POST /onboarding/entities`: asks the owner of a device to connect it.

use wattbook_api::{
    Answer, Failure, Function, Request, Resource, Services, contract::json, http::ETag, posted::Posted,
};
use wattbook_domain::onboarding::OnboardingRequest;
use wattbook_onboarding::requests::{
    body::OnboardingBody,
    store::{self, Answers},
    view::{RequestView, Shown},
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "create-onboarding",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Create an onboarding request",
                "Asks the owner of a device to connect it: give him the link in `action`. The device belongs to this request \
                 from now on, until the request ends, and to the entity that comes of it.",
            )
            .takes(json::<OnboardingBody>())
            .creates(json::<RequestView>(), "Created.")
            .rehearses(json::<RequestView>(), "A dry run: what would be stored, without id and link.")
            .refuses(&[wattbook_api::contract::Refusal::NotFound])
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::PublicUrl]);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let posted = Posted::read(request)?;
    let shown = Shown::of(services, request)?;
    let created = |new: &OnboardingRequest| {
        Ok(Answer::json(201, &RequestView::of(new, &shown))?
            .header("location", format!("/onboarding/entities/{}", new.id))
            .header("etag", ETag(new.version)))
    };
    store::create(services, posted, Answers { created: &created, held: None }).await
}
