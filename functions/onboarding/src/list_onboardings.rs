//! `GET /onboarding/entities`: lists requests, the newest first.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Parameter, json},
    fault::Reason,
    schema_types::OnboardingStatusWord,
};
use wattbook_domain::onboarding::OnboardingStatus;
use wattbook_onboarding::{
    list::{self, ListView, Page},
    requests::view::{RequestView, Shown},
};
use wattbook_store::{Place, Wanted};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_onboarding::function(
    "list-onboardings",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let status = Parameter::query("status", json::<OnboardingStatusWord>(), "Only those of this status.");
        let operation =
            operation.named("List onboarding requests", "The newest first, those that have ended, too.").with(status);
        list::paged(list::filtered(operation)).answers(200, json::<ListView<RequestView>>(), "A page.")
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::PublicUrl]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let status = query.optional("status", |raw| raw.parse::<OnboardingStatus>().map_err(Reason::from), &mut faults);
    let mut filters = list::filters(&mut query, &mut faults);
    filters.extend(status.map(|status| ("status", status.word().to_owned())));
    let page = Page::read(request, &caller, query, faults)?;
    let after: Option<Place> = page.place(services)?;
    let (organisation, brand) = (caller.reach.organisation, caller.brand());
    let wanted = Wanted { organisation, brand, filters: &filters, after, size: page.size };
    let found = services.store()?.list_onboardings(wanted).await?;
    let shown = Shown::of(services, request)?;
    let views = found.entries.iter().map(|it| RequestView::of(it, &shown)).collect();
    page.answer(services, views, found.next)
}
