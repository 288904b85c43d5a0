//! How a function listens to the table's stream.

use serde::Deserialize;
use serde_json::Value as Json;

use super::{TABLE, TemplateError, value::not_understood};

/// Properties that only AWS acts on. The failure destination is among them, because here what
/// failed is logged; so are the filters, which spare invocations and which no function relies on.
pub(super) const WITHOUT_PART: &[&str] = &[
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "FilterCriteria",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
];

/// How a function listens to the table's stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamDefinition {
    /// The stream's ARN.
    pub stream: String,
    /// How many records it is handed at once, at most.
    pub batch_size: usize,
    /// How often a failing record is handed over again.
    pub maximum_retries: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    stream: String,
    starting_position: String,
    #[serde(default = "batch_size")]
    batch_size: usize,
    maximum_retry_attempts: Option<i64>,
    #[serde(default)]
    function_response_types: Vec<String>,
}

/// What AWS takes where the template says nothing.
const fn batch_size() -> usize {
    100
}

pub(super) fn read(properties: Json, place: &str) -> Result<StreamDefinition, TemplateError> {
    let properties: Properties = serde_json::from_value(properties).map_err(|error| not_understood(place, &error))?;
    if !properties.stream.contains("/stream/") {
        return Err(not_understood(place, &format_args!("the stream is the `StreamArn` of an {TABLE}")));
    }
    if properties.starting_position != "TRIM_HORIZON" {
        return Err(not_understood(place, &"only TRIM_HORIZON misses nothing when a function is new"));
    }
    reports_failures(&properties.function_response_types, place)?;
    // Without one AWS tries again until the record is a day old, and nothing behind it moves.
    match properties.maximum_retry_attempts.map(u32::try_from) {
        Some(Ok(maximum_retries)) => {
            Ok(StreamDefinition { stream: properties.stream, batch_size: properties.batch_size, maximum_retries })
        }
        _ => Err(TemplateError::Missing { place: place.into(), what: "a MaximumRetryAttempts of 0 or more" }),
    }
}

/// Without it all of a batch is handed over again when one of it failed.
pub(super) fn reports_failures(response_types: &[String], place: &str) -> Result<(), TemplateError> {
    if response_types == ["ReportBatchItemFailures"] {
        return Ok(());
    }
    Err(TemplateError::Missing { place: place.into(), what: "FunctionResponseTypes with ReportBatchItemFailures" })
}
