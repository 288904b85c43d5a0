//! `GET /api/customers/{customerId}/invoices`: lists invoices; `GET …/invoices/{year}/invoicepdfs` and
//! `GET …/contracts/{contractNo}/invoices/{year}`: those of a year.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Refusal, json},
};
use wattbook_customers::{
    invoices::{self, InvoiceView, Shown},
    list::{self, Page},
    seen::Seen,
};
use wattbook_domain::record::Invoice;
use wattbook_store::RecordsWanted;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "list-invoices",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let operation = list::paged(operation)
            .named("List invoices", "The newest first.")
            .answers(200, list::array(json::<InvoiceView>()), "A page of the invoices.")
            .refuses(&[Refusal::NotFound]);
        match operation.path() {
            path if path.contains("{contractNo}") => operation.id("list-contract-invoices"),
            path if path.contains("{year}") => operation.id("list-invoice-pdfs"),
            _ => operation,
        }
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::PublicUrl]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let seen = Seen::find(services, request).await?;
    let year = year(request.path_parameter("year"))?;
    let contract = match request.path_parameter("contractNo") {
        "" => None,
        number => Some(seen.any_contract(number)?),
    };
    let page = Page::read(request.query(), Faults::default())?;
    let (store, of) = (services.store()?, invoices::of(&seen.account));
    if seen.sees_one_brand() {
        return of_brand(services, request, &seen, (page, &year, contract.as_deref())).await;
    }
    let filter = contract.as_deref().map(|number| ("contract", number));
    let wanted = RecordsWanted { of, prefix: &year, filter, before: page.before(), size: page.size };
    let found = store.record_page::<Invoice>(wanted).await?;
    let shown = Shown::new(services, request, &seen)?;
    let views: Vec<_> = found.entries.iter().map(|it| shown.view(&it.value)).collect();
    page.answer(request, &views, found.total)
}

/// Those that one brand sees. The store's list has those of the others, too, so all are read.
async fn of_brand(
    services: &Services,
    request: &Request,
    seen: &Seen,
    (page, year, contract): (Page, &str, Option<&str>),
) -> Result<Answer, Failure> {
    let mut all = services.store()?.all_records::<Invoice>(invoices::of(&seen.account), "").await?;
    all.retain(|it| {
        let of_contract =
            contract.is_none_or(|stated| it.value.contract_number.is_some_and(|it| it.to_string() == stated));
        of_contract && it.value.date.to_string().starts_with(year) && seen.sees_contract(it.value.contract_number)
    });
    all.sort_by_key(|it| std::cmp::Reverse((it.value.date, it.value.number)));
    let (shown, total) = (Shown::new(services, request, seen)?, all.len());
    let views: Vec<_> = page.of(all).iter().map(|it| shown.view(&it.value)).collect();
    page.answer(request, &views, total)
}

/// What the dates of a year begin with; of all years, nothing. What is no year has no invoices, as a path that is not there.
fn year(raw: &str) -> Result<String, Failure> {
    let is_year = raw.len() == 4 && raw.bytes().all(|b| b.is_ascii_digit()) && raw > "2000";
    match raw {
        "" => Ok(String::new()),
        year if is_year => Ok(format!("{year}-")),
        _ => Err(Failure::NotFound),
    }
}
