//! The event bus: what happened, for whoever wants to know.
//!
//! Events leave at least once. Each has an id that is the same every time it is told of, so that a
//! consumer can drop what it has seen.

use std::io::{self, Write};

use aws_sdk_eventbridge::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    primitives::DateTime,
    types::PutEventsRequestEntry,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;
use wattbook_store::{StoreError, connection};

/// Who tells of the events, as rules on the bus match it.
pub const SOURCE: &str = "wattbook";
/// As many as `PutEvents` takes at once.
const AT_ONCE: usize = 10;

/// An event, ready to leave.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The same each time the event is told of.
    pub id: Uuid,
    /// Its type, as in `account.created`.
    pub kind: &'static str,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What is said of it, besides the above.
    pub detail: Map<String, Value>,
}

impl Event {
    /// An id for an event that follows from no change.
    #[must_use]
    pub fn random_id() -> Uuid {
        Uuid::new_v4()
    }

    /// The whole detail: what consumers get.
    #[must_use]
    pub fn whole_detail(&self) -> Value {
        let mut detail = Map::new();
        detail.insert("event_id".into(), self.id.to_string().into());
        detail.insert("occurred_at".into(), self.occurred_at.to_string().into());
        detail.extend(self.detail.clone());
        detail.into()
    }
}

/// How the bus in AWS is reached.
pub struct BusSettings {
    /// The bus's name.
    pub name: String,
    /// The AWS region.
    pub region: String,
    /// AWS credentials.
    pub credentials: Credentials,
    /// Another endpoint than the region's own.
    pub endpoint: Option<String>,
}

/// Where events go.
#[derive(Debug, Clone)]
pub enum Bus {
    /// To an EventBridge bus.
    EventBridge {
        /// The client.
        client: Client,
        /// The bus's name.
        name: String,
    },
    /// To standard output, as lines of JSON, for a function that runs by itself.
    Console,
}

/// Why events did not leave.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The bus answered with an error, or did not answer.
    #[error("PutEvents failed: {0}")]
    Call(String),
    /// The bus took some events and not others.
    #[error("the bus refused {count} events, the first with {code}")]
    Refused {
        /// How many.
        count: usize,
        /// The code of the first.
        code: String,
    },
    /// Nothing can be written to standard output.
    #[error("standard output takes no events")]
    Print(#[from] io::Error),
}

impl Bus {
    /// The bus in AWS; nothing is sent yet.
    ///
    /// # Errors
    /// The TLS settings are refused.
    pub fn event_bridge(settings: BusSettings) -> Result<Self, StoreError> {
        let mut config = aws_sdk_eventbridge::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(settings.region))
            .credentials_provider(settings.credentials)
            .http_client(connection::https()?)
            .timeout_config(connection::timeouts())
            .retry_config(connection::retries());
        if let Some(endpoint) = settings.endpoint {
            config = config.endpoint_url(endpoint);
        }
        Ok(Self::EventBridge { client: Client::from_conf(config.build()), name: settings.name })
    }

    /// Publishes events.
    ///
    /// # Errors
    /// Some may not have left; those that did leave will do so again at the next try.
    pub async fn publish(&self, events: &[Event]) -> Result<(), BusError> {
        match self {
            Self::EventBridge { client, name } => {
                for events in events.chunks(AT_ONCE) {
                    put(client, name, events).await?;
                }
            }
            Self::Console => {
                for event in events {
                    let event = json!({
                        "source": SOURCE,
                        "detail-type": event.kind,
                        "time": event.occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
                        "detail": event.whole_detail(),
                    });
                    writeln!(io::stdout(), "{event}")?;
                }
            }
        }
        Ok(())
    }
}

async fn put(client: &Client, name: &str, events: &[Event]) -> Result<(), BusError> {
    let entries = events.iter().map(|event| {
        PutEventsRequestEntry::builder()
            .event_bus_name(name)
            .source(SOURCE)
            .detail_type(event.kind)
            .time(DateTime::from_secs(event.occurred_at.as_second()))
            .detail(event.whole_detail().to_string())
            .build()
    });
    let answer = client.put_events().set_entries(Some(entries.collect())).send().await;
    let answer = answer.map_err(|error| BusError::Call(connection::cause(&error)))?;
    let mut codes = answer.entries().iter().filter_map(|entry| entry.error_code());
    match (usize::try_from(answer.failed_entry_count()).unwrap_or_default(), codes.next()) {
        (0, None) => Ok(()),
        (_, code) => Err(BusError::Refused { count: codes.count() + 1, code: code.unwrap_or("no code").to_owned() }),
    }
}

#[cfg(test)]
mod tests;
