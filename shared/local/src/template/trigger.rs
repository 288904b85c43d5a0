//! A function's part of the template, if no request leads to it: what calls it.

use serde_json::{Map, Value as Json};
use serde_yaml_ng::Value as Yaml;

use super::{
    QueueTrigger, Resource, ScheduleTrigger, StreamDefinition, TemplateError, queue, schedule, stream,
    value::{Scope, not_understood},
};

/// What calls a function that no request leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// The table's stream.
    Stream(StreamDefinition),
    /// A queue.
    Queue(QueueTrigger),
    /// The clock.
    Schedule(ScheduleTrigger),
}

const STREAM: &str = "DynamoDB";
const QUEUE: &str = "SQS";
const SCHEDULE: &str = "Schedule";

/// Whether an event of a function is one of these.
pub(super) fn is_one(event: &Yaml) -> bool {
    [STREAM, QUEUE, SCHEDULE].contains(&kind(event))
}

fn kind(event: &Yaml) -> &str {
    event.get("Type").and_then(Yaml::as_str).unwrap_or_default()
}

pub(super) fn read(
    resource: Resource<'_>,
    events: &[(&Yaml, &Yaml)],
    scope: &Scope<'_>,
) -> Result<Option<Trigger>, TemplateError> {
    let (name, event) = match events {
        [] => return Ok(None),
        [event] => *event,
        _ => return Err(not_understood(&resource.place(), &"a function is called by one stream, queue or clock only")),
    };
    let name = name.as_str().unwrap_or_default();
    let place = format!("{}.Events.{name}", resource.place());
    let properties = |without_part| properties(event, without_part, scope, &place);
    Ok(Some(match kind(event) {
        STREAM => Trigger::Stream(stream::read(properties(stream::WITHOUT_PART)?, &place)?),
        QUEUE => Trigger::Queue(queue::read_trigger(properties(queue::TRIGGER_WITHOUT_PART)?, &place)?),
        _ => {
            let rule = format!("{}{name}", resource.logical_id);
            Trigger::Schedule(schedule::read(properties(schedule::WITHOUT_PART)?, &rule, &place)?)
        }
    }))
}

fn properties(event: &Yaml, without_part: &[&str], scope: &Scope<'_>, place: &str) -> Result<Json, TemplateError> {
    let mut properties = Map::new();
    for (name, value) in event.get("Properties").and_then(Yaml::as_mapping).into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if !without_part.contains(&name) {
            properties.insert(name.to_owned(), scope.evaluate(value, &format!("{place}.{name}"))?);
        }
    }
    Ok(properties.into())
}
