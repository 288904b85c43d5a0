//! `wattbook import FILE`: has a file imported, here or by any other Wattbook, and tells how it goes.
//!
//! A file of any size is sent as requests, each of a piece that is compressed to what a request can have. The next piece is
//! sent when the one before it is carried out: so what a file says first of an account is done first. Who is told of a row
//! is told the row of the file.

mod api;
mod pieces;

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
    time::{Duration, Instant},
};

use serde_json::Value;
use wattbook_domain::import::{FileFormat, ImportDialect};

use crate::demo::Credential;
use api::Api;
pub use api::ApiError;
pub use pieces::FileError;
use pieces::Pieces;

/// How often the import is asked how far it has come.
const EVERY: Duration = Duration::from_millis(300);

/// How many of the refused records are shown.
const SHOWN: usize = 20;

/// What is to be imported, and where.
pub struct Order {
    /// The file.
    pub file: PathBuf,
    /// What its records are.
    pub dialect: ImportDialect,
    /// How they are written.
    pub format: FileFormat,
    /// Where the API is.
    pub url: String,
    /// Who imports.
    pub credential: Credential,
}

/// Why a file was not imported, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum ImportFileError {
    /// The file cannot be read. Nothing was sent.
    #[error(transparent)]
    File(#[from] FileError),
    /// The API does not answer as it should. What was sent before is imported.
    #[error("the file cannot be imported")]
    Api(#[from] ApiError),
    /// Nothing can be written to standard output.
    #[error("standard output cannot be written to")]
    Output(#[from] io::Error),
}

/// How many records came to what, by the words for it.
const OUTCOMES: [&str; 5] = ["created", "updated", "unchanged", "conflict", "invalid"];

/// What became of a file.
#[derive(Default)]
struct Told {
    counts: [u64; OUTCOMES.len()],
    reports: Vec<String>,
    /// Refused records, and how many of them are not shown.
    refused: Vec<String>,
}

/// Imports a file, and tells how it goes: progress to standard error, counts, refused records and where the report is to
/// standard output. `true` if no record was refused.
///
/// # Errors
/// See [`ImportFileError`].
pub async fn run(order: Order) -> Result<bool, ImportFileError> {
    let Order { file, dialect, format, url, credential } = order;
    let records = pieces::count(&file, dialect, format)?;
    let (api, mut pieces) = (Api::new(&url, &credential), Pieces::new(&file, dialect, format)?);
    let (mut told, mut bar, mut before) = (Told::default(), Bar::new(records), 0);
    while let Some(piece) = pieces.next_piece()? {
        let (rows_before, in_piece) = (piece.rows_before, piece.records);
        let mut import = api.order(piece, dialect, format).await?;
        let path = format!("/imports/{}", text(&import, "id"));
        while import.get("ended_at").is_none() {
            tokio::time::sleep(EVERY).await;
            import = api.get(&path).await?;
            bar.show(before + counts(&import).iter().sum::<u64>())?;
        }
        before += in_piece;
        bar.show(before)?;
        told.add(&api, &path, &import, rows_before).await?;
    }
    bar.end()?;
    told.print(&url)
}

impl Told {
    /// Adds what became of a piece.
    async fn add(&mut self, api: &Api, path: &str, import: &Value, rows_before: u64) -> Result<(), ApiError> {
        for (sum, count) in self.counts.iter_mut().zip(counts(import)) {
            *sum += count;
        }
        self.reports.push(format!("{path}/report"));
        if let Some(failure) = import.get("failure") {
            self.refused.push(format!("the file: {}", text(failure, "message")));
        }
        for outcome in ["invalid", "conflict"] {
            let mut next = Some(format!("{path}/report?outcome={outcome}&page_size=100"));
            while let Some(page) = next.take().filter(|_| self.refused.len() < SHOWN) {
                let page = api.get(&page).await?;
                for line in page.get("data").and_then(Value::as_array).into_iter().flatten() {
                    self.refused.push(refused(line, rows_before));
                }
                let link = page.get("links").and_then(|links| links.get("next")).and_then(Value::as_str);
                next = link.map(str::to_owned);
            }
        }
        Ok(())
    }

    fn print(&self, url: &str) -> Result<bool, ImportFileError> {
        let mut out = io::stdout().lock();
        for line in self.refused.iter().take(SHOWN) {
            writeln!(out, "{line}")?;
        }
        let [.., conflict, invalid] = self.counts;
        let is_well = conflict + invalid == 0 && self.refused.is_empty();
        for (outcome, count) in OUTCOMES.iter().zip(self.counts) {
            writeln!(out, "{outcome:<9} {count:>9}")?;
        }
        for report in &self.reports {
            writeln!(out, "report: {url}{report}")?;
        }
        Ok(is_well)
    }
}

/// A refused record in a line: where it is, and what is wrong with it.
fn refused(line: &Value, rows_before: u64) -> String {
    let row = line.get("row").and_then(Value::as_u64).unwrap_or_default() + rows_before;
    let faults = line.get("faults").and_then(Value::as_array).into_iter().flatten().map(|fault| {
        let column = fault.get("column").or_else(|| fault.get("path")).and_then(Value::as_str).unwrap_or_default();
        format!("{} {column}: {}", text(fault, "code"), text(fault, "message"))
    });
    format!("row {row}, {}: {}", text(line, "outcome"), faults.collect::<Vec<_>>().join("; "))
}

fn counts(import: &Value) -> [u64; OUTCOMES.len()] {
    let count = |outcome| import.get("counts").and_then(|counts| counts.get(outcome)).and_then(Value::as_u64);
    OUTCOMES.map(|outcome| count(outcome).unwrap_or_default())
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A bar that grows as records are carried out, for whoever looks at a terminal.
struct Bar {
    records: u64,
    started: Instant,
    is_seen: bool,
}

impl Bar {
    const WIDTH: u64 = 40;

    fn new(records: u64) -> Self {
        Self { records, started: Instant::now(), is_seen: io::stderr().is_terminal() }
    }

    fn show(&mut self, done: u64) -> io::Result<()> {
        if !self.is_seen {
            return Ok(());
        }
        let full = (done * Self::WIDTH).checked_div(self.records).unwrap_or(Self::WIDTH).min(Self::WIDTH);
        let bar: String = (0..Self::WIDTH).map(|at| if at < full { '#' } else { '.' }).collect();
        let left = self.records.saturating_sub(done).saturating_mul(self.started.elapsed().as_secs());
        let left = left.checked_div(done).map(|seconds| format!(", {seconds} s left")).unwrap_or_default();
        let mut err = io::stderr().lock();
        write!(err, "\r[{bar}] {done} of {}{left}    ", self.records)?;
        err.flush()
    }

    fn end(&self) -> io::Result<()> {
        if self.is_seen { writeln!(io::stderr()) } else { Ok(()) }
    }
}
