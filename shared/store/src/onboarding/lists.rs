//! Lists of requests, entities, collectives and imports, the newest first.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wattbook_domain::{
    LabelPartnerCode, OrganisationId,
    entity::{Collective, Entity, EntityId},
    onboarding::OnboardingRequest,
};

use super::{EntityItem, RequestItem, items::CollectiveItem};
use crate::{
    Store, StoreError,
    items::{Item, read},
    keys::{self, Key},
};

/// How many requests of the store one page may take: of a list that hardly anything matches in, a page may be short, or
/// empty, although more follows.
const ROUNDS: u32 = 10;

/// The entries that one request of the store looks at if not all match.
const PART: usize = 500;

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListOf {
    /// Onboarding requests.
    Requests,
    /// Entities.
    Entities,
    /// Collectives.
    Collectives,
    /// Imports.
    Imports,
}

/// Where a page ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    #[serde(rename = "k")]
    position: String,
    #[serde(rename = "i")]
    id: String,
}

/// Which page of which list.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Whose list.
    pub organisation: OrganisationId,
    /// Of which brand; of all of the organisation without.
    pub brand: Option<&'a LabelPartnerCode>,
    /// What the entries have, by the names of what lists are filtered by.
    pub filters: &'a [(&'static str, String)],
    /// Where the page before ended.
    pub after: Option<Place>,
    /// The most entries.
    pub size: usize,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPage<T> {
    /// What is on it.
    pub entries: Vec<T>,
    /// Where the next one begins, if there may be one.
    pub next: Option<Place>,
}

impl ListOf {
    const fn letter(self) -> char {
        match self {
            Self::Requests => 'R',
            Self::Entities => 'E',
            Self::Collectives => 'G',
            Self::Imports => 'J',
        }
    }

    /// The partition of the list in its index.
    pub(super) fn partition(self, organisation: OrganisationId, brand: Option<&LabelPartnerCode>) -> String {
        let list = format!("O#{organisation}#{}", self.letter());
        brand.map_or_else(|| list.clone(), |brand| format!("{list}#{brand}"))
    }

    fn key(self, organisation: OrganisationId, id: &str) -> Key {
        let sk = match self {
            Self::Requests => keys::ONBOARDING,
            Self::Entities => keys::ENTITY,
            Self::Collectives => keys::COLLECTIVE,
            Self::Imports => keys::IMPORT,
        };
        Key { pk: format!("O#{organisation}#{}#{id}", self.letter()), sk: sk.into() }
    }
}

