//! The queues of a template, and how a function is handed their messages.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value as Json;
use serde_yaml_ng::Value as Yaml;

use super::{
    FunctionDefinition, QUEUE, Resource, Surroundings, TemplateError, Trigger,
    stream::reports_failures,
    value::{ACCOUNT_ID, Scope, not_understood},
};

/// Properties that a queue on one machine does without: they protect what is in it, label it, save requests, or allow
/// more of them.
const WITHOUT_PART: &[&str] = &[
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
    "Tags",
];

/// Properties of a trigger that only AWS acts on: a batch is never waited for here, and few are handed over at once.
pub(super) const TRIGGER_WITHOUT_PART: &[&str] = &["MaximumBatchingWindowInSeconds", "ScalingConfig"];

/// What AWS takes where the template says nothing, in seconds.
const VISIBILITY: u64 = 30;
const RETENTION: u64 = 345_600;
/// Likewise, in messages.
const BATCH: usize = 10;

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueDefinition {
    /// Its name: the logical id, in a part after the part's name; of a FIFO queue with `.fifo` behind it.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its URL.
    pub url: String,
    /// For how long a message is nobody else's after it was handed over.
    pub visibility_timeout: Duration,
    /// For how long a message is kept.
    pub retention: Duration,
    /// For how long a message waits that states no delay of its own.
    pub delay: Duration,
    /// Where a message goes that failed too often.
    pub redrive: Option<Redrive>,
    /// Of a FIFO queue: among which messages an id is taken once.
    pub in_order: Option<DeduplicationScope>,
}

/// Among which messages of a FIFO queue an id is taken once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeduplicationScope {
    /// Those of the queue.
    #[default]
    Queue,
    /// Those of a group.
    MessageGroup,
}

/// Where a message goes that failed too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// The ARN of the dead-letter queue.
    pub dead_letter: String,
    /// How often a message is handed over before, at most.
    pub maximum_receives: u32,
}

/// How a function is handed the messages of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueTrigger {
    /// The queue's ARN.
    pub queue: String,
    /// How many messages it is handed at once, at most.
    pub batch_size: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    #[serde(default = "visibility")]
    visibility_timeout: u64,
    #[serde(default = "retention")]
    message_retention_period: u64,
    #[serde(default)]
    delay_seconds: u64,
    redrive_policy: Option<RedrivePolicy>,
    #[serde(default)]
    fifo_queue: bool,
    deduplication_scope: Option<DeduplicationScope>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RedrivePolicy {
    dead_letter_target_arn: String,
    max_receive_count: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TriggerProperties {
    queue: String,
    #[serde(default = "batch")]
    batch_size: usize,
    #[serde(default)]
    function_response_types: Vec<String>,
}

const fn visibility() -> u64 {
    VISIBILITY
}

const fn retention() -> u64 {
    RETENTION
}

const fn batch() -> usize {
    BATCH
}

/// Name, ARN and URL of a queue in the template of `part`.
pub(super) fn names(resource: Resource<'_>, part: &str, surroundings: &Surroundings) -> [String; 3] {
    let Surroundings { region, address, .. } = surroundings;
    let logical_id = resource.logical_id;
    let mut name = if part.is_empty() { logical_id.to_owned() } else { format!("{part}-{logical_id}") };
    if resource.property("FifoQueue").and_then(Yaml::as_bool) == Some(true) {
        name += ".fifo";
    }
    let (arn, url) = (format!("arn:aws:sqs:{region}:{ACCOUNT_ID}:{name}"), format!("{address}/{ACCOUNT_ID}/{name}"));
    [name, arn, url]
}

pub(super) fn read(
    resource: Resource<'_>,
    part: &str,
    scope: &Scope<'_>,
    surroundings: &Surroundings,
) -> Result<QueueDefinition, TemplateError> {
    let place = resource.place();
    let properties: Properties = serde_json::from_value(resource.evaluated(WITHOUT_PART, scope)?)
        .map_err(|error| not_understood(&place, &error))?;
    let redrive = properties.redrive_policy.map(|policy| Redrive {
        dead_letter: policy.dead_letter_target_arn,
        maximum_receives: policy.max_receive_count,
    });
    if redrive.as_ref().is_some_and(|redrive| redrive.maximum_receives == 0) {
        return Err(not_understood(&place, &"a maxReceiveCount is 1 or more"));
    }
    if properties.deduplication_scope.is_some() && !properties.fifo_queue {
        return Err(not_understood(&place, &"only a FIFO queue has a DeduplicationScope"));
    }
    let [name, arn, url] = names(resource, part, surroundings);
    Ok(QueueDefinition {
        name,
        arn,
        url,
        visibility_timeout: Duration::from_secs(properties.visibility_timeout),
        retention: Duration::from_secs(properties.message_retention_period),
        delay: Duration::from_secs(properties.delay_seconds),
        redrive,
        in_order: properties.fifo_queue.then(|| properties.deduplication_scope.unwrap_or_default()),
    })
}

pub(super) fn read_trigger(properties: Json, place: &str) -> Result<QueueTrigger, TemplateError> {
    let properties: TriggerProperties =
        serde_json::from_value(properties).map_err(|error| not_understood(place, &error))?;
    if !properties.queue.starts_with("arn:aws:sqs:") {
        return Err(not_understood(place, &format_args!("the queue is the `Arn` of an {QUEUE}")));
    }
    if !(1..=BATCH).contains(&properties.batch_size) {
        return Err(not_understood(place, &format_args!("a batch is of 1 to {BATCH} messages")));
    }
    reports_failures(&properties.function_response_types, place)?;
    Ok(QueueTrigger { queue: properties.queue, batch_size: properties.batch_size })
}

/// Every queue that is named is there, and is as AWS or we want one that a function is handed the messages of.
pub(super) fn check(queues: &[QueueDefinition], functions: &[FunctionDefinition]) -> Result<(), TemplateError> {
    let find = |arn: &str, place: String| {
        let found = queues.iter().find(|queue| queue.arn == arn);
        found.ok_or_else(|| TemplateError::Unresolved { place, reference: arn.to_owned() })
    };
    for queue in queues {
        if let Some(Redrive { dead_letter, .. }) = &queue.redrive {
            let place = format!("the queue {}", queue.name);
            if find(dead_letter, place.clone())?.in_order.is_some() != queue.in_order.is_some() {
                return Err(not_understood(&place, &"a FIFO queue has a FIFO dead-letter queue, and no other has"));
            }
        }
    }
    let mut taken = Vec::new();
    for function in functions {
        let Some(Trigger::Queue(trigger)) = &function.trigger else { continue };
        let queue = find(&trigger.queue, format!("the function {}", function.name))?;
        let place = format!("the queue {}", queue.name);
        if taken.contains(&&queue.name) {
            return Err(not_understood(&place, &"each message goes to one function only, and two take its messages"));
        }
        if queue.visibility_timeout < function.timeout {
            let reason = "its VisibilityTimeout is shorter than the Timeout of its function, which AWS refuses";
            return Err(not_understood(&place, &reason));
        }
        if queue.redrive.is_none() {
            // What always fails would be handed over again for days, and nobody would be told.
            return Err(TemplateError::Missing { place, what: "a RedrivePolicy" });
        }
        taken.push(&queue.name);
    }
    Ok(())
}
