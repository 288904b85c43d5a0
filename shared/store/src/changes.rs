//! What the table's stream tells of: items as they were and as they are.
//!
//! Only here is it known which record is about what, because only the keys say so.

use jiff::Timestamp;
use serde::Deserialize;
use serde_dynamo::Item;
use serde_json::value::RawValue;
use wattbook_domain::Account;

use crate::{
    StoreError,
    items::AccountItem,
    keys::{self, Key},
};

/// A change of an item that others may want to hear of.
#[derive(Debug)]
pub struct Change {
    /// When, to the second.
    pub at: Timestamp,
    /// What was changed.
    pub of: Changed,
}

/// What was changed.
#[derive(Debug)]
pub enum Changed {
    /// An account, as it was and as it is: it was created without the one, and erased without the other.
    Account {
        /// As it was.
        before: Option<Box<Account>>,
        /// As it is.
        after: Option<Box<Account>>,
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
        let Images { approximate_creation_date_time, keys, new_image, old_image } = record.dynamodb;
        let key: Key = serde_dynamo::from_item(keys)
            .map_err(|source| StoreError::Unreadable { kind: "key of a stream record", source })?;
        if !keys::is_account(&key) {
            return Ok(None);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a time in seconds, far from the limits of the type")]
        let seconds = approximate_creation_date_time as i64;
        Ok(Some(Self {
            at: Timestamp::from_second(seconds).unwrap_or_default(),
            of: Changed::Account { before: account(old_image)?, after: account(new_image)? },
        }))
    }
}

fn account(image: Option<&RawValue>) -> Result<Option<Box<Account>>, StoreError> {
    let Some(image) = image else { return Ok(None) };
    let item: Item = serde_json::from_str(image.get()).map_err(StoreError::UnreadableChange)?;
    let read = serde_dynamo::from_item::<_, AccountItem>(item);
    read.map(|item| Some(Box::new(item.account()))).map_err(|source| StoreError::Unreadable { kind: "account", source })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(keys: &Value, image: &Value) -> Result<Option<Change>, StoreError> {
        let images = json!({"ApproximateCreationDateTime": 1.5, "Keys": keys, "NewImage": image});
        Change::read(&serde_json::value::to_raw_value(&json!({"dynamodb": images})).unwrap())
    }

    #[test]
    fn what_is_about_no_account_is_passed_over_unread() {
        for (pk, sk) in [("C#*#e#jo@x.nl", "CLAIM"), ("O#1", "ORGANISATION"), ("C#*#a#ACCOUNT", "CLAIM")] {
            let keys = json!({"pk": {"S": pk}, "sk": {"S": sk}});
            assert!(read(&keys, &json!({"account": {"S": "not one"}})).unwrap().is_none(), "{pk}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let keys = json!({"pk": {"S": "O#1#A#2"}, "sk": {"S": "ACCOUNT"}});
        for image in [json!({}), json!({"account": {"S": "not one"}}), json!({"account": {"X": 1}}), json!("no item")] {
            assert!(read(&keys, &image).is_err(), "{image}");
        }
        assert!(read(&json!({"pk": {"N": "1"}}), &json!({})).is_err());
        assert!(Change::read(&serde_json::value::to_raw_value(&json!({})).unwrap()).is_err());
    }
}
