//! How many accounts there are.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use wattbook_domain::Account;

use crate::{
    Store, StoreError,
    keys::{self, Key},
    listing::List,
};

/// An account as it was and as it is to be: it is created without the one, and erased without the other.
pub(crate) type Transition<'a> = (Option<&'a Account>, Option<&'a Account>);

/// What a write changes in the counters. A counter is named once, however many accounts it counts: a
/// transaction may act on an item only once.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<(String, String), BTreeMap<String, i64>>);

impl Tally {
    pub(crate) fn of(transitions: &[Transition<'_>]) -> Self {
        let mut tally = Self::default();
        for (before, after) in transitions {
            for (account, change) in [(before, -1), (after, 1)] {
                if let Some(account) = account {
                    tally.count(account, change);
                }
            }
        }
        tally
    }

    fn count(&mut self, account: &Account, change: i64) {
        let Key { pk, sk } = keys::counter(account.organisation, account.id);
        let numbers = self.0.entry((pk, sk)).or_default();
        let whole = keys::list_name(account.is_deleted(), None);
        let brand = account.label_partner.as_ref();
        let brand = brand.map(|brand| keys::list_name(account.is_deleted(), Some(brand)));
        for list in [Some(whole), brand].into_iter().flatten() {
            *numbers.entry(list).or_default() += change;
        }
    }

    /// The counters that change, each with its numbers that do.
    pub(crate) fn changes(self) -> impl Iterator<Item = (Key, BTreeMap<String, i64>)> {
        self.0.into_iter().filter_map(|((pk, sk), mut numbers)| {
            numbers.retain(|_, change| *change != 0);
            (!numbers.is_empty()).then_some((Key { pk, sk }, numbers))
        })
    }
}

impl Store {
    /// How many accounts a list had a moment ago, in one read of a few hundred bytes.
    ///
    /// # Errors
    /// The store failed.
    pub async fn size_of_list(&self, list: &List) -> Result<u64, StoreError> {
        let name = list.name();
        let (mut sum, mut from) = (0_i64, None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk")
                .projection_expression("#list")
                .expression_attribute_names("#list", &name)
                .expression_attribute_values(":pk", AttributeValue::S(keys::counters(list.organisation)))
                .consistent_read(true)
                .set_exclusive_start_key(from);
            let answer = self.queried(query).await?;
            for counter in answer.items.unwrap_or_default() {
                let number = counter.get(&name).and_then(|value| value.as_n().ok());
                sum += number.and_then(|digits| digits.parse::<i64>().ok()).unwrap_or_default();
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(u64::try_from(sum).unwrap_or_default());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use wattbook_domain::{AccountStatus, LabelPartnerCode, OrganisationId};

    use super::*;

    fn account(organisation: OrganisationId) -> Account {
        Account::blank(organisation, LabelPartnerCode::parse("NORTH").ok(), Timestamp::UNIX_EPOCH)
    }

    fn numbers(tally: Tally) -> Vec<(String, i64)> {
        tally.changes().flat_map(|(_, numbers)| numbers).collect()
    }

    #[test]
    fn what_stays_in_its_lists_changes_no_counter() {
        let before = account(OrganisationId::new_random());
        let mut after = before.clone();
        after.version = 2;
        assert_eq!(numbers(Tally::of(&[(Some(&before), Some(&after))])), []);
        after.profile.status = AccountStatus::Deleted;
        let moved = [("D", 1), ("D#NORTH", 1), ("L", -1), ("L#NORTH", -1)].map(|(list, n)| (list.to_owned(), n));
        assert_eq!(numbers(Tally::of(&[(Some(&before), Some(&after))])), moved);
        after.label_partner = None;
        let moved = [("D", 1), ("L", -1), ("L#NORTH", -1)].map(|(list, n)| (list.to_owned(), n));
        assert_eq!(numbers(Tally::of(&[(Some(&before), Some(&after))])), moved);
    }

    #[test]
    fn a_counter_is_named_once_whoever_it_counts() {
        let organisation = OrganisationId::new_random();
        let many: Vec<_> = (0..200).map(|_| account(organisation)).collect();
        let transitions: Vec<_> = many.iter().map(|account| (None, Some(account))).collect();
        let changes: Vec<_> = Tally::of(&transitions).changes().collect();
        // With 200 accounts every shard is hit, unless chance is one in a hundred thousand.
        assert_eq!(changes.len(), 16);
        assert_eq!(changes.iter().filter_map(|(_, numbers)| numbers.get("L")).sum::<i64>(), 200);
    }
}
