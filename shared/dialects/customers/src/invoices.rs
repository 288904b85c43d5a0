//! Invoices, as this dialect shows them.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{Failure, Request, Services, clock, ticket::Ticket};
use wattbook_domain::{
    Account, CustomerNumber, Decimal,
    record::{Invoice, Record},
};
use wattbook_store::{RecordOf, Stored};

use crate::{date, seen::Seen};

/// For how long the address of a PDF is good, in seconds.
const TICKET_SECONDS: i64 = 300;

/// An invoice.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = InvoiceResponse)]
pub struct InvoiceView {
    /// What has been credited; null if nothing.
    #[schema(required = true)]
    credit_status: Option<String>,
    /// The number of the customer.
    #[schema(required = true)]
    customer_id: Option<u32>,
    /// The last day to pay it, as its beginning where the customer is.
    #[schema(required = true)]
    due_date: Option<String>,
    /// Whether the customer has been reminded.
    dunning_is_sent: bool,
    /// Whether it is to be paid in parts.
    has_payment_agreement: bool,
    /// The day that it is of, as its beginning where the customer is.
    invoice_date: String,
    /// The number of the invoice, as text.
    invoice_no: String,
    /// What it comes to.
    invoice_sum: f64,
    /// What kind of invoice it is.
    #[schema(required = true)]
    invoice_type: Option<String>,
    /// By which a payment is told to be for it.
    #[schema(required = true)]
    kid: Option<String>,
    /// The number of the ledger that it is of.
    #[schema(required = true)]
    ledger_no: Option<u32>,
    /// Whether it can be put off.
    postponeable: bool,
    /// Whether others collect it by now.
    sent_to_debt_collection: bool,
    /// Whether another company sends it.
    sent_to_invoice_partner: bool,
    /// What is still to be paid.
    unpaid_sum: f64,
    /// Where it can be had as a PDF, for five minutes and by whoever has the address.
    pdf_url: String,
    /// 0 open, 1 paid, 2 overdue, 3 credited.
    #[schema(minimum = 0, maximum = 3)]
    invoice_status: u8,
    /// The currency (ISO 4217).
    currency: String,
    /// The number of the contract; null if it is about all.
    #[schema(required = true)]
    contract_no: Option<u32>,
}

/// Shows invoices of an account.
pub struct Shown<'a> {
    seen: &'a Seen,
    today: Date,
    address: String,
    keys: &'a wattbook_api::secret::KeyRing,
    until: Timestamp,
}

impl<'a> Shown<'a> {
    /// Of what a request asks for.
    ///
    /// # Errors
    /// The function has no keys.
    pub fn new(services: &'a Services, request: &Request, seen: &'a Seen) -> Result<Self, Failure> {
        let until = Timestamp::from_second(clock::now().as_second() + TICKET_SECONDS).unwrap_or(Timestamp::MAX);
        let address = request.public_url(services.public_url());
        Ok(Self { seen, today: seen.today(), address, keys: services.signing_keys()?, until })
    }

    /// An invoice.
    #[must_use]
    pub fn view(&self, invoice: &Invoice) -> InvoiceView {
        let account = &self.seen.account;
        let begin = |day: Date| date::begin(day, account.time_zone());
        InvoiceView {
            credit_status: invoice.credit_status.as_ref().map(ToString::to_string),
            customer_id: account.number.map(CustomerNumber::get),
            due_date: invoice.due_date.map(begin),
            dunning_is_sent: invoice.dunning_is_sent,
            has_payment_agreement: invoice.has_payment_agreement,
            invoice_date: begin(invoice.date),
            invoice_no: invoice.number.to_string(),
            invoice_sum: invoice.sum.number(),
            invoice_type: invoice.kind.as_ref().map(ToString::to_string),
            kid: invoice.kid.as_ref().map(ToString::to_string),
            ledger_no: invoice.ledger_number,
            postponeable: invoice.is_postponable,
            sent_to_debt_collection: invoice.sent_to_debt_collection,
            sent_to_invoice_partner: invoice.sent_to_invoice_partner,
            unpaid_sum: Decimal::number(invoice.unpaid),
            pdf_url: self.pdf_url(invoice),
            invoice_status: invoice.status(self.today).number(),
            currency: invoice.currency.to_string(),
            contract_no: invoice.contract_number,
        }
    }

    fn pdf_url(&self, invoice: &Invoice) -> String {
        let account = &self.seen.account;
        let ticket = ticket(account, invoice.number).seal(self.keys, self.until);
        let customer = account.number.map_or_else(|| account.id.to_string(), |number| number.to_string());
        format!("{}/api/customers/{customer}/invoices/{}/pdf?ticket={ticket}", self.address, invoice.number)
    }
}

/// What a ticket for the PDF of an invoice is for.
#[must_use]
pub fn ticket(account: &Account, number: u32) -> Ticket {
    Ticket { organisation: account.organisation, account: account.id, purpose: format!("invoice {number}") }
}

/// What the invoices of an account belong to.
#[must_use]
pub const fn of(account: &Account) -> RecordOf {
    RecordOf::Account(account.organisation, account.id)
}

/// The invoice of that number.
///
/// # Errors
/// There is none, or the store failed.
pub async fn invoice(services: &Services, account: &Account, raw: &str) -> Result<Stored<Invoice>, Failure> {
    let number: u32 = raw.parse().map_err(|_| Failure::NotFound)?;
    let found = services.store()?.record::<Invoice>(of(account), &format!("{number:010}")).await?;
    found.filter(|it| it.value.id() == format!("{number:010}")).ok_or(Failure::NotFound)
}

/// What the keys of an account's files begin with in the bucket.
#[must_use]
pub fn files(account: &Account) -> String {
    format!("invoices/{}/{}/", account.organisation, account.id)
}

/// The key of the PDF that an organisation has brought.
#[must_use]
pub fn own_pdf(account: &Account, number: u32) -> String {
    format!("{}{number}-own.pdf", files(account))
}

/// The key of the PDF that was set of a version of an invoice.
#[must_use]
pub fn set_pdf(account: &Account, invoice: &Stored<Invoice>) -> String {
    format!("{}{}-{}.pdf", files(account), invoice.value.number, invoice.version)
}

/// Removes the files of an account's invoices: of one, or of all.
///
/// # Errors
/// Some may be left; then it is to be tried again.
pub async fn forget_files(services: &Services, account: &Account, number: Option<u32>) -> Result<(), Failure> {
    let bucket = services.bucket()?;
    let prefix = number.map_or_else(|| files(account), |number| format!("{}{number}-", files(account)));
    loop {
        let page = bucket.list(&prefix, None, wattbook_api::bucket::LARGEST_PAGE).await?;
        for listed in &page.objects {
            bucket.delete(&listed.key).await?;
        }
        if page.next.is_none() {
            return Ok(());
        }
    }
}
