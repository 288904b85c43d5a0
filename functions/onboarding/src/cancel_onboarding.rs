//! `DELETE /onboarding/entities/{id}`: ends a request; its device is free again.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services, clock,
    contract::{Parameter, json, schema_of},
    fault::{Pointer, Reason},
    http::{ETag, Precondition},
    schema_types::Line500,
    writing::TRIES,
};
use wattbook_domain::{
    Flaw, Text,
    onboarding::{Occurrence, Unmoved},
};
use wattbook_onboarding::{
    own,
    requests::view::{RequestView, Shown},
};
use wattbook_store::OnboardingError;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "cancel-onboarding",
    |services, request| Box::pin(cancel(services, request)),
    |operation| {
        operation
            .named(
                "Cancel an onboarding request",
                "Ends a request that has not ended: its device is free again, and its owner is told when he opens the link. \
                 Again, it changes nothing.",
            )
            .with(Parameter::query("reason", schema_of::<Line500>(), "Why, for your own records."))
            .changes(200, json::<RequestView>(), "The request, which is canceled.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::PublicUrl]);

async fn cancel(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let reason = query.optional("reason", |raw| Text::parse(raw).map_err(Reason::from), &mut faults);
    query.close(&mut faults);
    faults.none()?;
    let precondition = Precondition::of(request);
    let occurrence = Occurrence::Canceled { reason };
    let shown = Shown::of(services, request)?;
    for _ in 0..TRIES {
        let found = own::request(services, &caller, request.path_parameter("id")).await?;
        precondition.check(ETag(found.version))?;
        let canceled = match found.after(&occurrence, clock::now()) {
            Ok(canceled) => canceled,
            Err(Unmoved::Already) => found.clone(),
            Err(_) => {
                let mut broken = Faults::default();
                broken.body(&Pointer::root(), Flaw::Ended { status: found.status.word() });
                return Err(Failure::Rules(broken));
            }
        };
        if canceled != found {
            match services.store()?.replace_onboarding(&found, &canceled, &caller.actor).await {
                Ok(()) => {}
                Err(OnboardingError::Stale) => continue,
                Err(error) => return Err(error.into()),
            }
        }
        return Ok(Answer::json(200, &RequestView::of(&canceled, &shown))?.header("etag", ETag(canceled.version)));
    }
    Err(Failure::Contended)
}
