//! Accounts of an organisation one after the other, for what is done with each of them once.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use wattbook_domain::{Account, AccountId, OrganisationId, Reach};

use crate::{
    Store, StoreError,
    items::{Item, read},
    keys::{self, Key},
};

/// How many accounts are looked at together.
const PART: i32 = 100;
/// How many there are of the first ones.
const FIRST: i32 = 25;

/// Where to go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberingCursor {
    /// Whether it has come to the accounts that are deleted and kept.
    #[serde(default)]
    deleted: bool,
    /// Behind which place in the list.
    #[serde(default)]
    after: Option<HashMap<String, String>>,
}

impl Store {
    /// Some accounts of an organisation, from a place on, and where to go on; none if there is nothing more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn accounts_to_number(
        &self,
        organisation: OrganisationId,
        cursor: &NumberingCursor,
    ) -> Result<(Vec<Account>, Option<NumberingCursor>), StoreError> {
        let name = keys::list_name(cursor.deleted, None);
        let from =
            cursor.after.clone().map(|after| after.into_iter().map(|(name, text)| (name, AttributeValue::S(text))));
        let partition = keys::list_partition(organisation, &name);
        let (ids, end) = self.listed_accounts((false, partition), from.map(Iterator::collect), PART).await?;
        let accounts = self.accounts(organisation, &ids).await?.into_values().collect();
        let after = end.map(|end| end.into_iter().filter_map(|(name, value)| Some((name, value.as_s().ok()?.clone()))));
        let next = match after {
            Some(after) => Some(NumberingCursor { deleted: cursor.deleted, after: Some(after.collect()) }),
            None if !cursor.deleted => Some(NumberingCursor { deleted: true, after: None }),
            None => None,
        };
        Ok((accounts, next))
    }

    /// The first accounts, by name, of those that are seen.
    ///
    /// # Errors
    /// The store failed.
    pub async fn first_accounts(&self, reach: &Reach) -> Result<Vec<Account>, StoreError> {
        let brand = reach.access.label_partner();
        let partition = keys::list_partition(reach.organisation, &keys::list_name(false, brand));
        let (ids, _) = self.listed_accounts((brand.is_some(), partition), None, FIRST).await?;
        Ok(self.accounts_eventually(reach.organisation, &ids).await?.into_values().collect())
    }

    async fn listed_accounts(
        &self,
        (of_brand, partition): (bool, String),
        from: Option<Item>,
        most: i32,
    ) -> Result<(Vec<AccountId>, Option<Item>), StoreError> {
        let (index, attribute) = keys::lists(of_brand);
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .key_condition_expression(format!("{attribute} = :list"))
            .expression_attribute_values(":list", AttributeValue::S(partition))
            .projection_expression("pk, sk")
            .limit(most)
            .set_exclusive_start_key(from);
        let answer = self.queried(query).await?;
        let mut ids = Vec::new();
        for item in answer.items.unwrap_or_default() {
            ids.extend(keys::account_id(&read::<Key>("key", item)?.pk));
        }
        Ok((ids, answer.last_evaluated_key))
    }
}
