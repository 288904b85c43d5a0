//! Imports: files of which each record is the body of an operation.
//!
//! A job is split into parts, each of some records of one lane. Whatever has the same id of its own is in the same lane, and
//! a lane is worked off in its order: so what a file says first of an account is done first. Lanes are counted apart, so
//! that no two of them write the same item.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AccessLevel, AnswerKey, LabelPartnerCode, OrganisationId, account::resource_id, words::words};

resource_id!(
    /// Our id of an import.
    ImportId
);

/// The name space of the ids of imports of files that were put into the bucket.
const OF_FILES: Uuid = Uuid::from_u128(0x0b1f_53e3_6c1d_4d57_9c2e_0a1f_7a64_2e90);

impl ImportId {
    /// The id of the import of a file that was put into the bucket: the same whoever is told of it, and how often.
    #[must_use]
    pub fn of_file(key: &str, sequencer: &str) -> Self {
        Self(Uuid::new_v5(&OF_FILES, format!("{sequencer} {key}").as_bytes()))
    }
}

words! {
    /// What the records of a file are bodies of.
    ImportDialect {
        /// Of `POST /account`.
        Provisioning = "provisioning",
        /// Of `PUT /rest/v1/accounts`.
        Accounts = "accounts",
        /// Of `POST /onboarding/entities`.
        Onboarding = "onboarding",
    }
}

words! {
    /// How a file is written.
    FileFormat {
        /// JSON objects, one a line.
        Ndjson = "ndjson",
        /// Rows of cells under a row of names.
        Csv = "csv",
    }
}

words! {
    /// How an import goes.
    ImportStatus {
        /// It has not begun.
        Pending = "pending",
        /// Its records are being carried out.
        Running = "running",
        /// All of them are.
        Completed = "completed",
        /// The file could not be read to its end; what was read before that is carried out.
        Failed = "failed",
        /// It was canceled: what had been carried out by then stays.
        Canceled = "canceled",
    }
}

words! {
    /// What came of a record.
    ImportOutcome {
        /// What it is of is new.
        Created = "created",
        /// What it is of was there, and is another now.
        Updated = "updated",
        /// What it is of was there as it is stated.
        Unchanged = "unchanged",
        /// Nothing: it clashes with what is stored.
        Conflict = "conflict",
        /// Nothing: the record itself is wrong.
        Invalid = "invalid",
    }
}

impl ImportOutcome {
    /// Whether the record was refused.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::Conflict | Self::Invalid)
    }
}

impl FileFormat {
    /// What the name of a file says it is, `.gz` aside.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let plain = name.strip_suffix(".gz").unwrap_or(&name);
        match plain.rsplit_once('.')?.1 {
            "csv" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            _ => None,
        }
    }
}

/// How many records came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportCounts {
    /// What they are of is new.
    #[serde(default)]
    pub created: u64,
    /// What they are of was there, and is another now.
    #[serde(default)]
    pub updated: u64,
    /// What they are of was there as it is stated.
    #[serde(default)]
    pub unchanged: u64,
    /// They clash with what is stored.
    #[serde(default)]
    pub conflict: u64,
    /// They are wrong in themselves.
    #[serde(default)]
    pub invalid: u64,
}

impl ImportCounts {
    /// One record more that came to this.
    pub const fn add(&mut self, outcome: ImportOutcome) {
        let count = match outcome {
            ImportOutcome::Created => &mut self.created,
            ImportOutcome::Updated => &mut self.updated,
            ImportOutcome::Unchanged => &mut self.unchanged,
            ImportOutcome::Conflict => &mut self.conflict,
            ImportOutcome::Invalid => &mut self.invalid,
        };
        *count += 1;
    }

    /// Of both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            created: self.created + other.created,
            updated: self.updated + other.updated,
            unchanged: self.unchanged + other.unchanged,
            conflict: self.conflict + other.conflict,
            invalid: self.invalid + other.invalid,
        }
    }

    /// Of all outcomes.
    #[must_use]
    pub const fn sum(self) -> u64 {
        self.created + self.updated + self.unchanged + self.conflict + self.invalid
    }
}

/// The file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSource {
    /// The key of the object that it is.
    pub key: String,
    /// What differs when its content does.
    pub etag: String,
    /// Its size in bytes, as it came.
    pub bytes: u64,
}

/// Why a file could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportFailure {
    /// A stable code for programs.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// How far a file has been split.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Splitting {
    /// Where reading goes on, as the reader has it; nothing at the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whether the file is compressed.
    #[serde(default)]
    pub is_gzip: bool,
    /// The windows of the file so far.
    #[serde(default)]
    pub windows: u64,
    /// The records so far.
    #[serde(default)]
    pub records: u64,
    /// The parts that each lane has been sent; none that has been sent nothing yet.
    #[serde(default)]
    pub sent: [u64; ImportJob::LANES],
    /// Whether the file is split to its end, or to where it can be read.
    #[serde(default)]
    pub is_done: bool,
}

/// An import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportJob {
    /// Our id.
    pub id: ImportId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// How far whoever ordered it reaches, and so what the records can.
    #[serde(flatten)]
    pub access: AccessLevel,
    /// The app id of the credential that it was ordered with; none if the file was put into the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// What the records are.
    pub dialect: ImportDialect,
    /// How they are written.
    pub format: FileFormat,
    /// The file.
    pub source: ImportSource,
    /// How it goes.
    pub status: ImportStatus,
    /// How far the file is split.
    pub splitting: Splitting,
    /// What came of it, once it has ended by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<ImportCounts>,
    /// Why the file could not be read to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<ImportFailure>,
    /// What answers about it are sealed with.
    pub answer_key: AnswerKey,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was ordered.
    pub created_at: Timestamp,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// What is ordered with an import.
