//! Objects in JSON, one a line.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    LOST, LineFault, MAX_OBJECTS, MAX_RECORD_BYTES, Refusal,
    reader::{Step, is_utf16},
};

/// How far a file has been read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NdjsonReader {
    /// The lines so far.
    line: u64,
    /// Whether the line is too long, and its end not found yet.
    too_long: bool,
}

impl NdjsonReader {
    pub(crate) fn lines(&self) -> u64 {
        self.line
    }

    /// Looks at the next bytes, which are at that offset of the file.
    pub(crate) fn step(&mut self, bytes: &[u8], at_end: bool, offset: u64) -> Result<Step, Refusal> {
        if offset == 0 && is_utf16(bytes) {
            return Err(Refusal::NotUtf8 { row: 1, byte: 0 });
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (line, length) = match end {
            Some(end) => (bytes.get(..end).unwrap_or_default(), end + 1),
            None if bytes.len() > MAX_RECORD_BYTES && !at_end => {
                self.too_long = true;
                return Ok(Step::Passed(bytes.len()));
            }
            None if at_end && (!bytes.is_empty() || self.too_long) => (bytes, bytes.len()),
            None => return Ok(Step::NeedsMore),
        };
        self.line += 1;
        if std::mem::take(&mut self.too_long) || line.len() > MAX_RECORD_BYTES {
            let message = format!("a line can have at most {MAX_RECORD_BYTES} bytes");
            return Ok(self.records(length, vec![Err(vec![LineFault::new("line_too_long", message)])]));
        }
        let read = std::str::from_utf8(line).map_err(|error| error.valid_up_to());
        let found = match read.and_then(|line| line.find(LOST).map_or(Ok(line), Err)) {
            Ok(line) => objects(line),
            Err(before) => {
                let byte = offset.saturating_add(u64::try_from(before).unwrap_or(u64::MAX));
                vec![Err(vec![LineFault::new(
                    "not_utf8",
                    format!("is not UTF-8, at byte {byte} of the file, counted from 0"),
                )])]
            }
        };
        Ok(self.records(length, found))
    }

    fn records(&self, length: usize, found: Vec<Result<String, Vec<LineFault>>>) -> Step {
        if found.is_empty() {
            return Step::Passed(length);
        }
        Step::Records(length, found.into_iter().map(|body| (self.line, body)).collect())
    }
}

/// The objects of a line. What comes after something that is no JSON cannot be told apart from it.
fn objects(line: &str) -> Vec<Result<String, Vec<LineFault>>> {
    let mut found = Vec::new();
    let mut rest = blank_off(line);
    while !rest.is_empty() {
        if found.len() == MAX_OBJECTS {
            let message = format!("has more than {MAX_OBJECTS} objects on the line; the rest of it is passed over");
            found.push(Err(vec![LineFault::new("too_many_objects", message)]));
            break;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match values.next() {
            Some(Ok(value)) if value.get().starts_with('{') => found.push(Ok(value.get().to_owned())),
            Some(Ok(_)) => {
                found.push(Err(vec![LineFault::new("wrong_type", "should be a JSON object, all of it on one line")]));
            }
            Some(Err(error)) => {
                // The column counts from 1, and is 0 where nothing was read.
                let byte = line.len() - rest.len() + error.column().saturating_sub(1);
                let message = format!("is no JSON object, at byte {byte} of the line, counted from 0");
                found.push(Err(vec![LineFault::new("malformed_body", message)]));
                break;
            }
            None => break,
        }
        rest = blank_off(rest.get(values.byte_offset()..).unwrap_or_default());
    }
    found
}

/// Without the blanks and byte-order marks that it begins with.
fn blank_off(text: &str) -> &str {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\r'])
}
