//! What others hear of when an entity is connected, and when it is no longer.

use std::collections::BTreeSet;

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    entity::{CollectiveId, DisconnectReason, Entity},
    webhook::EventType,
};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// It is connected.
    Connected,
    /// It is connected no longer.
    Disconnected(DisconnectReason),
    /// It was connected until it was erased with its account.
    Erased,
}

/// One thing that happened to an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityEvent<'a> {
    /// What.
    pub happening: Happening,
    /// The entity as it is; one that is erased, as it was.
    pub entity: &'a Entity,
    /// The collectives that it is in; one that is connected no longer, those that it was in.
    pub collectives: &'a BTreeSet<CollectiveId>,
    /// The version that it has with that; of one that is erased the version that it would have.
    pub version: u64,
    /// When.
    pub occurred_at: Timestamp,
}

impl EntityEvent<'_> {
    /// The event's type.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        let event_type = match self.happening {
            Happening::Connected => EventType::EntityConnected,
            Happening::Disconnected(_) | Happening::Erased => EventType::EntityDisconnected,
        };
        event_type.word()
    }

    /// The event's id: the same whenever the same event is told of again.
    #[must_use]
    pub fn id(&self) -> Uuid {
        super::id(self.kind(), self.entity.organisation, &self.entity.id, self.version)
    }

    /// Why it is connected no longer, in a word.
    #[must_use]
    pub const fn reason(&self) -> Option<&'static str> {
        match self.happening {
            Happening::Connected => None,
            Happening::Disconnected(reason) => Some(reason.word()),
            Happening::Erased => Some("Erased"),
        }
    }
}

/// The event that follows from an entity's being `after` what was `before`, noticed at `at`; most changes bring none.
#[must_use]
pub fn follow<'a>(before: Option<&'a Entity>, after: Option<&'a Entity>, at: Timestamp) -> Option<EntityEvent<'a>> {
    let connected = |entity: &&Entity| entity.is_connected();
    match (before.filter(connected), after) {
        (None, Some(entity)) if entity.is_connected() => Some(EntityEvent {
            happening: Happening::Connected,
            entity,
            collectives: &entity.collectives,
            version: entity.version,
            occurred_at: entity.updated_at,
        }),
        (Some(was), Some(entity)) => entity.disconnected.map(|disconnection| EntityEvent {
            happening: Happening::Disconnected(disconnection.reason),
            entity,
            collectives: &was.collectives,
            version: entity.version,
            occurred_at: disconnection.at,
        }),
        (Some(was), None) => Some(EntityEvent {
            happening: Happening::Erased,
            entity: was,
            collectives: &was.collectives,
            version: was.version + 1,
            occurred_at: at,
        }),
        (None, _) => None,
    }
}
