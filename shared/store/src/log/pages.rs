//! Reading a log, the newest first.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use wattbook_domain::{Reach, changes::ChangeEntry};

use super::{LogOf, items::EntryItem};
use crate::{Store, StoreError, items::read, keys};

/// How many requests of the store one page may take: of a log of which hardly anything is wanted, a page may be short, or
/// empty, although more follows.
const ROUNDS: u32 = 10;

/// The entries that one request of the store looks at if not all are wanted.
const PART: usize = 200;

/// How far the clocks of those who write may be apart: an older version may be a little later.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);

/// Which page of which log.
#[derive(Debug, Clone)]
pub struct WantedChanges<'a> {
    /// Whose log.
    pub of: LogOf,
    /// Who asks.
    pub reach: &'a Reach,
    /// Only changes at this time or later.
    pub from: Option<Timestamp>,
    /// Only changes before this time.
    pub to: Option<Timestamp>,
    /// Only fields whose paths are this one, or begin with it and a dot; of the others the change is not told at all.
    pub field: Option<&'a str>,
    /// Only older ones than this version.
    pub below: Option<u64>,
    /// The most entries.
    pub size: usize,
}

/// A page of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePage {
    /// What is on it, the newest first.
    pub entries: Vec<ChangeEntry>,
    /// The version below which the next one begins, if there may be one.
    pub next: Option<u64>,
}

impl WantedChanges<'_> {
    fn picks(&self, entry: ChangeEntry) -> Option<ChangeEntry> {
        let in_time = self.from.is_none_or(|from| entry.at >= from) && self.to.is_none_or(|to| entry.at < to);
        let mut seen = entry.seen_by(self.reach).filter(|_| in_time)?;
        if let Some(field) = self.field {
            let within =
                |path: &str| path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            seen.fields.retain(|change| within(&change.path));
            return (!seen.fields.is_empty()).then_some(seen);
        }
        Some(seen)
    }

    /// Whether nothing that is older can be wanted.
    fn ends_with(&self, at: Timestamp) -> bool {
        self.from.is_some_and(|from| at < from.saturating_sub(CLOCKS).unwrap_or(Timestamp::MIN))
    }
}

impl Store {
    /// A page of a log. It may be a moment behind what it is of.
    ///
    /// # Errors
    /// The store failed.
    pub async fn changes(&self, wanted: &WantedChanges<'_>) -> Result<ChangePage, StoreError> {
        let (mut entries, mut below) = (Vec::new(), wanted.below);
        for _ in 0..ROUNDS {
            let open = wanted.size.saturating_sub(entries.len());
            let limit =
                if wanted.from.is_none() && wanted.to.is_none() && wanted.field.is_none() { open } else { PART };
            // One more than wanted tells whether there is another page.
            let query = self
                .log_query(wanted.of)
                .scan_index_forward(false)
                .limit(i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX))
                .set_exclusive_start_key(below.map(|version| start(wanted.of, version)));
            let answer = self.queried(query).await?;
            for item in answer.items.unwrap_or_default() {
                let entry = read::<EntryItem>("entry of a change log", item)?.entry(wanted.of.organisation());
                let (version, at) = (entry.version, entry.at);
                if wanted.ends_with(at) {
                    return Ok(ChangePage { entries, next: None });
                }
                if let Some(picked) = wanted.picks(entry) {
                    if entries.len() == wanted.size {
                        return Ok(ChangePage { entries, next: below });
                    }
                    entries.push(picked);
                }
                below = Some(version);
            }
            if answer.last_evaluated_key.is_none() {
                return Ok(ChangePage { entries, next: None });
            }
        }
        Ok(ChangePage { entries, next: below })
    }
}

/// Where the entries below a version begin.
fn start(of: LogOf, version: u64) -> std::collections::HashMap<String, AttributeValue> {
    crate::items::key_item(keys::change(of.partition(), version))
}
