//! Between values and items.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_dynamo::string_set;
use wattbook_domain::{
    Account, AccountId, LabelPartnerCode, OrganisationId,
    entity::EntityId,
    onboarding::OnboardingId,
    user::{User, UserId},
};

use crate::{
    StoreError,
    keys::{self, Key},
};

/// An item as the SDK has it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A value beside its key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Keyed<T> {
    #[serde(flatten)]
    pub(crate) key: Key,
    #[serde(flatten)]
    pub(crate) value: T,
}

/// What an account's item holds, as far as it is read back.
#[derive(Debug, Deserialize)]
pub(crate) struct AccountItem {
    account: Account,
    #[serde(default)]
    onboardings: BTreeSet<OnboardingId>,
    #[serde(default)]
    entities: BTreeSet<EntityId>,
}

impl AccountItem {
    /// Whether the account is deleted, and kept.
    pub(crate) fn is_deleted(&self) -> bool {
        self.account.is_deleted()
    }

    /// The account, with what is kept beside it.
    pub(crate) fn account(self) -> Account {
        Account { onboardings: self.onboardings, entities: self.entities, ..self.account }
    }
}

/// What an account's item holds: the account, and what the indexes go by.
#[derive(Debug, Serialize)]
pub(crate) struct ListedAccount<'a> {
    account: &'a Account,
    #[serde(skip_serializing_if = "BTreeSet::is_empty", serialize_with = "string_set::serialize")]
    onboardings: &'a BTreeSet<OnboardingId>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty", serialize_with = "string_set::serialize")]
    entities: &'a BTreeSet<EntityId>,
    list_pk: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    brand_pk: Option<String>,
    list_sk: String,
    listed: BTreeMap<&'static str, String>,
}

impl<'a> ListedAccount<'a> {
    pub(crate) fn of(account: &'a Account) -> Self {
        let partition =
            |brand| keys::list_partition(account.organisation, &keys::list_name(account.is_deleted(), brand));
        Self {
            account,
            onboardings: &account.onboardings,
            entities: &account.entities,
            list_pk: partition(None),
            brand_pk: account.label_partner.as_ref().map(|brand| partition(Some(brand))),
            list_sk: keys::list_position(account),
            listed: account.listed().into_iter().map(|(field, text)| (field.word(), text)).collect(),
        }
    }
}

/// What a claim's item holds: the holder, as far as a conflict tells of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ClaimItem {
    pub(crate) organisation: OrganisationId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account_id: Option<AccountId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) user_id: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) label_partner: Option<LabelPartnerCode>,
}

impl ClaimItem {
    /// Of a value that an account has.
    pub(crate) fn of_account(account: &Account) -> Self {
        Self {
            organisation: account.organisation,
            account_id: Some(account.id),
            user_id: None,
            label_partner: account.label_partner.clone(),
        }
    }

    /// Of the e-mail that a user has.
    pub(crate) fn of_user(user: &User) -> Self {
        Self {
            organisation: user.organisation,
            account_id: None,
            user_id: Some(user.id),
            label_partner: user.label_partner.clone(),
        }
    }
}

/// The item of a value. A `None` is left out by the types themselves (`skip_serializing_if`),
/// because a NULL would be refused by an index and would not count as absent.
pub(crate) fn write<T: Serialize>(key: Key, value: T) -> Result<Item, StoreError> {
    serde_dynamo::to_item(Keyed { key, value }).map_err(StoreError::Unwritable)
}

/// The value of an item.
pub(crate) fn read<T: DeserializeOwned>(kind: &'static str, item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|source| StoreError::Unreadable { kind, source })
}

/// The key as the SDK takes it.
pub(crate) fn key_item(key: Key) -> Item {
    HashMap::from([("pk".to_owned(), AttributeValue::S(key.pk)), ("sk".to_owned(), AttributeValue::S(key.sk))])
}
