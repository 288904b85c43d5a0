//! Queues: what is to be done later, by another function.
//!
//! A message arrives at least once, in no order. What its function cannot handle goes to the queue's dead-letter queue.

use aws_sdk_sqs::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
};
use wattbook_store::{StoreError, connection};

/// The environment variable with the URL of the queue of what is to be connected.
pub const CONNECT_QUEUE: &str = "CONNECT_QUEUE_URL";

/// The longest delay of a message, in seconds: what SQS takes.
pub const LONGEST_DELAY_SECONDS: u32 = 900;

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

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The queue answered with an error, or did not answer. Then the message may have arrived all the same.
    #[error("SendMessage failed: {0}")]
    Call(String),
    /// SQS holds no message back for that long.
    #[error("a delay of {0} seconds is more than {LONGEST_DELAY_SECONDS}")]
    Delay(u32),
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
        request.send().await.map_err(|error| QueueError::Call(connection::cause(&error)))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
