//! `GET /collectives`: lists collectives, the newest first.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Parameter, json},
    fault::Reason,
    schema_types::CollectiveKindWord,
};
use wattbook_domain::entity::CollectiveKind;
use wattbook_onboarding::{
    collectives::CollectiveView,
    list::{self, ListView, Page},
};
use wattbook_store::{Place, Wanted};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "list-collectives",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let kind = Parameter::query("type", json::<CollectiveKindWord>(), "Only those of this type.");
        let operation = operation.named("List collectives", "The newest first.").with(kind);
        list::paged(operation).answers(200, json::<ListView<CollectiveView>>(), "A page.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let kind = query.optional("type", |raw| raw.parse::<CollectiveKind>().map_err(Reason::from), &mut faults);
    let filters: Vec<_> = kind.into_iter().map(|kind| ("kind", kind.word().to_owned())).collect();
    let page = Page::read(request, &caller, query, faults)?;
    let after: Option<Place> = page.place(services)?;
    let (organisation, brand) = (caller.reach.organisation, caller.brand());
    let wanted = Wanted { organisation, brand, filters: &filters, after, size: page.size };
    let found = services.store()?.list_collectives(wanted).await?;
    page.answer(services, found.entries.iter().map(CollectiveView::of).collect(), found.next)
}
