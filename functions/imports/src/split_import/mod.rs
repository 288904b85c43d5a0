//! On the queue of imports: splits a file into parts, each of which is carried out as a message of its own.
//!
//! A message is `{"organisation_id": …, "import_id": …}`, or says that a file was put into the bucket ([`dropped`]). It may
//! come twice, and the function may die at any time: after each window of the file its place is written to the job, on the
//! condition that nobody else has written it since, and what is cut anew gives the same parts under the same numbers. It
//! sends itself on before its time is over.

mod content;
mod dropped;

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use wattbook_api::{
    Entry, Failure, Function, Message, Resource, Services, clock,
    contract::Declaration,
    queue::{IMPORT_LINES, IMPORT_QUEUE, InOrder},
};
use wattbook_domain::{
    OrganisationId,
    import::{ImportId, ImportJob},
};
use wattbook_events::imports;
use wattbook_import::{
    Reader, Record,
    part::{self, Part},
};

use content::{Content, End};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "split-import",
    entry: Entry::Queue(|services, message| Box::pin(handle(services, message))),
    uses: &[Resource::Table, Resource::BUCKET, Resource::IMPORT_QUEUE, Resource::IMPORT_LINES],
    contract: Declaration::NONE,
};

/// For how long a file is split before the function sends itself on: half of what its template gives it.
const TIME: Duration = Duration::from_secs(30);

/// What a message says.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Order(Order),
    Dropped { dropped: dropped::File },
}

/// That a file is to be split.
#[derive(Serialize, Deserialize)]
struct Order {
    organisation_id: OrganisationId,
    import_id: ImportId,
}

/// A part of a file.
struct Window {
    records: Vec<Record>,
    /// How the file ends, if it does.
    end: Option<End>,
}

async fn handle(services: &Services, message: &Message) -> Result<(), Failure> {
    match message.read()? {
        Told::Dropped { dropped } => dropped::begin(services, dropped).await,
        Told::Order(order) => split(services, &order).await,
    }
}

async fn split(services: &Services, order: &Order) -> Result<(), Failure> {
    let store = services.store()?;
    let Some(found) = store.import(order.organisation_id, order.import_id).await? else { return Ok(()) };
    if found.has_ended() || found.splitting.is_done {
        return imports::close(services, &found).await;
    }
    let job = found.begun(clock::now());
    if job != found && !store.replace_import(&found, &job).await? {
        return Err(Failure::Contended);
    }
    let (mut job, until) = (job, Instant::now() + TIME);
    let Some((mut content, mut reader)) = content::open(services.bucket()?, &mut job).await? else {
        return end_without_file(services, &job).await;
    };
    loop {
        let Window { records, end } = window(&mut reader, &mut content, until).await?;
        let mut next = job.clone();
        next.version += 1;
        next.splitting.records += u64::try_from(records.len()).unwrap_or_default();
        next.splitting.place = reader
            .place()
            .map(|place| serde_json::to_string(&place))
            .transpose()
            .map_err(|error| Failure::Internal(error.into()))?;
        if !records.is_empty() {
            let parts = part::cut(&job, job.splitting.windows, records, &mut next.splitting.sent);
            send(services, &parts).await?;
            next.splitting.windows += 1;
        }
        if let Some(end) = end {
            next.splitting.is_done = true;
            next.failure = end.failure();
        }
        if !store.replace_import(&job, &next).await? {
            // Canceled, or split by somebody who was faster: who has sent the same parts.
            return Ok(());
        }
        job = next;
        if job.splitting.is_done {
            return imports::close(services, &job).await;
        }
        if Instant::now() >= until {
            let order = serde_json::to_string(order).map_err(|error| Failure::Internal(error.into()))?;
            return Ok(services.queue(IMPORT_QUEUE)?.send(&order, 0).await?);
        }
    }
}

/// The next window of a file. If time is over before it is full, it ends where the file has been read to.
async fn window(reader: &mut Reader, content: &mut Content<'_>, until: Instant) -> Result<Window, Failure> {
    let (most, most_bytes) = part::WINDOW;
    let (mut records, mut bytes, mut at_end) = (Vec::new(), 0, false);
    loop {
        let is_full = records.len() >= most || bytes >= most_bytes || Instant::now() >= until;
        if is_full && reader.place().is_some() {
            return Ok(Window { records, end: None });
        }
        match reader.next_record() {
            Ok(Some(record)) => {
                bytes += record.body.as_ref().map_or(0, String::len);
                records.push(record);
            }
            Err(refusal) => return Ok(Window { records, end: Some(End::Refused(refusal)) }),
            Ok(None) if at_end => return Ok(Window { records, end: Some(End::Whole) }),
            Ok(None) => match content.next().await? {
                content::Next::Bytes(bytes) => reader.feed(&bytes),
                content::Next::End(End::Whole) => {
                    reader.end();
                    at_end = true;
                }
                content::Next::End(end) => return Ok(Window { records, end: Some(end) }),
            },
        }
    }
}

/// Sends parts, each to its lane.
async fn send(services: &Services, parts: &[Part]) -> Result<(), Failure> {
    for part in parts {
        let body = serde_json::to_string(part).map_err(|error| Failure::Internal(error.into()))?;
        let group = format!("{}-{}", part.import_id, part.lane);
        let deduplication_id = format!("{group}-{}", part.number);
        let message = InOrder { body: &body, group: &group, deduplication_id: &deduplication_id };
        services.queue(IMPORT_LINES)?.send_in_order(message).await?;
    }
    Ok(())
}

/// Ends a job whose file is not there any more.
async fn end_without_file(services: &Services, job: &ImportJob) -> Result<(), Failure> {
    let mut next = ImportJob { version: job.version + 1, failure: End::gone().failure(), ..job.clone() };
    next.splitting.is_done = true;
    if !services.store()?.replace_import(job, &next).await? {
        return Err(Failure::Contended);
    }
    imports::close(services, &next).await
}
