//! `GET /imports`: lists imports, the newest first.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Parameter, json},
    fault::Reason,
    schema_types::{ImportDialectWord, ImportStatusWord},
};
use wattbook_domain::import::{ImportDialect, ImportStatus};
use wattbook_events::{
    imports::ImportView,
    list::{ListView, Page, paged},
};
use wattbook_store::{Place, Wanted};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "list-imports",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let status = Parameter::query("status", json::<ImportStatusWord>(), "Only those of this status.");
        let dialect = Parameter::query("dialect", json::<ImportDialectWord>(), "Only those of this dialect.");
        let operation = operation.named("List imports", "The newest first, for thirty days.");
        paged(operation.with(status).with(dialect)).answers(200, json::<ListView<ImportView>>(), "A page.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let status = query.optional("status", |raw| raw.parse::<ImportStatus>().map_err(Reason::from), &mut faults);
    let dialect = query.optional("dialect", |raw| raw.parse::<ImportDialect>().map_err(Reason::from), &mut faults);
    let filters: Vec<_> = [
        status.map(|status| ("status", status.word().to_owned())),
        dialect.map(|dialect| ("dialect", dialect.word().to_owned())),
    ]
    .into_iter()
    .flatten()
    .collect();
    let page = Page::read(request, &caller, query, faults)?;
    let after: Option<Place> = page.place(services)?;
    let (organisation, brand) = (caller.reach.organisation, caller.brand());
    let wanted = Wanted { organisation, brand, filters: &filters, after, size: page.size };
    let found = services.store()?.list_imports(wanted).await?;
    page.answer(services, found.entries.iter().map(ImportView::of).collect(), found.next)
}
