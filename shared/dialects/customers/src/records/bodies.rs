//! What records say, by their kinds.

use deserr::{Deserr, ValuePointerRef};
use jiff::{Timestamp, civil::Date};
use serde_json::Value;
use utoipa::ToSchema;
use wattbook_api::{
    Faults, body,
    fault::Reason,
    schema_types::{Day, Line255},
};
use wattbook_domain::{
    Decimal, Flaw, Text,
    record::{Invoice, InvoiceLine, Kid, Message, RecordKind, prose},
};

use super::FRESH;
use crate::date;

/// A record: the members of its kind.
#[derive(Debug, ToSchema)]
#[schema(as = RecordRequest)]
#[serde(untagged)]
pub enum RecordBody {
    /// An invoice.
    Invoice(InvoiceBody),
    /// A message.
    Message(MessageBody),
    /// That a customer is tied to another one.
    Associate(AssociateBody),
    /// Terms of an app.
    Terms(TermsBody),
    /// An app.
    App(AppBody),
}

/// What a record that is imported says besides.
#[derive(Debug, Deserr)]
#[deserr(error = Faults)]
pub(super) struct KeyedBody {
    /// Its kind.
    #[deserr(rename = "Kind", try_from(&String) = brought_kind -> Flaw)]
    pub(super) kind: RecordKind,
    /// What it is called within its kind.
    #[deserr(rename = "Key", try_from(Value) = called -> Reason)]
    pub(super) key: String,
}

/// Whose a reading is that is imported.
#[derive(Debug, Deserr)]
#[deserr(error = Faults)]
pub(super) struct OfReading {
    /// The customer, by any id.
    #[deserr(rename = "CustomerId", try_from(Value) = called -> Reason)]
    pub(super) customer_id: String,
    /// The delivery point.
    #[deserr(rename = "DeliveryPointId")]
    pub(super) delivery_point_id: u32,
}

/// An app. It is called by its short name.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = AppRecord, rename_all = "PascalCase")]
pub struct AppBody {
    /// What people call it.
    #[deserr(rename = "Name")]
    #[schema(value_type = String, max_length = 100)]
    pub name: Text<100>,
}

/// The current version of terms of an app. They are called by its short name, a point, and `general` or `additional`.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = TermsRecord, rename_all = "PascalCase")]
pub struct TermsBody {
    /// The version. Whoever has accepted another one has not accepted this.
    #[deserr(rename = "Version")]
    #[schema(value_type = String, max_length = 32)]
    pub version: Text<32>,
    /// Where they can be read.
    #[deserr(rename = "Url", default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub url: Option<Text<500>>,
}

/// That a customer is tied to another one, by which it is called.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = AssociateRecord, rename_all = "PascalCase")]
pub struct AssociateBody {
    /// The customer who sees the other one's name: the number, our id of the account, or your own.
    #[deserr(rename = "CustomerId", try_from(Value) = customer -> Reason)]
    #[schema(value_type = String)]
    #[allow(dead_code, reason = "read beside the body, as it takes a look into the store")]
    pub customer_id: (),
    /// How they are tied.
    #[deserr(rename = "RelationshipType")]
    #[schema(value_type = String, max_length = 64)]
    pub relationship_type: Text<64>,
}

/// A message to a customer. It is called by its number.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = MessageRecord, rename_all = "PascalCase")]
pub struct MessageBody {
    /// The customer: the number, our id of the account, or your own.
    #[deserr(rename = "CustomerId", try_from(Value) = customer -> Reason)]
    #[schema(value_type = String)]
    #[allow(dead_code, reason = "read beside the body, as it takes a look into the store")]
    pub customer_id: (),
    /// What it is called.
    #[deserr(rename = "Subject")]
    #[schema(value_type = Line255)]
    pub subject: Text<255>,
    /// What it says; it may have several lines.
    #[deserr(rename = "Body", try_from(&String) = text -> Flaw)]
    #[schema(value_type = String, min_length = 1, max_length = 10_000)]
    pub body: String,
    /// What it is about: 0 general, 1 an invoice, 2 an outage, 3 consumption, 4 a device.
    #[deserr(rename = "Category", default, try_from(Option<u8>) = some_category -> Flaw)]
    #[schema(value_type = Option<u8>, maximum = 4)]
    pub category: u8,
    /// How important it is, 0 to 2.
    #[deserr(rename = "Priority", default, try_from(Option<u8>) = some_priority -> Flaw)]
    #[schema(value_type = Option<u8>, maximum = 2)]
    pub priority: u8,
    /// By what it was sent: 0 the app, 1 e-mail, 2 SMS, 3 push.
    #[deserr(rename = "Channel", default, try_from(Option<u8>) = some_channel -> Flaw)]
    #[schema(value_type = Option<u8>, maximum = 3)]
    pub channel: u8,
    /// When it was sent; now, or as it was, if it is not given.
    #[deserr(rename = "SentDateTime", default, try_from(&Option<String>) = maybe_time -> Flaw)]
    #[schema(value_type = Option<String>)]
    pub sent_date_time: Option<Timestamp>,
    /// The meter that it is about.
    #[deserr(rename = "MeterId", default)]
    #[schema(value_type = Option<String>, max_length = 128)]
    pub meter_id: Option<Text<128>>,
}

