//! `GET /entities`: lists entities, the newest first.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Parameter, json},
    fault::Reason,
    schema_types::EntityStatusWord,
};
use wattbook_domain::entity::EntityStatus;
use wattbook_onboarding::{
    entities::EntityView,
    list::{self, ListView, Page},
};
use wattbook_store::{Place, Wanted};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "list-entities",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let status = "Those that are connected, or those that were.";
        let status =
            Parameter::query("status", json::<EntityStatusWord>(), status).default(EntityStatus::Connected.word());
        let operation = operation.named(
            "List entities",
            "The newest first: those that are connected, unless `status` asks for those that were. Those of a collective \
             are listed with the collective.",
        );
        list::paged(list::filtered(operation.with(status))).answers(200, json::<ListView<EntityView>>(), "A page.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let status = query.optional("status", |raw| raw.parse::<EntityStatus>().map_err(Reason::from), &mut faults);
    let connected = status != Some(EntityStatus::Disconnected);
    let mut filters = list::filters(&mut query, &mut faults);
    filters.push(("connected", connected.to_string()));
    let page = Page::read(request, &caller, query, faults)?;
    let after: Option<Place> = page.place(services)?;
    let (organisation, brand) = (caller.reach.organisation, caller.brand());
    let wanted = Wanted { organisation, brand, filters: &filters, after, size: page.size };
    let found = services.store()?.list_entities(wanted).await?;
    page.answer(services, found.entries.iter().map(EntityView::of).collect(), found.next)
}
