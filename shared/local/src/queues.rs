//! The queues of the templates, as whoever sends, looks into them or hands their messages over has them.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    embedded::blocking,
    error::LocalError,
    queue_store::{Batch, Counts, Outgoing, QueueStore, Sent, after},
    template::QueueDefinition,
};

/// How long a message waits that failed, or that a stopped bundle had: at most this, and not the whole visibility
/// time-out as in AWS, so that whoever watches, or tests, sees the next try.
pub(crate) const PAUSE: Duration = Duration::from_millis(500);

/// The queues, with what waits in them.
pub(crate) struct Queues {
    definitions: Vec<QueueDefinition>,
    store: Arc<Mutex<QueueStore>>,
}

impl Queues {
    /// Opens the queues in `file`, which is to outlast the bundle if it is `lasting`.
    pub(crate) async fn open(
        definitions: Vec<QueueDefinition>,
        file: PathBuf,
        lasting: bool,
    ) -> Result<Self, LocalError> {
        let opened = move || QueueStore::open(&file, lasting, now(), PAUSE);
        let store = blocking(opened).await.map_err(LocalError::Queues)?;
        Ok(Self { definitions, store: Arc::new(Mutex::new(store)) })
    }

    pub(crate) fn by_arn(&self, arn: &str) -> Option<&QueueDefinition> {
        self.definitions.iter().find(|queue| queue.arn == arn)
    }

    /// The queue of that URL, whatever the host in it: the port may have been another one when it was written down.
    pub(crate) fn by_url(&self, url: &str) -> Option<&QueueDefinition> {
        let name = url.rsplit('/').next().unwrap_or_default();
        self.definitions.iter().find(|queue| queue.name == name)
    }

    /// Adds a message, unless a FIFO queue has had it in the last minutes.
    pub(crate) async fn send(&self, queue: &QueueDefinition, message: Outgoing) -> Result<Sent, String> {
        let to = queue.clone();
        self.with_store(move |store| store.send(&to, &message, now())).await
    }

    /// Takes messages, at most `limit`, which nobody else gets for as long as `visibility`.
    pub(crate) async fn receive(
        &self,
        queue: &QueueDefinition,
        limit: usize,
        visibility: Duration,
    ) -> Result<Batch, String> {
        let of = queue.clone();
        let batch = self.with_store(move |store| store.receive(&of, limit, visibility, now())).await?;
        for message_id in &batch.given_up {
            tracing::error!(queue = queue.name, message_id, "failed too often, and is in the dead-letter queue now");
        }
        Ok(batch)
    }

    /// Removes what was handed over with these receipts.
    pub(crate) async fn delete(&self, receipts: Vec<String>) -> Result<(), String> {
        self.with_store(move |store| receipts.iter().try_for_each(|receipt| store.delete(receipt))).await
    }

    /// Lets what was handed over with these receipts, and failed, be had again after a pause, or when its function said.
    pub(crate) async fn release(&self, queue: &QueueDefinition, receipts: Vec<String>) -> Result<(), String> {
        let time = after(now(), queue.visibility_timeout.min(PAUSE));
        self.with_store(move |store| receipts.iter().try_for_each(|receipt| store.release(receipt, time))).await
    }

    /// Lets what was handed over with that receipt be had again in `wait`, and not before. Whether somebody has it.
    pub(crate) async fn postpone(&self, receipt: String, wait: Duration) -> Result<bool, String> {
        self.with_store(move |store| store.postpone(&receipt, after(now(), wait), now())).await
    }

    /// How many messages the queue has.
    pub(crate) async fn count(&self, queue: &QueueDefinition) -> Result<Counts, String> {
        let name = queue.name.clone();
        self.with_store(move |store| store.count(&name, now())).await
    }

    /// Sends what is in a dead-letter queue back to where it came from.
    pub(crate) async fn move_back(&self, queue: &QueueDefinition) -> Result<usize, String> {
        let name = queue.name.clone();
        self.with_store(move |store| store.move_back(&name, now())).await
    }

    async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut QueueStore) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let store = Arc::clone(&self.store);
        blocking(move || work(&mut store.lock().unwrap_or_else(PoisonError::into_inner))).await
    }
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
