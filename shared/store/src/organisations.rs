//! Organisations, their label partners and credentials.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, ReturnConsumedCapacity, ReturnValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wattbook_domain::{
    AccessLevel, LabelPartner, LabelPartnerCode, Name, Organisation, OrganisationId, ServiceType, onboarding::Origin,
};

use crate::{
    Store, StoreError,
    error::conditional,
    items::{self, Item},
    keys,
    transaction::{Cancelled, Obstacle, Transaction, When},
};

/// A credential as it is stored: everything but the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// The app id.
    pub app_id: String,
    /// How far it reaches.
    #[serde(flatten)]
    pub access: AccessLevel,
    /// The keyed hash of the app key, with the id of the hash key in front.
    pub key_hash: String,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// A credential as operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialSummary {
    /// The app id.
    pub app_id: String,
    /// How far it reaches.
    #[serde(flatten)]
    pub access: AccessLevel,
    /// When it was issued.
    pub created_at: Timestamp,
    /// When it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

/// An organisation's item. Label partners are a map, so that one can be put without reading.
#[derive(Debug, Serialize, Deserialize)]
struct OrganisationItem {
    organisation_id: OrganisationId,
    name: Name,
    label_partners: BTreeMap<LabelPartnerCode, LabelPartnerItem>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    return_origins: BTreeSet<Origin>,
}

#[derive(Debug, Serialize, Deserialize)]
struct LabelPartnerItem {
    name: Name,
    default_service_type: ServiceType,
}

/// How putting a label partner went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartnerPut {
    /// It is there: the organisation as it is then.
    Done(Organisation),
    /// There is no such organisation.
    Missing,
    /// It would be one more than an organisation may have ([`Organisation::MAX_LABEL_PARTNERS`]).
    Full,
}

fn read_organisation(item: Item) -> Result<Organisation, StoreError> {
    let item: OrganisationItem = items::read("organisation", item)?;
    let partner = |(code, partner): (LabelPartnerCode, LabelPartnerItem)| LabelPartner {
        code,
        name: partner.name,
        default_service_type: partner.default_service_type,
    };
    Ok(Organisation {
        id: item.organisation_id,
        name: item.name,
        label_partners: item.label_partners.into_iter().map(partner).collect(),
        return_origins: item.return_origins,
    })
}

