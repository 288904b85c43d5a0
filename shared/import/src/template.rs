//! Files to begin with.

use crate::{Dialect, columns};

/// The rows that a file of a dialect begins with, to be filled by a spreadsheet: the first tells it what cells are parted
/// by, whatever its language, and the second has the names of the columns.
#[must_use]
pub fn template(dialect: Dialect) -> String {
    let names: Vec<_> = columns::all(dialect).into_iter().map(|column| column.name).collect();
    format!("sep=;\r\n{}\r\n", names.join(";"))
}
