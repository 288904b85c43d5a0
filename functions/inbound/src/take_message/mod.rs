//! On the queue of what others ask for by events: carries out the body of a message as the operation over HTTP would,
//! and tells on the event bus what came of it.
//!
//! A message is what a rule of the bus has made of an event: `{"organisation_id": …, "label_partner": …, "type": …,
//! "detail": {"correlation_id": …, "body": …}}`. The organisation, and the brand if there is one, are the rule's own
//! words, and none of the sender's. A body that is refused has its outcome, as any other has; a message that cannot be
//! read, or is of an organisation that is not there, fails.

mod told;

use serde::Deserialize;
use serde_json::value::RawValue;
use wattbook_api::{
    Entry, Failure, Function, Message, Principal, Resource, Services, contract::Declaration, fault::Reason,
};
use wattbook_domain::{AccessLevel, Actor, LabelPartnerCode, OrganisationId};
use wattbook_intake::{Asked, Intake};

use told::Told;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "take-message",
    entry: Entry::Queue(|services, message| Box::pin(take(services, message))),
    uses: &[Resource::Table, Resource::SigningKeys, Resource::EVENT_BUS],
    contract: Declaration::NONE,
};

/// The longest correlation id, in characters.
const MAX_CORRELATION_ID: usize = 200;

/// A message.
#[derive(Deserialize)]
struct Order {
    organisation_id: OrganisationId,
    #[serde(default)]
    label_partner: Option<String>,
    #[serde(rename = "type")]
    event_type: String,
    detail: Detail,
}

/// What the sender says.
#[derive(Deserialize)]
struct Detail {
    correlation_id: String,
    body: Box<RawValue>,
}

async fn take(services: &Services, message: &Message) -> Result<(), Failure> {
    let order: Order = message.read()?;
    let asked = Asked::by(&order.event_type).ok_or_else(|| refused("unknown_message_type"))?;
    let correlation_id = correlation_id(&order.detail)?;
    let caller = caller(services, &order, correlation_id).await?;
    let key = format!("message {correlation_id}");
    let intake =
        Intake { dialect: asked.dialect, mode: asked.mode, key: &key, body: order.detail.body.get().as_bytes() };
    let outcome = intake.carry_out(services, &caller).await?;
    let told = Told { caller: &caller, correlation_id, request: &intake, outcome: &outcome };
    Ok(services.bus()?.publish(&[told.event(asked)?]).await?)
}

/// What it is known by to the sender. It stands in a key and beside what is written, and so is short and can be seen.
fn correlation_id(detail: &Detail) -> Result<&str, Failure> {
    let id = detail.correlation_id.as_str();
    let is_good = (1..=MAX_CORRELATION_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    if is_good { Ok(id) } else { Err(refused("invalid_correlation_id")) }
}

/// As whom the rule has what it hands on done.
async fn caller(services: &Services, order: &Order, correlation_id: &str) -> Result<Principal, Failure> {
    let organisation = services.store()?.organisation(order.organisation_id).await?;
    let organisation = organisation.ok_or_else(|| refused("unknown_organisation"))?;
    let access = match &order.label_partner {
        None => AccessLevel::Admin,
        Some(code) => {
            let code = LabelPartnerCode::parse(code).ok().filter(|code| organisation.label_partner(code).is_some());
            AccessLevel::LabelPartner { label_partner: code.ok_or_else(|| refused("unknown_label_partner"))? }
        }
    };
    Ok(Principal::acting(Actor::Message(correlation_id.to_owned()), access, &organisation))
}

/// A message that nothing can be done with. Its code is what the log tells of it.
fn refused(code: &'static str) -> Failure {
    Failure::Unreadable(Reason::new(code, "nothing can be done with the message"))
}