impl Store {
    /// A page of requests.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list_onboardings(&self, wanted: Wanted<'_>) -> Result<ListPage<OnboardingRequest>, StoreError> {
        let page = self.page(ListOf::Requests, wanted).await?;
        self.read_page(page, |item: RequestItem| item.onboarding).await
    }

    /// The same of entities.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list_entities(&self, wanted: Wanted<'_>) -> Result<ListPage<Entity>, StoreError> {
        let page = self.page(ListOf::Entities, wanted).await?;
        self.read_page(page, |item: EntityItem| item.asset).await
    }

    /// The same of collectives.
    ///
    /// # Errors
    /// The store failed.
    pub async fn list_collectives(&self, wanted: Wanted<'_>) -> Result<ListPage<Collective>, StoreError> {
        let page = self.page(ListOf::Collectives, wanted).await?;
        self.read_page(page, |item: CollectiveItem| item.collective).await
    }

    /// What the keys of a page name, in its order. What has been erased meanwhile is not on it.
    pub(crate) async fn read_page<T, I: DeserializeOwned>(
        &self,
        page: ListPage<Key>,
        value: impl Fn(I) -> T,
    ) -> Result<ListPage<T>, StoreError> {
        let mut found = HashMap::new();
        for item in self.batch_get_eventually(page.entries.clone()).await? {
            let key: Key = read("key", item.clone())?;
            found.insert(key, value(read("entry of a list", item)?));
        }
        let entries = page.entries.iter().filter_map(|key| found.remove(key)).collect();
        Ok(ListPage { entries, next: page.next })
    }

    /// The keys of a page.
    pub(crate) async fn page(
        &self,
        list: ListOf,
        Wanted { organisation, brand, filters, mut after, size }: Wanted<'_>,
    ) -> Result<ListPage<Key>, StoreError> {
        let (index, attribute) = keys::lists(brand.is_some());
        let partition = list.partition(organisation, brand);
        let mut entries = Vec::new();
        for _ in 0..ROUNDS {
            let start = after.take().map(|place| start(list, organisation, (attribute, &partition), &place));
            // One more than wanted tells whether there is another page.
            let wanted = size.saturating_sub(entries.len()) + 1;
            let limit = if filters.is_empty() { wanted } else { PART };
            let mut query = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(index)
                .key_condition_expression(format!("{attribute} = :list"))
                .expression_attribute_values(":list", AttributeValue::S(partition.clone()))
                .scan_index_forward(false)
                .limit(i32::try_from(limit).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start)
                .projection_expression("pk, sk, list_sk");
            let terms: Vec<_> = (0..filters.len()).map(|i| format!("listed.#f{i} = :f{i}")).collect();
            for (i, (name, value)) in filters.iter().enumerate() {
                query = query
                    .expression_attribute_names(format!("#f{i}"), *name)
                    .expression_attribute_values(format!(":f{i}"), AttributeValue::S(value.clone()));
            }
            if !terms.is_empty() {
                query = query.filter_expression(terms.join(" AND "));
            }
            let answer = self.queried(query).await?;
            for item in answer.items.unwrap_or_default() {
                if entries.len() == size {
                    let next = entries.last().map(|(_, place): &(Key, Place)| place.clone());
                    return Ok(ListPage { entries: entries.into_iter().map(|(key, _)| key).collect(), next });
                }
                entries.push(entry(&item)?);
            }
            after = answer.last_evaluated_key.map(|item| entry(&item)).transpose()?.map(|(_, place)| place);
            if after.is_none() {
                break;
            }
        }
        Ok(ListPage { entries: entries.into_iter().map(|(key, _)| key).collect(), next: after })
    }

    /// A page of the entities that are in a collective, by their ids.
    ///
    /// # Errors
    /// The store failed.
    pub async fn members(
        &self,
        organisation: OrganisationId,
        collective: wattbook_domain::entity::CollectiveId,
        after: Option<EntityId>,
        size: usize,
    ) -> Result<(Vec<Entity>, Option<EntityId>), StoreError> {
        let pk = keys::collective(organisation, collective).pk;
        let start = after.map(|id| crate::items::key_item(keys::member(organisation, collective, id)));
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", AttributeValue::S(pk))
            .expression_attribute_values(":prefix", AttributeValue::S(keys::MEMBER_PREFIX.into()))
            .limit(i32::try_from(size).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let answer = self.queried(query).await?;
        let id = |item: Item| -> Result<Option<EntityId>, StoreError> {
            let key: Key = read("key", item)?;
            Ok(key.sk.strip_prefix(keys::MEMBER_PREFIX).and_then(|id| id.parse().ok()))
        };
        let next = answer.last_evaluated_key.map(id).transpose()?.flatten();
        let ids = answer.items.unwrap_or_default().into_iter().map(id).collect::<Result<Vec<_>, _>>()?;
        let keys: Vec<_> = ids.into_iter().flatten().map(|id| keys::entity(organisation, id)).collect();
        let page = self.read_page(ListPage { entries: keys, next: None }, |item: EntityItem| item.asset).await?;
        Ok((page.entries, next))
    }
}

/// Where a request goes on.
fn start(list: ListOf, organisation: OrganisationId, (attribute, partition): (&str, &str), place: &Place) -> Item {
    let key = list.key(organisation, &place.id);
    let text = |name: &str, value: &str| (name.to_owned(), AttributeValue::S(value.to_owned()));
    HashMap::from([
        text("pk", &key.pk),
        text("sk", &key.sk),
        text(attribute, partition),
        text("list_sk", &place.position),
    ])
}

/// The key of an entry, and where it stands.
fn entry(item: &Item) -> Result<(Key, Place), StoreError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    let found = text("pk").zip(text("sk")).zip(text("list_sk"));
    let ((pk, sk), position) = found.ok_or(StoreError::Incomplete("Query"))?;
    let id = pk.rsplit_once('#').map(|(_, id)| id.to_owned()).unwrap_or_default();
    Ok((Key { pk, sk }, Place { position, id }))
}
