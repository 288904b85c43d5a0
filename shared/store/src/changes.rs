//! What the table's stream tells of: items as they were and as they are.
//!
//! Only here is it known which record is about what, because only the keys say so.

use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_dynamo::{AttributeValue, Item};
use serde_json::value::RawValue;
use wattbook_domain::{
    Account, Actor, entity::Entity, import::ImportJob, onboarding::OnboardingRequest, webhook::Webhook,
};

use crate::{
    StoreError, by,
    imports::ImportItem,
    items::AccountItem,
    keys::{self, Key},
    onboarding::{EntityItem, RequestItem},
    webhooks::WebhookItem,
};

/// A change of an item that others may want to hear of.
#[derive(Debug)]
pub struct Change {
    /// When, to the second.
    pub at: Timestamp,
    /// Who wrote what is there now, if that is stored.
    pub by: Option<Actor>,
    /// What was changed.
    pub of: Changed,
    /// Whether what is there now says who wrote it.
    is_signed: bool,
}

impl Change {
    /// Whether it is for who is told of it to count. Whoever wrote before the stream counted has counted it himself; of an
    /// erasure only the mark that it left tells that.
    pub(crate) fn is_counted_here(&self) -> bool {
        self.is_signed || matches!(self.of, Changed::Account { after: None, .. })
    }
}

/// What was changed, as it was and as it is: it was created without the one, and erased without the other.
#[derive(Debug)]
pub enum Changed {
    /// An account.
    Account {
        /// As it was.
        before: Option<Box<Account>>,
        /// As it is.
        after: Option<Box<Account>>,
    },
    /// An onboarding request.
    Onboarding {
        /// As it was.
        before: Option<Box<OnboardingRequest>>,
        /// As it is.
        after: Option<Box<OnboardingRequest>>,
    },
    /// An entity.
    Entity {
        /// As it was.
        before: Option<Box<Entity>>,
        /// As it is.
        after: Option<Box<Entity>>,
    },
    /// An import.
    Import {
        /// As it was.
        before: Option<Box<ImportJob>>,
        /// As it is.
        after: Option<Box<ImportJob>>,
    },
    /// A webhook.
    Webhook {
        /// As it was.
        before: Option<Box<Webhook>>,
        /// As it is.
        after: Option<Box<Webhook>>,
    },
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    dynamodb: Images<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Images<'a> {
    /// Seconds since the epoch, with or without a fraction.
    approximate_creation_date_time: f64,
    keys: Item,
    // Read only if the key says that they are wanted: most records are about claims.
    #[serde(borrow)]
    new_image: Option<&'a RawValue>,
    #[serde(borrow)]
    old_image: Option<&'a RawValue>,
}

impl Change {
    /// Reads one record of the stream, as Lambda hands it over; `None` if it is about something that
    /// concerns the store alone.
    ///
    /// # Errors
    /// The record or the item in it does not have the shape that it should have.
    pub fn read(record: &RawValue) -> Result<Option<Self>, StoreError> {
        let record: Record<'_> = serde_json::from_str(record.get()).map_err(StoreError::UnreadableChange)?;
        let images = record.dynamodb;
        let key: Key = serde_dynamo::from_item(images.keys.clone())
            .map_err(|source| StoreError::Unreadable { kind: "key of a stream record", source })?;
        let (of, signature) = match key.sk.as_str() {
            keys::ACCOUNT => {
                let Read { before, after, by } = images.read("account", AccountItem::account)?;
                (Changed::Account { before, after }, by)
            }
            keys::ONBOARDING => {
                let value = |item: RequestItem| item.onboarding;
                let Read { before, after, by } = images.read("onboarding request", value)?;
                (Changed::Onboarding { before, after }, by)
            }
            keys::ENTITY => {
                let Read { before, after, by } = images.read("entity", |item: EntityItem| item.asset)?;
                (Changed::Entity { before, after }, by)
            }
            keys::IMPORT => {
                let Read { before, after, by } = images.read("import", |item: ImportItem| item.import)?;
                (Changed::Import { before, after }, by)
            }
            keys::WEBHOOK => {
                let Read { before, after, by } = images.read("webhook", |item: WebhookItem| item.webhook)?;
                (Changed::Webhook { before, after }, by)
            }
            _ => return Ok(None),
        };
        #[expect(clippy::cast_possible_truncation, reason = "a time in seconds, far from the limits of the type")]
        let seconds = images.approximate_creation_date_time as i64;
        let by = signature.as_ref().zip(keys::organisation_id(&key.pk)).and_then(|(text, id)| by::read(id, text));
        let at = Timestamp::from_second(seconds).unwrap_or_default();
        Ok(Some(Self { at, by, of, is_signed: signature.is_some() }))
    }
}

