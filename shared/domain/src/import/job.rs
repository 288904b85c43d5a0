//! The job of an import: what was ordered, and how far its file is split.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{FileFormat, ImportCounts, ImportDialect, ImportId, ImportStatus};
use crate::{AccessLevel, AnswerKey, LabelPartnerCode, OrganisationId};

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
        self.access.label_partner()
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
