//! `GET /api/customers/{customerId}/invoices/{invoiceNo}/pdf`: an invoice as a PDF, for whoever sends a credential or has the
//! address with a ticket. It sees for itself who that is: what shows a PDF sends no credential.

mod paper;
mod words;

use wattbook_api::{
    Answer, Caller, Failure, Faults, Function, Request, Resource, Services,
    bucket::BucketError,
    clock,
    contract::{Parameter, Refusal},
    fault::Reason,
    persons::{self, Known},
    ticket::Ticket,
};
use wattbook_customers::{
    invoices,
    seen::{CUSTOMER_ID, CustomerId, Seen},
};
use wattbook_domain::{Account, record::Invoice};
use wattbook_store::Stored;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::open(
    "get-invoice-pdf",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        let (text, about) =
            (serde_json::json!({ "type": "string" }), "From the PdfUrl of the invoice; good for five minutes.");
        operation
            .takes_basic_too()
            .named(
                "Get an invoice as a PDF",
                "With a credential, or at the PdfUrl of the invoice. A name and a password in the address are refused: \
                 addresses stand in logs and histories.",
            )
            .with(Parameter::query("ticket", text.clone(), about))
            .answers_as(
                "application/pdf",
                serde_json::json!({ "type": "string", "format": "binary" }).into(),
                "The PDF.",
            )
            .refuses(&[Refusal::Faults, Refusal::Unauthorized, Refusal::NotFound, Refusal::TooManyTries])
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::HashKeys, Resource::BUCKET]);

/// The most bytes of a PDF that is answered: what Lambda can, in base64, and something to spare.
const MOST: usize = 4 * 1024 * 1024;

const PDF: &str = "application/pdf";

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    refuse_credentials(request)?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let ticket = query.optional("ticket", |raw| Ok(raw.to_owned()), &mut faults);
    // The published address has it; the area makes no difference to an invoice.
    query.optional("area", |raw| Ok(raw.to_owned()), &mut faults);
    query.close(&mut faults);
    faults.none()?;
    let account = match ticket {
        Some(ticket) => by_ticket(services, request, &ticket).await?,
        None => by_header(services, request).await?,
    };
    let invoice = invoices::invoice(services, &account, request.path_parameter("invoiceNo")).await?;
    let pdf = pdf(services, &account, &invoice).await?;
    let name = format!("inline; filename=\"{}.pdf\"", invoice.value.number);
    let answer = Answer::bytes(200, PDF, &pdf).header("content-disposition", name);
    Ok(answer.header("cache-control", "private, no-store").header("x-content-type-options", "nosniff"))
}

/// Whatever their letters: they are neither tried nor looked at.
fn refuse_credentials(request: &Request) -> Result<(), Failure> {
    let mut faults = Faults::default();
    for (name, _) in request.query().pairs() {
        if ["username", "password"].contains(&name.to_ascii_lowercase().as_str()) {
            let message =
                "is refused in an address; send it in the Authorization header, or use the PdfUrl of the invoice";
            faults.query(name, Reason::new("credentials_in_query", message));
        }
    }
    faults.none()
}

/// The account that a ticket opens, if it is one for this invoice of it.
async fn by_ticket(services: &Services, request: &Request, text: &str) -> Result<Account, Failure> {
    let (organisation, id) = Ticket::leads_to(text).ok_or(Failure::Unauthenticated)?;
    let number: u32 = request.path_parameter("invoiceNo").parse().map_err(|_| Failure::Unauthenticated)?;
    let account = services.store()?.account(organisation, id).await?.filter(|account| !account.is_deleted());
    let account = account.ok_or(Failure::Unauthenticated)?;
    let named = CustomerId::parse(request.path_parameter(CUSTOMER_ID)).is_some_and(|id| id.is_of(&account));
    let good = invoices::ticket(&account, number).is_good(services.signing_keys()?, text, clock::now());
    if named && good { Ok(account) } else { Err(Failure::Unauthenticated) }
}

async fn by_header(services: &Services, request: &Request) -> Result<Account, Failure> {
    let authorization = request.header("authorization").unwrap_or_default();
    let caller = match persons::by_header(services, authorization, request.source_address()).await? {
        Known::Organisation(principal) => Caller::Organisation(principal),
        Known::Person(signed_in) => Caller::Person(signed_in.person()),
        Known::Nobody => return Err(Failure::Unauthenticated),
        Known::Wait(wait) => return Err(Failure::TooManyTries { wait }),
    };
    let seen = Seen::named(services, caller, request.path_parameter(CUSTOMER_ID)).await?;
    if seen.sees_one_brand() {
        let invoice = invoices::invoice(services, &seen.account, request.path_parameter("invoiceNo")).await?;
        if !seen.sees_contract(invoice.value.contract_number) {
            return Err(Failure::NotFound);
        }
    }
    Ok(seen.account)
}

/// The organisation's own PDF, or ours: that is set once for each version of the invoice.
async fn pdf(services: &Services, account: &Account, invoice: &Stored<Invoice>) -> Result<Vec<u8>, Failure> {
    let bucket = services.bucket()?;
    if invoice.value.has_own_pdf {
        let own = invoices::own_pdf(account, invoice.value.number);
        return Ok(bucket.get(&own, MOST).await?.to_vec());
    }
    let key = invoices::set_pdf(account, invoice);
    match bucket.get(&key, MOST).await {
        Ok(kept) => return Ok(kept.to_vec()),
        Err(BucketError::Missing) => {}
        Err(error) => return Err(error.into()),
    }
    let organisation = services.store()?.organisation(account.organisation).await?.ok_or(Failure::NotFound)?;
    let pdf = paper::set(&organisation, account, &invoice.value).map_err(|error| Failure::Internal(error.into()))?;
    bucket.put(&key, pdf.clone(), PDF).await?;
    Ok(pdf)
}
