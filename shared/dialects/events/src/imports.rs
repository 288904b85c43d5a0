//! Imports: how they are shown, and what their reports say.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Failure, Principal, Services,
    bucket::BucketError,
    clock,
    contract::FaultCode,
    http::ETag,
    own::{known, seen},
    schema_types::{FileFormatWord, ImportDialectWord, ImportOutcomeWord, ImportStatusWord},
    writing::Rounds,
};
use wattbook_domain::{
    OrganisationId,
    import::{
        FileFormat, ImportCounts, ImportDialect, ImportId, ImportJob, ImportOutcome, ImportProgress, ImportStatus,
    },
};

/// An import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
pub struct ImportView {
    /// Our id; absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    id: Option<String>,
    /// What the records are bodies of.
    #[schema(value_type = ImportDialectWord)]
    dialect: ImportDialect,
    /// How they are written.
    #[schema(value_type = FileFormatWord)]
    format: FileFormat,
    /// The brand that it is for, if its credential reaches one brand alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    label_partner: Option<String>,
    /// The name of the file, if it was put into the bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    file: Option<String>,
    /// The size of the file, as it came.
    bytes: u64,
    /// How it goes.
    #[schema(value_type = ImportStatusWord)]
    status: ImportStatus,
    /// Why the file could not be read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failure: Option<FailureView>,
    /// How many records the file has, as soon as that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    records: Option<u64>,
    /// What came of the records so far. In a list only of an import that has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    counts: Option<CountsView>,
    /// How many of a hundred records are carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0, maximum = 100)]
    progress: Option<u64>,
    /// When it is going to end, if it goes on as it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    estimated_end: Option<String>,
    /// When it was ordered.
    #[schema(format = "date-time")]
    created_at: String,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    started_at: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "date-time")]
    ended_at: Option<String>,
    /// Until when it and its report can be read.
    #[schema(format = "date-time")]
    expires_at: String,
    /// Where its report is: the path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    report: Option<String>,
}

/// Why a file could not be read to its end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportFailure)]
pub struct FailureView {
    /// A stable code for programs.
    code: String,
    /// What is wrong and what to do.
    message: String,
}

/// How many records came to what.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportCounts)]
pub struct CountsView {
    /// What they are of is new.
    created: u64,
    /// What they are of was there, and is another now.
    updated: u64,
    /// What they are of was there as it is stated; nothing was written.
    unchanged: u64,
    /// They clash with what is stored; nothing was written.
    conflict: u64,
    /// They are wrong in themselves; nothing was written.
    invalid: u64,
}

/// What came of one record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportLine)]
pub struct LineView {
    /// Counts the records of the file, from 1. Blank lines and rows are none.
    pub record: u64,
    /// Where it stands: the line of the file from 1, or the row as a spreadsheet numbers it.
    pub row: u64,
    /// What came of it.
    #[schema(value_type = ImportOutcomeWord)]
    pub outcome: ImportOutcome,
    /// Our id of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    pub account_id: Option<String>,
    /// Your own id of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub external_account_id: Option<String>,
    /// The installations of the account, the primary one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub installations: Vec<InstallationView>,
    /// Our id of the onboarding request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    pub onboarding_id: Option<String>,
    /// Your own name for the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reference: Option<String>,
    /// Why it was refused, in the order of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub faults: Vec<LineFaultView>,
    /// How many further faults there are that the list had no room for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub faults_omitted: Option<usize>,
}

/// By what an installation is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportedInstallation)]
pub struct InstallationView {
    /// Our id.
    #[schema(format = "uuid")]
    pub installation_id: String,
    /// Your own.
    pub external_installation_id: String,
}

/// What is wrong with a record.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = ImportFault)]
pub struct LineFaultView {
    /// A stable code for programs.
    #[schema(value_type = FaultCode)]
    pub code: String,
    /// Where in the body that the record is: a JSON Pointer (RFC 6901); absent if it is the record as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub path: Option<String>,
    /// The name of the column, if a cell cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub column: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
    /// Of a taken value: the account that holds it, if it is one that the credential of the import can see.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    pub account_id: Option<String>,
    /// Of a device that is taken: the request by which somebody has it, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = "uuid")]
    pub onboarding_id: Option<String>,
}

/// The most faults of a record that a report lists: a page of it has to fit into an answer.
pub const MAX_FAULTS: usize = 20;

