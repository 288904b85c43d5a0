//! `GET /collectives/{id}/entities`: lists the entities that are in a collective.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Refusal, json},
};
use wattbook_domain::entity::EntityId;
use wattbook_onboarding::{
    entities::EntityView,
    list::{self, ListView, Page},
    own,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "list-collective-entities",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let operation = operation
            .named("List the entities of a collective", "By their ids. All of them are connected.")
            .refuses(&[Refusal::NotFound]);
        list::paged(operation).answers(200, json::<ListView<EntityView>>(), "A page.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let page = Page::read(request, &caller, request.query(), Faults::default())?;
    let after: Option<EntityId> = page.place(services)?;
    let collective = own::collective(services, &caller, request.path_parameter("id")).await?;
    let store = services.store()?;
    let (entities, next) = store.members(collective.organisation, collective.id, after, page.size).await?;
    page.answer(services, entities.iter().map(EntityView::of).collect(), next)
}
