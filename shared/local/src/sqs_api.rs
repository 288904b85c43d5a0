//! As much of SQS's own API as functions and an operator use: to send, to put a message off, and to look into a
//! dead-letter queue and replay it. So `aws sqs --endpoint-url` works with the bundle.
//!
//! A message has no attributes of its own here, and a receive does not wait for messages. As with the API that invokes
//! functions, whoever can reach the port may use it, and web pages may not.

mod sending;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE, header::ORIGIN},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use wattbook_api::queue::LONGEST_POSTPONEMENT_SECONDS;

use crate::{
    answer::json_response,
    gateway::{self, Gateway, request_id},
    queue_store::Received,
    queues::Queues,
    request_body,
    template::{ACCOUNT_ID, QueueDefinition},
};

/// The path that it is served under, beside what may have a route there.
pub(crate) const PATH: &str = "/";

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");
/// The code of a refusal as SQS called it when it spoke XML, which clients still tell some by.
const OLDER_CODE: HeaderName = HeaderName::from_static("x-amzn-query-error");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const SERVICE: &str = "AmazonSQS.";
/// In JSON a byte of a message may take six.
const REQUEST_LIMIT: usize = 6 * sending::LARGEST_BODY + 16 * 1024;
/// As many as SQS gives at once.
const MOST_AT_ONCE: usize = 10;

/// Why a request is refused: a code of SQS, and a message.
struct Refusal(&'static str, String);

impl Refusal {
    fn invalid(message: impl Into<String>) -> Self {
        Self("InvalidParameterValue", message.into())
    }

    /// The file of the queues does not do what it should, which is our fault.
    fn internal(error: &str) -> Self {
        tracing::error!(error, "the queues' file cannot be used");
        Self("InternalError", "internal error".into())
    }

    fn response(self) -> Response<Body> {
        let Self(code, message) = self;
        let (status, older) = match code {
            "InternalError" => (StatusCode::INTERNAL_SERVER_ERROR, None),
            "QueueDoesNotExist" => (StatusCode::BAD_REQUEST, Some("AWS.SimpleQueueService.NonExistentQueue;Sender")),
            _ => (StatusCode::BAD_REQUEST, None),
        };
        let content = json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": message });
        let mut response = json_response(status, content.to_string());
        response.headers_mut().extend(older.map(|older| (OLDER_CODE, HeaderValue::from_static(older))));
        response
    }
}

/// Answers a request of SQS's API; any other is the gateway's.
pub(crate) async fn handle(
    State(gateway): State<Arc<Gateway>>,
    peer: ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let target = request.headers().get(TARGET).and_then(|target| target.to_str().ok());
    let Some(operation) = target.and_then(|target| target.strip_prefix(SERVICE)).map(str::to_owned) else {
        return gateway::handle(State(gateway), peer, request).await;
    };
    let id = request_id();
    let outcome = answer(&gateway.queues, &operation, request).await;
    let mut response = match outcome {
        Ok(answer) => json_response(StatusCode::OK, answer.to_string()),
        Err(refusal) => refusal.response(),
    };
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    tracing::info!(operation, status = status.as_u16(), request_id = id, "queue request");
    response
}

async fn answer(queues: &Queues, operation: &str, request: Request) -> Result<Value, Refusal> {
    if request.headers().contains_key(ORIGIN) {
        return Err(Refusal("AccessDenied", "web pages may not use queues".into()));
    }
    let body = request_body::collect(request.into_body(), REQUEST_LIMIT).await;
    let body = body.map_err(|_| Refusal::invalid("the request is too large, or did not arrive whole"))?;
    match operation {
        "SendMessage" => sending::send(queues, read(&body)?).await,
        "SendMessageBatch" => sending::send_all(queues, read(&body)?).await,
        "ReceiveMessage" => receive(queues, read(&body)?).await,
        "DeleteMessage" => delete(queues, read(&body)?).await,
        "ChangeMessageVisibility" => postpone(queues, read(&body)?).await,
        "GetQueueAttributes" => get_attributes(queues, read(&body)?).await,
        "StartMessageMoveTask" => move_back(queues, read(&body)?).await,
        _ => Err(Refusal("UnsupportedOperation", format!("{operation} is not served on one machine"))),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::invalid(error.to_string()))
}

fn find<'a>(queues: &'a Queues, url: &str) -> Result<&'a QueueDefinition, Refusal> {
    queues.by_url(url).ok_or_else(|| Refusal("QueueDoesNotExist", "there is no queue of that URL".into()))
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
    Err(Refusal("MessageNotInflight", "nobody has a message with that receipt handle".into()))
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
        return Err(Refusal("UnsupportedOperation", "messages go back to where they came from".into()));
    }
    let queue = queues.by_arn(&request.source_arn);
    let queue = queue.ok_or_else(|| Refusal("ResourceNotFoundException", "there is no queue of that ARN".into()))?;
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
