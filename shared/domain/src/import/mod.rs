//! Imports: files of which each record is the body of an operation.
//!
//! A job is split into parts, each of some records of one lane. Whatever has the same id of its own is in the same lane, and
//! a lane is worked off in its order: so what a file says first of an account is done first. Lanes are counted apart, so
//! that no two of them write the same item.

mod job;
mod progress;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{account::resource_id, words::words};

pub use job::{ImportFailure, ImportJob, ImportOrder, ImportSource, Splitting};
pub use progress::{ImportProgress, Lane};

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
        /// Of `PUT /api/records/{kind}/{key}`, with kind and key, and readings.
        Records = "records",
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

#[cfg(test)]
mod tests;
