//! `POST /collectives`: creates a collective, which has no entities yet.

use wattbook_api::{
    Answer, Failure, Function, Request, Services,
    contract::{Refusal, json},
    posted::Posted,
};
use wattbook_onboarding::collectives::{self, CollectiveBody, CollectiveView};
use wattbook_store::{OnboardingError, Subject};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "create-collective",
    |services, request| Box::pin(create(services, request)),
    |operation| {
        operation
            .named("Create a collective", "A group of entities: a household or a community. It has no entities yet.")
            .takes(json::<CollectiveBody>())
            .answers(201, json::<CollectiveView>(), "Created.")
            .with_header("Location")
            .rehearses(json::<CollectiveView>(), "A dry run: what would be stored, without an id.")
            .refuses(&[Refusal::NotFound])
    },
);

async fn create(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut posted = Posted::read(request)?;
    let collective = collectives::created(&mut posted)?;
    let Posted { dry_run, once, .. } = posted;
    if dry_run {
        return Answer::json(200, &CollectiveView::rehearsed(&collective));
    }
    let answer = Answer::json(201, &CollectiveView::of(&collective))?
        .header("location", format!("/collectives/{}", collective.id));
    let subject = (Subject::Collective(collective.id), &collective.answer_key);
    let record = once.as_ref().map(|once| once.record(&answer, subject, collective.created_at)).transpose()?;
    let store = services.store()?;
    match (store.create_collective(&collective, record.as_ref()).await, once) {
        (Ok(()), _) => Ok(answer),
        (Err(OnboardingError::Answered(record)), Some(once)) => once.replay(store, *record).await,
        (Err(error), _) => Err(error.into()),
    }
}
