//! Functions that are handed the messages of a queue.
//!
//! Lambda hands over a batch, in no order. What the function names as failed comes again when its visibility time-out
//! is over, and the rest is gone; what has failed as often as the queue allows goes to its dead-letter queue. A message
//! can come again after it was handled, too, or twice at the same time: a handler must bear that. Those of a FIFO queue
//! come in the order of their group.

use std::fmt;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    Failure, InvocationError, Services,
    batch::{Batch, PartialFailure},
    fault::Reason,
    invocation::Pending,
    log,
};

/// Handles one message. It may be handed the same one again.
pub type QueueHandler = for<'a> fn(&'a Services, &'a Message) -> Pending<'a, Result<(), Failure>>;

/// A message as it is handed over. Its body is left out of debug output.
#[derive(Clone)]
pub struct Message {
    /// What was sent.
    pub body: String,
    /// The queue's own id of it, the same each time that it is handed over.
    pub id: String,
    /// How often it has been handed over, this time included. Approximate, as SQS counts.
    pub receive_count: u32,
    /// The id of the invocation.
    pub request_id: String,
    /// By what the queue knows that it was handed over, another one each time. See [`Queue::postpone`].
    ///
    /// [`Queue::postpone`]: crate::queue::Queue::postpone
    pub receipt: String,
    /// Of a FIFO queue: within what messages come in order.
    pub group: Option<String>,
}

impl Message {
    /// The body, from JSON. What the reader says of a bad one is not passed on, as it may quote it.
    ///
    /// # Errors
    /// The body is not JSON, or of another form: [`Failure::Unreadable`] with the code `unreadable_message`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.body)
            .map_err(|_| Failure::Unreadable(Reason::new("unreadable_message", "the message cannot be read")))
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Message")
            .field("id", &self.id)
            .field("receive_count", &self.receive_count)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// As much of a record as is needed to name it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Label {
    message_id: String,
    #[serde(default)]
    attributes: Place,
}

/// Of a message of a FIFO queue.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Place {
    message_group_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    body: String,
    receipt_handle: String,
    attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    approximate_receive_count: String,
}

/// Runs such a function once, on one message after the other. Those that fail are reported, and hold up the later ones
/// of their group alone, which are reported unhandled: they are to come after it. Without groups nothing has an order.
pub(crate) async fn invoke(
    function: &'static str,
    handle: QueueHandler,
    services: &Services,
    event: &RawValue,
    request_id: &str,
) -> Result<Box<RawValue>, InvocationError> {
    let internal = |message: &str| InvocationError { code: "internal".into(), message: message.into() };
    let batch: Batch<'_> = serde_json::from_str(event.get()).map_err(|_| internal("not an event of an SQS queue"))?;
    let mut failures = PartialFailure::default();
    let mut held_up = Vec::new();
    for record in &batch.records {
        let label: Label = serde_json::from_str(record.get()).map_err(|_| internal("a record has no message id"))?;
        let (id, group) = (label.message_id, label.attributes.message_group_id);
        let done = if group.is_some() && held_up.contains(&group) {
            tracing::info!(function, request_id, message_id = id, "held up by an earlier one of its group");
            false
        } else if let Some(message) = message(record, &id, group.as_deref(), request_id) {
            let handled = handle(services, &message).await;
            note(function, &message, handled.as_ref().err());
            handled.is_ok()
        } else {
            tracing::error!(function, request_id, message_id = id, code = "unreadable_message", "cannot be read");
            false
        };
        if !done {
            failures.add(id);
            held_up.push(group);
        }
    }
    serde_json::value::to_raw_value(&failures).map_err(|error| internal(&error.to_string()))
}

fn message(record: &RawValue, id: &str, group: Option<&str>, request_id: &str) -> Option<Message> {
    let Record { body, receipt_handle: receipt, attributes } = serde_json::from_str(record.get()).ok()?;
    let receive_count = attributes.approximate_receive_count.parse().ok()?;
    let (id, group) = (id.to_owned(), group.map(str::to_owned));
    Some(Message { body, id, receive_count, request_id: request_id.to_owned(), receipt, group })
}

