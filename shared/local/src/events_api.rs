//! As much of EventBridge's own API as functions and whoever tries rules use: to put events. So
//! `aws events put-events --endpoint-url` works with the bundle.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::{
    aws_api::{Refusal, read},
    event_bus::Told,
    gateway::Gateway,
    template::DEFAULT_BUS,
};

/// With what its operations begin in the header that names them.
pub(crate) const SERVICE: &str = "AWSEvents.";
/// As many as EventBridge takes at once.
const MOST_AT_ONCE: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    source: String,
    detail_type: String,
    detail: String,
    /// Seconds since 1970.
    time: Option<f64>,
    #[serde(default)]
    resources: Vec<String>,
    event_bus_name: Option<String>,
}

pub(crate) async fn answer(gateway: &Gateway, operation: &str, body: &[u8]) -> Result<Value, Refusal> {
    if operation != "PutEvents" {
        return Err(Refusal::unsupported(operation));
    }
    let Put { entries } = read(body)?;
    if !(1..=MOST_AT_ONCE).contains(&entries.len()) {
        return Err(Refusal::new("ValidationException", format!("a call has 1 to {MOST_AT_ONCE} events")));
    }
    let (mut answers, mut failed) = (Vec::new(), 0);
    for entry in entries {
        answers.push(match put(gateway, entry).await {
            Ok(id) => json!({ "EventId": id }),
            Err(refusal) => {
                failed += 1;
                json!({ "ErrorCode": refusal.code(), "ErrorMessage": refusal.message() })
            }
        });
    }
    Ok(json!({ "FailedEntryCount": failed, "Entries": answers }))
}

/// Each event is taken or refused by itself.
async fn put(gateway: &Gateway, entry: Entry) -> Result<String, Refusal> {
    let bus = entry.event_bus_name.as_deref().unwrap_or(DEFAULT_BUS);
    let bus = bus.rsplit('/').next().unwrap_or_default();
    if !gateway.bus.has(bus) {
        return Err(Refusal::new("ResourceNotFoundException", format!("there is no event bus {bus}")));
    }
    if entry.source.starts_with("aws.") {
        return Err(Refusal::new("NotAuthorizedForSourceException", "only AWS itself tells of that source"));
    }
    let detail = serde_json::from_str::<Map<String, Value>>(&entry.detail);
    let detail = detail.map_err(|error| Refusal::new("MalformedDetail", error.to_string()))?;
    let id = Uuid::new_v4().to_string();
    let told = Told { source: entry.source, kind: entry.detail_type, resources: entry.resources, detail };
    let event = gateway.bus.event(&id, time(entry.time), &told);
    gateway.bus.put(&gateway.queues, bus, event).await.map_err(|error| Refusal::internal(&error))?;
    Ok(id)
}

fn time(seconds: Option<f64>) -> Timestamp {
    let given = seconds.and_then(|seconds| jiff::SignedDuration::try_from_secs_f64(seconds).ok());
    given.and_then(|since| Timestamp::from_duration(since).ok()).unwrap_or_else(Timestamp::now)
}
