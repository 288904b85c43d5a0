//! The settings of manufacturers' sign-ins, which only whoever has the key of the deployment can read: they come
//! sealed.
//!
//! They stand beside the manufacturers of the deployment, so that whoever reads the catalogue learns in the same round
//! trip which have one ([`crate::OwnCatalogue::sign_in_of`]). They are read eventually consistently, for an operator
//! changes them now and then.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wattbook_domain::catalogue::{EntityType, ManufacturerName};

use crate::{
    Store, StoreError,
    items::{self, Item},
    keys::{self, CatalogueKey, Key},
};

/// The sign-in of one manufacturer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSignIn {
    /// The type of its devices.
    pub entity_type: EntityType,
    /// What its name is found by: where the settings are kept, whatever stands in them.
    pub matched: String,
    /// Its name, as it is shown.
    pub manufacturer: ManufacturerName,
    /// The settings.
    pub sealed: String,
    /// Whether the manufacturer lists the devices of whoever signs in: alone of the settings it is not sealed, for whoever
    /// reads the catalogue is told of it, without the keys.
    pub lists_devices: bool,
    /// When they were set.
    pub set_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct SignInItem {
    pub(crate) sign_in: Stored,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Stored {
    manufacturer: ManufacturerName,
    sealed: String,
    pub(crate) lists_devices: bool,
    set_at: Timestamp,
}

impl Store {
    /// Stores the sign-in of a manufacturer in the place of the one that there was.
    ///
    /// # Errors
    /// The store failed.
    pub async fn put_sign_in(&self, sign_in: SealedSignIn) -> Result<(), StoreError> {
        let SealedSignIn { entity_type, matched, manufacturer, sealed, lists_devices, set_at } = sign_in;
        let key = keys::sign_in(entity_type, &matched);
        let item = items::write(key, SignInItem { sign_in: Stored { manufacturer, sealed, lists_devices, set_at } })?;
        self.put_anyway(item).await
    }

    /// The sign-in of a manufacturer, however its name is spelt.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sign_in(
        &self,
        entity_type: EntityType,
        name: &ManufacturerName,
    ) -> Result<Option<SealedSignIn>, StoreError> {
        let matched = name.matched();
        let item = self.get_eventually(keys::sign_in(entity_type, &matched)).await?;
        item.map(|item| read(entity_type, &matched, item)).transpose()
    }

    /// Every sign-in of the deployment, by type and name.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sign_ins(&self) -> Result<Vec<SealedSignIn>, StoreError> {
        let mut found = Vec::new();
        for item in self.partition(keys::CATALOGUE.into(), None).await? {
            let key: Key = items::read("key", item.clone())?;
            if let Some(CatalogueKey { entity_type, matched, is_sign_in: true }) = keys::catalogue_key(&key) {
                found.push(read(entity_type, matched, item)?);
            }
        }
        Ok(found)
    }

    /// Forgets the sign-in of a manufacturer. `false` if there is none.
    ///
    /// # Errors
    /// The store failed.
    pub async fn remove_sign_in(&self, entity_type: EntityType, name: &ManufacturerName) -> Result<bool, StoreError> {
        self.delete_existing(keys::sign_in(entity_type, &name.matched())).await
    }
}

fn read(entity_type: EntityType, matched: &str, item: Item) -> Result<SealedSignIn, StoreError> {
    let SignInItem { sign_in: Stored { manufacturer, sealed, lists_devices, set_at } } = items::read("sign-in", item)?;
    Ok(SealedSignIn { entity_type, matched: matched.to_owned(), manufacturer, sealed, lists_devices, set_at })
}
