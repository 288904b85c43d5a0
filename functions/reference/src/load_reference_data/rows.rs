//! Rows of CSV, read so that every fault is heard of at once.

use std::{collections::HashMap, hash::Hash};

use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::{Value, json};
use wattbook_api::{
    Failure, Faults,
    fault::{Pointer, Reason},
};
use wattbook_domain::{CountryCode, Flaw, PostalArea, Text};
use wattbook_store::{Store, StoreError};

/// A row of one of the tables.
pub(crate) trait Row: Sized {
    /// Columns that must be there, with a value in each row.
    const MANDATORY: &'static [&'static str];
    /// Columns that may be there.
    const OPTIONAL: &'static [&'static str];

    /// What there is only one row for.
    type Key: Eq + Hash;

    /// Reads a row. What is wrong is noted with the cells.
    fn read(cells: &mut Cells<'_>) -> Option<Self>;

    /// What the row is for.
    fn key(&self) -> Self::Key;

    /// Whether the row counts in place of an earlier one for the same.
    fn displaces(&self, earlier: &Self) -> bool;

    /// Stores rows and gives the number of those written.
    fn put(store: &Store, rows: Vec<Self>) -> impl Future<Output = Result<usize, StoreError>> + Send;
}

/// A file that was read.
pub(crate) struct File<R> {
    /// How many rows it has, without the names of the columns.
    pub(crate) count: usize,
    /// The rows that count, each with its number, in their order.
    pub(crate) rows: Vec<(usize, R)>,
    /// The rows that are wrong.
    pub(crate) rejected: Rejections,
}

/// What is wrong with rows.
#[derive(Default)]
pub(crate) struct Rejections {
    list: Vec<Value>,
    omitted: usize,
}

impl Rejections {
    /// The most that one answer lists.
    const MAX: usize = 500;

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// What is wrong: row, column, code, message. Never the value, which the operator has.
    pub(crate) fn list(&self) -> &[Value] {
        &self.list
    }

    /// How many there are beyond [`Self::MAX`].
    pub(crate) fn omitted(&self) -> usize {
        self.omitted
    }

    fn add(&mut self, row: usize, column: Option<&str>, reason: &Reason) {
        if self.list.len() >= Self::MAX {
            self.omitted += 1;
        } else {
            self.list.push(json!({"row": row, "column": column, "code": reason.code, "message": reason.message}));
        }
    }
}

/// The cells of a row, by the names of their columns.
pub(crate) struct Cells<'r> {
    row: usize,
    record: &'r StringRecord,
    positions: &'r HashMap<&'static str, usize>,
    rejected: &'r mut Rejections,
}

impl Cells<'_> {
    /// A cell that must have a value.
    pub(crate) fn required<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        if self.cell(column).is_none() {
            self.reject(column, &Reason::required());
        }
        self.optional(column, parse)
    }

    /// A cell that may be empty, in a column that may be absent.
    pub(crate) fn optional<T>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Reason>,
    ) -> Option<T> {
        parse(self.cell(column)?).map_err(|reason| self.reject(column, &reason)).ok()
    }

    /// Notes what is wrong with a cell.
    pub(crate) fn reject(&mut self, column: &'static str, reason: &Reason) {
        self.rejected.add(self.row, Some(column), reason);
    }

    fn cell(&self, column: &str) -> Option<&str> {
        self.record.get(*self.positions.get(column)?).filter(|cell| !cell.is_empty())
    }
}

