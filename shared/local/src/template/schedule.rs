//! How a function is called by the clock.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value as Json;

use super::{TemplateError, value::not_understood};

/// Properties that name the rule, or that only AWS acts on: here a call that fails is logged, and not made again.
pub(super) const WITHOUT_PART: &[&str] = &["DeadLetterConfig", "Description", "Name", "RetryPolicy"];

/// How a function is called by the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleTrigger {
    /// The rule that calls it: the logical ids of function and event.
    pub rule: String,
    /// The time from one call to the next.
    pub every: Duration,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    schedule: String,
}

pub(super) fn read(properties: Json, rule: &str, place: &str) -> Result<ScheduleTrigger, TemplateError> {
    let Properties { schedule } = serde_json::from_value(properties).map_err(|error| not_understood(place, &error))?;
    match rate(&schedule) {
        Some(every) => Ok(ScheduleTrigger { rule: rule.to_owned(), every }),
        None => Err(not_understood(place, &"the schedule is a rate, as in `rate(1 hour)` or `rate(5 minutes)`")),
    }
}

/// As EventBridge reads it: one of a unit is in the singular, and more are in the plural.
fn rate(expression: &str) -> Option<Duration> {
    let (count, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    let unit = if count == 1 { unit } else { unit.strip_suffix('s')? };
    let seconds = match unit {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    count.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_as_eventbridge_reads_them() {
        for (expression, seconds) in [
            ("rate(1 minute)", Some(60)),
            ("rate(5 minutes)", Some(300)),
            ("rate(1 hour)", Some(3600)),
            ("rate(2 days)", Some(172_800)),
            ("rate(1 minutes)", None),
            ("rate(5 minute)", None),
            ("rate(0 minutes)", None),
            ("rate(-1 minute)", None),
            ("rate(1 week)", None),
            ("rate(5  minutes)", None),
            ("cron(0 12 * * ? *)", None),
        ] {
            assert_eq!(rate(expression).map(|rate| rate.as_secs()), seconds, "{expression}");
        }
    }
}