/// What an item was and is about, if there was or is one, and who the latter says has written it, as it is stored.
struct Read<T> {
    before: Option<Box<T>>,
    after: Option<Box<T>>,
    by: Option<String>,
}

impl Images<'_> {
    fn read<I: DeserializeOwned, T>(&self, kind: &'static str, value: impl Fn(I) -> T) -> Result<Read<T>, StoreError> {
        let value = |item: Item| {
            let read = serde_dynamo::from_item(item).map_err(|source| StoreError::Unreadable { kind, source })?;
            Ok(Box::new(value(read)))
        };
        let (old, new) = (item(self.old_image)?, item(self.new_image)?);
        let by = match new.as_ref().and_then(|item| item.inner().get(by::BY)) {
            Some(AttributeValue::S(text)) => Some(text.clone()),
            _ => None,
        };
        Ok(Read { before: old.map(value).transpose()?, after: new.map(value).transpose()?, by })
    }
}

fn item(image: Option<&RawValue>) -> Result<Option<Item>, StoreError> {
    image.map(|image| serde_json::from_str(image.get()).map_err(StoreError::UnreadableChange)).transpose()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wattbook_domain::{OrganisationId, entity::EntityId, onboarding::OnboardingId};

    use super::*;
    use crate::items::{Keyed, ListedAccount};

    fn read(keys: &Value, image: &Value) -> Result<Option<Change>, StoreError> {
        let images = json!({"ApproximateCreationDateTime": 1.5, "Keys": keys, "NewImage": image});
        Change::read(&serde_json::value::to_raw_value(&json!({"dynamodb": images})).unwrap())
    }

    #[test]
    fn what_concerns_the_store_alone_is_passed_over_unread() {
        for (pk, sk) in [
            ("C#*#e#jo@x.nl", "CLAIM"),
            ("O#1", "ORGANISATION"),
            ("C#*#a#ACCOUNT", "CLAIM"),
            ("O#1#E#2", "TOKENS"),
            ("O#1#J#2", "LANE#0"),
            ("O#1#G#2", "MEMBER#ASSET"),
            ("O#1#H", "WEBHOOKS"),
            ("O#1#H#2", "DELIVERY#3"),
        ] {
            let keys = json!({"pk": {"S": pk}, "sk": {"S": sk}});
            assert!(read(&keys, &json!({"account": {"S": "not one"}})).unwrap().is_none(), "{pk}");
        }
    }

    /// In the stream as in the table they stand beside the account.
    #[test]
    fn an_account_has_its_requests_and_its_devices() {
        let (request, entity) = (OnboardingId::new_random(), EntityId::new_random());
        let mut account = Account::blank(OrganisationId::new_random(), None, Timestamp::UNIX_EPOCH);
        account.onboardings.insert(request);
        account.entities.insert(entity);
        let key = keys::account(account.organisation, account.id);
        let stored: Item = serde_dynamo::to_item(Keyed { key, value: ListedAccount::of(&account) }).unwrap();
        let image = serde_json::to_value(stored).unwrap();
        assert_eq!(image["entities"], json!({"SS": [entity.to_string()]}));
        let keys = json!({"pk": image["pk"], "sk": image["sk"]});
        let change = read(&keys, &image).unwrap().unwrap();
        let Changed::Account { before: None, after: Some(after) } = change.of else { panic!("{change:?}") };
        assert_eq!(*after, account);
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let devices = [("ONBOARDING", "onboarding"), ("ASSET", "asset")];
        let kinds = [("ACCOUNT", "account"), ("IMPORT", "import"), ("WEBHOOK", "webhook")];
        for (sk, name) in devices.into_iter().chain(kinds) {
            let keys = json!({"pk": {"S": "O#1#A#2"}, "sk": {"S": sk}});
            for image in [json!({}), json!({name: {"S": "not one"}}), json!({name: {"X": 1}}), json!("no item")] {
                assert!(read(&keys, &image).is_err(), "{image}");
            }
        }
        assert!(read(&json!({"pk": {"N": "1"}}), &json!({})).is_err());
        assert!(Change::read(&serde_json::value::to_raw_value(&json!({})).unwrap()).is_err());
    }
}