/// Reads a whole file.
///
/// # Errors
/// Its columns are not those of the table, or it is not CSV.
pub(crate) fn read<R: Row>(csv: &str) -> Result<File<R>, Failure> {
    // Spreadsheets mark a file as Unicode with a character that belongs to no column.
    let csv = csv.strip_prefix('\u{feff}').unwrap_or(csv);
    let mut reader = ReaderBuilder::new().trim(Trim::All).flexible(true).from_reader(csv.as_bytes());
    let positions = columns::<R>(reader.headers().map_err(|error| malformed(&error))?)?;
    let width = reader.headers().map_err(|error| malformed(&error))?.len();
    let (mut count, mut rejected) = (0, Rejections::default());
    let mut rows: Vec<Option<(usize, R)>> = Vec::new();
    let mut by_key: HashMap<R::Key, usize> = HashMap::new();
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| malformed(&error))? {
        count += 1;
        if record.len() != width {
            let message = format!("has {} values for {width} columns", record.len());
            rejected.add(count, None, &Reason::new("wrong_length", message));
            continue;
        }
        let mut cells = Cells { row: count, record: &record, positions: &positions, rejected: &mut rejected };
        let Some(row) = R::read(&mut cells) else { continue };
        let earlier = by_key.get(&row.key()).and_then(|position| rows.get_mut(*position));
        match earlier {
            Some(Some((_, earlier))) if !row.displaces(earlier) => continue,
            Some(earlier) => *earlier = None,
            None => {}
        }
        by_key.insert(row.key(), rows.len());
        rows.push(Some((count, row)));
    }
    Ok(File { count, rows: rows.into_iter().flatten().collect(), rejected })
}

/// Where each column is.
fn columns<R: Row>(names: &StringRecord) -> Result<HashMap<&'static str, usize>, Failure> {
    /// A file without names has data in their place: show a little of it.
    const SHOWN: usize = 10;
    let known = || R::MANDATORY.iter().chain(R::OPTIONAL).copied();
    let mut positions = HashMap::new();
    let (mut unknown, mut repeated) = (Vec::new(), Vec::new());
    for (position, name) in names.iter().enumerate() {
        match known().find(|known| *known == name) {
            Some(column) if positions.insert(column, position).is_some() => repeated.push(column),
            Some(_) => {}
            None => unknown.push(name.chars().take(40).collect::<String>()),
        }
    }
    let missing: Vec<_> = R::MANDATORY.iter().copied().filter(|column| !positions.contains_key(column)).collect();
    unknown.truncate(SHOWN);
    let mut faults = Vec::new();
    if !missing.is_empty() {
        faults.push(format!("lacks the columns {}", missing.join(", ")));
    }
    if !unknown.is_empty() {
        let known: Vec<_> = known().collect();
        faults.push(format!("has columns that are not known: {}; known are {}", unknown.join(", "), known.join(", ")));
    }
    if !repeated.is_empty() {
        faults.push(format!("has columns twice: {}", repeated.join(", ")));
    }
    if faults.is_empty() { Ok(positions) } else { Err(fault("invalid_columns", faults.join("; it "))) }
}

fn malformed(error: &csv::Error) -> Failure {
    let line = error.position().map_or(0, csv::Position::line);
    fault("malformed_csv", format!("cannot be read as CSV; line {line} is the first fault"))
}

fn fault(code: &'static str, message: String) -> Failure {
    let mut faults = Faults::default();
    faults.body(&Pointer::root().child("csv"), Reason::new(code, message));
    Failure::Faults(faults)
}

/// The area that a row is about.
pub(crate) fn area(cells: &mut Cells<'_>) -> Option<PostalArea> {
    let country = cells.required("country", |raw| Ok(CountryCode::parse(raw)?));
    let postal_code: Option<Text<16>> = cells.required("postal_code", |raw| Ok(Text::parse(raw)?));
    let area = PostalArea::of(&country?, postal_code?.as_str());
    let is_zip = area.postal_code.len() == 5 && area.postal_code.bytes().all(|digit| digit.is_ascii_digit());
    if area.country.as_str() == "US" && !is_zip {
        let message = "must be a ZIP code of five digits; spreadsheets drop the zeros it may begin with";
        cells.reject("postal_code", &Reason::new("invalid_postal_code", message));
        return None;
    }
    Some(area)
}

/// A number with a decimal point.
pub(crate) fn decimal(raw: &str) -> Result<f64, Reason> {
    raw.parse().map_err(|_| Reason::new("invalid_number", "must be a number, with a decimal point if it has decimals"))
}

/// A whole number.
pub(crate) fn whole(raw: &str) -> Result<u64, Reason> {
    raw.parse().map_err(|_| Flaw::WholeNumber.into())
}
