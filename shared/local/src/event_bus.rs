//! EventBridge: what is told on a bus, and the rules of the templates that send it on to queues.

use std::{
    collections::VecDeque,
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::{
    queue_store::Outgoing,
    queues::Queues,
    template::{ACCOUNT_ID, DEFAULT_BUS, RuleDefinition},
};

/// How many events are remembered.
const REMEMBERED: usize = 1000;

/// What somebody tells of, without what the bus adds.
pub(crate) struct Told {
    pub(crate) source: String,
    pub(crate) kind: String,
    pub(crate) resources: Vec<String>,
    pub(crate) detail: Map<String, Value>,
}

/// The bus of the templates, and that of the account.
pub(crate) struct EventBus {
    name: String,
    region: String,
    rules: Vec<RuleDefinition>,
    /// Whether what is told on the templates' bus is also written to standard output, as lines of JSON.
    print: bool,
    /// The last of it, oldest first.
    published: Mutex<VecDeque<Value>>,
}

impl EventBus {
    pub(crate) fn new(name: String, region: String, rules: Vec<RuleDefinition>, print: bool) -> Self {
        Self { name, region, rules, print, published: Mutex::default() }
    }

    /// Whether there is a bus of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        name == self.name || name == DEFAULT_BUS
    }

    /// An event in the form in which EventBridge delivers it.
    pub(crate) fn event(&self, id: &str, time: Timestamp, told: &Told) -> Value {
        json!({
            "version": "0",
            "id": id,
            "detail-type": told.kind,
            "source": told.source,
            "account": ACCOUNT_ID,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": self.region,
            "resources": told.resources,
            "detail": told.detail,
        })
    }

    /// Sends an event to the queues of the rules that it matches. Once this returns it waits there.
    pub(crate) async fn put(&self, queues: &Queues, bus: &str, event: Value) -> Result<(), String> {
        let rules = self.rules.iter().filter(|rule| rule.enabled && rule.bus == bus && rule.pattern.matches(&event));
        for target in rules.flat_map(|rule| &rule.targets) {
            let Some(queue) = queues.by_arn(&target.queue) else { continue };
            let body = target.input.as_ref().map_or_else(|| event.to_string(), |input| input.of(&event));
            queues.send(queue, Outgoing { body, delay: queue.delay, place: None }).await?;
        }
        if bus == self.name {
            self.remember(event);
        }
        Ok(())
    }

    fn remember(&self, event: Value) {
        if self.print
            && let Err(error) = writeln!(io::stdout(), "{event}")
        {
            tracing::warn!(%error, "standard output takes no events");
        }
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        if published.len() == REMEMBERED {
            published.pop_front();
        }
        published.push_back(event);
    }

    /// The last events on the templates' bus, oldest first.
    pub(crate) fn published(&self) -> Vec<Value> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