impl MessageBody {
    /// The message of a number; what the customer did with what it was stays.
    pub(super) fn message(self, number: u32, old: Option<&Message>, now: Timestamp) -> Message {
        Message {
            number,
            state: old.map_or(FRESH, |old| old.state),
            state_changed: old.and_then(|old| old.state_changed),
            category: self.category,
            priority: self.priority,
            channel: self.channel,
            sent_at: self.sent_date_time.or_else(|| old.map(|old| old.sent_at)).unwrap_or(now),
            subject: self.subject.to_string(),
            body: self.body,
            meter: self.meter_id.map(|id| id.to_string()),
        }
    }
}

/// An invoice. It is called by its number, which no other customer's has.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, validate = sound -> Faults)]
#[schema(as = InvoiceRecord, rename_all = "PascalCase")]
pub struct InvoiceBody {
    /// The customer: the number, our id of the account, or your own.
    #[deserr(rename = "CustomerId", try_from(Value) = customer -> Reason)]
    #[schema(value_type = String)]
    #[allow(dead_code, reason = "read beside the body, as it takes a look into the store")]
    pub customer_id: (),
    /// The day that it is of.
    #[deserr(rename = "InvoiceDate", try_from(&String) = day -> Flaw)]
    #[schema(value_type = Day)]
    pub invoice_date: Date,
    /// The last day to pay it.
    #[deserr(rename = "DueDate", default, try_from(&Option<String>) = maybe_day -> Flaw)]
    #[schema(value_type = Option<Day>)]
    pub due_date: Option<Date>,
    /// What it comes to.
    #[deserr(rename = "InvoiceSum", try_from(f64) = Decimal::of -> Flaw)]
    #[schema(value_type = f64)]
    pub invoice_sum: Decimal,
    /// What is still to be paid; all of it if that is not given.
    #[deserr(rename = "UnpaidSum", default, try_from(Option<f64>) = maybe_decimal -> Flaw)]
    #[schema(value_type = Option<f64>)]
    pub unpaid_sum: Option<Decimal>,
    /// The currency, by its three letters (ISO 4217).
    #[deserr(rename = "Currency", try_from(&String) = some_currency -> Flaw)]
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Text<3>,
    /// What kind of invoice it is.
    #[deserr(rename = "InvoiceType", default)]
    #[schema(value_type = Option<String>, max_length = 64)]
    pub invoice_type: Option<Text<64>>,
    /// The number of the contract; it is about all without it.
    #[deserr(rename = "ContractNo", default)]
    pub contract_no: Option<u32>,
    /// The number of the ledger that it is of.
    #[deserr(rename = "LedgerNo", default)]
    pub ledger_no: Option<u32>,
    /// By which a payment is told to be for it: 2 to 25 digits, the last of which is a check digit.
    #[deserr(rename = "Kid", default, try_from(&Option<String>) = maybe_kid -> Flaw)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{1,24}[0-9-]$")]
    pub kid: Option<Kid>,
    /// What has been credited.
    #[deserr(rename = "CreditStatus", default)]
    #[schema(value_type = Option<String>, max_length = 64)]
    pub credit_status: Option<Text<64>>,
    /// Whether the customer has been reminded.
    #[deserr(rename = "DunningIsSent", default)]
    pub dunning_is_sent: Option<bool>,
    /// Whether it is to be paid in parts.
    #[deserr(rename = "HasPaymentAgreement", default)]
    pub has_payment_agreement: Option<bool>,
    /// Whether it can be put off.
    #[deserr(rename = "Postponeable", default)]
    pub postponeable: Option<bool>,
    /// Whether others collect it by now.
    #[deserr(rename = "SentToDebtCollection", default)]
    pub sent_to_debt_collection: Option<bool>,
    /// Whether another company sends it.
    #[deserr(rename = "SentToInvoicePartner", default)]
    pub sent_to_invoice_partner: Option<bool>,
    /// What it is for.
    #[deserr(rename = "Lines", default)]
    #[schema(max_items = 500)]
    pub lines: Option<Vec<LineBody>>,
    /// Your own PDF of it, in base64; it stays until it is replaced. Without one there is a PDF all the same.
    #[deserr(rename = "Pdf", default)]
    pub pdf: Option<String>,
}

