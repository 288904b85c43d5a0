//! Between entries and items.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wattbook_domain::{
    LabelPartnerCode, OrganisationId,
    changes::{ChangeEntry, ChangeKind, FieldChange},
};

use super::LogOf;
use crate::{
    StoreError, by,
    items::{Item, write},
    keys,
};

/// For how long what is left of an erased log stays: longer than the stream keeps what it could be told of again.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What an entry's item holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EntryItem {
    pub(super) version: u64,
    pub(super) at: Timestamp,
    pub(super) kind: ChangeKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    brand: Option<LabelPartnerCode>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    omitted: Option<u64>,
    /// What was added to the counter with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) counted: BTreeMap<String, i64>,
    /// The recount that was running then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) recount: Option<String>,
    /// When what is left of it goes, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<i64>,
}

impl EntryItem {
    pub(super) fn entry(self, organisation: OrganisationId) -> ChangeEntry {
        ChangeEntry {
            version: self.version,
            at: self.at,
            kind: self.kind,
            by: self.by.and_then(|text| by::read(organisation, &text)),
            brand: self.brand,
            fields: self.fields,
            omitted: self.omitted.unwrap_or_default(),
        }
    }

    /// What is left of it once what it is of is erased.
    pub(super) fn emptied(self) -> Self {
        let Self { version, at, kind, counted, recount, .. } = self;
        let expires_at = Some(expiry());
        Self {
            version,
            at,
            kind,
            by: None,
            brand: None,
            fields: Vec::new(),
            omitted: None,
            counted,
            recount,
            expires_at,
        }
    }
}

/// The item of an entry; what was counted with it, and during which recount; whether it is left of an erased log.
pub(super) fn entry(
    of: LogOf,
    entry: ChangeEntry,
    counted: Option<(&BTreeMap<String, i64>, Option<&str>)>,
    is_left: bool,
) -> Result<Item, StoreError> {
    let ChangeEntry { version, at, kind, by, brand, fields, omitted } = entry;
    let item = EntryItem {
        version,
        at,
        kind,
        by: by.map(|by| by::text(of.organisation(), &by)),
        brand,
        fields,
        omitted: (omitted > 0).then_some(omitted),
        counted: counted.map(|(numbers, _)| numbers.clone()).unwrap_or_default(),
        recount: counted.and_then(|(_, recount)| recount).map(str::to_owned),
        expires_at: is_left.then(expiry),
    };
    write(keys::change(of.partition(), version), item)
}

/// The mark that what was in a partition is erased.
pub(crate) fn erased_mark(partition: String) -> Result<Item, StoreError> {
    #[derive(Serialize)]
    struct Written {
        at: Timestamp,
        expires_at: i64,
    }
    write(keys::erased(partition), Written { at: Timestamp::now(), expires_at: expiry() })
}

fn expiry() -> i64 {
    (Timestamp::now() + KEPT).as_second()
}
