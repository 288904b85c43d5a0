//! As much of SQS's own API as functions and an operator use: to send, to put a message off, and to look into a
//! dead-letter queue and replay it. So `aws sqs --endpoint-url` works with the bundle.
//!
//! A message has no attributes of its own here, and a receive does not wait for messages.

mod sending;

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wattbook_api::queue::LONGEST_POSTPONEMENT_SECONDS;

use crate::{
    aws_api::{Refusal, read},
    gateway::request_id,
    queue_store::Received,
    queues::Queues,
    template::{ACCOUNT_ID, QueueDefinition},
};

/// With what its operations begin in the header that names them.
pub(crate) const SERVICE: &str = "AmazonSQS.";
/// The code of a refusal as SQS called it when it spoke XML, which clients still tell some by.
const OLDER_CODE: HeaderName = HeaderName::from_static("x-amzn-query-error");
/// In JSON a byte of a message may take six.
pub(crate) const REQUEST_LIMIT: usize = 6 * sending::LARGEST_BODY + 16 * 1024;
/// As many as SQS gives at once.
const MOST_AT_ONCE: usize = 10;

pub(crate) async fn answer(queues: &Queues, operation: &str, body: &[u8]) -> Result<Value, Refusal> {
    match operation {
        "SendMessage" => sending::send(queues, read(body)?).await,
        "ReceiveMessage" => receive(queues, read(body)?).await,
        "DeleteMessage" => delete(queues, read(body)?).await,
        "ChangeMessageVisibility" => postpone(queues, read(body)?).await,
        "GetQueueAttributes" => get_attributes(queues, read(body)?).await,
        "StartMessageMoveTask" => move_back(queues, read(body)?).await,
        _ => Err(Refusal::unsupported(operation)),
    }
}

/// Adds to a refusal what clients of SQS look for.
pub(crate) fn mark<T>(refusal: &Refusal, response: &mut Response<T>) {
    if refusal.code() == "QueueDoesNotExist" {
        let older = HeaderValue::from_static("AWS.SimpleQueueService.NonExistentQueue;Sender");
        response.headers_mut().insert(OLDER_CODE, older);
    }
}

fn find<'a>(queues: &'a Queues, url: &str) -> Result<&'a QueueDefinition, Refusal> {
    queues.by_url(url).ok_or_else(|| Refusal::new("QueueDoesNotExist", "there is no queue of that URL"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Receive {
    queue_url: String,
    max_number_of_messages: Option<usize>,
    visibility_timeout: Option<u32>,
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
}

async fn receive(queues: &Queues, request: Receive) -> Result<Value, Refusal> {
    let queue = find(queues, &request.queue_url)?;
    let limit = request.max_number_of_messages.unwrap_or(1);
    if !(1..=MOST_AT_ONCE).contains(&limit) {
        return Err(Refusal::invalid(format!("MaxNumberOfMessages is 1 to {MOST_AT_ONCE}")));
    }
    let visibility = request.visibility_timeout.map(|seconds| Duration::from_secs(seconds.into()));
    let visibility = visibility.unwrap_or(queue.visibility_timeout);
    let batch = queues.receive(queue, limit, visibility).await.map_err(|error| Refusal::internal(&error))?;
    let asked = [request.attribute_names, request.message_system_attribute_names].concat();
    let messages: Vec<_> = batch.messages.iter().map(|message| received(message, &asked)).collect();
    Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
}

fn received(message: &Received, asked: &[String]) -> Value {
    json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": md5(&message.body),
        "Attributes": only(asked, attributes(message)),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    queue_url: String,
    receipt_handle: String,
}

async fn delete(queues: &Queues, request: Delete) -> Result<Value, Refusal> {
    find(queues, &request.queue_url)?;
    queues.delete(vec![request.receipt_handle]).await.map_err(|error| Refusal::internal(&error))?;
    Ok(json!({}))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Postpone {
    queue_url: String,
    receipt_handle: String,
    visibility_timeout: u32,
}

async fn postpone(queues: &Queues, request: Postpone) -> Result<Value, Refusal> {
    find(queues, &request.queue_url)?;
    if request.visibility_timeout > LONGEST_POSTPONEMENT_SECONDS {
        return Err(Refusal::invalid(format!("VisibilityTimeout is at most {LONGEST_POSTPONEMENT_SECONDS}")));
    }
    let wait = Duration::from_secs(request.visibility_timeout.into());
    let postponed = queues.postpone(request.receipt_handle, wait).await;
    if postponed.map_err(|error| Refusal::internal(&error))? {
        return Ok(json!({}));
    }
    Err(Refusal::new("MessageNotInflight", "nobody has a message with that receipt handle"))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetAttributes {
    queue_url: String,
    #[serde(default)]
    attribute_names: Vec<String>,
}

async fn get_attributes(queues: &Queues, request: GetAttributes) -> Result<Value, Refusal> {
    let queue = find(queues, &request.queue_url)?;
    let counts = queues.count(queue).await.map_err(|error| Refusal::internal(&error))?;
    let attributes = [
        ("QueueArn", queue.arn.clone()),
        ("ApproximateNumberOfMessages", counts.visible.to_string()),
        ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
    ];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), Value::from(value)));
    Ok(json!({ "Attributes": only(&request.attribute_names, attributes.into_iter().collect()) }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MoveBack {
    source_arn: String,
    destination_arn: Option<String>,
}

/// At once and all, where AWS takes its time.
async fn move_back(queues: &Queues, request: MoveBack) -> Result<Value, Refusal> {
    if request.destination_arn.is_some() {
        return Err(Refusal::new("UnsupportedOperation", "messages go back to where they came from"));
    }
    let queue = queues.by_arn(&request.source_arn);
    let queue = queue.ok_or_else(|| Refusal::new("ResourceNotFoundException", "there is no queue of that ARN"))?;
    let moved = queues.move_back(queue).await.map_err(|error| Refusal::internal(&error))?;
    tracing::info!(queue = queue.name, moved, "messages were moved back");
    Ok(json!({ "TaskHandle": request_id() }))
}

/// What is asked for, by name or as `All`.
fn only(asked: &[String], attributes: Map<String, Value>) -> Map<String, Value> {
    let is_asked = |name: &str| asked.iter().any(|asked| asked == "All" || asked == name);
    attributes.into_iter().filter(|(name, _)| is_asked(name)).collect()
}

/// What SQS says of a message, to functions, too.
pub(crate) fn attributes(message: &Received) -> Map<String, Value> {
    let always = [
        ("ApproximateReceiveCount", message.receive_count.to_string()),
        ("SentTimestamp", message.sent_at.to_string()),
        ("SenderId", ACCOUNT_ID.to_owned()),
        ("ApproximateFirstReceiveTimestamp", message.first_received_at.to_string()),
    ];
    let in_order = message.place.as_ref().map(|place| {
        [
            ("MessageGroupId", place.group.clone()),
            ("MessageDeduplicationId", place.deduplication_id.clone()),
            ("SequenceNumber", sequence(message.number)),
        ]
    });
    let all = always.into_iter().chain(in_order.into_iter().flatten());
    all.map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// A number as SQS writes those of a FIFO queue.
fn sequence(number: i64) -> String {
    format!("{number:020}")
}

/// By which clients see that a body arrived as it was sent.
pub(crate) fn md5(body: &str) -> String {
    format!("{:x}", md5::compute(body))
}
