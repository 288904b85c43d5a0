//! How a function listens to the table's stream.

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Pattern, TABLE, TemplateError, value::not_understood};

/// Properties that only AWS acts on. The failure destination is among them, because here what
/// failed is logged.
pub(super) const WITHOUT_PART: &[&str] = &[
    "BisectBatchOnFunctionError",
    "DestinationConfig",
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
    /// Of which a record that it is handed matches one; without any it is handed all.
    pub patterns: Vec<Pattern>,
}

impl StreamDefinition {
    /// Whether the function is handed this record.
    pub(crate) fn wants(&self, record: &Json) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| pattern.matches(record))
    }
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
    #[serde(default)]
    filter_criteria: FilterCriteria,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct FilterCriteria {
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Filter {
    pattern: String,
}

/// How many patterns AWS takes for one function.
const MOST_PATTERNS: usize = 5;

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
    let patterns = patterns(&properties.filter_criteria, place)?;
    // Without one AWS tries again until the record is a day old, and nothing behind it moves.
    match properties.maximum_retry_attempts.map(u32::try_from) {
        Some(Ok(maximum_retries)) => {
            let Properties { stream, batch_size, .. } = properties;
            Ok(StreamDefinition { stream, batch_size, maximum_retries, patterns })
        }
        _ => Err(TemplateError::Missing { place: place.into(), what: "a MaximumRetryAttempts of 0 or more" }),
    }
}

fn patterns(criteria: &FilterCriteria, place: &str) -> Result<Vec<Pattern>, TemplateError> {
    let place = format!("{place}.FilterCriteria");
    if criteria.filters.len() > MOST_PATTERNS {
        return Err(not_understood(&place, &format_args!("AWS takes {MOST_PATTERNS} patterns")));
    }
    let pattern = |filter: &Filter| Pattern::parse(&filter.pattern).map_err(|fault| not_understood(&place, &fault));
    criteria.filters.iter().map(pattern).collect()
}

/// Without it all of a batch is handed over again when one of it failed.
pub(super) fn reports_failures(response_types: &[String], place: &str) -> Result<(), TemplateError> {
    if response_types == ["ReportBatchItemFailures"] {
        return Ok(());
    }
    Err(TemplateError::Missing { place: place.into(), what: "FunctionResponseTypes with ReportBatchItemFailures" })
}
