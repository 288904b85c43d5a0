//! Going through the accounts: how each was counted when the recount began.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use wattbook_domain::{AccountStatus, LabelPartnerCode, changes::ChangeKind};

use super::{Recount, Recounted};
use crate::{
    Store, StoreError, by,
    items::{key_item, read},
    keys,
    log::{LogOf, items::EntryItem},
};

/// What was written longer ago than this was noted, or never will be: the stream keeps a change for 24 hours.
const NOTED_WITHIN: SignedDuration = SignedDuration::from_hours(25);

/// How often it is looked whether a change has been noted, and how long it is waited between.
const LOOKS: u32 = 20;
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What is looked at of an account, or of the mark of one.
#[derive(Deserialize)]
struct Found {
    pk: String,
    sk: String,
    account: Option<FoundAccount>,
    by: Option<String>,
    at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct FoundAccount {
    version: u64,
    label_partner: Option<LabelPartnerCode>,
    profile: Option<FoundProfile>,
    updated_at: Timestamp,
}

#[derive(Deserialize)]
struct FoundProfile {
    status: Option<AccountStatus>,
}

/// What the log says of an account.
#[derive(Default)]
struct Noted {
    /// Whether the change is noted that was asked for.
    is_noted: bool,
    /// What was counted since the recount began.
    since: BTreeMap<String, i64>,
}

impl Recount {
    fn add(&mut self, numbers: impl IntoIterator<Item = (String, i64)>) {
        for (list, number) in numbers {
            *self.found.entry(list).or_default() += number;
        }
    }

    fn is_recent(&self, at: Timestamp) -> bool {
        at >= self.began.saturating_sub(NOTED_WITHIN).unwrap_or(Timestamp::MIN)
    }
}

impl FoundAccount {
    /// The lists that it is in.
    fn lists(&self) -> Vec<(String, i64)> {
        let status = self.profile.as_ref().and_then(|profile| profile.status);
        let deleted = status == Some(AccountStatus::Deleted);
        let of_brand = self.label_partner.as_ref().map(|brand| keys::list_name(deleted, Some(brand)));
        [Some(keys::list_name(deleted, None)), of_brand].into_iter().flatten().map(|list| (list, 1)).collect()
    }
}

impl Store {
    /// Looks at a further part of the table, of up to a megabyte.
    ///
    /// # Errors
    /// The store failed.
    pub async fn recount_part(&self, recount: Recount) -> Result<Recounted, StoreError> {
        let answer = self
            .client
            .scan()
            .table_name(&self.table)
            .consistent_read(true)
            .filter_expression("begins_with(pk, :accounts) AND (sk = :account OR sk = :erased)")
            .projection_expression(
                "pk, sk, #by, #at, #account.version, #account.label_partner, #account.#profile.#status, \
                 #account.updated_at",
            )
            .expression_attribute_names("#by", by::BY)
            .expression_attribute_names("#at", "at")
            .expression_attribute_names("#account", "account")
            .expression_attribute_names("#profile", "profile")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":accounts", AttributeValue::S(keys::accounts(recount.organisation)))
            .expression_attribute_values(":account", AttributeValue::S(keys::ACCOUNT.into()))
            .expression_attribute_values(":erased", AttributeValue::S(keys::ERASED.into()))
            .set_exclusive_start_key(recount.after.clone().map(key_item))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::call("Scan", &error))?;
        self.counter.add(answer.consumed_capacity());
        let mut further = recount.clone();
        for item in answer.items.unwrap_or_default() {
            if !self.recount_item(&mut further, read("account", item)?).await? {
                return Ok(Recounted::NotNoted(recount));
            }
        }
        further.after = answer.last_evaluated_key.map(|item| read("key", item)).transpose()?;
        Ok(if further.after.is_some() { Recounted::GoOn(further) } else { Recounted::All(further) })
    }

    /// Adds an account, as it was counted when the recount began. `false` if that is not to be known yet.
    async fn recount_item(&self, recount: &mut Recount, found: Found) -> Result<bool, StoreError> {
        let Some(id) = keys::account_id(&found.pk) else { return Ok(true) };
        let is_mark = found.sk == keys::ERASED;
        // The mark of an account that was still found a moment before.
        if is_mark && recount.last.as_ref() == Some(&found.pk) {
            return Ok(true);
        }
        let (version, lists, at) = match &found.account {
            Some(account) => (Some(account.version), account.lists(), account.updated_at),
            None => (None, Vec::new(), found.at.unwrap_or(recount.began)),
        };
        // What does not say who wrote it was counted where it was written.
        let noted = if recount.is_recent(at) && (is_mark || found.by.is_some()) {
            let of = LogOf::Account(recount.organisation, id);
            self.wait_for_note(of, version, &recount.id).await?
        } else {
            Noted { is_noted: true, since: BTreeMap::new() }
        };
        if !noted.is_noted {
            return Ok(false);
        }
        recount.accounts += 1;
        recount.add(lists);
        recount.add(noted.since.into_iter().map(|(list, number)| (list, -number)));
        recount.last = Some(found.pk);
        Ok(true)
    }

    /// What the log says of an account, once this version of it is noted; without one, its erasure.
    async fn wait_for_note(&self, of: LogOf, version: Option<u64>, recount: &str) -> Result<Noted, StoreError> {
        for _ in 0..LOOKS {
            let noted = self.noted(of, version, recount).await?;
            if noted.is_noted {
                return Ok(noted);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(Noted::default())
    }

    async fn noted(&self, of: LogOf, version: Option<u64>, recount: &str) -> Result<Noted, StoreError> {
        let (mut noted, mut from) = (Noted::default(), None);
        loop {
            let query = self
                .log_query(of)
                .consistent_read(true)
                .projection_expression("version, #at, kind, counted, recount")
                .expression_attribute_names("#at", "at")
                .set_exclusive_start_key(from);
            let answer = self.queried(query).await?;
            for item in answer.items.unwrap_or_default() {
                let entry: EntryItem = read("entry of a change log", item)?;
                if version.is_some_and(|version| entry.version > version) {
                    continue;
                }
                noted.is_noted |= version.map_or(entry.kind == ChangeKind::Erased, |version| version == entry.version);
                if entry.recount.as_deref() == Some(recount) {
                    for (list, number) in entry.counted {
                        *noted.since.entry(list).or_default() += number;
                    }
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(noted);
            }
        }
    }
}
