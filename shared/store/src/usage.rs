//! What the store's calls cost: the figures behind the budget, asserted in tests.

use std::sync::Mutex;

use aws_sdk_dynamodb::types::ConsumedCapacity;
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;

/// What a store has used since it was connected.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    /// Requests sent to the store, retries included.
    pub round_trips: u64,
    /// Capacity units consumed, as the store reports them. A cancelled transaction reports none.
    pub capacity_units: f64,
    /// The names of the DynamoDB operations that were called.
    pub operations: std::collections::BTreeSet<String>,
}

/// Counts what is sent and what it costs.
#[derive(Debug, Default)]
pub(crate) struct Counter(Mutex<Usage>);

impl Counter {
    pub(crate) fn read(&self) -> Usage {
        self.with(|usage| usage.clone())
    }

    pub(crate) fn add<'a>(&self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        let units: f64 = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
        self.with(|usage| usage.capacity_units += units);
    }

    fn with<T>(&self, f: impl FnOnce(&mut Usage) -> T) -> T {
        // A poisoned lock holds counters that are still good.
        f(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// Puts every transmission on the counter.
#[derive(Debug)]
pub(crate) struct CountTransmissions(pub(crate) std::sync::Arc<Counter>);

impl Intercept for CountTransmissions {
    fn name(&self) -> &'static str {
        "count transmissions"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.with(|usage| {
            usage.round_trips += 1;
            if let Some(operation) = config.load::<Metadata>() {
                usage.operations.insert(operation.name().to_owned());
            }
        });
        Ok(())
    }
}
