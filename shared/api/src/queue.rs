//! Queues: what is to be done later, by another function.
//!
//! A message arrives at least once, in no order. What its function cannot handle goes to the queue's dead-letter queue.
//! A FIFO queue keeps the order within each group: while a message of a group is being handled, or waits to be tried
//! again, the later ones of that group wait, too.

use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use wattbook_store::{StoreError, connection};

use crate::Message;

/// The environment variable with the URL of the queue of what is to be connected.
pub const CONNECT_QUEUE: &str = "CONNECT_QUEUE_URL";
/// The environment variable with the URL of the queue of the import jobs that are to be split.
pub const IMPORT_QUEUE: &str = "IMPORT_QUEUE_URL";
/// The environment variable with the URL of the FIFO queue of the lines that are to be imported.
pub const IMPORT_LINES: &str = "IMPORT_LINES_URL";
/// The environment variable with the URL of the FIFO queue of what is to be delivered to webhooks.
pub const DELIVERIES: &str = "DELIVERIES_URL";

/// The longest delay of a message, in seconds: what SQS takes.
pub const LONGEST_DELAY_SECONDS: u32 = 900;
/// For how long a message that was handed over can be put off, in seconds: what SQS takes.
pub const LONGEST_POSTPONEMENT_SECONDS: u32 = 43_200;

/// How a queue in AWS is reached.
pub struct QueueSettings {
    /// The queue's URL.
    pub url: String,
    /// The AWS region.
    pub region: String,
    /// AWS credentials.
    pub credentials: Credentials,
    /// Another endpoint than the region's own.
    pub endpoint: Option<String>,
}

/// A queue that messages are sent to.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// A message for a FIFO queue.
#[derive(Clone, Copy)]
pub struct InOrder<'a> {
    /// What is sent.
    pub body: &'a str,
    /// Within what the order is kept: 1 to 128 letters, digits and marks of ASCII, as SQS has it.
    pub group: &'a str,
    /// Another message with this id is taken for the same one for five minutes, and is not delivered: likewise.
    pub deduplication_id: &'a str,
}

/// Why a message was not sent, or not put off.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The queue answered with an error, or did not answer. Then it may have done what was asked all the same.
    #[error("{operation} failed: {cause}")]
    Call {
        /// What was asked of it.
        operation: &'static str,
        /// Its code, and the id of the request.
        cause: String,
    },
    /// SQS holds no message back for that long.
    #[error("a delay of {0} seconds is more than {LONGEST_DELAY_SECONDS}")]
    Delay(u32),
    /// SQS puts no message off for that long.
    #[error("{0} seconds are more than the {LONGEST_POSTPONEMENT_SECONDS} that a message can be put off")]
    Postponement(u32),
}

impl Queue {
    /// Prepares the client; nothing is sent yet.
    ///
    /// # Errors
    /// The TLS settings are refused.
    pub fn connect(settings: QueueSettings) -> Result<Self, StoreError> {
        let mut config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(settings.region))
            .credentials_provider(settings.credentials)
            .http_client(connection::https()?)
            .timeout_config(connection::timeouts())
            .retry_config(connection::retries());
        if let Some(endpoint) = settings.endpoint {
            config = config.endpoint_url(endpoint);
        }
        Ok(Self { client: Client::from_conf(config.build()), url: settings.url })
    }

    /// Sends a message, which is handed over after `delay_seconds` at the earliest, of which there are at most
    /// [`LONGEST_DELAY_SECONDS`].
    ///
    /// # Errors
    /// The message may not have been sent; or it may have, and arrives a second time if it is sent again.
    pub async fn send(&self, body: &str, delay_seconds: u32) -> Result<(), QueueError> {
        let delay = i32::try_from(delay_seconds).ok().filter(|_| delay_seconds <= LONGEST_DELAY_SECONDS);
        let delay = delay.ok_or(QueueError::Delay(delay_seconds))?;
        let request = self.client.send_message().queue_url(&self.url).message_body(body).delay_seconds(delay);
        let sent = request.send().await;
        sent.map(drop).map_err(|error| failed("SendMessage", connection::cause(&error)))
    }

    /// Sends a message to a FIFO queue. Sending it again within five minutes does no harm.
    ///
    /// # Errors
    /// The message may not have been sent.
    pub async fn send_in_order(&self, message: InOrder<'_>) -> Result<(), QueueError> {
        let request = self.client.send_message().queue_url(&self.url).message_body(message.body);
        let request = request.message_group_id(message.group).message_deduplication_id(message.deduplication_id);
        let sent = request.send().await;
        sent.map(drop).map_err(|error| failed("SendMessage", connection::cause(&error)))
    }

    /// Whether the queue answers. The function needs `sqs:GetQueueAttributes`.
    ///
    /// # Errors
    /// It does not.
    pub async fn probe(&self) -> Result<(), QueueError> {
        let asked = self.client.get_queue_attributes().queue_url(&self.url).send().await;
        asked.map(drop).map_err(|error| failed("GetQueueAttributes", connection::cause(&error)))
    }

    /// Lets a message that was handed over, and is to be reported as failed, come again in so many seconds and not when
    /// its visibility time-out is over: at most [`LONGEST_POSTPONEMENT_SECONDS`] after it was handed over. In a FIFO
    /// queue the later ones of its group wait with it. The function needs `sqs:ChangeMessageVisibility`.
    ///
    /// # Errors
    /// It may come again at another time.
    pub async fn postpone(&self, message: &Message, seconds: u32) -> Result<(), QueueError> {
        let timeout = i32::try_from(seconds).ok().filter(|_| seconds <= LONGEST_POSTPONEMENT_SECONDS);
        let timeout = timeout.ok_or(QueueError::Postponement(seconds))?;
        let request = self.client.change_message_visibility().queue_url(&self.url);
        let changed = request.receipt_handle(&message.receipt).visibility_timeout(timeout).send().await;
        changed.map(drop).map_err(|error| failed("ChangeMessageVisibility", connection::cause(&error)))
    }
}

fn failed(operation: &'static str, cause: String) -> QueueError {
    QueueError::Call { operation, cause }
}

#[cfg(test)]
mod tests;
