//! The rules of a template: which events are sent on to which queues.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{
    Input, Pattern, QueueDefinition, Resource, TemplateError,
    value::{Scope, not_understood},
};

/// Properties that say nothing of what a rule does, or what AWS does when it cannot.
const WITHOUT_PART: &[&str] = &["Description", "Name", "Tags"];

/// The bus of every account, where AWS itself tells of what happens.
pub(crate) const DEFAULT_BUS: &str = "default";

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleDefinition {
    /// Its logical id.
    pub name: String,
    /// The name of the bus that it listens to.
    pub bus: String,
    /// Whether it does.
    pub enabled: bool,
    /// What an event has to have.
    pub pattern: Pattern,
    /// Where events are sent.
    pub targets: Vec<Target>,
}

/// Where a rule sends events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The ARN of a queue.
    pub queue: String,
    /// What is sent in place of the event.
    pub input: Option<Input>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    event_bus_name: Option<String>,
    event_pattern: Option<Json>,
    state: Option<State>,
    targets: Vec<TargetProperties>,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum State {
    Enabled,
    Disabled,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TargetProperties {
    #[serde(rename = "Id")]
    _id: String,
    arn: String,
    input_transformer: Option<Transformer>,
    /// What cannot be sent is logged here.
    #[serde(rename = "DeadLetterConfig")]
    _dead_letter_config: Option<Json>,
    #[serde(rename = "RetryPolicy")]
    _retry_policy: Option<Json>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Transformer {
    #[serde(default)]
    input_paths_map: Map<String, Json>,
    input_template: String,
}

pub(super) fn read(resource: Resource<'_>, scope: &Scope<'_>) -> Result<RuleDefinition, TemplateError> {
    let place = resource.place();
    let properties: Properties = serde_json::from_value(resource.evaluated(WITHOUT_PART, scope)?)
        .map_err(|error| not_understood(&place, &error))?;
    let pattern = properties
        .event_pattern
        .ok_or_else(|| TemplateError::Missing { place: place.clone(), what: "an EventPattern" })?;
    let pattern = Pattern::of(&pattern).map_err(|fault| not_understood(&format!("{place}.EventPattern"), &fault))?;
    let target = |TargetProperties { arn: queue, input_transformer, .. }| {
        let input = input_transformer.map(|Transformer { input_paths_map, input_template }| {
            Input::parse(&input_paths_map, &input_template).map_err(|fault| not_understood(&place, &fault))
        });
        Ok(Target { queue, input: input.transpose()? })
    };
    Ok(RuleDefinition {
        name: resource.logical_id.to_owned(),
        bus: properties.event_bus_name.unwrap_or_else(|| DEFAULT_BUS.to_owned()),
        enabled: properties.state != Some(State::Disabled),
        pattern,
        targets: properties.targets.into_iter().map(target).collect::<Result<_, TemplateError>>()?,
    })
}

/// Every target is a queue that is there, and has no order: a message of a FIFO queue would need a group.
pub(super) fn check(rules: &[RuleDefinition], queues: &[QueueDefinition]) -> Result<(), TemplateError> {
    for rule in rules {
        let place = format!("the rule {}", rule.name);
        for target in &rule.targets {
            match queues.iter().find(|queue| queue.arn == target.queue) {
                None => return Err(TemplateError::Unresolved { place, reference: target.queue.clone() }),
                Some(queue) if queue.in_order.is_some() => {
                    return Err(not_understood(&place, &"its target is a FIFO queue"));
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}
