//! What changed: the entries of the change log, and which fields differ between two states of an account or an entity.
//!
//! An entry follows from what was and what is, and from nothing else: whoever works it out twice finds the same. Fields
//! are told by paths. Those of the events ([`crate::events`]) end where the log goes on to the values in them: where an
//! event says `site.stated`, the log has `site.stated.city`. In a list the members go by their ids, and those that have
//! none by their positions, from 0.

mod account;
mod entity;
mod fields;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Account, Actor, LabelPartnerCode, Reach, entity::Entity, words::words};
pub(crate) use account::differences as of_account;

words! {
    /// What a change was.
    ChangeKind {
        /// It was created.
        Created = "created",
        /// It was changed.
        Updated = "updated",
        /// It was erased.
        Erased = "erased",
    }
}

/// A field in which a change is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Which.
    pub path: String,
    /// The brand whose it is and was; who sees one brand alone does not see what is nobody's or was another brand's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<LabelPartnerCode>,
    /// The value that it had: text, a number or a truth value. None if it had none, or is secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// The value that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEntry {
    /// The version that came about by it; of what was erased, the one that it would have.
    pub version: u64,
    /// When.
    pub at: Timestamp,
    /// What it was.
    pub kind: ChangeKind,
    /// Who made it; nobody knows of what was written before that was stored, and of what was erased.
    pub by: Option<Actor>,
    /// The brand from then on.
    pub brand: Option<LabelPartnerCode>,
    /// In which fields it is. What is created is not told field by field: it follows from what is there and what changed
    /// since.
    pub fields: Vec<FieldChange>,
    /// How many further fields there were: an entry has so many bytes at most.
    pub omitted: u64,
}

/// The most bytes of paths and values that an entry has: it is stored as one item, which can have 400 KB. An account whose
/// every field is put in the place of another would have twice that.
const MOST_BYTES: usize = 200 * 1024;

impl ChangeEntry {
    /// Of an account that became `after` from what was `before`, noticed at `at`; none if there is neither.
    #[must_use]
    pub fn of_account(
        before: Option<&Account>,
        after: Option<&Account>,
        by: Option<Actor>,
        at: Timestamp,
    ) -> Option<Self> {
        let state = |it: &Account| (it.version, it.created_at, it.updated_at, it.label_partner.clone());
        let fields = |before: &Account, after: &Account| account::differences(before, after).fields;
        Self::between((before, after), state, fields, by, at)
    }

    /// The same of an entity.
    #[must_use]
    pub fn of_entity(
        before: Option<&Entity>,
        after: Option<&Entity>,
        by: Option<Actor>,
        at: Timestamp,
    ) -> Option<Self> {
        let state = |it: &Entity| (it.version, it.created_at, it.updated_at, it.label_partner.clone());
        let fields = |before: &Entity, after: &Entity| entity::differences(before, after).fields;
        Self::between((before, after), state, fields, by, at)
    }

    fn between<T>(
        (before, after): (Option<&T>, Option<&T>),
        state: impl Fn(&T) -> (u64, Timestamp, Timestamp, Option<LabelPartnerCode>),
        fields: impl Fn(&T, &T) -> Vec<FieldChange>,
        by: Option<Actor>,
        at: Timestamp,
    ) -> Option<Self> {
        let entry =
            |version, at, kind, by, brand| Self { version, at, kind, by, brand, fields: Vec::new(), omitted: 0 };
        Some(match (before, after) {
            (None, Some(new)) => {
                let (version, created_at, _, brand) = state(new);
                entry(version, created_at, ChangeKind::Created, by, brand)
            }
            (Some(old), Some(new)) => {
                let (version, _, updated_at, brand) = state(new);
                entry(version, updated_at, ChangeKind::Updated, by, brand).with(fields(old, new))
            }
            (Some(old), None) => entry(state(old).0 + 1, at, ChangeKind::Erased, None, None),
            (None, None) => return None,
        })
    }

    /// With as many of the fields as it can have.
    fn with(mut self, fields: Vec<FieldChange>) -> Self {
        let mut left = MOST_BYTES;
        let size = |value: &Option<Value>| value.as_ref().map_or(0, |value| value.to_string().len());
        for field in fields {
            // Beside path and values there are the names of the members and the brand.
            let bytes = field.path.len() + size(&field.from) + size(&field.to) + 64;
            match left.checked_sub(bytes).filter(|_| self.omitted == 0) {
                Some(rest) => {
                    left = rest;
                    self.fields.push(field);
                }
                None => self.omitted += 1,
            }
        }
        self
    }

    /// The entry without anything that tells of a person: what is left of it once that is erased which it is of.
    #[must_use]
    pub fn emptied(self) -> Self {
        Self { by: None, brand: None, fields: Vec::new(), omitted: 0, ..self }
    }

    /// The entry as somebody sees it who sees that what it is of: one brand alone sees what was its own, and nothing of a
    /// change that was elsewhere.
    #[must_use]
    pub fn seen_by(mut self, reach: &Reach) -> Option<Self> {
        if !reach.covers_account_of(self.brand.as_ref()) {
            return None;
        }
        let told = !self.fields.is_empty();
        self.fields.retain(|field| reach.covers_account_of(field.brand.as_ref()));
        (!told || !self.fields.is_empty()).then_some(self)
    }
}

#[cfg(test)]
mod tests;
