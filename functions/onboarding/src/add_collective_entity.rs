//! `POST /collectives/{id}/entities`: adds an entity to a collective.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services, contract::json, fault::Pointer, http::Precondition,
    idempotency::Once, posted::Posted,
};
use wattbook_onboarding::{
    change::Change,
    collectives::MemberBody,
    entities::{self, EntityView},
    own,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "add-collective-entity",
    |services, request| Box::pin(add(services, request)),
    |operation| {
        operation
            .named(
                "Add an entity to a collective",
                "The entity has to be connected and of the brand of the collective, and can be in ten collectives. Again, it \
                 changes nothing.",
            )
            .takes(json::<MemberBody>())
            .answers(200, json::<EntityView>(), "The entity as it is now, or would be.")
            .versioned()
            .conditional()
    },
);

async fn add(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut posted = Posted::read(request)?;
    let MemberBody { entity_id } = posted.sound_body()?;
    let Posted { caller, dry_run, once, .. } = posted;
    if let Some(answer) = Once::answered(once.as_ref(), services).await? {
        return Ok(answer);
    }
    let collective = own::collective(services, &caller, request.path_parameter("id")).await?;
    let found = own::entity(services, &caller, &entity_id.to_string()).await.map_err(own::named("entityId"))?;
    let at = Pointer::root().child("entityId");
    let precondition = Precondition::of(request);
    let change = Change { services, caller: &caller, dry_run, precondition, once };
    let added = |entity: &_| {
        entities::check_connected(entity, &at)?;
        entity.added_to(&collective).map_err(|flaw| {
            let mut faults = Faults::default();
            faults.body(&at, flaw);
            Failure::Rules(faults)
        })
    };
    change.carry_out(found, &added).await
}
