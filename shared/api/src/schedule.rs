//! Functions that are called at regular times.
//!
//! EventBridge calls at least once for each time, and Lambda tries again twice what failed: a handler must bear to be
//! called again with the same time, and must not count on every time being told.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Failure, InvocationError, Services, invocation::Pending, log};

/// Does what is due at a time, which stands for "now". What it answers, such as how much was done, nobody waits for but
/// who invokes it by hand. Never personal data.
pub type ScheduleHandler = for<'a> fn(&'a Services, Timestamp) -> Pending<'a, Result<serde_json::Value, Failure>>;

/// As much as is read of a scheduled event. A rule and EventBridge Scheduler both send it.
#[derive(Deserialize)]
struct Scheduled {
    time: Timestamp,
}

/// Runs such a function once. What fails is answered as an error, for Lambda to try again and for the alarm on errors.
pub(crate) async fn invoke(
    function: &'static str,
    handle: ScheduleHandler,
    services: &Services,
    event: &RawValue,
    request_id: &str,
) -> Result<Box<RawValue>, InvocationError> {
    let internal = |message: &str| InvocationError { code: "internal".into(), message: message.into() };
    let Scheduled { time } = serde_json::from_str(event.get()).map_err(|_| internal("not a scheduled event"))?;
    match handle(services, time).await {
        Ok(answer) => {
            tracing::info!(function, request_id, %time, "done");
            serde_json::value::to_raw_value(&answer).map_err(|error| internal(&error.to_string()))
        }
        Err(failure) => {
            let (code, cause) = (failure.code(), log::chain(&failure));
            tracing::error!(function, request_id, %time, code, cause, "failed");
            Err(InvocationError { code: code.into(), message: failure.to_string() })
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    async fn invoked(event: &Value) -> Result<Value, String> {
        let event = serde_json::value::to_raw_value(event).unwrap();
        let handle: ScheduleHandler = |_, now| {
            Box::pin(async move { if now < Timestamp::UNIX_EPOCH { Err(Failure::NotFound) } else { Ok(json!(now)) } })
        };
        let answer = invoke("test", handle, &Services::default(), &event, "request").await;
        answer.map(|answer| serde_json::from_str(answer.get()).unwrap()).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn the_time_is_that_of_the_event() {
        let event = json!({
            "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
            "source": "aws.events", "account": "000000000000", "time": "2026-10-08T16:53:06Z",
            "region": "eu-central-1", "resources": ["arn:aws:events:eu-central-1:000000000000:rule/r"], "detail": {},
        });
        assert_eq!(invoked(&event).await, Ok(json!("2026-10-08T16:53:06Z")));
    }

    #[tokio::test]
    async fn what_fails_is_an_error() {
        assert_eq!(invoked(&json!({"time": "1960-01-01T00:00:00Z"})).await, Err("not_found: not found".into()));
        for event in [json!({}), json!({"time": "soon"})] {
            assert!(invoked(&event).await.unwrap_err().starts_with("internal"), "{event}");
        }
    }
}
