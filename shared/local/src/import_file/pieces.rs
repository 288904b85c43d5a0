//! A file in pieces that each are a request: a file that is too large for one is cut between two records, and what its
//! beginning says of the others is put before each piece.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use wattbook_api::http::MAX_BODY_BYTES;
use wattbook_import::{Dialect, Format, Place, Reader, Refusal, is_gzip};

/// How much of a file is cut at once, in bytes: compressed, about as much as a request can have.
const AT_ONCE: u64 = 8 * 1024 * 1024;

/// How much is read at a time, in bytes.
const CHUNK: usize = 64 * 1024;

/// Why a file cannot be cut.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("the file cannot be read")]
    Unreadable(#[from] io::Error),
    /// It is no file of its format.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// A piece of a file.
pub(super) struct Piece {
    /// A file of its own, compressed.
    pub(super) body: Vec<u8>,
    /// How many records it has.
    pub(super) records: u64,
    /// What the rows of the piece are short of those of the file.
    pub(super) rows_before: u64,
}

/// A file that is being cut.
pub(super) struct Pieces {
    file: Box<dyn Read>,
    reader: Reader,
    /// What says how the others are read, and how many rows it is.
    head: Option<(Vec<u8>, u64)>,
    /// What is read and in no piece yet.
    bytes: Vec<u8>,
    /// Where that begins, and where records in it end.
    begin: Place,
    ends: Vec<Place>,
    at_end: bool,
}

/// Opens a file, and takes off its compression.
fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut beginning = Vec::new();
    File::open(path)?.take(2).read_to_end(&mut beginning)?;
    let file = File::open(path)?;
    Ok(if is_gzip(&beginning) { Box::new(MultiGzDecoder::new(io::BufReader::new(file))) } else { Box::new(file) })
}

/// How many records a file has, once it is known that it can be read to its end.
pub(super) fn count(path: &Path, dialect: Dialect, format: Format) -> Result<u64, FileError> {
    let mut pieces = Pieces::new(path, dialect, format)?;
    let mut records = 0;
    while !pieces.at_end {
        pieces.read()?;
        while pieces.reader.next_record()?.is_some() {
            records += 1;
        }
        pieces.bytes.clear();
    }
    Ok(records)
}

impl Pieces {
    /// Of a file, from its beginning.
    pub(super) fn new(path: &Path, dialect: Dialect, format: Format) -> Result<Self, FileError> {
        let begin = Place::beginning(format);
        let reader = Reader::at(dialect, begin.clone())?;
        Ok(Self { file: open(path)?, reader, head: None, bytes: Vec::new(), begin, ends: Vec::new(), at_end: false })
    }

    /// The next piece; none at the end.
    pub(super) fn next_piece(&mut self) -> Result<Option<Piece>, FileError> {
        while !self.at_end && self.pending() < AT_ONCE {
            self.read()?;
            while self.reader.next_record()?.is_some() {
                self.ends.extend(self.reader.place());
            }
        }
        if self.head.is_none() {
            let (bytes, rows) = self.ends.first().map(Place::head).unwrap_or_default();
            let length = usize::try_from(bytes).unwrap_or(usize::MAX).min(self.bytes.len());
            self.head = Some((self.bytes.drain(..length).collect(), rows));
            self.begin.offset = bytes;
        }
        let mut taken = self.ends.len();
        while taken > 0 {
            let piece = self.piece(taken)?;
            if piece.body.len() <= MAX_BODY_BYTES || taken == 1 {
                self.take(taken);
                return Ok(Some(piece));
            }
            taken = taken.div_ceil(2);
        }
        Ok(None)
    }

    /// The bytes that are in no piece yet.
    fn pending(&self) -> u64 {
        self.ends.last().map_or(0, |end| end.offset.saturating_sub(self.begin.offset))
    }

