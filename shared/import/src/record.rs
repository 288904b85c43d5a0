//! What a file is made of, and what can be wrong with it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{MAX_RECORD_BYTES, csv::MAX_CELLS};

/// One record of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Counts the records of the file, from 1. Blank lines and rows are none.
    pub number: u64,
    /// Where it stands: the line of the file from 1, or the row as a spreadsheet numbers it.
    pub row: u64,
    /// The body, an object in JSON; or what is wrong with the record.
    pub body: Result<String, Vec<LineFault>>,
}

// By hand: the body is a customer's.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record {{ number: {}, row: {}, is_read: {} }}", self.number, self.row, self.body.is_ok())
    }
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineFault {
    /// A stable code for programs.
    pub code: String,
    /// Where in the body: a JSON Pointer (RFC 6901), if it is at one place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The name of the column, as the file has it, if it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

impl LineFault {
    /// Of the record as a whole.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), path: None, column: None, message: message.into() }
    }
}

/// What is wrong with a file as a whole. What was read of it before stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is in another encoding.
    #[error(
        "row {row} is not UTF-8, at byte {byte} of the file without its compression, counted from 0; save it as \
         \"CSV UTF-8\" and import it again"
    )]
    NotUtf8 {
        /// The row.
        row: u64,
        /// The first byte that is not.
        byte: u64,
    },
    /// It has columns that mean nothing.
    #[error("no such columns: {}; the template has all that there are", shown(.0))]
    UnknownColumns(Vec<String>),
    /// It has a column twice.
    #[error("columns that stand twice, or mean the same: {}", shown(.0))]
    RepeatedColumns(Vec<String>),
    /// A row has no end.
    #[error("a quotation mark in row {row} is never closed")]
    UnclosedQuote {
        /// The row.
        row: u64,
    },
    /// A row is too long.
    #[error(
        "row {row} has more than {} bytes, or more than {} cells; a quotation mark before it may not be closed",
        MAX_RECORD_BYTES,
        MAX_CELLS
    )]
    RowTooLong {
        /// The row.
        row: u64,
    },
    /// Its compression ends before it should.
    #[error("the file is cut short: its gzip has no end; what could be read of it was imported")]
    CutShort,
    /// Its compression is broken.
    #[error("the gzip of the file is damaged; what could be read before that was imported")]
    Damaged,
}

impl Refusal {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotUtf8 { .. } => "not_utf8",
            Self::UnknownColumns(_) => "unknown_columns",
            Self::RepeatedColumns(_) => "repeated_columns",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::RowTooLong { .. } => "row_too_long",
            Self::CutShort => "cut_short",
            Self::Damaged => "damaged",
        }
    }
}

/// The most names of columns that a message has, and the most characters of each.
const MAX_SHOWN: (usize, usize) = (100, 64);

fn shown(names: &[String]) -> String {
    let (most, characters) = MAX_SHOWN;
    let short = |name: &String| name.chars().filter(|c| !c.is_control()).take(characters).collect::<String>();
    let listed: Vec<_> = names.iter().take(most).map(|name| format!("\"{}\"", short(name))).collect();
    let more = names.len().saturating_sub(most);
    if more == 0 { listed.join(", ") } else { format!("{} and {more} more", listed.join(", ")) }
}
