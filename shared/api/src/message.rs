//! Functions that are handed the messages of a queue.
//!
//! Lambda hands over a batch, in no order. What the function names as failed comes again when its visibility time-out
//! is over, and the rest is gone; what has failed as often as the queue allows goes to its dead-letter queue. A message
//! can come again after it was handled, too, or twice at the same time: a handler must bear that.

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
}

#[derive(Deserialize)]
struct Record {
    body: String,
    attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes {
    approximate_receive_count: String,
}

/// Runs such a function once, on one message after the other. Those that fail are reported, and hold up none of the
/// others: messages have no order.
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
    for record in &batch.records {
        let Label { message_id: id } =
            serde_json::from_str(record.get()).map_err(|_| internal("a record has no message id"))?;
        let done = if let Some(message) = message(record, &id, request_id) {
            let handled = handle(services, &message).await;
            note(function, &message, handled.as_ref().err());
            handled.is_ok()
        } else {
            tracing::error!(function, request_id, message_id = id, code = "unreadable_message", "cannot be read");
            false
        };
        if !done {
            failures.add(id);
        }
    }
    serde_json::value::to_raw_value(&failures).map_err(|error| internal(&error.to_string()))
}

fn message(record: &RawValue, id: &str, request_id: &str) -> Option<Message> {
    let Record { body, attributes } = serde_json::from_str(record.get()).ok()?;
    let receive_count = attributes.approximate_receive_count.parse().ok()?;
    Some(Message { body, id: id.to_owned(), receive_count, request_id: request_id.to_owned() })
}

/// The one line of a message.
fn note(function: &'static str, message: &Message, failure: Option<&Failure>) {
    let Message { id: message_id, receive_count, request_id, .. } = message;
    match failure {
        None => tracing::info!(function, request_id, message_id, receive_count, "handled"),
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
    async fn what_cannot_be_reported_by_its_id_fails_as_a_whole() {
        for event in [json!({}), json!({"Records": [{"body": "{}"}]})] {
            assert!(invoked(&event).await.unwrap_err().starts_with("internal"), "{event}");
        }
    }

    #[test]
    fn a_body_is_not_shown() {
        let record = serde_json::value::to_raw_value(&record("a", "secret")).unwrap();
        let message = message(&record, "a", "request").unwrap();
        assert_eq!((message.receive_count, message.body.as_str()), (2, "secret"));
        assert!(!format!("{message:?}").contains("secret"));
        let failure = message.read::<Body>().unwrap_err();
        assert!(!log::chain(&failure).contains("secret"));
        assert_eq!((failure.status(), failure.code()), (400, "unreadable_message"));
    }
}
