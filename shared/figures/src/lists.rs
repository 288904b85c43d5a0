//! What pages of a list and searches in it cost, with few accounts and with many.
//!
//! Capacity does not depend on the machine; times here are those of the embedded store, and for comparing
//! rows only.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use serde_json::Value;
use wattbook_domain::{Account, LabelPartnerCode, OrganisationId, Text};
use wattbook_local::{Bundle, InvokeError, LocalError, Options};
use wattbook_store::{Store, StoreError, StoreSettings, UniquenessScope, WriteError};

use crate::{
    event::{self, Silent},
    sample::{Sample, SampleError},
    workspace::Workspace,
};

const LIST: &str = "list-accounts";

/// How many accounts the list has that the others are compared with.
const FEW: usize = 1_000;
/// How many are handed to the store at a time.
const BATCH: usize = 1_000;

/// Why lists could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListsError {
    /// The bundle does not start.
    #[error("the local bundle does not start")]
    Bundle(#[from] LocalError),
    /// The store cannot be reached.
    #[error("the store cannot be reached")]
    Store(#[from] StoreError),
    /// The accounts cannot be stored.
    #[error("the accounts cannot be stored")]
    Write(#[from] WriteError),
    /// The sample event is not usable.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The function gave no answer.
    #[error("{LIST} gave no answer")]
    NoAnswer(#[from] InvokeError),
    /// It refused.
    #[error("{LIST} answered {0}")]
    Refused(Value),
    /// An answer lacks what the next request needs.
    #[error(transparent)]
    Silent(#[from] Silent),
    /// The sample event names no organisation.
    #[error("the event of {LIST} has no organisation")]
    Nobody,
    /// The report cannot be written.
    #[error("the report cannot be written")]
    Report(#[from] io::Error),
}

/// What one request has cost.
struct Cost {
    what: &'static str,
    round_trips: u64,
    units: f64,
    time: Duration,
    count: Value,
}

/// Measures with a thousand accounts, then with `many`, and prints both.
///
/// # Errors
/// One of the requests does not end as it should.
pub(crate) async fn measure(out: &mut impl Write, workspace: &Workspace, many: usize) -> Result<(), ListsError> {
    let bundle = Bundle::start(Options::default()).await?;
    let event = Sample::read(&workspace.event(LIST))?.event;
    let pointer = "/requestContext/authorizer/lambda/organisation_id";
    let organisation = event.pointer(pointer).and_then(Value::as_str).and_then(|id| id.parse().ok());
    let organisation: OrganisationId = organisation.ok_or(ListsError::Nobody)?;
    let store = connect(&bundle)?;
    let mut loaded = 0;
    let mut tables = Vec::new();
    for size in [FEW.min(many), many] {
        let began = Instant::now();
        while loaded < size {
            let batch: Vec<_> = (loaded..size.min(loaded + BATCH)).map(|i| account(organisation, i)).collect();
            store.load_accounts(&batch).await?;
            loaded += batch.len();
        }
        eprintln!("{size} accounts there, {:.0} s", began.elapsed().as_secs_f64());
        tables.push(ask(&bundle, &event, size).await?);
    }
    bundle.stop().await;
    print(out, &tables, FEW.min(many), many)?;
    Ok(())
}

/// The store of a bundle.
pub(crate) fn connect(bundle: &Bundle) -> Result<Store, StoreError> {
    let access = bundle.store().clone();
    Store::connect(StoreSettings {
        table: bundle.table().to_owned(),
        scope: UniquenessScope::Platform,
        region: access.region,
        access_key_id: access.access_key_id,
        secret_access_key: access.secret_access_key,
        session_token: access.session_token,
        endpoint: Some(access.endpoint),
    })
}

/// One of many. Every hundredth is a shop, so that a search finds a share of all and a prefix the same few.
fn account(organisation: OrganisationId, i: usize) -> Account {
    let mut account = Account::blank(organisation, LabelPartnerCode::parse("NORTH").ok(), Timestamp::now());
    let kind = match i {
        0..50 => "Alpha first",
        _ if i.is_multiple_of(100) => "Coffee shop",
        _ => "Family home",
    };
    account.profile.name = Text::parse(&format!("{kind} {i:07}")).ok();
    account.profile.customer_org_name = Text::parse("Measured").ok();
    account
}

async fn ask(bundle: &Bundle, event: &Value, size: usize) -> Result<Vec<Cost>, ListsError> {
    let mut costs = Vec::new();
    let first = request(bundle, event, "first page, with the count", "", &mut costs).await?;
    let token = event::member(LIST, &first, "nextPageToken")?;
    request(bundle, event, "second page, by token", &format!("pageToken={token}"), &mut costs).await?;
    for (what, start) in [("page in the middle, by token", size / 2), ("last full page, by token", size - 52)] {
        // The way there is not measured; whoever comes page by page gets the same token.
        let before = request(bundle, event, "", &format!("pageStart={start}"), &mut Vec::new()).await;
        let query = match before {
            Ok(page) => format!("pageToken={}", event::member(LIST, &page, "nextPageToken")?),
            Err(_) => continue,
        };
        request(bundle, event, what, &query, &mut costs).await?;
    }
    let prefix = "searchOn=accountName&startsWith=true&search=alpha";
    let page = request(bundle, event, "startsWith, 50 begin so", prefix, &mut costs).await?;
    let token = event::member(LIST, &page, "nextPageToken")?;
    let next = format!("{prefix}&pageToken={token}");
    request(bundle, event, "startsWith, second page", &next, &mut costs).await?;
    let page = request(bundle, event, "contains, first page", "search=shop", &mut costs).await?;
    if let Ok(token) = event::member(LIST, &page, "nextPageToken") {
        let next = format!("search=shop&pageToken={token}");
        request(bundle, event, "contains, second page", &next, &mut costs).await?;
    }
    request(bundle, event, "regular expression", "isRegex=true&search=shop.*00$", &mut costs).await?;
    request(bundle, event, "offset in the middle", &format!("pageStart={}", size / 2), &mut costs).await?;
    let sorted = request(bundle, event, "another order", "sortOn=owner,accountName&sortOrder=DESC", &mut costs).await;
    if let Err(error) = sorted {
        eprintln!("in another order: {error}");
    }
    Ok(costs)
}

/// Sends one request and notes what it took.
async fn request(
    bundle: &Bundle,
    event: &Value,
    what: &'static str,
    query: &str,
    costs: &mut Vec<Cost>,
) -> Result<Value, ListsError> {
    let mut event = event.clone();
    event::set(&mut event, "/rawQueryString", query);
    let (before, began) = (bundle.usage(LIST), Instant::now());
    let answer = bundle.invoke(LIST, &event).await?;
    let (after, time) = (bundle.usage(LIST), began.elapsed());
    if answer.get("statusCode").and_then(Value::as_u64) != Some(200) {
        return Err(ListsError::Refused(answer));
    }
    let body = event::body(&answer);
    costs.push(Cost {
        what,
        round_trips: after.round_trips - before.round_trips,
        units: after.capacity_units - before.capacity_units,
        time,
        count: body.get("count").cloned().unwrap_or_default(),
    });
    Ok(body)
}

fn print(out: &mut impl Write, tables: &[Vec<Cost>], few: usize, many: usize) -> io::Result<()> {
    writeln!(out, "25 accounts a page, of {few} and of {many}: round trips, capacity units, milliseconds, count")?;
    writeln!(out, "{:30} {:>26} {:>32} {:>7}", "", few, many, "ratio")?;
    let [small, large] = tables else { return Ok(()) };
    for cost in large {
        let cell = |cost: &Cost| {
            let millis = cost.time.as_millis();
            format!("{:>3} {:>8.1} {millis:>6} {:>7}", cost.round_trips, cost.units, cost.count)
        };
        let same = small.iter().find(|other| other.what == cost.what);
        let ratio = same.map(|same| format!("{:.2}", cost.units / same.units)).unwrap_or_default();
        writeln!(out, "{:30} {:>26} {:>32} {ratio:>7}", cost.what, same.map(cell).unwrap_or_default(), cell(cost))?;
    }
    Ok(())
}