#[derive(Debug)]
pub struct ImportOrder {
    /// Our id.
    pub id: ImportId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// How far whoever orders it reaches.
    pub access: AccessLevel,
    /// The app id of the credential that it is ordered with; none if the file was put into the bucket.
    pub app_id: Option<String>,
    /// What the records are.
    pub dialect: ImportDialect,
    /// How they are written.
    pub format: FileFormat,
    /// The file.
    pub source: ImportSource,
}

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

impl ImportJob {
    /// How many lanes a job has: as many records are carried out at a time.
    pub const LANES: usize = 8;

    /// For how long a job and its report are kept, in days.
    pub const DAYS_KEPT: i64 = 30;

    /// One that is ordered now.
    #[must_use]
    pub fn ordered(order: ImportOrder, now: Timestamp) -> Self {
        let ImportOrder { id, organisation, access, app_id, dialect, format, source } = order;
        Self {
            id,
            organisation,
            access,
            app_id,
            dialect,
            format,
            source,
            status: ImportStatus::Pending,
            splitting: Splitting::default(),
            counts: None,
            failure: None,
            answer_key: AnswerKey::new_random(),
            version: 1,
            created_at: now,
            started_at: None,
            ended_at: None,
        }
    }

    /// The brand that it is for; none if it is for all of the organisation.
    #[must_use]
    pub const fn label_partner(&self) -> Option<&LabelPartnerCode> {
        match &self.access {
            AccessLevel::Admin => None,
            AccessLevel::LabelPartner { label_partner } => Some(label_partner),
        }
    }

    /// The key of the file, if it was put into the bucket and did not come with a request.
    #[must_use]
    pub fn dropped_file(&self) -> Option<&str> {
        self.app_id.is_none().then_some(self.source.key.as_str())
    }

    /// Whether it has ended.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        matches!(self.status, ImportStatus::Completed | ImportStatus::Failed | ImportStatus::Canceled)
    }

    /// As it is once it has begun, if it has not.
    #[must_use]
    pub fn begun(&self, now: Timestamp) -> Self {
        match self.status {
            ImportStatus::Pending => {
                Self { status: ImportStatus::Running, started_at: Some(now), version: self.version + 1, ..self.clone() }
            }
            _ => self.clone(),
        }
    }

    /// As it is when somebody has canceled it; none if it has ended.
    #[must_use]
    pub fn canceled(&self, now: Timestamp) -> Option<Self> {
        (!self.has_ended()).then(|| Self {
            status: ImportStatus::Canceled,
            ended_at: Some(now),
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// From when nothing is known of it any more.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.created_at.checked_add(SignedDuration::from_hours(Self::DAYS_KEPT * 24)).unwrap_or(Timestamp::MAX)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> ImportJob {
        let order = ImportOrder {
            id: ImportId::new_random(),
            organisation: OrganisationId::new_random(),
            access: AccessLevel::Admin,
            app_id: None,
            dialect: ImportDialect::Provisioning,
            format: FileFormat::Csv,
            source: ImportSource { key: "sources/x".into(), etag: "e".into(), bytes: 1 },
        };
        ImportJob::ordered(order, Timestamp::UNIX_EPOCH)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn it_ends_when_the_file_is_split_and_all_lanes_are_done() {
        let mut progress = ImportProgress { job: job().begun(at(0)), lanes: [Lane::default(); ImportJob::LANES] };
        assert_eq!(progress.ended(at(1)), None, "more may follow");
        progress.job.splitting =
            Splitting { is_done: true, records: 30, sent: [1, 2, 0, 0, 0, 0, 0, 0], ..Splitting::default() };
        progress.lanes[0] = Lane { done: 1, counts: ImportCounts { created: 10, ..ImportCounts::default() } };
        assert_eq!(progress.ended(at(1)), None);
        assert_eq!(progress.estimated_end(at(10)), Some(at(30)));
        progress.lanes[1] = Lane { done: 2, counts: ImportCounts { invalid: 20, ..ImportCounts::default() } };
        let ended = progress.ended(at(20)).unwrap();
        assert_eq!((ended.status, ended.counts.unwrap().sum(), ended.version), (ImportStatus::Completed, 30, 3));
        progress.job.failure = Some(ImportFailure { code: "cut_short".into(), message: String::new() });
        assert_eq!(progress.ended(at(20)).unwrap().status, ImportStatus::Failed);
        progress.job = ended;
        assert_eq!((progress.ended(at(21)), progress.estimated_end(at(21))), (None, None));
    }

    #[test]
    fn it_begins_once_and_is_canceled_until_it_has_ended() {
        let begun = job().begun(at(5));
        assert_eq!((begun.status, begun.begun(at(9)).started_at), (ImportStatus::Running, Some(at(5))));
        let canceled = begun.canceled(at(6)).unwrap();
        assert_eq!(canceled.status, ImportStatus::Canceled);
        assert_eq!(canceled.canceled(at(7)), None);
    }

    #[test]
    fn files_are_told_by_their_names() {
        for (name, format) in [
            ("a.csv", Some(FileFormat::Csv)),
            ("A b.CSV.GZ", Some(FileFormat::Csv)),
            ("x.ndjson", Some(FileFormat::Ndjson)),
            ("x.jsonl.gz", Some(FileFormat::Ndjson)),
            ("x.json", None),
            ("csv", None),
            ("x.gz", None),
        ] {
            assert_eq!(FileFormat::of_name(name), format, "{name}");
        }
    }
}
