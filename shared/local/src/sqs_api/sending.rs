//! Sending messages, one or up to ten at once.

use std::{collections::BTreeSet, time::Duration};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use wattbook_api::queue::{LONGEST_DELAY_SECONDS, MOST_AT_ONCE};

use super::{Queues, Refusal, find, md5, sequence};
use crate::{
    queue_store::{Outgoing, Place},
    template::QueueDefinition,
};

/// What SQS takes in a call, in bytes.
pub(super) const LARGEST_BODY: usize = 1024 * 1024;
/// The longest name of a group, and the longest id that is taken once.
const LONGEST_NAME: usize = 128;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Send {
    queue_url: String,
    message_body: String,
    delay_seconds: Option<u32>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct SendAll {
    queue_url: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    id: String,
    message_body: String,
    delay_seconds: Option<u32>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

pub(super) async fn send(queues: &Queues, request: Send) -> Result<Value, Refusal> {
    let Send { queue_url, message_body, delay_seconds, message_group_id, message_deduplication_id } = request;
    let id = String::new();
    let entry = Entry { id, message_body, delay_seconds, message_group_id, message_deduplication_id };
    take(queues, find(queues, &queue_url)?, entry).await.map(Value::Object)
}

/// Each of them is taken or refused by itself.
pub(super) async fn send_all(queues: &Queues, request: SendAll) -> Result<Value, Refusal> {
    let queue = find(queues, &request.queue_url)?;
    let entries = request.entries;
    if !(1..=MOST_AT_ONCE).contains(&entries.len()) {
        return Err(Refusal::new("TooManyEntriesInBatchRequest", format!("a call has 1 to {MOST_AT_ONCE} messages")));
    }
    if entries.iter().map(|entry| entry.id.as_str()).collect::<BTreeSet<_>>().len() < entries.len() {
        return Err(Refusal::new("BatchEntryIdsNotDistinct", "two messages of the call have one id"));
    }
    if entries.iter().map(|entry| entry.message_body.len()).sum::<usize>() > LARGEST_BODY {
        return Err(Refusal::new("BatchRequestTooLong", format!("a call has {LARGEST_BODY} bytes at most")));
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = entry.id.clone();
        match take(queues, queue, entry).await {
            Ok(mut sent) => {
                sent.insert("Id".to_owned(), id.into());
                successful.push(sent);
            }
            Err(refusal) => {
                let (code, message, own_fault) = (refusal.code(), refusal.message(), !refusal.is_internal());
                failed.push(json!({ "Id": id, "Code": code, "Message": message, "SenderFault": own_fault }));
            }
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

async fn take(queues: &Queues, queue: &QueueDefinition, entry: Entry) -> Result<Map<String, Value>, Refusal> {
    if entry.message_body.is_empty() || entry.message_body.len() > LARGEST_BODY {
        return Err(Refusal::invalid(format!("a message is of 1 to {LARGEST_BODY} bytes")));
    }
    let place = place(queue, entry.message_group_id, entry.message_deduplication_id)?;
    let delay = match entry.delay_seconds {
        None | Some(0) if place.is_some() => queue.delay,
        Some(_) if place.is_some() => return Err(Refusal::invalid("only a FIFO queue as a whole has a DelaySeconds")),
        Some(delay) if delay > LONGEST_DELAY_SECONDS => {
            return Err(Refusal::invalid(format!("DelaySeconds is at most {LONGEST_DELAY_SECONDS}")));
        }
        Some(delay) => Duration::from_secs(delay.into()),
        None => queue.delay,
    };
    let digest = md5(&entry.message_body);
    let message = Outgoing { body: entry.message_body, delay, place };
    let sent = queues.send(queue, message).await.map_err(|error| Refusal::internal(&error))?;
    let sequence = queue.in_order.map(|_| ("SequenceNumber", sequence(sent.number)));
    let answer = [("MessageId", sent.id), ("MD5OfMessageBody", digest)].into_iter().chain(sequence);
    Ok(answer.map(|(name, value)| (name.to_owned(), value.into())).collect())
}

/// A message's place in a FIFO queue; none in another one.
fn place(queue: &QueueDefinition, group: Option<String>, id: Option<String>) -> Result<Option<Place>, Refusal> {
    match (queue.in_order, group, id) {
        (None, None, None) => Ok(None),
        (None, ..) => Err(Refusal::invalid("only a message of a FIFO queue has a group and a deduplication id here")),
        (Some(_), Some(group), Some(deduplication_id)) => {
            let is_name = |text: &str| {
                (1..=LONGEST_NAME).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
            };
            if [&group, &deduplication_id].into_iter().all(|text| is_name(text)) {
                return Ok(Some(Place { group, deduplication_id }));
            }
            let reason = "MessageGroupId and MessageDeduplicationId are 1 to 128 letters, digits and marks of ASCII";
            Err(Refusal::invalid(reason))
        }
        (Some(_), ..) => {
            let reason = "a message of a FIFO queue has a MessageGroupId and a MessageDeduplicationId";
            Err(Refusal::new("MissingParameter", reason))
        }
    }
}
