//! Import jobs, and how far they have come.
//!
//! A job is an item that its splitter and whoever ends it write, each on the condition that it is as they read it. Each of
//! its lanes is an item of its own beside it, so that no two lanes write the same one.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use serde::{Deserialize, Serialize};
use wattbook_domain::{
    OrganisationId,
    import::{ImportCounts, ImportId, ImportJob, ImportProgress, Lane},
};

use crate::{
    IdempotencyRecord, Store, StoreError,
    error::conditional,
    items::{Item, key_item, read},
    keys::{self, Key},
    onboarding::{ListOf, ListPage, Wanted, indexed},
    transaction::{Cancelled, Obstacle, Transaction, When},
};

/// Why a job was not stored.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The idempotency key has been used; this is its record.
    #[error("the idempotency key has been used")]
    Answered(Box<IdempotencyRecord>),
    /// A request under the same idempotency key is being carried out.
    #[error("a request under the same idempotency key is being carried out")]
    InProgress,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a job's item holds, as far as it is read back.
#[derive(Debug, Deserialize)]
pub(crate) struct ImportItem {
    pub(crate) import: ImportJob,
}

/// What an action of a transaction stands for.
enum Meaning {
    /// The job, as it is to be.
    Job,
    /// The record of the answer.
    Idempotency,
}

impl Store {
    /// Stores a new job. One of the same id that is there already stays, and is taken for this one.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub async fn create_import(&self, job: &ImportJob, record: Option<&IdempotencyRecord>) -> Result<(), ImportError> {
        let mut transaction = Transaction::new();
        transaction.put(self, item(job)?, &When::Absent, Meaning::Job)?;
        transaction.record(self, job.organisation, record, Meaning::Idempotency)?;
        let refusals = match transaction.commit(self).await {
            Ok(()) => return Ok(()),
            Err(Cancelled::Store(error)) => return Err(error.into()),
            Err(Cancelled::Refused(refusals)) => refusals,
        };
        let mut stored = false;
        for refusal in refusals {
            match (refusal.meaning, refusal.obstacle) {
                (Meaning::Idempotency, Obstacle::Item(item)) => {
                    return Err(ImportError::Answered(Box::new(read("idempotency record", item)?)));
                }
                (Meaning::Idempotency, Obstacle::Contention) => return Err(ImportError::InProgress),
                (Meaning::Job, Obstacle::Item(_)) => stored = true,
                (Meaning::Job, Obstacle::Contention) => {}
            }
        }
        if stored { Ok(()) } else { Err(StoreError::Busy("transaction conflict".into()).into()) }
    }

    /// Puts a job in the place of what it was. `false` if it is not that any more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn replace_import(&self, old: &ImportJob, new: &ImportJob) -> Result<bool, StoreError> {
        self.put_when(item(new)?, &When::Version("import", old.version)).await
    }

    /// The job of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn import(&self, organisation: OrganisationId, id: ImportId) -> Result<Option<ImportJob>, StoreError> {
        let item: Option<ImportItem> = self.get_value("import", keys::import(organisation, id)).await?;
        Ok(item.map(|it| it.import))
    }

    /// The same with how far its lanes have come, at this moment.
    ///
    /// # Errors
    /// The store failed.
    pub async fn import_progress(
        &self,
        organisation: OrganisationId,
        id: ImportId,
    ) -> Result<Option<ImportProgress>, StoreError> {
        // A job and its lanes are a few kilobytes: one page has them all.
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(keys::import(organisation, id).pk))
            .consistent_read(true);
        let answer = self.queried(query).await?;
        let (mut job, mut lanes) = (None, [Lane::default(); ImportJob::LANES]);
        for item in answer.items.unwrap_or_default() {
            let Key { sk, .. } = read("key", item.clone())?;
            if sk == keys::IMPORT {
                job = Some(read::<ImportItem>("import", item)?.import);
            } else if let Some(lane) = keys::lane_number(&sk).and_then(|number| lanes.get_mut(number)) {
                *lane = read("lane of an import", item)?;
            }
        }
        Ok(job.map(|job| ImportProgress { job, lanes }))
    }

    /// Notes that a part of a lane is done, the next after those that are. `false` if it is not the next.
    ///
    /// # Errors
    /// The store failed.
    pub async fn end_part(
        &self,
        job: &ImportJob,
        lane: usize,
        part: u64,
        counts: &ImportCounts,
    ) -> Result<bool, StoreError> {
        let number = |number: u64| AttributeValue::N(number.to_string());
        let before = part.saturating_sub(1);
        let is_next = if before == 0 { "attribute_not_exists(pk)" } else { "#done = :before" };
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(keys::lane(job.organisation, job.id, lane))))
            .update_expression(
                "SET #done = :part, expires_at = :expires ADD #created :created, #updated :updated, \
                 #unchanged :unchanged, #conflict :conflict, #invalid :invalid",
            )
            .condition_expression(is_next)
            .expression_attribute_names("#done", "done")
            .expression_attribute_values(":part", number(part))
            .expression_attribute_values(":expires", AttributeValue::N(job.expires_at().as_second().to_string()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        if before > 0 {
            update = update.expression_attribute_values(":before", number(before));
        }
        for (name, count) in [
            ("created", counts.created),
            ("updated", counts.updated),
            ("unchanged", counts.unchanged),
            ("conflict", counts.conflict),
            ("invalid", counts.invalid),
        ] {
            update = update
                .expression_attribute_names(format!("#{name}"), name)
                .expression_attribute_values(format!(":{name}"), number(count));
        }
        let Some(answer) = conditional("UpdateItem", update.send().await)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }

    /// A page of jobs, the newest first.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list_imports(&self, wanted: Wanted<'_>) -> Result<ListPage<ImportJob>, StoreError> {
        let page = self.page(ListOf::Imports, wanted).await?;
        self.read_page(page, |item: ImportItem| item.import).await
    }
}

/// The item of a job.
fn item(job: &ImportJob) -> Result<Item, StoreError> {
    #[derive(Serialize)]
    struct Written<'a> {
        import: &'a ImportJob,
        expires_at: i64,
    }
    indexed(
        Written { import: job, expires_at: job.expires_at().as_second() },
        keys::import(job.organisation, job.id),
        ListOf::Imports,
        (job.organisation, job.label_partner()),
        (job.created_at, &job.id.to_string()),
        BTreeMap::from([("status", job.status.word().to_owned()), ("dialect", job.dialect.word().to_owned())]),
        None,
    )
}
