//! Groups of entities.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::CollectiveId;
use crate::{AnswerKey, ExternalId, LabelPartnerCode, Name, OrganisationId, words::words};

words! {
    /// What kind of group it is.
    CollectiveKind {
        /// Those who live together.
        Household = "Household",
        /// Those who share energy, or the plants that make it.
        Community = "Community",
    }
}

/// A group of entities. Which they are is kept beside it: a community may have any number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collective {
    /// Our id.
    pub id: CollectiveId,
    /// Whose it is.
    pub organisation: OrganisationId,
    /// The brand it belongs to; one of no brand is seen by who sees all of the organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_partner: Option<LabelPartnerCode>,
    /// What people call it.
    pub name: Name,
    /// What kind it is.
    pub kind: CollectiveKind,
    /// The organisation's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ExternalId>,
    /// What answers about it are sealed with.
    pub answer_key: AnswerKey,
    /// When it was created.
    pub created_at: Timestamp,
}
