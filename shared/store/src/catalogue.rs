//! What the deployment adds to the catalogue of what can be onboarded, or changes in it.
//!
//! It is few items, all in one partition: whoever reads the catalogue reads them in one round trip. They are read
//! eventually consistently, at half the price, for an operator changes them now and then.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use serde::{Deserialize, Serialize};
use wattbook_domain::catalogue::{EntityType, Manufacturer, ManufacturerName};

use crate::{
    Store, StoreError,
    error::conditional,
    items::{self, Item},
    keys::{self, Key},
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

#[derive(Serialize, Deserialize)]
struct OwnItem {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manufacturer: Option<Manufacturer>,
}

impl Store {
    /// What the deployment has of the catalogue, or of one type in it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn own_manufacturers(&self, of: Option<EntityType>) -> Result<Vec<Own>, StoreError> {
        let items = self.partition(keys::CATALOGUE.into(), of.map(keys::manufacturers)).await?;
        let owns = items.into_iter().map(own).collect::<Result<Vec<_>, _>>()?;
        Ok(owns.into_iter().flatten().collect())
    }

    /// What the deployment has of one manufacturer, however its name is spelt.
    ///
    /// # Errors
    /// The store failed.
    pub async fn own_manufacturer(
        &self,
        entity_type: EntityType,
        name: &ManufacturerName,
    ) -> Result<Option<Own>, StoreError> {
        self.get_eventually(keys::manufacturer(entity_type, name)).await?.map_or(Ok(None), own)
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
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::call("PutItem", &error))?;
        self.counter.add(answer.consumed_capacity());
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
        let outcome = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(items::key_item(keys::manufacturer(entity_type, name))))
            .condition_expression("attribute_exists(pk)")
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("DeleteItem", outcome)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }
}

/// What an item says; nothing if it is of a type that this version does not know.
fn own(item: Item) -> Result<Option<Own>, StoreError> {
    let key: Key = items::read("key", item.clone())?;
    let known = key.sk.split_once('#').and_then(|(word, matched)| Some((word.parse().ok()?, matched.to_owned())));
    let Some((entity_type, matched)) = known else { return Ok(None) };
    let OwnItem { manufacturer } = items::read("manufacturer", item)?;
    Ok(Some(Own { entity_type, matched, manufacturer }))
}
