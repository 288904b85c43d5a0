//! CSV, as spreadsheets write it.
//!
//! A row is what a spreadsheet shows as one: quoted line breaks are in it, blank rows count, the row of names is the first,
//! and a line `sep=;` before it, which spreadsheets read and do not show, does not.

use csv_core::{ReadRecordResult, ReaderBuilder};
use serde::{Deserialize, Serialize};

use crate::{
    Dialect, LOST, LineFault, MAX_RECORD_BYTES, Refusal,
    layout::Layout,
    reader::{BYTE_ORDER_MARK, Step, is_utf16},
};

/// What cells are parted by, where no line says it.
const DELIMITERS: [u8; 3] = *b",;\t";

/// The most cells of a row: as many as a spreadsheet has columns.
pub(crate) const MAX_CELLS: usize = 16_384;

/// The longest line that says what cells are parted by: `"sep=;"`, and what ends it.
const MAX_SEPARATOR_LINE: usize = 9;

/// How far a file has been read, and what is known of it by then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CsvPlace {
    begun: bool,
    delimiter: Option<u8>,
    names: Option<Vec<String>>,
    /// The bytes and the rows up to the end of the row of names.
    #[serde(default)]
    head: (u64, u64),
    /// The rows so far.
    row: u64,
    /// Whether what was read last is a CR, which an LF after it belongs to.
    after_cr: bool,
}

/// Reads rows.
#[derive(Debug)]
pub(crate) struct CsvReader {
    dialect: Dialect,
    place: CsvPlace,
    layout: Option<Layout>,
    cells: Cells,
}

/// Room for the cells of a row.
#[derive(Debug)]
struct Cells {
    output: Vec<u8>,
    ends: Vec<usize>,
}

impl CsvPlace {
    pub(crate) fn rows(&self) -> u64 {
        self.row
    }

    pub(crate) fn head(&self) -> (u64, u64) {
        self.head
    }
}

/// What the next bytes are as a row.
enum Row<'a> {
    /// They are not all of one.
    Part,
    /// So many of them are, with these cells.
    Whole(usize, Vec<&'a str>),
}

impl CsvReader {
    /// Goes on at a place.
    pub(crate) fn at(dialect: Dialect, place: CsvPlace) -> Result<Self, Refusal> {
        let layout = place.names.clone().map(|names| Layout::of(dialect, names)).transpose()?;
        let cells = Cells { output: vec![0; MAX_RECORD_BYTES + 1], ends: vec![0; MAX_CELLS + 1] };
        Ok(Self { dialect, place, layout, cells })
    }

    pub(crate) fn place(&self) -> CsvPlace {
        self.place.clone()
    }

    /// Looks at the next bytes, which are at that offset of the file.
    pub(crate) fn step(&mut self, bytes: &[u8], at_end: bool, offset: u64) -> Result<Step, Refusal> {
        if !self.place.begun {
            return self.begin(bytes, at_end);
        }
        if !bytes.is_empty() && std::mem::take(&mut self.place.after_cr) && bytes.starts_with(b"\n") {
            return Ok(Step::Passed(1));
        }
        match bytes {
            [] => Ok(Step::NeedsMore),
            [end @ (b'\n' | b'\r'), ..] => {
                self.pass_row(*end);
                Ok(Step::Passed(1))
            }
            // Of files that were joined.
            _ if bytes.starts_with(BYTE_ORDER_MARK) => Ok(Step::Passed(BYTE_ORDER_MARK.len())),
            _ if BYTE_ORDER_MARK.starts_with(bytes) && !at_end => Ok(Step::NeedsMore),
            _ if self.layout.is_none() => self.names(bytes, at_end, offset),
            _ => self.row(bytes, at_end, offset),
        }
    }

    /// The byte-order mark, and the line that says what cells are parted by.
    fn begin(&mut self, bytes: &[u8], at_end: bool) -> Result<Step, Refusal> {
        if bytes.len() < BYTE_ORDER_MARK.len() + MAX_SEPARATOR_LINE && !at_end {
            return Ok(Step::NeedsMore);
        }
        if is_utf16(bytes) {
            return Err(Refusal::NotUtf8 { row: 1, byte: 0 });
        }
        self.place.begun = true;
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let marked = bytes.len() - text.len();
        let end = text.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(text.len());
        let line = text.get(..end).unwrap_or_default();
        let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
        let Some([delimiter]) =
            line.split_at_checked(4).filter(|(sep, _)| sep.eq_ignore_ascii_case(b"sep=")).map(|(_, it)| it)
        else {
            return Ok(Step::Passed(marked));
        };
        if delimiter.is_ascii_alphanumeric() || *delimiter == b'"' {
            return Ok(Step::Passed(marked));
        }
        self.place.delimiter = Some(*delimiter);
        let ending = text.get(end);
        self.place.after_cr = ending == Some(&b'\r');
        Ok(Step::Passed(marked + end + usize::from(ending.is_some())))
    }

