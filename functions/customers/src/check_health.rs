//! `GET /api/ping`: which version answers, and what it stands on; `GET …/checks`: whether that answers; `GET …/database`:
//! whether the table does, and what is there.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Caller, Failure, Faults, Function, Request, Resource, Services, contract::json, queue::IMPORT_QUEUE,
};
use wattbook_customers::list;
use wattbook_domain::{Account, AccountId, Building, OrganisationId};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "check-health",
    |services, request| Box::pin(check(services, request)),
    |operation| match operation.path().rsplit('/').next() {
        Some("checks") => operation
            .id("check-subsystems")
            .named("Check what the API stands on", "Each is asked something; what was found is told for five seconds.")
            .answers(200, list::array(json::<CheckView>()), "All of them answer.")
            .answers(503, list::array(json::<CheckView>()), "One of them does not."),
        Some("database") => operation
            .id("check-database")
            .named("Check the database", "Looks for meters and buildings among what the caller sees.")
            .answers(200, json::<DatabaseView>(), "The database answers."),
        _ => operation.named("Get the version", "Of the API, and the names of what it stands on.").answers(
            200,
            json::<PingView>(),
            "The version.",
        ),
    },
)
.using(&[Resource::Table, Resource::IMPORT_QUEUE, Resource::BUCKET]);

/// For how long it is believed that something answers, or does not.
const BELIEVED: Duration = Duration::from_secs(5);

/// What it stands on.
const SUBSYSTEMS: [&str; 3] = ["Database", "Queue", "Files"];

/// What was found last, and when.
static FOUND: Mutex<Option<(Instant, Vec<CheckView>)>> = Mutex::new(None);

/// Which version answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = PingResponse)]
struct PingView {
    /// The version.
    version: &'static str,
    /// The areas that there are.
    areas: [u8; 2],
    /// What it stands on.
    subsystems: [&'static str; 3],
}

/// Whether something answers.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = PingCheck)]
struct CheckView {
    /// What it is.
    name: &'static str,
    /// Whether it answers.
    ok: bool,
    /// How long it took, in milliseconds.
    latency_ms: u64,
}

/// What the database has.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[schema(as = PingDatabase)]
struct DatabaseView {
    /// Whether there are meters.
    meters: bool,
    /// Whether there are observations of the weather; `false`, as none are kept so far.
    weather_observations: bool,
    /// Whether somebody has described a building.
    buildings: bool,
    /// How long it took, in milliseconds.
    latency_ms: u64,
}

async fn check(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let answer = match request.path().rsplit('/').next() {
        Some("checks") => {
            let checks = checks(services).await?;
            Answer::json(if checks.iter().all(|check| check.ok) { 200 } else { 503 }, &checks)
        }
        Some("database") => Answer::json(200, &database(services, &request.caller()?).await?),
        _ => Answer::json(200, &PingView { version: env!("CARGO_PKG_VERSION"), areas: [1, 2], subsystems: SUBSYSTEMS }),
    };
    Ok(answer?.header("cache-control", "no-store"))
}

async fn checks(services: &Services) -> Result<Vec<CheckView>, Failure> {
    let found = FOUND.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, checks)) = found.filter(|(at, _)| at.elapsed() < BELIEVED) {
        return Ok(checks);
    }
    let (store, queue, bucket) = (services.store()?, services.queue(IMPORT_QUEUE)?, services.bucket()?);
    let [database, messages, files] = SUBSYSTEMS;
    let nobody = (OrganisationId::new_random(), AccountId::new_random());
    let checks = vec![
        timed(database, async { store.account(nobody.0, nobody.1).await.is_ok() }).await,
        timed(messages, async { queue.probe().await.is_ok() }).await,
        timed(files, async { bucket.list("ping/", None, 1).await.is_ok() }).await,
    ];
    *FOUND.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), checks.clone()));
    Ok(checks)
}

async fn timed(name: &'static str, answers: impl Future<Output = bool>) -> CheckView {
    let started = Instant::now();
    let ok = answers.await;
    CheckView { name, ok, latency_ms: millis(started) }
}

/// Of a person the account; of others the first accounts of the organisation, as far as the caller sees them.
async fn database(services: &Services, caller: &Caller) -> Result<DatabaseView, Failure> {
    let (started, store) = (Instant::now(), services.store()?);
    let accounts: Vec<Account> = match caller {
        Caller::Person(person) => match &person.own {
            Some(own) => store.account(person.organisation, own.account).await?.into_iter().collect(),
            None => Vec::new(),
        },
        Caller::Organisation(principal) => store.first_accounts(&principal.reach).await?,
    };
    let meters: Vec<_> = accounts.iter().flat_map(|it| &it.installations).flat_map(|it| &it.meters).collect();
    Ok(DatabaseView {
        meters: !meters.is_empty(),
        weather_observations: false,
        buildings: meters.iter().any(|meter| meter.building != Building::default()),
        latency_ms: millis(started),
    })
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
