//! `GET /imports/{id}/report`: what came of each record of an import.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::task::JoinSet;
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    contract::{Parameter, Refusal, json},
    fault::Reason,
    schema_types::ImportOutcomeWord,
};
use wattbook_domain::import::{ImportJob, ImportOutcome};
use wattbook_events::{
    imports::{self, LineView},
    list::{ListView, Page, paged},
};
use wattbook_import::objects;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "get-import-report",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        let outcome = Parameter::query("outcome", json::<ImportOutcomeWord>(), "Only the records that came to this.");
        let operation = operation.named(
            "Get the report of an import",
            "What came of each record, in the order of the file. While the import runs, it has those that are carried out.",
        );
        paged(operation.with(outcome))
            .answers(200, json::<ListView<LineView>>(), "A page.")
            .refuses(&[Refusal::NotFound])
    },
)
.using(&[Resource::Table, Resource::SigningKeys, Resource::BUCKET]);

/// The most windows that one request looks into for records of an outcome: a page may be short, or empty, although more
/// follows.
const WINDOWS: u64 = 20;

/// The most bytes of a part's report that are read. One has at most 160 records with 20 faults each.
const MAX_PART_BYTES: usize = 4 * 1024 * 1024;

/// Where a page ends: in a window, after a record.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
struct Place {
    #[serde(rename = "w")]
    window: u64,
    #[serde(rename = "r")]
    record: u64,
}

/// A line of a report, as far as it is looked into.
#[derive(Deserialize)]
struct Line {
    record: u64,
    outcome: ImportOutcome,
}

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let outcome = query.optional("outcome", |raw| raw.parse::<ImportOutcome>().map_err(Reason::from), &mut faults);
    let page = Page::read(request, &caller, query, faults)?;
    let mut place: Place = page.place(services)?.unwrap_or_default();
    let job = imports::job(services, &caller, request.path_parameter("id")).await?;
    let (mut lines, first) = (Vec::new(), place.window);
    while place.window < job.splitting.windows && place.window < first.saturating_add(WINDOWS) {
        for (line, text) in window(services, &job, place.window).await? {
            if line.record <= place.record || outcome.is_some_and(|outcome| line.outcome != outcome) {
                continue;
            }
            // One more than the page takes tells that there is another one.
            if lines.len() == page.size {
                return page.answer(services, lines, Some(place));
            }
            place.record = line.record;
            lines.push(text);
        }
        place.window += 1;
    }
    let next = (place.window < job.splitting.windows).then_some(place);
    page.answer(services, lines, next)
}

/// The lines of a window, in the order of the file.
async fn window(services: &Services, job: &ImportJob, window: u64) -> Result<Vec<(Line, Box<RawValue>)>, Failure> {
    let bucket = services.bucket()?;
    let prefix = objects::reports_of_window(job.organisation, job.id, window);
    let mut reading = JoinSet::new();
    let mut from = None;
    loop {
        let page = bucket.list(&prefix, from.as_deref(), wattbook_api::bucket::LARGEST_PAGE).await?;
        for listed in page.objects {
            let bucket = bucket.clone();
            reading.spawn(async move { bucket.get(&listed.key, MAX_PART_BYTES).await });
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    let mut lines = Vec::new();
    while let Some(part) = reading.join_next().await {
        let part = part.map_err(|error| Failure::Internal(error.into()))??;
        for line in part.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let text: Box<RawValue> = serde_json::from_slice(line).map_err(|error| Failure::Internal(error.into()))?;
            let line = serde_json::from_str(text.get()).map_err(|error| Failure::Internal(error.into()))?;
            lines.push((line, text));
        }
    }
    lines.sort_by_key(|(line, _): &(Line, _)| line.record);
    Ok(lines)
}
