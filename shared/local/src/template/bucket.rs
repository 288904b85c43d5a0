//! The buckets of the template at the top.

use serde::Deserialize;

use super::{
    Resource, TemplateError,
    value::{Scope, not_understood},
};

/// Properties that a bucket on one machine does without: they protect what is in it, count it or label it, or let AWS
/// remove what is old.
const WITHOUT_PART: &[&str] = &[
    "BucketEncryption",
    "LifecycleConfiguration",
    "MetricsConfigurations",
    "OwnershipControls",
    "PublicAccessBlockConfiguration",
    "Tags",
];

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketDefinition {
    /// Its name: `wattbook-` and the logical id in small letters.
    pub name: String,
    /// Whether EventBridge is told of what happens in it.
    pub tells: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    #[serde(default)]
    notification_configuration: Notifications,
}

/// Those that name a function or a queue would have to name it in the same template.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Notifications {
    event_bridge_configuration: Option<EventBridge>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct EventBridge {
    event_bridge_enabled: bool,
}

/// What the bucket of that logical id is called.
pub(crate) fn name(logical_id: &str) -> String {
    format!("wattbook-{}", logical_id.to_ascii_lowercase())
}

pub(super) fn read(resource: Resource<'_>, scope: &Scope<'_>) -> Result<BucketDefinition, TemplateError> {
    let place = resource.place();
    let properties: Properties = serde_json::from_value(resource.evaluated(WITHOUT_PART, scope)?)
        .map_err(|error| not_understood(&place, &error))?;
    let event_bridge = properties.notification_configuration.event_bridge_configuration;
    Ok(BucketDefinition {
        name: name(resource.logical_id),
        tells: event_bridge.is_some_and(|it| it.event_bridge_enabled),
    })
}
