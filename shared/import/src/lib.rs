//! Files that are imported: read into the bodies that the HTTP operations take, one a record.
//!
//! A [`Reader`] is fed with the bytes of a file as they come and gives its records. It holds one record and what it was
//! fed last, so that a file of any size is read in the same memory, and goes on at any [`Place`] that it has been at.
//! [`Inflater`] stands before it if the file is compressed.
//!
//! * **NDJSON** ([`Format::Ndjson`]): an object on a line. Blank lines, byte-order marks, several objects on a line and a
//!   last line without an end are all taken, as files that were joined have them.
//! * **CSV** ([`Format::Csv`]), as spreadsheets write it. What its columns mean in each [`Dialect`] says [`columns`].
//!
//! The records are then cut into [`part`]s, which are carried out one by one; [`objects`] has where files and reports are.
//!
//! A record that is wrong is a record all the same, with what is wrong about it; what is wrong with the file as a whole
//! ends the reading ([`Refusal`]). Nothing here does input or output.
//!
//! Turned down: the crate `csv`, which reads from something that blocks (its core, which is used, is fed), and reading
//! other encodings than UTF-8, which nothing in a file names: a guess makes wrong names of right ones.

mod cell;
pub mod columns;
mod csv;
mod gzip;
mod layout;
mod ndjson;
pub mod objects;
pub mod part;
mod reader;
mod record;
mod template;

pub use gzip::{Inflater, is_gzip};
pub use reader::{Place, Reader};
pub use record::{LineFault, Record, Refusal};
pub use template::template;
pub use wattbook_domain::import::{FileFormat as Format, ImportDialect as Dialect};

/// What stands for a character that whoever handed a file on could not read, as a gateway that takes one in another encoding
/// for text: what it was is lost.
const LOST: char = char::REPLACEMENT_CHARACTER;

/// The most objects of a line of NDJSON.
pub const MAX_OBJECTS: usize = 100;

/// The most bytes of a line of NDJSON and of a row of CSV.
pub const MAX_RECORD_BYTES: usize = 128 * 1024;