impl From<ImportCounts> for CountsView {
    fn from(counts: ImportCounts) -> Self {
        let ImportCounts { created, updated, unchanged, conflict, invalid } = counts;
        Self { created, updated, unchanged, conflict, invalid }
    }
}

impl ImportView {
    /// Of a job in a list.
    #[must_use]
    pub fn of(job: &ImportJob) -> Self {
        let id = job.id.to_string();
        let report = Some(format!("/imports/{id}/report"));
        Self { id: Some(id), report, ..Self::rehearsed(job) }
    }

    /// With how far it has come.
    #[must_use]
    pub fn of_progress(progress: &ImportProgress) -> Self {
        let counts = progress.counts();
        let percent = |records: u64| counts.sum().saturating_mul(100).checked_div(records).unwrap_or(100).min(100);
        Self {
            counts: Some(counts.into()),
            progress: progress.records().map(percent),
            estimated_end: progress.estimated_end(clock::now()).map(|at| at.to_string()),
            ..Self::of(&progress.job)
        }
    }

    /// Of one that is not stored: without its id.
    #[must_use]
    pub fn rehearsed(job: &ImportJob) -> Self {
        Self {
            id: None,
            dialect: job.dialect,
            format: job.format,
            label_partner: job.label_partner().map(ToString::to_string),
            file: job.dropped_file().map(str::to_owned),
            bytes: job.source.bytes,
            status: job.status,
            failure: job
                .failure
                .as_ref()
                .map(|failure| FailureView { code: failure.code.clone(), message: failure.message.clone() }),
            records: job.splitting.is_done.then_some(job.splitting.records),
            counts: job.counts.map(CountsView::from),
            progress: None,
            estimated_end: None,
            created_at: job.created_at.to_string(),
            started_at: job.started_at.map(|at| at.to_string()),
            ended_at: job.ended_at.map(|at| at.to_string()),
            expires_at: job.expires_at().to_string(),
            report: None,
        }
    }

    /// Answers with it.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn answer(&self, status: u16, version: u64) -> Result<Answer, Failure> {
        Ok(Answer::json(status, self)?.header("etag", ETag(version)))
    }
}

/// The import of that id, with how far it has come.
///
/// # Errors
/// There is none that the caller can see, or the store failed.
pub async fn progress(services: &Services, caller: &Principal, id: &str) -> Result<ImportProgress, Failure> {
    let id: ImportId = known(id)?;
    let found = services.store()?.import_progress(caller.reach.organisation, id).await?;
    seen(caller, found, |progress| progress.job.label_partner())
}

/// The job of that id.
///
/// # Errors
/// There is none that the caller can see, or the store failed.
pub async fn job(services: &Services, caller: &Principal, id: &str) -> Result<ImportJob, Failure> {
    let id: ImportId = known(id)?;
    let found = services.store()?.import(caller.reach.organisation, id).await?;
    seen(caller, found, ImportJob::label_partner)
}

/// Removes the file of an import, of which nothing more is read: it has personal data. A file that was put into the bucket
/// stays if it is another one by now.
///
/// # Errors
/// It may be there still.
pub async fn remove_source(services: &Services, job: &ImportJob) -> Result<(), Failure> {
    let (bucket, source) = (services.bucket()?, &job.source);
    if job.dropped_file().is_some() {
        match bucket.head(&source.key).await {
            Ok(object) if object.etag == source.etag => {}
            Ok(_) | Err(BucketError::Missing) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(bucket.delete(&source.key).await?)
}

/// Does what is to be done when a file is split: removes it, and ends the import if there is nothing to carry out.
///
/// # Errors
/// The bucket or the store failed: then it is to be done again.
pub async fn close(services: &Services, job: &ImportJob) -> Result<(), Failure> {
    remove_source(services, job).await?;
    end(services, job.organisation, job.id).await
}

/// Ends an import whose last part is done; any other goes on.
///
/// # Errors
/// The store failed, or others were faster for too long: then it is to be done again.
pub async fn end(services: &Services, organisation: OrganisationId, id: ImportId) -> Result<(), Failure> {
    let (store, mut rounds) = (services.store()?, Rounds::default());
    loop {
        let Some(progress) = store.import_progress(organisation, id).await? else { return Ok(()) };
        let Some(ended) = progress.ended(clock::now()) else { return Ok(()) };
        if store.replace_import(&progress.job, &ended).await? {
            return Ok(());
        }
        rounds.again().await?;
    }
}
