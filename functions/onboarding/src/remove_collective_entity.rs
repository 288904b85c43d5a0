//! `DELETE /collectives/{id}/entities/{entityId}`: takes an entity out of a collective.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, http::Precondition};
use wattbook_onboarding::{change::Change, own};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "remove-collective-entity",
    |services, request| Box::pin(remove(services, request)),
    |operation| {
        operation
            .named("Remove an entity from a collective", "It stays connected. Again, it changes nothing.")
            .answers(204, None, "It is not in the collective.")
            .conditional()
    },
);

async fn remove(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let collective = own::collective(services, &caller, request.path_parameter("id")).await?;
    let found = own::entity(services, &caller, request.path_parameter("entityId")).await?;
    let precondition = Precondition::of(request);
    let change = Change { services, caller: &caller, dry_run: false, precondition, once: None };
    change.carry_out(found, &|entity| Ok(entity.removed_from(collective.id))).await?;
    Ok(Answer::new(204))
}
