//! A function's part of the template, if it listens to the table's stream.

use serde::Deserialize;
use serde_yaml_ng::Value as Yaml;

use super::{Resource, TABLE, TemplateError, value::Scope, value::not_understood};

/// Properties that only AWS acts on. The failure destination is among them, because here what
/// failed is logged; so are the filters, which spare invocations and which no function relies on.
const WITHOUT_PART: &[&str] = &[
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

/// Whether an event of a function is a stream.
pub(super) fn is_one(event: &Yaml) -> bool {
    event.get("Type").and_then(Yaml::as_str) == Some("DynamoDB")
}

pub(super) fn read(
    resource: Resource<'_>,
    events: &[(&Yaml, &Yaml)],
    scope: &Scope<'_>,
) -> Result<Option<StreamDefinition>, TemplateError> {
    let (name, event) = match events {
        [] => return Ok(None),
        [event] => *event,
        _ => return Err(not_understood(&resource.place(), &"a function listens to one stream only")),
    };
    let place = format!("{}.Events.{}", resource.place(), name.as_str().unwrap_or_default());
    let mut properties = serde_json::Map::new();
    for (name, value) in event.get("Properties").and_then(Yaml::as_mapping).into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if !WITHOUT_PART.contains(&name) {
            properties.insert(name.to_owned(), scope.evaluate(value, &format!("{place}.{name}"))?);
        }
    }
    let properties: Properties =
        serde_json::from_value(properties.into()).map_err(|error| not_understood(&place, &error))?;
    if !properties.stream.contains("/stream/") {
        return Err(not_understood(&place, &format_args!("the stream is the `StreamArn` of an {TABLE}")));
    }
    if properties.starting_position != "TRIM_HORIZON" {
        return Err(not_understood(&place, &"only TRIM_HORIZON misses nothing when a function is new"));
    }
    if properties.function_response_types != ["ReportBatchItemFailures"] {
        return Err(TemplateError::Missing { place, what: "FunctionResponseTypes with ReportBatchItemFailures" });
    }
    // Without one AWS tries again until the record is a day old, and nothing behind it moves.
    match properties.maximum_retry_attempts.map(u32::try_from) {
        Some(Ok(maximum_retries)) => {
            Ok(Some(StreamDefinition { stream: properties.stream, batch_size: properties.batch_size, maximum_retries }))
        }
        _ => Err(TemplateError::Missing { place, what: "a MaximumRetryAttempts of 0 or more" }),
    }
}
