//! The objects of the bucket that belong to imports, by their keys.
//!
//! | key | holds |
//! |---|---|
//! | `incoming/<organisation>/<dialect>/<name>` | a file that was put there to be imported |
//! | `sources/<organisation>/<import>` | a file that came with a request |
//! | `reports/<organisation>/<import>/<window>-<lane>-<part>.ndjson` | what came of the records of a part, one a line |

use wattbook_domain::{
    OrganisationId,
    import::{FileFormat, ImportDialect, ImportId},
};

use crate::part::Part;

/// What the keys of files begin with that are put into the bucket.
pub const INCOMING: &str = "incoming/";

/// What a key says of a file that was put into the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incoming {
    /// Whose it is: only who may write below this prefix can have put it there.
    pub organisation: OrganisationId,
    /// What its records are.
    pub dialect: ImportDialect,
    /// How they are written.
    pub format: FileFormat,
}

impl Incoming {
    /// Reads a key; none if it is not of that form.
    #[must_use]
    pub fn read(key: &str) -> Option<Self> {
        let (organisation, rest) = key.strip_prefix(INCOMING)?.split_once('/')?;
        let (dialect, name) = rest.split_once('/')?;
        let organisation = organisation.parse().ok()?;
        Some(Self { organisation, dialect: dialect.parse().ok()?, format: FileFormat::of_name(name)? })
    }
}

/// The key of a file that came with a request.
#[must_use]
pub fn source(organisation: OrganisationId, import: ImportId) -> String {
    format!("sources/{organisation}/{import}")
}

/// What the keys of the reports of a window's parts begin with.
#[must_use]
pub fn reports_of_window(organisation: OrganisationId, import: ImportId, window: u64) -> String {
    format!("reports/{organisation}/{import}/{window:08}-")
}

/// The key of the report of a part.
#[must_use]
pub fn report(part: &Part) -> String {
    let window = reports_of_window(part.organisation_id, part.import_id, part.window);
    format!("{window}{}-{:08}.ndjson", part.lane, part.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_whose_file_it_is_and_what() {
        let id = OrganisationId::new_random();
        let read = |rest: &str| Incoming::read(&format!("incoming/{id}/{rest}"));
        let (dialect, format) = (ImportDialect::Accounts, FileFormat::Csv);
        assert_eq!(read("accounts/2026/jan.csv.gz"), Some(Incoming { organisation: id, dialect, format }));
        for other in ["accounts/jan.xlsx", "jan.csv", "Accounts/jan.csv", "/accounts/jan.csv", "accounts/"] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!(Incoming::read("incoming/me/accounts/jan.csv"), None);
        assert_eq!(Incoming::read(&format!("sources/{id}/accounts/jan.csv")), None);
    }
}
