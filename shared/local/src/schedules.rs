//! EventBridge's part between the clock and the functions that are called at regular times.
//!
//! As in AWS the first call comes one interval after the schedule is new. When each function was last called stands in a
//! file, so that what fell due while nothing ran is made up for by one call at the start.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use crate::{
    embedded::until,
    error::LocalError,
    gateway::{Gateway, request_id},
    private_file,
    template::{ACCOUNT_ID, ScheduleTrigger, Template, Trigger},
};

/// How long a call may take to end after the stop.
const DRAIN: Duration = Duration::from_secs(5);

/// The scheduled functions, being called. The calls end when this is dropped, too.
pub(crate) struct Schedules {
    stop: watch::Sender<bool>,
    running: Vec<JoinHandle<()>>,
}

/// When each function was last called, or was new.
struct Calls {
    file: PathBuf,
    last: Mutex<BTreeMap<String, Timestamp>>,
}

impl Schedules {
    /// Serves every function of `template` that the clock calls.
    pub(crate) fn start(
        template: &Template,
        file: PathBuf,
        region: &str,
        gateway: &Arc<Gateway>,
    ) -> Result<Self, LocalError> {
        let last = private_file::read_json(&file)?.unwrap_or_default();
        let calls = Arc::new(Calls { file, last: Mutex::new(last) });
        let (stop, stopped) = watch::channel(false);
        let mut running = Vec::new();
        for function in &template.functions {
            let Some(Trigger::Schedule(trigger)) = &function.trigger else { continue };
            let schedule = Schedule {
                function: function.id.clone(),
                trigger: trigger.clone(),
                region: region.to_owned(),
                gateway: Arc::clone(gateway),
                calls: Arc::clone(&calls),
            };
            let last = calls.last_of(&function.id)?;
            running.push(tokio::spawn(schedule.serve(last, stopped.clone())));
        }
        Ok(Self { stop, running })
    }

    /// Makes no more calls, and waits for the running ones.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        for schedule in self.running {
            if let Err(error) = schedule.await {
                tracing::warn!(%error, "a schedule did not stop cleanly");
            }
        }
    }
}

impl Calls {
    /// The last call of `function`, or now if it is new.
    fn last_of(&self, function: &str) -> Result<Timestamp, LocalError> {
        let known = self.last.lock().unwrap_or_else(PoisonError::into_inner).get(function).copied();
        if let Some(last) = known {
            return Ok(last);
        }
        let now = Timestamp::now();
        self.note(function, now)?;
        Ok(now)
    }

    fn note(&self, function: &str, time: Timestamp) -> Result<(), LocalError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(function.to_owned(), time);
        private_file::write(&self.file, json!(*last).to_string().as_bytes())
    }
}

struct Schedule {
    function: String,
    trigger: ScheduleTrigger,
    region: String,
    gateway: Arc<Gateway>,
    calls: Arc<Calls>,
}

impl Schedule {
    async fn serve(self, mut last: Timestamp, stopped: watch::Receiver<bool>) {
        loop {
            let passed = Duration::try_from(Timestamp::now().duration_since(last)).unwrap_or_default();
            tokio::select! {
                biased;
                () = until(stopped.clone()) => return,
                () = tokio::time::sleep(self.trigger.every.saturating_sub(passed)) => {}
            }
            last = Timestamp::now();
            if let Err(error) = self.calls.note(&self.function, last) {
                tracing::warn!(%error, "when a schedule called cannot be noted");
            }
            let drained = async {
                until(stopped.clone()).await;
                tokio::time::sleep(DRAIN).await;
            };
            tokio::select! {
                () = self.call(last) => {}
                () = drained => return,
            }
        }
    }

    /// The function logs its failure itself.
    async fn call(&self, now: Timestamp) {
        let Ok(event) = serde_json::value::to_raw_value(&self.event(now)) else { return };
        if self.gateway.functions.invoke(&self.function, event, &request_id()).await.is_err() {
            tracing::error!(function = self.function, "a scheduled call failed; the next one comes at its time");
        }
    }

    /// What a rule of EventBridge sends. It knows seconds.
    fn event(&self, now: Timestamp) -> Value {
        let Self { region, trigger: ScheduleTrigger { rule, .. }, .. } = self;
        json!({
            "version": "0",
            "id": Uuid::new_v4().to_string(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT_ID,
            "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": region,
            "resources": [format!("arn:aws:events:{region}:{ACCOUNT_ID}:rule/{rule}")],
            "detail": {},
        })
    }
}
