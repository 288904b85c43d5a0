//! `GET /entities/{id}/changes`: who changed an entity, when, and in which fields.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    changes::{self, ChangeView, Filter, Names},
    contract::json,
};
use wattbook_onboarding::{
    list::{self, ListView, Page},
    own,
};
use wattbook_store::LogOf;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "list-entity-changes",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        list::paged(changes::listed(operation, "List the changes of an entity", Names::OURS)).answers(
            200,
            json::<ListView<ChangeView>>(),
            "A page.",
        )
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let filter = Filter::read(&mut query, Names::OURS, &mut faults);
    let page = Page::read(request, &caller, query, faults)?;
    let below: Option<u64> = page.place(services)?;
    let entity = own::entity(services, &caller, request.path_parameter("id")).await?;
    let of = LogOf::Entity(entity.organisation, entity.id);
    let (changes, next) = filter.page(services, of, &caller.reach, (below, page.size)).await?;
    page.answer(services, changes, next)
}
