//! Lambda's part between the table's stream and the functions that listen to it: hands over what is
//! new, batch after batch, and comes again with what failed.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::JoinHandle};
use wattbook_api::batch::PartialFailure;

use crate::{
    embedded::{blocking, until},
    error::LocalError,
    gateway::{Gateway, request_id},
    stream_journal::{Journal, StreamRecord, event},
    template::{FunctionDefinition, StreamDefinition, Template, Trigger},
};

/// How often an idle stream is looked at: one look-up in an index. Also how long records gather for a batch that
/// would not be full: each batch takes the lock of the file, for which the writes of the table wait.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The wait before the first further try; it doubles with each one.
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_millis(400);

/// Where the stream is.
pub(crate) struct Source {
    /// The embedded store's file.
    pub(crate) file: PathBuf,
    /// Whether it is to outlast the bundle.
    pub(crate) lasting: bool,
    /// The table's name.
    pub(crate) table: String,
    /// The AWS region that the bundle pretends to be in.
    pub(crate) region: String,
}

/// The listening functions, being served. They stop when this is dropped, too.
pub(crate) struct Streams {
    stop: watch::Sender<bool>,
    listeners: Vec<JoinHandle<()>>,
}

impl Streams {
    /// Serves every function of `template` that listens to the stream.
    pub(crate) async fn start(template: &Template, source: Source, gateway: &Arc<Gateway>) -> Result<Self, LocalError> {
        let (stop, stopped) = watch::channel(false);
        let listening = listening(template);
        let source = Arc::new(source);
        let mut listeners = Vec::new();
        for function in &template.functions {
            let Some(Trigger::Stream(definition)) = function.trigger.clone() else { continue };
            let (name, all, at) = (function.name.clone(), listening.clone(), Arc::clone(&source));
            let opened = move || Journal::open(&at.file, at.lasting, &at.table, &name, &all);
            let journal = blocking(opened).await.map_err(LocalError::EmbeddedStore)?;
            let listener = Listener {
                function: function.name.clone(),
                definition,
                journal: Arc::new(Mutex::new(journal)),
                gateway: Arc::clone(gateway),
                region: source.region.clone(),
            };
            listeners.push(tokio::spawn(listener.serve(stopped.clone())));
        }
        Ok(Self { stop, listeners })
    }

    /// Hands over nothing more. What was not handed over is at the next start, if there is one.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        for listener in self.listeners {
            if let Err(error) = listener.await {
                tracing::warn!(%error, "a listener to the stream did not stop cleanly");
            }
        }
    }
}

/// The functions that listen to the stream.
pub(crate) fn listening(template: &Template) -> Vec<String> {
    let listens = |it: &&FunctionDefinition| matches!(it.trigger, Some(Trigger::Stream(_)));
    template.functions.iter().filter(listens).map(|it| it.name.clone()).collect()
}

struct Listener {
    function: String,
    definition: StreamDefinition,
    journal: Arc<Mutex<Journal>>,
    gateway: Arc<Gateway>,
    region: String,
}

impl Listener {
    async fn serve(self, stopped: watch::Receiver<bool>) {
        let mut stop = std::pin::pin!(until(stopped));
        let mut tries = 0;
        loop {
            let wait = match self.step(&mut tries).await {
                Ok(_) if tries > 0 => FIRST_WAIT.saturating_mul(1 << tries.min(10)).min(LONGEST_WAIT),
                Ok(true) => Duration::ZERO,
                Ok(false) => LOOK_EVERY,
                Err(error) => {
                    tracing::error!(function = self.function, error, "the stream cannot be read");
                    LONGEST_WAIT
                }
            };
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Hands over one batch; whether it was a full one. `tries` counts how often its first record has
    /// failed. Such a record goes alone from then on, which is where halving the batch would end.
    async fn step(&self, tries: &mut u32) -> Result<bool, String> {
        let limit = if *tries == 0 { self.definition.batch_size } else { 1 };
        let records = self.with_journal(move |journal| journal.next(limit)).await?;
        let Some(last) = records.last() else { return Ok(false) };
        let full = records.len() == limit;
        let failed = self.hand_over(&records).await;
        let done = match failed {
            None => {
                *tries = 0;
                Some(last.number)
            }
            Some(0) if *tries >= self.definition.maximum_retries => {
                *tries = 0;
                let record = records.first();
                let sequence_number = record.map(StreamRecord::sequence_number);
                // AWS would put it into the failure destination.
                tracing::error!(function = self.function, sequence_number, "a record of the stream is given up");
                record.map(|record| record.number)
            }
            Some(0) => {
                *tries += 1;
                None
            }
            Some(position) => {
                *tries = 1;
                records.get(position - 1).map(|record| record.number)
            }
        };
        match done {
            Some(number) => self.with_journal(move |journal| journal.done(number)).await.map(|()| full),
            None => Ok(full),
        }
    }

    /// The position of the first record that failed. What the function does not want it is not handed.
    async fn hand_over(&self, records: &[StreamRecord]) -> Option<usize> {
        let wanted: Vec<_> = records.iter().filter(|record| self.definition.wants(&record.json)).collect();
        if wanted.is_empty() {
            return None;
        }
        let event = event(&wanted, &self.region, &self.definition.stream).ok()?;
        let answer = self.gateway.functions.invoke(&self.function, event, &request_id()).await;
        // A function that does not answer, or answers something else, has failed with all of them.
        let Some(failures) = answer.ok().and_then(|answer| PartialFailure::read(&answer)) else { return Some(0) };
        let failed = failures.identifiers().map(|id| {
            let position = records.iter().position(|record| record.sequence_number() == id);
            position.unwrap_or(0)
        });
        failed.min()
    }

    async fn with_journal<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Journal) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, String> {
        let journal = Arc::clone(&self.journal);
        blocking(move || work(&mut journal.lock().unwrap_or_else(PoisonError::into_inner))).await
    }
}
