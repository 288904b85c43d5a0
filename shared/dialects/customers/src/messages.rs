//! Messages to customers, as this dialect shows and marks them.

use std::collections::BTreeSet;

use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Failure, Faults, Services, clock,
    fault::{Pointer, Reason},
    writing::Rounds,
};
use wattbook_domain::{
    Account, Flaw,
    record::{Message, MessageState, Record},
};
use wattbook_store::{RecordOf, RecordsWanted, Stored};

use crate::date;

/// The most messages that one request marks by their numbers.
pub const MOST: usize = 100;

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = MessageResponse)]
pub struct MessageView {
    /// 1: not read, 2: read.
    #[schema(minimum = 1, maximum = 2)]
    state: u8,
    /// What it is about: 0 general, 1 an invoice, 2 an outage, 3 consumption, 4 a device.
    #[schema(minimum = 0, maximum = 4)]
    category: u8,
    /// How important it is, 0 to 2.
    #[schema(minimum = 0, maximum = 2)]
    priority: u8,
    /// By what it was sent: 0 the app, 1 e-mail, 2 SMS, 3 push.
    #[schema(minimum = 0, maximum = 3)]
    channel: u8,
    /// When it was sent.
    sent_date_time: String,
    /// What it says.
    body: String,
    /// The number of the message.
    id: u32,
    /// When it was last marked; null if it never was.
    #[schema(required = true)]
    state_changed: Option<String>,
    /// The meter that it is about.
    #[schema(required = true)]
    meter_id: Option<String>,
    /// What it is called.
    subject: String,
    /// The same as `Priority`.
    #[schema(minimum = 0, maximum = 2)]
    severity: u8,
    /// The same as `Body`.
    text: String,
    /// The same as `Channel`.
    #[schema(minimum = 0, maximum = 3)]
    communication_channel: u8,
}

impl MessageView {
    /// Of a message.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        Self {
            state: message.state.number(),
            category: message.category,
            priority: message.priority,
            channel: message.channel,
            sent_date_time: date::written(message.sent_at),
            body: message.body.clone(),
            id: message.number,
            state_changed: message.state_changed.map(date::written),
            meter_id: message.meter.clone(),
            subject: message.subject.clone(),
            severity: message.priority,
            text: message.body.clone(),
            communication_channel: message.channel,
        }
    }
}

/// Which messages are to be marked, and how.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = MessagesStateRequest, rename_all = "PascalCase")]
pub struct MessagesStateBody {
    /// The numbers of the messages; without them all are marked.
    #[deserr(rename = "MessageIds", default)]
    #[schema(max_items = 100)]
    pub message_ids: Option<Vec<u32>>,
    /// 1: not read, 2: read.
    #[deserr(rename = "State", try_from(u8) = known_state -> Flaw)]
    #[schema(value_type = u8, minimum = 1, maximum = 2)]
    pub state: MessageState,
}

/// How a message is to be marked.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults)]
#[schema(as = MessagePatch, rename_all = "PascalCase")]
pub struct MessagePatchBody {
    /// 1: not read, 2: read.
    #[deserr(rename = "State", try_from(u8) = known_state -> Flaw)]
    #[schema(value_type = u8, minimum = 1, maximum = 2)]
    pub state: MessageState,
}

/// How many messages were marked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = MessagesStateResponse)]
pub struct MarkedView {
    /// How many are in another state than before.
    pub changed: usize,
}

/// What the messages of an account belong to.
#[must_use]
pub const fn of(account: &Account) -> RecordOf {
    RecordOf::Account(account.organisation, account.id)
}

/// Which messages of an account: those of a state, or all.
#[must_use]
pub const fn wanted(of: RecordOf, state: Option<&'static str>) -> RecordsWanted<'static> {
    let filter = match state {
        Some(state) => Some(("state", state)),
        None => None,
    };
    RecordsWanted { of, prefix: "", filter, before: 0, size: 0 }
}

/// Marks the messages of these numbers, all or none, and gives how many are in another state than before.
///
/// # Errors
/// One of them is not there, which are all told; others were faster for too long, or the store failed.
pub async fn mark(services: &Services, of: RecordOf, numbers: &[u32], state: MessageState) -> Result<usize, Failure> {
    // One that is named twice is one.
    let ids: BTreeSet<_> = numbers.iter().map(|number| format!("{number:010}")).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let mut rounds = Rounds::default();
    loop {
        let found: Vec<Stored<Message>> = services.store()?.records(of, &ids).await?;
        let missing = |(_, number): &(usize, &u32)| !found.iter().any(|it| it.value.number == **number);
        let mut faults = Faults::default();
        for (at, _) in numbers.iter().enumerate().filter(missing) {
            faults.body(
                &Pointer::root().child("MessageIds").child(at),
                Reason::new("unknown", "is no message of the customer"),
            );
        }
        faults.none()?;
        if let Some(changed) = marked(services, of, found, state).await? {
            return Ok(changed);
        }
        rounds.again().await?;
    }
}

/// Marks all messages.
///
/// # Errors
/// Others were faster for too long, or the store failed. Then some may be marked: it is to be asked for again.
pub async fn mark_all(services: &Services, of: RecordOf, state: MessageState) -> Result<usize, Failure> {
    let (store, other) = (services.store()?, if state == MessageState::Read { "1" } else { "2" });
    let (mut changed, mut rounds) = (0, Rounds::default());
    loop {
        // Those of the other state, the newest first. The list may be a moment behind, so each is looked at.
        let page = store.record_page::<Message>(RecordsWanted { size: MOST, ..wanted(of, Some(other)) }).await?;
        let fresh = page.entries.iter().any(|it| it.value.state != state);
        match marked(services, of, page.entries, state).await? {
            Some(more) => changed += more,
            None => rounds.again().await?,
        }
        if page.total == 0 {
            return Ok(changed);
        }
        if !fresh {
            rounds.again().await?;
        }
    }
}

async fn marked(
    services: &Services,
    of: RecordOf,
    found: Vec<Stored<Message>>,
    state: MessageState,
) -> Result<Option<usize>, Failure> {
    let now = clock::now();
    let changes: Vec<_> = found
        .into_iter()
        .filter(|it| it.value.state != state)
        .map(|it| {
            let new = it.value.marked(state, now);
            (it, new)
        })
        .collect();
    let count = changes.len();
    Ok(services.store()?.replace_records(of, &changes).await?.then_some(count))
}

/// The id of the message of a path.
///
/// # Errors
/// It is no number.
pub fn id(raw: &str) -> Result<u32, Failure> {
    raw.parse().map_err(|_| Failure::NotFound)
}

/// The message of that number.
///
/// # Errors
/// There is none, or the store failed.
pub async fn message(services: &Services, of: RecordOf, number: u32) -> Result<Stored<Message>, Failure> {
    let found = services.store()?.record::<Message>(of, &format!("{number:010}")).await?;
    found.filter(|it| it.value.id() == format!("{number:010}")).ok_or(Failure::NotFound)
}

fn known_state(number: u8) -> Result<MessageState, Flaw> {
    MessageState::numbered(number).ok_or(Flaw::NotOneOf { allowed: &["1", "2"] })
}
