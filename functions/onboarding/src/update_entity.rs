//! `PUT /entities/{id}`: sets the name, the reference and properties of an entity.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services, body,
    contract::json,
    http::{ETag, Precondition},
};
use wattbook_domain::entity::EntityChange;
use wattbook_onboarding::{
    change::Change,
    entities::{self, EntityChangeBody, EntityView},
    own,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "update-entity",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Update an entity",
                "Sets what is given and leaves the rest; `null` takes out what is optional. Properties are held to what the \
                 manufacturer asks for. What names the device never changes, and of an entity that is connected no longer \
                 nothing does.",
            )
            .takes(json::<EntityChangeBody>())
            .changes(200, json::<EntityView>(), "The entity as it is now, or would be.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let dry_run = query.switch("dryRun", &mut faults);
    query.close(&mut faults);
    let document = request.json(&mut faults)?.value;
    let read = body::read::<EntityChangeBody>(&document, &mut faults);
    let Some(read) = read.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    let wanted = EntityChange::from(read);
    let precondition = Precondition::of(request);
    let found = own::entity(services, &caller, request.path_parameter("id")).await?;
    // What is refused whatever is asked for costs no look into the catalogue.
    precondition.check(ETag(found.version))?;
    let manufacturer = if found.is_connected() && !wanted.attributes.is_empty() {
        Some(entities::manufacturer(services, &found).await?)
    } else {
        None
    };
    let change = Change { services, caller: &caller, dry_run, precondition, once: None };
    change.carry_out(found, &|entity| entities::changed(entity, &wanted, manufacturer.as_ref())).await
}
