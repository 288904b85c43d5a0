//! `GET /api/customers/{customerId}/deliverypoints/{deliveryPointId}/readings`: lists the readings of a delivery point.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Refusal, json},
};
use wattbook_customers::{
    list::{self, Page},
    readings::{self, ReadingView},
    seen::Seen,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "list-readings",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        list::paged(operation)
            .named("List readings", "The newest first.")
            .answers(200, list::array(json::<ReadingView>()), "A page of the readings.")
            .refuses(&[Refusal::NotFound])
    },
);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let seen = Seen::find(services, request).await?;
    let page = Page::read(request.query(), Faults::default())?;
    let point = seen.delivery_point(request.path_parameter("deliveryPointId"))?;
    let number = point.ordinal.ok_or(Failure::NotFound)?;
    let (store, of) = (services.store()?, readings::of(&seen.account));
    let found = store.reading_page(of, number, (page.before(), page.size)).await?;
    page.answer(request, &ReadingView::page(&found.entries, page.size), found.total)
}
