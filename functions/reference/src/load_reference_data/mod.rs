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

use deserr::Deserr;
use serde_json::{Value, json, value::RawValue};
use wattbook_api::{
    Entry, Failure, Faults, Function, Resource, Services, body, contract::Declaration, fault::Reason, json,
};
use wattbook_store::{PlaceRow, Store, TariffRow};

use rows::{File, Row};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "load-reference-data",
    entry: Entry::Direct(|services, event| Box::pin(load(services, event))),
    uses: &[Resource::Table],
    contract: Declaration::NONE,
};

/// For how long rows are written. The template gives the function longer than that: the last ones
/// have to arrive.
const WRITE_FOR: Duration = Duration::from_secs(40);
/// After how many rows the time is looked at and progress is logged.
const STEP: usize = 1000;

/// What an operator asks for.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields)]
struct Asked {
    table: Table,
    csv: String,
    #[deserr(default, try_from(Option<u64>) = from_one -> Reason)]
    from_row: Option<usize>,
    #[deserr(default, try_from(Option<u64>) = from_one -> Reason)]
    max_rows: Option<usize>,
}

/// The words for `table`.
#[derive(Debug, Clone, Copy, Deserr)]
#[deserr(error = Faults, rename_all = lowercase)]
enum Table {
    Places,
    Tariffs,
}

async fn load(services: &Services, event: &RawValue) -> Result<Value, Failure> {
    let document = json::parse(event.get().as_bytes()).map_err(Failure::Unreadable)?;
    let mut faults = Faults::default();
    let asked: Asked = body::read(&document.value, &mut faults).ok_or(Failure::Faults(faults))?;
    let store = services.store()?;
    match asked.table {
        Table::Places => load_table::<PlaceRow>(store, &asked).await,
        Table::Tariffs => load_table::<TariffRow>(store, &asked).await,
    }
}

async fn load_table<R: Row>(store: &Store, asked: &Asked) -> Result<Value, Failure> {
    let File { count, rows, rejected } = rows::read::<R>(&asked.csv)?;
    if !rejected.is_empty() {
        return Ok(json!({
            "rows": count, "written": 0, "rejected": rejected.list(), "rejected_omitted": rejected.omitted(),
        }));
    }
    let mut answer = json!({"rows": count, "written": 0, "duplicates": count - rows.len(), "rejected": []});
    let (from_row, max_rows) = (asked.from_row.unwrap_or(1), asked.max_rows.unwrap_or(usize::MAX));
    let started = Instant::now();
    let mut written = 0;
    let mut rest = rows.into_iter().skip_while(|(row, _)| *row < from_row).peekable();
    while let Some((next_row, _)) = rest.peek() {
        if written >= max_rows || started.elapsed() >= WRITE_FOR {
            set(&mut answer, "next_row", *next_row);
            break;
        }
        let step = STEP.min(max_rows - written);
        written += R::put(store, rest.by_ref().take(step).map(|(_, row)| row).collect()).await?;
        tracing::info!(
            function = FUNCTION.name, table = ?asked.table, rows = count, written, "loading"
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

fn from_one(given: Option<u64>) -> Result<Option<usize>, Reason> {
    let wrong = || Reason::new("out_of_range", "must be a whole number of 1 or more");
    let number = |number: u64| usize::try_from(number).ok().filter(|number| *number > 0).ok_or_else(wrong);
    given.map(number).transpose()
}
