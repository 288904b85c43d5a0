//! `POST /offboarding/entities`: disconnects an entity; its device is free again.

use wattbook_api::{
    Answer, Failure, Function, Principal, Request, Services,
    contract::{Refusal, json},
    fault::Pointer,
    idempotency::Once,
    posted::Posted,
    writing::Rounds,
};
use wattbook_domain::entity::{Entity, Offboarding};
use wattbook_onboarding::{
    entities,
    offboarding::{OffboardingBody, OffboardingView},
    own,
};
use wattbook_store::{IdempotencyRecord, OnboardingError, Subject};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "offboard-entity",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Offboard an entity",
                "Disconnects it, with its tokens and its places in collectives: its device is free at once, to be onboarded \
                 by whoever has it then. The entity can still be read.",
            )
            .takes(json::<OffboardingBody>())
            .answers(201, json::<OffboardingView>(), "Disconnected.")
            .with_header("Location")
            .rehearses(json::<OffboardingView>(), "A dry run: what would be stored, without an id.")
            .refuses(&[Refusal::NotFound])
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut posted = Posted::read(request)?;
    let wanted: OffboardingBody = posted.sound_body()?;
    let Posted { caller, dry_run, once, .. } = posted;
    if dry_run {
        let entity = connected(services, &caller, &wanted).await?;
        return Answer::json(200, &OffboardingView::rehearsed(&wanted.of(&entity)));
    }
    let mut rounds = Rounds::default();
    loop {
        match attempt(services, &caller, &wanted, once.as_ref()).await {
            Ok(Some(answer)) => return Ok(answer),
            Ok(None) => rounds.again().await?,
            // What stands in the way may be what an equal request under the same key has done.
            Err(failure) => return Once::answered(once.as_ref(), services).await?.ok_or(failure),
        }
    }
}

/// None if the entity has changed since it was read.
async fn attempt(
    services: &Services,
    caller: &Principal,
    wanted: &OffboardingBody,
    once: Option<&Once>,
) -> Result<Option<Answer>, Failure> {
    let entity = connected(services, caller, wanted).await?;
    let offboarding = wanted.of(&entity);
    let (answer, record) = answered(&offboarding, once)?;
    let store = services.store()?;
    match (store.offboard(&entity, &offboarding, &caller.actor, record.as_ref()).await, once) {
        (Ok(Some(_)), _) => Ok(Some(answer)),
        (Ok(None) | Err(OnboardingError::Stale), _) => Ok(None),
        (Err(OnboardingError::Answered(record)), Some(once)) => once.replay(store, *record).await.map(Some),
        (Err(error), _) => Err(error.into()),
    }
}

async fn connected(services: &Services, caller: &Principal, wanted: &OffboardingBody) -> Result<Entity, Failure> {
    let id = wanted.entity_id.to_string();
    let entity = own::entity(services, caller, &id).await.map_err(own::named("entityId"))?;
    entities::check_connected(&entity, &Pointer::root().child("entityId"))?;
    Ok(entity)
}

fn answered(offboarding: &Offboarding, once: Option<&Once>) -> Result<(Answer, Option<IdempotencyRecord>), Failure> {
    let answer = Answer::json(201, &OffboardingView::of(offboarding))?
        .header("location", format!("/offboarding/entities/{}", offboarding.id));
    let subject = (Subject::Offboarding(offboarding.id), &offboarding.answer_key);
    let record = once.map(|once| once.record(&answer, subject, offboarding.created_at)).transpose()?;
    Ok((answer, record))
}