    /// The row of names. If nothing has said it, cells are parted by what gives the most names that mean something.
    fn names(&mut self, bytes: &[u8], at_end: bool, offset: u64) -> Result<Step, Refusal> {
        let candidates = self.place.delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
        let mut best: Option<(usize, u8, usize, Vec<String>)> = None;
        for delimiter in candidates {
            let Row::Whole(length, cells) = self.cells.split(delimiter, bytes, at_end, (self.place.row + 1, offset))?
            else {
                return Ok(Step::NeedsMore);
            };
            if cells.iter().all(|cell| cell.is_empty()) {
                self.end_row(bytes, length);
                return Ok(Step::Passed(length));
            }
            let names: Vec<_> = cells.into_iter().map(str::to_owned).collect();
            let score = Layout::recognised(self.dialect, &names);
            if best.as_ref().is_none_or(|(most, _, _, other)| (score, names.len()) > (*most, other.len())) {
                best = Some((score, delimiter, length, names));
            }
        }
        let Some((_, delimiter, length, names)) = best else { return Ok(Step::NeedsMore) };
        self.layout = Some(Layout::of(self.dialect, names.clone())?);
        self.place.delimiter = Some(delimiter);
        self.place.names = Some(names);
        self.end_row(bytes, length);
        self.place.head = (offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX)), self.place.row);
        Ok(Step::Passed(length))
    }

    fn row(&mut self, bytes: &[u8], at_end: bool, offset: u64) -> Result<Step, Refusal> {
        let delimiter = self.place.delimiter.unwrap_or(b',');
        let Row::Whole(length, cells) = self.cells.split(delimiter, bytes, at_end, (self.place.row + 1, offset))?
        else {
            return Ok(Step::NeedsMore);
        };
        let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let cells = cells.get(..filled).unwrap_or_default().to_vec();
        let body = self.layout.as_ref().filter(|layout| !cells.is_empty() && !repeats(layout.names(), &cells));
        let body: Option<Result<String, Vec<LineFault>>> = body.map(|layout| layout.body(&cells));
        self.end_row(bytes, length);
        Ok(match body {
            Some(body) => Step::Records(length, vec![(self.place.row, body)]),
            None => Step::Passed(length),
        })
    }

    fn end_row(&mut self, bytes: &[u8], length: usize) {
        let last = length.checked_sub(1).and_then(|last| bytes.get(last));
        self.pass_row(last.copied().unwrap_or(b'\n'));
    }

    fn pass_row(&mut self, last: u8) {
        self.place.row += 1;
        self.place.after_cr = last == b'\r';
    }
}

impl Cells {
    /// The first row of the bytes, by its number and where it begins in the file.
    fn split(
        &mut self,
        delimiter: u8,
        bytes: &[u8],
        at_end: bool,
        (row, offset): (u64, u64),
    ) -> Result<Row<'_>, Refusal> {
        let within = bytes.get(..bytes.len().min(MAX_RECORD_BYTES + 1)).unwrap_or_default();
        let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
        let (outcome, length, written, ended) = reader.read_record(within, &mut self.output, &mut self.ends);
        let cells = match outcome {
            ReadRecordResult::Record => ended,
            ReadRecordResult::InputEmpty if within.len() > MAX_RECORD_BYTES => {
                return Err(too_long(within, row, offset));
            }
            ReadRecordResult::InputEmpty if at_end => {
                // A line break ends the last row, unless a quotation mark holds it.
                let output = self.output.get_mut(written..).unwrap_or_default();
                let ends = self.ends.get_mut(ended..).unwrap_or_default();
                match reader.read_record(b"\n", output, ends) {
                    (ReadRecordResult::Record, _, _, last) => ended + last,
                    _ => return Err(encoded(within, row, offset).err().unwrap_or(Refusal::UnclosedQuote { row })),
                }
            }
            ReadRecordResult::InputEmpty => return Ok(Row::Part),
            _ => return Err(too_long(within, row, offset)),
        };
        encoded(within.get(..length).unwrap_or_default(), row, offset)?;
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let cell = |(start, end): (usize, &usize)| {
            let cell = self.output.get(start..*end).and_then(|cell| std::str::from_utf8(cell).ok());
            cell.map_or("", |cell| cell.trim().trim_start_matches('\u{feff}'))
        };
        Ok(Row::Whole(length, starts.zip(self.ends.iter().take(cells)).map(cell).collect()))
    }
}

/// That the first row of the bytes has no end where it should.
fn too_long(bytes: &[u8], row: u64, offset: u64) -> Refusal {
    // Of another encoding it may well be that quotation marks are not seen.
    encoded(bytes, row, offset).err().unwrap_or(Refusal::RowTooLong { row })
}

/// Whether a row has the names once more, as files that were joined have them.
fn repeats(names: &[String], cells: &[&str]) -> bool {
    let filled = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    names.iter().take(filled).map(String::as_str).eq(cells.iter().copied())
}

/// That bytes are UTF-8; what is not may be cut off at their end.
fn encoded(bytes: &[u8], row: u64, offset: u64) -> Result<(), Refusal> {
    let before = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_some() || bytes.len() <= MAX_RECORD_BYTES => Some(error.valid_up_to()),
        Err(_) => None,
        Ok(text) => text.find(LOST),
    };
    before.map_or(Ok(()), |before| {
        let before = u64::try_from(before).unwrap_or(u64::MAX);
        Err(Refusal::NotUtf8 { row, byte: offset.saturating_add(before) })
    })
}