/// The one line of a message.
fn note(function: &'static str, message: &Message, failure: Option<&Failure>) {
    let Message { id: message_id, receive_count, request_id, .. } = message;
    match failure {
        None => tracing::info!(function, request_id, message_id, receive_count, "handled"),
        // As it is meant to be, and told of where the reason is known.
        Some(Failure::PutOff) => tracing::info!(function, request_id, message_id, receive_count, "put off"),
        Some(failure) if failure.status() >= 500 => {
            let (code, cause) = (failure.code(), log::chain(failure));
            tracing::error!(function, request_id, message_id, receive_count, code, cause, "failed");
        }
        Some(failure) => {
            tracing::warn!(function, request_id, message_id, receive_count, code = failure.code(), "refused");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Body {
        fail: bool,
    }

    fn handle(message: &Message) -> Result<(), Failure> {
        let Body { fail } = message.read()?;
        if fail { Err(Failure::NotFound) } else { Ok(()) }
    }

    async fn invoked(event: &Value) -> Result<Value, String> {
        let event = serde_json::value::to_raw_value(event).unwrap();
        let handle: QueueHandler = |_, message| Box::pin(async { handle(message) });
        let answer = invoke("test", handle, &Services::default(), &event, "request").await;
        answer.map(|answer| serde_json::from_str(answer.get()).unwrap()).map_err(|error| error.to_string())
    }

    fn record(id: &str, body: &str) -> Value {
        json!({
            "messageId": id, "receiptHandle": "r", "body": body,
            "attributes": {"ApproximateReceiveCount": "2", "SentTimestamp": "1", "SenderId": "s"},
        })
    }

    #[tokio::test]
    async fn failed_messages_are_named_and_the_others_go_on() {
        let mut uncounted = record("e", r#"{"fail":false}"#);
        uncounted["attributes"]["ApproximateReceiveCount"] = "many".into();
        let records = [
            record("a", r#"{"fail":true}"#),
            record("b", r#"{"fail":false}"#),
            record("c", "no JSON"),
            record("d", r#"{"other":1}"#),
            uncounted,
            json!({"messageId": "f", "body": 1}),
            record("g", r#"{"fail":false}"#),
        ];
        let failed = ["a", "c", "d", "e", "f"].map(|id| json!({"itemIdentifier": id}));
        assert_eq!(invoked(&json!({"Records": records})).await.unwrap(), json!({"batchItemFailures": failed}));
        assert_eq!(invoked(&json!({"Records": []})).await.unwrap(), json!({"batchItemFailures": []}));
    }

    #[tokio::test]
    async fn what_failed_holds_up_the_later_ones_of_its_group() {
        let of_group = |id: &str, body: &str, group: &str| {
            let mut record = record(id, body);
            record["attributes"]["MessageGroupId"] = group.into();
            record
        };
        // What would succeed fails behind what fails, and behind what cannot be read.
        let records = [
            of_group("a", r#"{"fail":false}"#, "one"),
            of_group("b", r#"{"fail":true}"#, "one"),
            of_group("c", r#"{"fail":false}"#, "two"),
            of_group("d", r#"{"fail":false}"#, "one"),
            of_group("e", "no JSON", "two"),
            of_group("f", r#"{"fail":false}"#, "two"),
            of_group("g", r#"{"fail":false}"#, "three"),
        ];
        let failed = ["b", "d", "e", "f"].map(|id| json!({"itemIdentifier": id}));
        assert_eq!(invoked(&json!({"Records": records})).await.unwrap(), json!({"batchItemFailures": failed}));
    }

    #[tokio::test]
    async fn what_cannot_be_reported_by_its_id_fails_as_a_whole() {
        for event in [json!({}), json!({"Records": [{"body": "{}"}]})] {
            assert!(invoked(&event).await.unwrap_err().starts_with("internal"), "{event}");
        }
    }

    #[test]
    fn a_body_is_not_shown() {
        let record = serde_json::value::to_raw_value(&record("a", "secret")).unwrap();
        let message = message(&record, "a", Some("group"), "request").unwrap();
        assert_eq!((message.receive_count, message.body.as_str(), message.receipt.as_str()), (2, "secret", "r"));
        assert_eq!(message.group.as_deref(), Some("group"));
        assert!(!format!("{message:?}").contains("secret"));
        let failure = message.read::<Body>().unwrap_err();
        assert!(!log::chain(&failure).contains("secret"));
        assert_eq!((failure.status(), failure.code()), (400, "unreadable_message"));
    }
}