impl Store {
    /// Stores a new organisation, without label partners.
    ///
    /// # Errors
    /// The store failed.
    pub async fn create_organisation(&self, id: OrganisationId, name: Name) -> Result<(), StoreError> {
        let value = OrganisationItem {
            organisation_id: id,
            name,
            label_partners: BTreeMap::new(),
            return_origins: BTreeSet::new(),
        };
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(items::write(keys::organisation(id), value)?))
            .condition_expression("attribute_not_exists(pk)")
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::call("PutItem", &error))?;
        self.counter.add(answer.consumed_capacity());
        Ok(())
    }

    /// The organisation of that id.
    ///
    /// # Errors
    /// The store failed.
    pub async fn organisation(&self, id: OrganisationId) -> Result<Option<Organisation>, StoreError> {
        self.get(keys::organisation(id)).await?.map(read_organisation).transpose()
    }

    /// Adds a label partner or replaces the one of the same code.
    ///
    /// # Errors
    /// The store failed.
    pub async fn put_label_partner(
        &self,
        organisation: OrganisationId,
        partner: &LabelPartner,
    ) -> Result<PartnerPut, StoreError> {
        let value = LabelPartnerItem { name: partner.name.clone(), default_service_type: partner.default_service_type };
        let outcome = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(items::key_item(keys::organisation(organisation))))
            .condition_expression(
                "attribute_exists(pk) AND (attribute_exists(label_partners.#code) OR size(label_partners) < :most)",
            )
            .update_expression("SET label_partners.#code = :partner")
            .expression_attribute_names("#code", partner.code.as_str())
            .expression_attribute_values(":most", AttributeValue::N(Organisation::MAX_LABEL_PARTNERS.to_string()))
            .expression_attribute_values(
                ":partner",
                AttributeValue::M(serde_dynamo::to_item(value).map_err(StoreError::Unwritable)?),
            )
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("UpdateItem", outcome)? else {
            let there = self.organisation(organisation).await?.is_some();
            return Ok(if there { PartnerPut::Full } else { PartnerPut::Missing });
        };
        self.counter.add(answer.consumed_capacity());
        let changed = answer.attributes.map(read_organisation).transpose()?;
        Ok(changed.map_or(PartnerPut::Missing, PartnerPut::Done))
    }

    /// Sets where owners of devices may be sent, in the place of what there was. The organisation as it is then; none if
    /// there is no such one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn set_return_origins(
        &self,
        organisation: OrganisationId,
        origins: &BTreeSet<Origin>,
    ) -> Result<Option<Organisation>, StoreError> {
        let list = origins.iter().map(|origin| AttributeValue::S(origin.as_str().to_owned())).collect();
        let outcome = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(items::key_item(keys::organisation(organisation))))
            .condition_expression("attribute_exists(pk)")
            .update_expression("SET return_origins = :origins")
            .expression_attribute_values(":origins", AttributeValue::L(list))
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("UpdateItem", outcome)? else { return Ok(None) };
        self.counter.add(answer.consumed_capacity());
        answer.attributes.map(read_organisation).transpose()
    }

    /// Stores a new credential. `false` if the organisation, or the label partner it is to reach,
    /// does not exist; checked in the same transaction.
    ///
    /// # Errors
    /// The store failed.
    pub async fn create_credential(
        &self,
        organisation: OrganisationId,
        credential: &Credential,
    ) -> Result<bool, StoreError> {
        let owner = ConditionCheck::builder()
            .table_name(&self.table)
            .set_key(Some(items::key_item(keys::organisation(organisation))));
        let owner = match &credential.access {
            AccessLevel::Admin => owner.condition_expression("attribute_exists(pk)"),
            AccessLevel::LabelPartner { label_partner } => owner
                .condition_expression("attribute_exists(label_partners.#code)")
                .expression_attribute_names("#code", label_partner.as_str()),
        };
        let mut transaction = Transaction::new();
        transaction.require(owner, Part::Owner)?;
        let item = items::write(keys::credential(organisation, &credential.app_id), credential)?;
        transaction.put(self, item, &When::Absent, Part::Credential)?;
        match transaction.commit(self).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Store(error)) => Err(error),
            Err(Cancelled::Refused(refusals)) => {
                let mut owner_missing = false;
                for refusal in refusals {
                    match (refusal.meaning, refusal.obstacle) {
                        // A random app id that is there already is our own lost write.
                        (Part::Credential, Obstacle::Item(_)) => return Ok(true),
                        (Part::Owner, Obstacle::Item(_)) => owner_missing = true,
                        (_, Obstacle::Contention) => {}
                    }
                }
                if owner_missing { Ok(false) } else { Err(StoreError::Busy("transaction conflict".into())) }
            }
        }
    }

    /// Revokes a credential, for good; once revoked it stays as it is. `false` if there is none.
    ///
    /// # Errors
    /// The store failed.
    pub async fn revoke_credential(
        &self,
        organisation: OrganisationId,
        app_id: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let outcome = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(items::key_item(keys::credential(organisation, app_id))))
            .condition_expression("attribute_exists(pk)")
            .update_expression("SET revoked_at = if_not_exists(revoked_at, :now)")
            .expression_attribute_values(":now", AttributeValue::S(now.to_string()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let Some(answer) = conditional("UpdateItem", outcome)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }

    /// Every credential of an organisation, by app id.
    ///
    /// # Errors
    /// The store failed.
    pub async fn credentials(&self, organisation: OrganisationId) -> Result<Vec<CredentialSummary>, StoreError> {
        let items =
            self.partition(keys::organisation(organisation).pk, Some(keys::CREDENTIAL_PREFIX.to_owned())).await?;
        items.into_iter().map(|item| items::read("credential", item)).collect()
    }

    /// A credential with its organisation, in one read; `None` if either is missing.
    ///
    /// # Errors
    /// The store failed.
    pub async fn credential(
        &self,
        organisation: OrganisationId,
        app_id: &str,
    ) -> Result<Option<(Organisation, Credential)>, StoreError> {
        let wanted = vec![keys::organisation(organisation), keys::credential(organisation, app_id)];
        let (mut owner, mut credential) = (None, None);
        for item in self.batch_get(wanted).await? {
            let key: keys::Key = items::read("key", item.clone())?;
            if key.sk.starts_with(keys::CREDENTIAL_PREFIX) {
                credential = Some(items::read("credential", item)?);
            } else {
                owner = Some(read_organisation(item)?);
            }
        }
        Ok(owner.zip(credential))
    }
}

/// What an action of the issuing transaction stands for.
enum Part {
    Owner,
    Credential,
}
