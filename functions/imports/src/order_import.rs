//! `POST /imports`: takes a file, and has it imported.

use wattbook_api::{
    Answer, Failure, Faults, Function, Principal, Request, Resource, Services, clock,
    contract::{Parameter, Refusal, json, schema_of},
    fault::Reason,
    idempotency::Once,
    schema_types::ImportDialectWord,
};
use wattbook_domain::import::{FileFormat, ImportDialect, ImportId, ImportJob, ImportOrder, ImportSource};
use wattbook_events::imports::ImportView;
use wattbook_import::{Place, Reader, is_gzip, objects};
use wattbook_store::{ImportError, Subject};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "order-import",
    |services, request| Box::pin(order(services, request)),
    |operation| {
        let dialect = Parameter::query("dialect", json::<ImportDialectWord>(), "What the records are bodies of.");
        operation
            .named(
                "Import a file",
                "Takes a file of up to 1 MiB as it is sent, which may be gzip; larger ones go by the bucket. Each of its \
                 records creates what it is of, or brings it up to what it states. It is carried out after the answer: ask \
                 for the import how far it has come, and for its report what came of each record.",
            )
            .with(dialect.required())
            .takes_as(NDJSON, schema_of::<String>().into())
            .takes_as(CSV, schema_of::<String>().into())
            .answers(202, json::<ImportView>(), "It will be carried out.")
            .with_header("Location")
            .versioned()
            .rehearses(json::<ImportView>(), "A dry run: the file can be read, and has so many records.")
            .refuses(&[Refusal::TooLarge])
    },
)
.using(&[Resource::Table, Resource::BUCKET]);

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";

async fn order(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let dry_run = query.switch("dryRun", &mut faults);
    let dialect = query.required("dialect", |raw| raw.parse::<ImportDialect>().map_err(Reason::from), &mut faults);
    query.close(&mut faults);
    let once = Once::of(request, &caller, &mut faults);
    faults.none()?;
    let dialect = dialect.ok_or(Failure::NotFound)?;
    let file = request.file(&[NDJSON, CSV])?;
    let format = if request.is_of(CSV) { FileFormat::Csv } else { FileFormat::Ndjson };
    let mut job = job(&caller, dialect, format, file.len());
    let records = if is_gzip(&file) { None } else { Some(read_through(&job, &file)?) };
    if dry_run {
        job.splitting.is_done = records.is_some();
        job.splitting.records = records.unwrap_or_default();
        return Answer::json(200, &ImportView::rehearsed(&job));
    }
    store(services, job, file, once).await
}

fn job(caller: &Principal, dialect: ImportDialect, format: FileFormat, bytes: usize) -> ImportJob {
    let (id, organisation) = (ImportId::new_random(), caller.reach.organisation);
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    let order = ImportOrder {
        id,
        organisation,
        access: caller.reach.access.clone(),
        app_id: caller.app_id().map(str::to_owned),
        dialect,
        format,
        source: ImportSource { key: objects::source(organisation, id), etag: String::new(), bytes },
    };
    ImportJob::ordered(order, clock::now())
}

/// Reads the file to its end, so that one that cannot be read is refused at once, and counts its records.
fn read_through(job: &ImportJob, file: &[u8]) -> Result<u64, Failure> {
    let unreadable =
        |refusal: wattbook_import::Refusal| Failure::Unreadable(Reason::new(refusal.code(), refusal.to_string()));
    let mut reader = Reader::at(job.dialect, Place::beginning(job.format)).map_err(unreadable)?;
    reader.feed(file);
    reader.end();
    let mut records = 0;
    while reader.next_record().map_err(unreadable)?.is_some() {
        records += 1;
    }
    Ok(records)
}

/// The file first: a job is split as soon as it is there. What happens to be left of a file without a job the bucket's
/// rules remove.
async fn store(services: &Services, mut job: ImportJob, file: Vec<u8>, once: Option<Once>) -> Result<Answer, Failure> {
    let (store, bucket) = (services.store()?, services.bucket()?);
    if let Some(answer) = Once::answered(once.as_ref(), services).await? {
        return Ok(answer);
    }
    job.source.etag = bucket.put(&job.source.key, file, "application/octet-stream").await?;
    let answer = ImportView::of(&job).answer(202, job.version)?.header("location", format!("/imports/{}", job.id));
    let subject = (Subject::Import(job.id), &job.answer_key);
    let record = once.as_ref().map(|once| once.record(&answer, subject, job.created_at)).transpose()?;
    let outcome = store.create_import(&job, record.as_ref()).await;
    if matches!(outcome, Err(ImportError::Answered(_) | ImportError::InProgress)) {
        bucket.delete(&job.source.key).await?;
    }
    match (outcome, once) {
        (Ok(()), _) => Ok(answer),
        (Err(ImportError::Answered(record)), Some(once)) => once.replay(store, *record).await,
        (Err(error), _) => Err(error.into()),
    }
}
