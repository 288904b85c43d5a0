//! Lambda's part between the queues and the functions that are handed their messages: takes what is due, removes what
//! was handled, and comes again with what failed.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json, value::RawValue};
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
};
use wattbook_api::batch::PartialFailure;

use crate::{
    embedded::until,
    gateway::{Gateway, request_id},
    queue_store::Received,
    sqs_api::{attributes, md5},
    template::{QueueDefinition, QueueTrigger, Template, Trigger},
};

/// How often an idle queue is looked at: one look-up in an index.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The wait after the queues' file could not be read.
const AFTER_AN_ERROR: Duration = Duration::from_secs(1);
/// How long functions may take to end after the stop. What they have then comes again at the next start.
const DRAIN: Duration = Duration::from_secs(5);
/// How many batches of a queue are with its function at the same time. Lambda begins with five.
const AT_ONCE: usize = 5;

/// The functions with queues, being served. They stop when this is dropped, too.
pub(crate) struct Deliveries {
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

impl Deliveries {
    /// Serves every function of `template` that a queue triggers.
    pub(crate) fn start(template: &Template, region: &str, gateway: &Arc<Gateway>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let delivery = |function: &str, trigger: &QueueTrigger| {
            let delivery = Delivery {
                function: function.to_owned(),
                queue: gateway.queues.by_arn(&trigger.queue)?.clone(),
                batch_size: trigger.batch_size,
                region: region.to_owned(),
                gateway: Arc::clone(gateway),
            };
            Some(tokio::spawn(Arc::new(delivery).serve(stopped.clone())))
        };
        let running = template.functions.iter().filter_map(|function| match &function.trigger {
            Some(Trigger::Queue(trigger)) => delivery(&function.id, trigger),
            _ => None,
        });
        Self { running: running.collect(), stop }
    }

    /// Hands over nothing more, and waits for what is with the functions.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        for delivery in self.running {
            if let Err(error) = delivery.await {
                tracing::warn!(%error, "the delivery of a queue did not stop cleanly");
            }
        }
    }
}

struct Delivery {
    function: String,
    queue: QueueDefinition,
    batch_size: usize,
    region: String,
    gateway: Arc<Gateway>,
}

impl Delivery {
    async fn serve(self: Arc<Self>, stopped: watch::Receiver<bool>) {
        let mut stop = std::pin::pin!(until(stopped));
        let mut batches = JoinSet::new();
        loop {
            let taken = if batches.len() < AT_ONCE { self.take().await } else { Ok(Vec::new()) };
            let wait = match taken {
                Ok(messages) if messages.is_empty() => LOOK_EVERY,
                Ok(messages) => {
                    let delivery = Arc::clone(&self);
                    batches.spawn(async move { delivery.hand_over(&messages).await });
                    Duration::ZERO
                }
                Err(error) => {
                    tracing::error!(queue = self.queue.name, error, "the queue cannot be read");
                    AFTER_AN_ERROR
                }
            };
            while batches.try_join_next().is_some() {}
            tokio::select! {
                biased;
                () = &mut stop => break,
                () = tokio::time::sleep(wait) => {}
            }
        }
        if tokio::time::timeout(DRAIN, batches.join_all()).await.is_err() {
            tracing::warn!(queue = self.queue.name, "messages were still being handled at the stop");
        }
    }

    async fn take(&self) -> Result<Vec<Received>, String> {
        let visibility = self.queue.visibility_timeout;
        Ok(self.gateway.queues.receive(&self.queue, self.batch_size, visibility).await?.messages)
    }

    async fn hand_over(&self, messages: &[Received]) {
        let failed = self.failed(messages).await;
        let receipts = |failing: bool| {
            let chosen = messages.iter().filter(|message| failed.contains(&message.id) == failing);
            chosen.map(|message| message.receipt.clone()).collect::<Vec<_>>()
        };
        let queues = &self.gateway.queues;
        let done = queues.delete(receipts(false)).await.and(queues.release(&self.queue, receipts(true)).await);
        if let Err(error) = done {
            tracing::error!(queue = self.queue.name, error, "what became of messages cannot be noted: they come again");
        }
    }

    /// The ids of those that failed: all if the function does not answer, or answers something else, or names one that
    /// it was not handed.
    async fn failed(&self, messages: &[Received]) -> Vec<String> {
        let all = || messages.iter().map(|message| message.id.clone()).collect();
        let Ok(event) = self.event(messages) else { return all() };
        let Ok(answer) = self.gateway.functions.invoke(&self.function, event, &request_id()).await else {
            return all();
        };
        let Some(failures) = PartialFailure::read(&answer) else { return all() };
        let failed: Vec<_> = failures.identifiers().map(str::to_owned).collect();
        let is_known = |id: &String| messages.iter().any(|message| message.id == *id);
        if failed.iter().all(is_known) { failed } else { all() }
    }

    fn event(&self, messages: &[Received]) -> serde_json::Result<Box<RawValue>> {
        let records: Vec<_> = messages.iter().map(|message| self.record(message)).collect();
        serde_json::value::to_raw_value(&json!({ "Records": records }))
    }

    fn record(&self, message: &Received) -> Value {
        json!({
            "messageId": message.id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": attributes(message),
            "messageAttributes": {},
            "md5OfBody": md5(&message.body),
            "eventSource": "aws:sqs",
            "eventSourceARN": self.queue.arn,
            "awsRegion": self.region,
        })
    }
}

#[cfg(test)]
mod tests;
