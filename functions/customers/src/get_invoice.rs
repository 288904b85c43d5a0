//! `GET /api/customers/{customerId}/invoices/{invoiceNo}`: reads an invoice.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Refusal, json},
};
use wattbook_customers::{
    invoices::{self, InvoiceView, Shown},
    seen::Seen,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "get-invoice",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named("Get an invoice", "The address of its PDF is another one each time, and good for five minutes.")
            .answers(200, json::<InvoiceView>(), "The invoice.")
            .refuses(&[Refusal::NotFound])
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::PublicUrl]);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let seen = Seen::find(services, request).await?;
    faults.none()?;
    let invoice = invoices::invoice(services, &seen.account, request.path_parameter("invoiceNo")).await?;
    if !seen.sees_contract(invoice.value.contract_number) {
        return Err(Failure::NotFound);
    }
    Answer::json(200, &Shown::new(services, request, &seen)?.view(&invoice.value))
}
