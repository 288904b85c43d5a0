//! How far an import has come.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ImportCounts, ImportJob, ImportStatus};

/// What has been done in one lane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The parts: they are numbered from 1, and this is the last that is done.
    pub done: u64,
    /// What came of their records.
    #[serde(flatten)]
    pub counts: ImportCounts,
}

/// How far an import has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProgress {
    /// The job.
    pub job: ImportJob,
    /// Its lanes.
    pub lanes: [Lane; ImportJob::LANES],
}

impl ImportProgress {
    /// What came of the records so far.
    #[must_use]
    pub fn counts(&self) -> ImportCounts {
        self.job
            .counts
            .unwrap_or_else(|| self.lanes.iter().fold(ImportCounts::default(), |counts, lane| counts.plus(lane.counts)))
    }

    /// How many records the file has, once that is known.
    #[must_use]
    pub const fn records(&self) -> Option<u64> {
        if self.job.splitting.is_done { Some(self.job.splitting.records) } else { None }
    }

    /// As the job is when all of its lanes are done; none if they are not, or if it has ended.
    #[must_use]
    pub fn ended(&self, now: Timestamp) -> Option<ImportJob> {
        let splitting = &self.job.splitting;
        let is_done = splitting.is_done && self.lanes.iter().zip(splitting.sent).all(|(lane, sent)| lane.done >= sent);
        (is_done && !self.job.has_ended()).then(|| ImportJob {
            status: if self.job.failure.is_some() { ImportStatus::Failed } else { ImportStatus::Completed },
            counts: Some(self.counts()),
            ended_at: Some(now),
            version: self.job.version + 1,
            ..self.job.clone()
        })
    }

    /// When it is going to end, if it goes on as it has; not before it is known how much there is.
    #[must_use]
    pub fn estimated_end(&self, now: Timestamp) -> Option<Timestamp> {
        if self.job.has_ended() {
            return None;
        }
        let (started, records, done) = (self.job.started_at?, self.records()?, self.counts().sum());
        let left = u32::try_from(records.saturating_sub(done)).ok()?;
        let done = u32::try_from(done).ok().filter(|done| *done > 0)?;
        let taken = now.duration_since(started).as_secs_f64();
        let wait = SignedDuration::try_from_secs_f64(taken / f64::from(done) * f64::from(left)).ok()?;
        now.checked_add(wait).ok()
    }
}
