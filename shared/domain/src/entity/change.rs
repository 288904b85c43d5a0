//! What an organisation changes in an entity. Its device, its owner's consent and its connection are none of that.

use std::collections::BTreeMap;

use super::{Collective, CollectiveId, Entity};
use crate::{
    ExternalId, Flaw, Identifier, Name,
    catalogue::{
        Manufacturer, Part,
        attributes::{AttributeName, AttributeValue},
    },
    onboarding::{not_a_line, too_large},
    words::words,
};

/// What becomes of something that may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Setting<T> {
    /// It stays as it is.
    #[default]
    Kept,
    /// It is taken out.
    Removed,
    /// It is set.
    Set(T),
}

impl<T: Clone> Setting<T> {
    /// What becomes of it.
    #[must_use]
    pub fn of(&self, old: Option<&T>) -> Option<T> {
        match self {
            Self::Kept => old.cloned(),
            Self::Removed => None,
            Self::Set(new) => Some(new.clone()),
        }
    }
}

/// What is to be set of an entity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntityChange {
    /// What people call it.
    pub name: Setting<Name>,
    /// The organisation's own name for it.
    pub reference: Setting<ExternalId>,
    /// Attributes by their names; none takes one out.
    pub attributes: BTreeMap<AttributeName, Option<AttributeValue>>,
}

words! {
    /// Something that can be done with an entity.
    Permission {
        /// To read it.
        Read = "Read",
        /// To set its name, reference and properties.
        Update = "Update",
        /// To add it to a collective.
        AddToCollective = "AddToCollective",
        /// To take it out of one.
        RemoveFromCollective = "RemoveFromCollective",
        /// To offboard it.
        Offboard = "Offboard",
    }
}

impl Entity {
    /// What whoever sees it can do with it, as it is now.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        use Permission as P;
        let connected = self.is_connected();
        let can = |permission: &P| match permission {
            P::Read => true,
            P::Update | P::Offboard => connected,
            P::AddToCollective => connected && self.collectives.len() < Self::MAX_COLLECTIVES,
            P::RemoveFromCollective => !self.collectives.is_empty(),
        };
        [P::Read, P::Update, P::AddToCollective, P::RemoveFromCollective, P::Offboard].into_iter().filter(can).collect()
    }

    /// The entity with what is to be set. Attributes are held to what its manufacturer asks for, those alone that are
    /// stated: what the manufacturer has come to ask for since does not stand in the way of another one.
    ///
    /// # Errors
    /// Every flaw of the attributes that are stated.
    pub fn changed(
        &self,
        change: &EntityChange,
        manufacturer: Option<&Manufacturer>,
    ) -> Result<Self, Vec<(AttributeName, Flaw)>> {
        let mut attributes = self.attributes.clone();
        let mut flaws = Vec::new();
        for (name, value) in &change.attributes {
            if *name == self.identifying {
                if !value.as_ref().is_some_and(|value| self.is_named(value)) {
                    flaws.push((name.clone(), Flaw::Immutable));
                }
                continue;
            }
            match value {
                Some(value) => attributes.insert(name.clone(), value.clone()),
                None => attributes.remove(name),
            };
        }
        let stated = |name: &AttributeName| *name != self.identifying && change.attributes.contains_key(name);
        for (part, flaw) in manufacturer.into_iter().flat_map(|it| it.check_values(&attributes)) {
            if let Part::Value(name) = part
                && stated(&name)
            {
                flaws.push((name, flaw));
            }
        }
        flaws.extend(not_a_line(&attributes, &self.identifying).filter(|(name, _)| stated(name)));
        flaws.extend(too_large(&attributes, &self.identifying));
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let name = change.name.of(self.name.as_ref());
        let reference = change.reference.of(self.reference.as_ref());
        Ok(Self { name, reference, attributes, ..self.clone() })
    }

    /// Whether this is its identifier, however it is spelt.
    fn is_named(&self, value: &AttributeValue) -> bool {
        let AttributeValue::Text(raw) = value else { return false };
        Identifier::parse(self.identifier.kind(), raw).is_ok_and(|it| it == self.identifier)
    }

    /// The entity in one more collective, unless it is in it already.
    ///
    /// # Errors
    /// They are of different brands, or it is in as many as it can be in.
    pub fn added_to(&self, collective: &Collective) -> Result<Self, Flaw> {
        if collective.label_partner != self.label_partner {
            return Err(Flaw::AnotherBrand);
        }
        let mut added = self.clone();
        if added.collectives.insert(collective.id) && added.collectives.len() > Self::MAX_COLLECTIVES {
            return Err(Flaw::TooManyCollectives { most: Self::MAX_COLLECTIVES });
        }
        Ok(added)
    }

    /// The entity without that collective.
    #[must_use]
    pub fn removed_from(&self, collective: CollectiveId) -> Self {
        let mut removed = self.clone();
        removed.collectives.remove(&collective);
        removed
    }
}
