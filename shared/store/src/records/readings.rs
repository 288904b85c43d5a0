//! Readings: which may be put depends on those before and after, so all of a delivery point are put one after the other.

use aws_sdk_dynamodb::types::{AttributeValue, Select};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wattbook_domain::{
    AccountId, OrganisationId,
    record::{Reading, ReadingNeighbours, Record},
};

use super::{Part, RecordOf, RecordPage, RecordPut, Stored, item, value};
use crate::{
    Store, StoreError, items,
    keys::{self, Key},
    transaction::{Cancelled, Obstacle, Transaction, When},
};

/// That a delivery point has readings: counts how often one was put.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    version: u64,
}

#[derive(Serialize, Deserialize)]
struct HeadItem {
    readings: Head,
}

/// What is there around a time, as long as nobody puts another reading of the delivery point.
#[derive(Debug, Clone, Default)]
pub struct ReadingPlace {
    /// The reading of that very time.
    pub same: Option<Reading>,
    /// Those before and after.
    pub neighbours: ReadingNeighbours,
    head: Head,
}

impl Store {
    /// What is there around a time.
    ///
    /// # Errors
    /// The store failed.
    pub async fn reading_place(
        &self,
        organisation: OrganisationId,
        account: AccountId,
        (delivery_point, at): (u32, Timestamp),
    ) -> Result<ReadingPlace, StoreError> {
        // The head first: whoever puts a reading after that is noticed.
        let head: Option<HeadItem> =
            self.get_value("head of readings", keys::readings(organisation, account, delivery_point)).await?;
        let of = RecordOf::Account(organisation, account);
        let mut place =
            ReadingPlace { head: head.map(|it| it.readings).unwrap_or_default(), ..ReadingPlace::default() };
        let around = [
            self.readings(of, delivery_point, Some(at), (false, 2)).await?,
            self.readings(of, delivery_point, Some(at), (true, 2)).await?,
        ];
        for reading in around.into_iter().flatten().map(|it| it.value) {
            match reading.at.cmp(&at) {
                std::cmp::Ordering::Equal => place.same = Some(reading),
                std::cmp::Ordering::Less => {
                    place.neighbours.before.get_or_insert(reading);
                }
                std::cmp::Ordering::Greater => {
                    place.neighbours.after.get_or_insert(reading);
                }
            }
        }
        Ok(place)
    }

    /// Puts a reading in its place. [`RecordPut::Stale`] if somebody has put one meanwhile.
    ///
    /// # Errors
    /// The store failed.
    pub async fn add_reading(
        &self,
        organisation: OrganisationId,
        account: AccountId,
        (place, reading): (&ReadingPlace, &Reading),
    ) -> Result<RecordPut, StoreError> {
        let of = RecordOf::Account(organisation, account);
        let mut transaction = Transaction::new();
        transaction.put(self, item(of, reading, 1)?, &When::Absent, Part::Record)?;
        let head = HeadItem { readings: Head { version: place.head.version + 1 } };
        let when = if place.head.version == 0 { When::Absent } else { When::Version("readings", place.head.version) };
        let key = keys::readings(organisation, account, reading.delivery_point);
        transaction.put(self, items::write(key, head)?, &when, Part::Head)?;
        transaction.require_existing(self, keys::account(organisation, account), Part::Owner)?;
        let refusals = match transaction.commit(self).await {
            Ok(()) => return Ok(RecordPut::Done),
            Err(Cancelled::Store(error)) => return Err(error),
            Err(Cancelled::Refused(refusals)) => refusals,
        };
        let gone = refusals.iter().any(|it| matches!((&it.meaning, &it.obstacle), (Part::Owner, Obstacle::Item(_))));
        Ok(if gone { RecordPut::NoOwner } else { RecordPut::Stale })
    }

    /// A page of the readings of a delivery point, the newest first, with one more that is before its last.
    ///
    /// # Errors
    /// The store failed.
    pub async fn reading_page(
        &self,
        of: RecordOf,
        delivery_point: u32,
        (before, size): (usize, usize),
    ) -> Result<RecordPage<Reading>, StoreError> {
        let total = self.count_readings(of, delivery_point).await?;
        let all = self.readings(of, delivery_point, None, (false, before.saturating_add(size) + 1)).await?;
        Ok(RecordPage { entries: all.into_iter().skip(before).collect(), total })
    }

    /// So many readings of a delivery point from a time on, that included: forwards, or backwards.
    async fn readings(
        &self,
        of: RecordOf,
        delivery_point: u32,
        at: Option<Timestamp>,
        (forwards, most): (bool, usize),
    ) -> Result<Vec<Stored<Reading>>, StoreError> {
        let (first, last) = bounds(of, delivery_point);
        let at = at.map(|at| keys::record(of, Reading::KIND, &Reading::id_at(delivery_point, at)).sk);
        let (from, to) = match (at, forwards) {
            (Some(at), true) => (at, last),
            (Some(at), false) => (first.sk, at),
            (None, _) => (first.sk, last),
        };
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", AttributeValue::S(first.pk))
            .expression_attribute_values(":from", AttributeValue::S(from))
            .expression_attribute_values(":to", AttributeValue::S(to))
            .scan_index_forward(forwards)
            .consistent_read(true)
            .limit(i32::try_from(most).unwrap_or(i32::MAX));
        self.queried(query).await?.items.unwrap_or_default().into_iter().map(value).collect()
    }

    async fn count_readings(&self, of: RecordOf, delivery_point: u32) -> Result<usize, StoreError> {
        let (first, _) = bounds(of, delivery_point);
        let (mut total, mut from) = (0, None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":pk", AttributeValue::S(first.pk.clone()))
                .expression_attribute_values(":prefix", AttributeValue::S(first.sk.clone()))
                .select(Select::Count)
                .set_exclusive_start_key(from);
            let answer = self.queried(query).await?;
            total += usize::try_from(answer.count).unwrap_or_default();
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(total);
            }
        }
    }
}

/// The key that all of a delivery point's readings begin with, and a sort key that is behind all of them.
fn bounds(of: RecordOf, delivery_point: u32) -> (Key, String) {
    let first = keys::record(of, Reading::KIND, &Reading::of_point(delivery_point));
    let last = format!("{}~", first.sk);
    (first, last)
}