/// A line of an invoice.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = InvoiceLine, rename_all = "PascalCase")]
pub struct LineBody {
    /// What it is for.
    #[deserr(rename = "Description")]
    #[schema(value_type = Line255)]
    pub description: Text<255>,
    /// How much.
    #[deserr(rename = "Amount", try_from(f64) = Decimal::of -> Flaw)]
    #[schema(value_type = f64)]
    pub amount: Decimal,
}

impl InvoiceBody {
    /// The invoice of a number.
    pub(super) fn invoice(self, number: u32, has_own_pdf: bool) -> Invoice {
        let line = |line: LineBody| InvoiceLine { description: line.description, amount: line.amount };
        Invoice {
            number,
            contract_number: self.contract_no,
            ledger_number: self.ledger_no,
            kind: self.invoice_type,
            date: self.invoice_date,
            due_date: self.due_date,
            sum: self.invoice_sum,
            unpaid: self.unpaid_sum.unwrap_or(self.invoice_sum),
            currency: self.currency,
            kid: self.kid,
            credit_status: self.credit_status,
            dunning_is_sent: self.dunning_is_sent.unwrap_or_default(),
            has_payment_agreement: self.has_payment_agreement.unwrap_or_default(),
            is_postponable: self.postponeable.unwrap_or_default(),
            sent_to_debt_collection: self.sent_to_debt_collection.unwrap_or_default(),
            sent_to_invoice_partner: self.sent_to_invoice_partner.unwrap_or_default(),
            lines: self.lines.unwrap_or_default().into_iter().map(line).collect(),
            has_own_pdf,
        }
    }
}

fn sound(read: InvoiceBody, at: ValuePointerRef<'_>) -> Result<InvoiceBody, Faults> {
    let (at, mut faults) = (body::pointer(at), Faults::default());
    if read.due_date.is_some_and(|due| due < read.invoice_date) {
        faults.body(&at.child("DueDate"), Flaw::EndsBeforeStart);
    }
    if read.lines.as_ref().is_some_and(|lines| lines.len() > Invoice::MOST_LINES) {
        let message = format!("must have at most {} elements", Invoice::MOST_LINES);
        faults.body(&at.child("Lines"), Reason::new("too_many", message));
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

/// An id of a customer in any of its forms: whose it is is looked up apart.
fn customer(stated: Value) -> Result<(), Reason> {
    called(stated).map(drop)
}

/// What is called by a text or a number.
fn called(stated: Value) -> Result<String, Reason> {
    match stated {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(Reason::wrong_type("a string or a number", &other)),
    }
}

fn brought_kind(word: &str) -> Result<RecordKind, Flaw> {
    const ALLOWED: &[&str] = &["app", "associate", "invoice", "message", "reading", "terms"];
    super::kind(word).ok_or(Flaw::NotOneOf { allowed: ALLOWED })
}

fn text(raw: &str) -> Result<String, Flaw> {
    prose(raw, Message::MAX_BODY)
}

fn day(raw: &str) -> Result<Date, Flaw> {
    // A time where a day is meant is on the day that it says.
    wattbook_domain::DateOrTime::parse(raw).map(|read| read.day(None)).map_err(|_| Flaw::Date)
}

#[expect(clippy::ref_option, reason = "it is what the reader of bodies hands over")]
fn maybe_day(raw: &Option<String>) -> Result<Option<Date>, Flaw> {
    raw.as_deref().map(day).transpose()
}

#[expect(clippy::ref_option, reason = "it is what the reader of bodies hands over")]
fn maybe_time(raw: &Option<String>) -> Result<Option<Timestamp>, Flaw> {
    raw.as_deref().map(date::read).transpose()
}

#[expect(clippy::ref_option, reason = "it is what the reader of bodies hands over")]
fn maybe_kid(raw: &Option<String>) -> Result<Option<Kid>, Flaw> {
    raw.as_deref().map(Kid::parse).transpose()
}

fn maybe_decimal(raw: Option<f64>) -> Result<Option<Decimal>, Flaw> {
    raw.map(Decimal::of).transpose()
}

fn some_currency(raw: &str) -> Result<Text<3>, Flaw> {
    let (what, example) = ("a currency, by the three capitals of ISO 4217", "EUR");
    let letters = raw.len() == 3 && raw.bytes().all(|b| b.is_ascii_uppercase());
    if letters { Text::parse(raw) } else { Err(Flaw::IdentifierForm { what, example }) }
}

fn some_category(stated: Option<u8>) -> Result<u8, Flaw> {
    up_to(stated, 4, "4")
}

fn some_priority(stated: Option<u8>) -> Result<u8, Flaw> {
    up_to(stated, 2, "2")
}

fn some_channel(stated: Option<u8>) -> Result<u8, Flaw> {
    up_to(stated, 3, "3")
}

fn up_to(stated: Option<u8>, most: u8, shown: &'static str) -> Result<u8, Flaw> {
    let number = stated.unwrap_or_default();
    if number <= most { Ok(number) } else { Err(Flaw::OutOfRange { least: "0", most: shown }) }
}
