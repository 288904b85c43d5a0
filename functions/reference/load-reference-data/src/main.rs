//! Loads the tables that accounts take their defaults from. It has no route; who may invoke it is a
//! matter of IAM alone. The event is a JSON object:
//!
//! | member | holds |
//! |---|---|
//! | `table` | `places` or `tariffs` |
//! | `csv` | the rows, with the names of the columns in the first line: [`places`], [`tariffs`] |
//! | `from_row` | the first row to write; unless given 1, the one after the names |
//! | `max_rows` | the most rows to write in this call; unless given, as many as there is time for |
//!
//! The answer says how many `rows` there are, how many were `written`, how many gave way to another
//! row for the same place (`duplicates`), and with which row to go on if not all were written
//! (`next_row`). If any row is wrong, nothing is written and `rejected` lists all that are, each with
//! its row and column: so a file is never loaded in part because of a slip. A row takes the place of
//! what was loaded before, and loading a file again, whole or from any row on, does no harm.
//!
//! Lambda takes events of up to 6 MB, and rows are written for 40 seconds at most; both are enough for
//! tens of thousands. A larger file is sent in parts, each with the names of the columns.

pub(crate) mod places;
mod rows;
pub(crate) mod tariffs;

use std::time::{Duration, Instant};

use serde_json::{Value, json, value::RawValue};
use wattbook_api::{
    Entry, Failure, Faults, Function, Resource, Services,
    contract::Declaration,
    fault::{Pointer, Reason},
    json,
    reader::{Members, text},
};
use wattbook_domain::Flaw;
use wattbook_store::{PlaceRow, Store, TariffRow};

use rows::{File, Row};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "load-reference-data",
    entry: Entry::Direct(|services, event| Box::pin(load(services, event))),
    uses: &[Resource::Table],
    contract: Declaration::NONE,
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

/// For how long rows are written. The template gives the function longer than that: the last ones
/// have to arrive.
const WRITE_FOR: Duration = Duration::from_secs(40);
/// After how many rows the time is looked at and progress is logged.
const STEP: usize = 1000;

/// What an operator asks for.
struct Asked<'e> {
    table: &'static str,
    csv: &'e str,
    from_row: usize,
    max_rows: usize,
}

async fn load(services: &Services, event: &RawValue) -> Result<Value, Failure> {
    let document = json::parse(event.get().as_bytes()).map_err(Failure::Unreadable)?;
    let asked = read(&document.value)?;
    let store = services.store()?;
    match asked.table {
        PLACES => load_table::<PlaceRow>(store, &asked).await,
        _ => load_table::<TariffRow>(store, &asked).await,
    }
}

async fn load_table<R: Row>(store: &Store, asked: &Asked<'_>) -> Result<Value, Failure> {
    let File { count, rows, rejected } = rows::read::<R>(asked.csv)?;
    if !rejected.is_empty() {
        return Ok(json!({
            "rows": count, "written": 0, "rejected": rejected.list(), "rejected_omitted": rejected.omitted(),
        }));
    }
    let mut answer = json!({"rows": count, "written": 0, "duplicates": count - rows.len(), "rejected": []});
    let started = Instant::now();
    let mut written = 0;
    let mut rest = rows.into_iter().skip_while(|(row, _)| *row < asked.from_row).peekable();
    while let Some((next_row, _)) = rest.peek() {
        if written >= asked.max_rows || started.elapsed() >= WRITE_FOR {
            set(&mut answer, "next_row", *next_row);
            break;
        }
        let step = STEP.min(asked.max_rows - written);
        written += R::put(store, rest.by_ref().take(step).map(|(_, row)| row).collect()).await?;
        // Under a name of Wattbook's own: of others only warnings are logged.
        tracing::info!(
            target: "wattbook_load",
            function = FUNCTION.name, table = asked.table, rows = count, written, "loading"
        );
    }
    set(&mut answer, "written", written);
    Ok(answer)
}

fn set(answer: &mut Value, name: &str, number: usize) {
    if let Some(members) = answer.as_object_mut() {
        members.insert(name.into(), number.into());
    }
}

/// The word for the table of places.
const PLACES: &str = "places";
/// The words for `table`.
const TABLES: &[&str] = &[PLACES, "tariffs"];

fn read(event: &Value) -> Result<Asked<'_>, Failure> {
    let mut faults = Faults::default();
    let mut members = Members::of(Pointer::root(), event, &mut faults);
    let known =
        |word: &str| TABLES.iter().find(|table| **table == word).copied().ok_or(Flaw::NotOneOf { allowed: TABLES });
    let table = members.required("table", text(known), &mut faults);
    let csv = |value| Value::as_str(value).ok_or_else(|| Reason::wrong_type("a string", value));
    let csv = members.required("csv", csv, &mut faults);
    let from_row = members.optional("from_row", from_one, &mut faults).unwrap_or(1);
    let max_rows = members.optional("max_rows", from_one, &mut faults).unwrap_or(usize::MAX);
    members.close(&mut faults);
    match (table, csv) {
        (Some(table), Some(csv)) if faults.is_empty() => Ok(Asked { table, csv, from_row, max_rows }),
        _ => Err(Failure::Faults(faults)),
    }
}

fn from_one(value: &Value) -> Result<usize, Reason> {
    let number = value.as_u64().filter(|number| *number > 0).and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| Reason::new("out_of_range", "must be a whole number of 1 or more"))
}