    fn read(&mut self) -> io::Result<()> {
        let mut chunk = vec![0; CHUNK];
        let length = self.file.read(&mut chunk)?;
        chunk.truncate(length);
        if length == 0 {
            self.at_end = true;
            self.reader.end();
        } else {
            self.reader.feed(&chunk);
            self.bytes.append(&mut chunk);
        }
        Ok(())
    }

    /// The piece up to the end of so many records.
    fn piece(&self, taken: usize) -> io::Result<Piece> {
        let end = taken.checked_sub(1).and_then(|last| self.ends.get(last)).unwrap_or(&self.begin);
        let (head, head_rows) = self.head.as_ref().map(|(head, rows)| (head.as_slice(), *rows)).unwrap_or_default();
        let mut body = GzEncoder::new(Vec::new(), Compression::default());
        body.write_all(head)?;
        body.write_all(self.bytes.get(..self.length(end)).unwrap_or(&self.bytes))?;
        Ok(Piece {
            body: body.finish()?,
            records: end.records.saturating_sub(self.begin.records),
            rows_before: self.begin.rows().saturating_sub(head_rows),
        })
    }

    fn take(&mut self, taken: usize) {
        let Some(end) = taken.checked_sub(1).and_then(|last| self.ends.get(last)).cloned() else { return };
        let length = self.length(&end);
        self.bytes.drain(..length);
        self.ends.drain(..taken);
        self.begin = end;
    }

    fn length(&self, end: &Place) -> usize {
        let length = end.offset.saturating_sub(self.begin.offset);
        usize::try_from(length).unwrap_or(usize::MAX).min(self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a file, and of its pieces: row and body.
    fn rows(file: &[u8], format: Format, rows_before: u64) -> Vec<(u64, String)> {
        let mut plain = Vec::new();
        MultiGzDecoder::new(file).read_to_end(&mut plain).unwrap();
        let mut reader = Reader::at(Dialect::Onboarding, Place::beginning(format)).unwrap();
        reader.feed(&plain);
        reader.end();
        let mut rows = Vec::new();
        while let Some(record) = reader.next_record().unwrap() {
            rows.push((record.row + rows_before, record.body.unwrap()));
        }
        rows
    }

    fn cut(name: &str, format: Format, content: &[u8]) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let mut whole = GzEncoder::new(Vec::new(), Compression::fast());
        whole.write_all(content).unwrap();
        let whole = rows(&whole.finish().unwrap(), format, 0);
        let (mut pieces, mut seen, mut count) =
            (Pieces::new(&path, Dialect::Onboarding, format).unwrap(), Vec::new(), 0);
        while let Some(piece) = pieces.next_piece().unwrap() {
            assert!(piece.body.len() <= MAX_BODY_BYTES);
            let part = rows(&piece.body, format, piece.rows_before);
            assert_eq!(u64::try_from(part.len()).unwrap(), piece.records);
            seen.extend(part);
            count += 1;
        }
        assert_eq!(super::count(&path, Dialect::Onboarding, format).unwrap(), u64::try_from(whole.len()).unwrap());
        assert!(count > 2 && seen == whole, "{count} pieces, {} of {} records", seen.len(), whole.len());
    }

    /// Text that hardly gets smaller.
    fn noise(n: u64) -> String {
        let word = |i: u64| (n * 20 + i).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(13);
        (0..20).map(|i| word(i).to_string()).collect()
    }

    #[test]
    fn the_pieces_of_a_file_are_the_file() {
        let header = "sep=;\r\n\r\ntype;owner;reference\r\n".to_owned();
        let row = |n| format!("EV;\"a\r\nb {n}\";{}\r\n\r\n", noise(n));
        let csv: Vec<_> = std::iter::once(header).chain((0..12_000).map(row)).collect();
        cut("a.csv", Format::Csv, csv.concat().as_bytes());
        let line = |n| format!("{{\"a\": {n}}}{{\"b\": \"{}\"}}\n\n", noise(n));
        cut("a.ndjson", Format::Ndjson, (0..12_000).map(line).collect::<Vec<_>>().concat().as_bytes());
    }
}
