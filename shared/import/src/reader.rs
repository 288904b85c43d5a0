//! Reading a file as its bytes come.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{
    Dialect, Format, LineFault, Record, Refusal,
    csv::{CsvPlace, CsvReader},
    ndjson::NdjsonReader,
};

/// What some programs begin a file of UTF-8 with.
pub(crate) const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Whether the beginning of a file says that it is UTF-16, which spreadsheets offer as "Unicode text".
pub(crate) fn is_utf16(beginning: &[u8]) -> bool {
    beginning.starts_with(&[0xff, 0xfe]) || beginning.starts_with(&[0xfe, 0xff])
}

/// What the next bytes of a file are.
pub(crate) enum Step {
    /// That cannot be told yet; at the end of the file, there are none.
    NeedsMore,
    /// So many of them are no record.
    Passed(usize),
    /// So many of them are these records, each with its row.
    Records(usize, Vec<(u64, Result<String, Vec<LineFault>>)>),
}

/// Where in a file a reader is, between two records: what it takes to go on there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The bytes before it, as they are without compression.
    pub offset: u64,
    /// The records before it.
    pub records: u64,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ndjson(NdjsonReader),
    Csv(CsvPlace),
}

impl Place {
    /// The beginning of a file.
    #[must_use]
    pub fn beginning(format: Format) -> Self {
        let state = match format {
            Format::Ndjson => State::Ndjson(NdjsonReader::default()),
            Format::Csv => State::Csv(CsvPlace::default()),
        };
        Self { offset: 0, records: 0, state }
    }

    /// The lines or rows before it.
    #[must_use]
    pub fn rows(&self) -> u64 {
        match &self.state {
            State::Ndjson(lines) => lines.lines(),
            State::Csv(rows) => rows.rows(),
        }
    }

    /// How many bytes, and how many rows, at the beginning of the file say how the others are read: whoever cuts a file
    /// puts them before each piece.
    #[must_use]
    pub fn head(&self) -> (u64, u64) {
        match &self.state {
            State::Ndjson(_) => (0, 0),
            State::Csv(rows) => rows.head(),
        }
    }
}

/// Reads the records of a file.
#[derive(Debug)]
pub struct Reader {
    rows: Rows,
    /// What was fed and is not read yet.
    bytes: Vec<u8>,
    /// How much of it is.
    read: usize,
    offset: u64,
    records: u64,
    at_end: bool,
    /// The records of the line that was read last.
    ready: VecDeque<Record>,
}

#[derive(Debug)]
enum Rows {
    Ndjson(NdjsonReader),
    Csv(Box<CsvReader>),
}

impl Reader {
    /// Goes on at a place of a file.
    ///
    /// # Errors
    /// The place is of a file of another dialect.
    pub fn at(dialect: Dialect, place: Place) -> Result<Self, Refusal> {
        let rows = match place.state {
            State::Ndjson(lines) => Rows::Ndjson(lines),
            State::Csv(place) => Rows::Csv(Box::new(CsvReader::at(dialect, place)?)),
        };
        let (offset, records) = (place.offset, place.records);
        Ok(Self { rows, bytes: Vec::new(), read: 0, offset, records, at_end: false, ready: VecDeque::new() })
    }

    /// Takes the next bytes of the file. They are kept until they are read: read before you feed on.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.read);
        self.read = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// No more bytes follow.
    pub fn end(&mut self) {
        self.at_end = true;
    }

    /// Where the reader is; none between records of one line.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let state = match &self.rows {
            Rows::Ndjson(lines) => State::Ndjson(lines.clone()),
            Rows::Csv(rows) => State::Csv(rows.place()),
        };
        self.ready.is_empty().then_some(Place { offset: self.offset, records: self.records, state })
    }

    /// The next record. None if more bytes have to be fed, and at the end of the file.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn next_record(&mut self) -> Result<Option<Record>, Refusal> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Ok(Some(record));
            }
            let bytes = self.bytes.get(self.read..).unwrap_or_default();
            let step = match &mut self.rows {
                Rows::Ndjson(lines) => lines.step(bytes, self.at_end, self.offset)?,
                Rows::Csv(rows) => rows.step(bytes, self.at_end, self.offset)?,
            };
            let (length, found) = match step {
                Step::NeedsMore => return Ok(None),
                // Some steps only change what is known.
                Step::Passed(length) => (length, Vec::new()),
                Step::Records(length, found) => (length, found),
            };
            self.read += length;
            self.offset = self.offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
            for (row, body) in found {
                self.records += 1;
                self.ready.push_back(Record { number: self.records, row, body });
            }
        }
    }
}

#[cfg(test)]
mod tests;
