//! What the deployment adds to the catalogue of what can be onboarded, or changes in it.
//!
//! It is few items, all in one partition: whoever reads the catalogue reads them in one round trip. They are read
//! eventually consistently, at half the price, for an operator changes them now and then.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use wattbook_domain::catalogue::{EntityType, Manufacturer, ManufacturerName};

use crate::{
    Store, StoreError,
    items::{self, Item},
    keys::{self, CatalogueKey, Key},
    sign_ins::SignInItem,
    size,
};

/// The most a stored definition may take, in bytes as DynamoDB counts them.
pub const MAX_DEFINITION_BYTES: usize = 16 * 1024;

/// What the deployment has of one manufacturer.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// Its type.
    pub entity_type: EntityType,
    /// What its name is found by.
    pub matched: String,
    /// Its definition; none hides the one that is built in.
    pub manufacturer: Option<Manufacturer>,
}

/// What the deployment has of the catalogue, or of a part of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnCatalogue {
    /// Its manufacturers.
    pub manufacturers: Vec<Own>,
    /// Whose sign-ins it has, by type and what the name is found by: whether they list devices.
    pub sign_ins: HashMap<(EntityType, String), bool>,
}

impl OwnCatalogue {
    /// Whether the sign-in of a manufacturer, however its name is spelt, lists the devices of whoever signs in; none if it
    /// has no sign-in.
    #[must_use]
    pub fn sign_in_of(&self, entity_type: EntityType, name: &ManufacturerName) -> Option<bool> {
        self.sign_ins.get(&(entity_type, name.matched())).copied()
    }

    /// What these items say, but for those of a type that this version does not know.
    fn of(items: Vec<Item>) -> Result<Self, StoreError> {
        let mut own = Self::default();
        for item in items {
            let key: Key = items::read("key", item.clone())?;
            match keys::catalogue_key(&key) {
                Some(CatalogueKey { entity_type, matched, is_sign_in: true }) => {
                    let matched = matched.to_owned();
                    let SignInItem { sign_in } = items::read("sign-in", item)?;
                    own.sign_ins.insert((entity_type, matched), sign_in.lists_devices);
                }
                Some(CatalogueKey { entity_type, matched, is_sign_in: false }) => {
                    let OwnItem { manufacturer } = items::read("manufacturer", item)?;
                    own.manufacturers.push(Own { entity_type, matched: matched.to_owned(), manufacturer });
                }
                None => {}
            }
        }
        Ok(own)
    }
}

#[derive(Serialize, Deserialize)]
struct OwnItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manufacturer: Option<Manufacturer>,
}

impl Store {
    /// What the deployment has of the catalogue, or of one type in it, and which manufacturers have a sign-in.
    ///
    /// # Errors
    /// The store failed.
    pub async fn own_catalogue(&self, of: Option<EntityType>) -> Result<OwnCatalogue, StoreError> {
        OwnCatalogue::of(self.partition(keys::CATALOGUE.into(), of.map(keys::manufacturers)).await?)
    }

    /// The same of one manufacturer, however its name is spelt.
    ///
    /// # Errors
    /// The store failed.
    pub async fn own_manufacturer(
        &self,
        entity_type: EntityType,
        name: &ManufacturerName,
    ) -> Result<OwnCatalogue, StoreError> {
        // The definition and the sign-in stand one behind the other. Longer names that begin so come, too: they are few.
        let Key { pk, sk } = keys::manufacturer(entity_type, name);
        let mut own = OwnCatalogue::of(self.partition(pk, Some(sk)).await?)?;
        let matched = name.matched();
        own.manufacturers.retain(|own| own.matched == matched);
        own.sign_ins.retain(|(_, of), _| *of == matched);
        Ok(own)
    }

    /// Stores a definition in the place of what there was of that name, or, without one, hides what is built in.
    /// `false` if it would take more than [`MAX_DEFINITION_BYTES`].
    ///
    /// # Errors
    /// The store failed.
    pub async fn put_manufacturer(
        &self,
        entity_type: EntityType,
        name: &ManufacturerName,
        manufacturer: Option<Manufacturer>,
    ) -> Result<bool, StoreError> {
        let item = items::write(keys::manufacturer(entity_type, name), OwnItem { manufacturer })?;
        if size::item(&item) > MAX_DEFINITION_BYTES {
            return Ok(false);
        }
        self.put_anyway(item).await?;
        Ok(true)
    }

    /// Takes back what the deployment has of a manufacturer; what is built in under that name is there again. `false` if
    /// there is nothing of it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove_manufacturer(
        &self,
        entity_type: EntityType,
        name: &ManufacturerName,
    ) -> Result<bool, StoreError> {
        self.delete_existing(keys::manufacturer(entity_type, name)).await
    }
}
