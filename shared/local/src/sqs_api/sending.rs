//! Sending messages.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use wattbook_api::queue::LONGEST_DELAY_SECONDS;

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

pub(super) async fn send(queues: &Queues, request: Send) -> Result<Value, Refusal> {
    let queue = find(queues, &request.queue_url)?;
    if request.message_body.is_empty() || request.message_body.len() > LARGEST_BODY {
        return Err(Refusal::invalid(format!("a message is of 1 to {LARGEST_BODY} bytes")));
    }
    let place = place(queue, request.message_group_id, request.message_deduplication_id)?;
    let delay = match request.delay_seconds {
        None | Some(0) if place.is_some() => queue.delay,
        Some(_) if place.is_some() => return Err(Refusal::invalid("only a FIFO queue as a whole has a DelaySeconds")),
        Some(delay) if delay > LONGEST_DELAY_SECONDS => {
            return Err(Refusal::invalid(format!("DelaySeconds is at most {LONGEST_DELAY_SECONDS}")));
        }
        Some(delay) => Duration::from_secs(delay.into()),
        None => queue.delay,
    };
    let digest = md5(&request.message_body);
    let message = Outgoing { body: request.message_body, delay, place };
    let sent = queues.send(queue, message).await.map_err(|error| Refusal::internal(&error))?;
    let sequence = queue.in_order.map(|_| ("SequenceNumber", sequence(sent.number)));
    let answer = [("MessageId", sent.id), ("MD5OfMessageBody", digest)].into_iter().chain(sequence);
    let answer = answer.map(|(name, value)| (name.to_owned(), value.into()));
    Ok(Value::Object(answer.collect::<Map<_, _>>()))
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
