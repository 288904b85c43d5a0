//! Parts: as many records of a file as are carried out at a time.
//!
//! A file is cut into windows, and each window into parts by the lanes of its records ([`ImportJob::LANES`]). How it is cut
//! follows from the file alone, so that whoever cuts it again makes the same parts under the same numbers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use wattbook_domain::{
    OrganisationId,
    import::{ImportDialect, ImportId, ImportJob},
};

use crate::{LineFault, Record};

/// The most records of a window, and the most bytes of their bodies: then a window ends, a line with several objects
/// aside.
pub const WINDOW: (usize, usize) = (1000, 1024 * 1024);

/// The most records of a part, and the most bytes of their bodies. A queue takes a message of 256 KB.
const PART: (usize, usize) = (160, 180 * 1024);

/// What a message orders: to carry out some records.
#[derive(Serialize, Deserialize)]
pub struct Part {
    /// Whose import it is.
    pub organisation_id: OrganisationId,
    /// The import.
    pub import_id: ImportId,
    /// The window, from 0.
    pub window: u64,
    /// The lane.
    pub lane: usize,
    /// Counts the parts of the lane, from 1.
    pub number: u64,
    /// The records, in the order of the file.
    pub lines: Vec<Line>,
}

/// A record in a message.
#[derive(Serialize, Deserialize)]
pub struct Line {
    /// Counts the records of the file.
    #[serde(rename = "n")]
    pub number: u64,
    /// Where it stands.
    #[serde(rename = "r")]
    pub row: u64,
    /// The body, if it could be read.
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<RawValue>>,
    /// What is wrong with it, if it could not.
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<LineFault>,
}

/// The parts of a window. `sent` has the parts that each lane has been sent before, and after that those of the window, too.
#[must_use]
pub fn cut(job: &ImportJob, window: u64, records: Vec<Record>, sent: &mut [u64; ImportJob::LANES]) -> Vec<Part> {
    let mut lanes: [Vec<Line>; ImportJob::LANES] = Default::default();
    for record in records {
        let Record { number, row, body } = record;
        let lane = lane_of(job.dialect, body.as_deref().unwrap_or_default(), number);
        let (body, faults) = match body {
            Ok(body) => (RawValue::from_string(body).ok(), Vec::new()),
            Err(faults) => (None, faults),
        };
        if let Some(lines) = lanes.get_mut(lane) {
            lines.push(Line { number, row, body, faults });
        }
    }
    let mut parts = Vec::new();
    for (lane, (lines, sent)) in lanes.into_iter().zip(sent.iter_mut()).enumerate() {
        for lines in in_parts(lines) {
            *sent += 1;
            let number = *sent;
            parts.push(Part { organisation_id: job.organisation, import_id: job.id, window, lane, number, lines });
        }
    }
    // Of each lane the first, then of each the second: so all of them have something to do from the beginning.
    parts.sort_by_key(|part| part.number);
    parts
}

fn in_parts(lines: Vec<Line>) -> Vec<Vec<Line>> {
    let (most, most_bytes) = PART;
    let (mut parts, mut bytes) = (Vec::<Vec<Line>>::new(), 0);
    for line in lines {
        let size = line.body.as_ref().map_or(256, |body| body.get().len() + 64);
        match parts.last_mut() {
            Some(part) if part.len() < most && bytes + size <= most_bytes => {
                bytes += size;
                part.push(line);
            }
            _ => {
                bytes = size;
                parts.push(vec![line]);
            }
        }
    }
    parts
}

/// The members by which a body says what it is of: the first that it has.
const fn own_ids(dialect: ImportDialect) -> &'static [&'static str] {
    match dialect {
        ImportDialect::Provisioning => &["/customer_info/external_account_id"],
        ImportDialect::Accounts => &["/providerAccountId", "/accountId"],
        ImportDialect::Onboarding => &["/vin", "/ean", "/code", "/email", "/reference"],
        ImportDialect::Records => &["/CustomerId"],
    }
}

/// The lane of a record: the same for all that have the same id of their own.
fn lane_of(dialect: ImportDialect, body: &str, number: u64) -> usize {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let id = own_ids(dialect).iter().find_map(|path| match body.pointer(path)? {
        Value::String(text) => Some(text.trim().to_lowercase()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let lanes = u64::try_from(ImportJob::LANES).unwrap_or(1);
    // What belongs to no customer stays in its order: terms need their app.
    let without = if dialect == ImportDialect::Records { 0 } else { number };
    let lane = id.map_or(without, |id| hash(&id)) % lanes;
    usize::try_from(lane).unwrap_or_default()
}

/// FNV-1a: the same on every machine and in every version of this program, as parts are numbered by it.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests;
