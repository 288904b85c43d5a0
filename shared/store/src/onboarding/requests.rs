//! Writing requests: one that is new, and one after something has happened to it.

use aws_sdk_dynamodb::types::{AttributeValue, Update};
use jiff::Timestamp;
use wattbook_domain::{Account, AccountId, Actor, OrganisationId, onboarding::OnboardingRequest};

use super::{DeviceHolder, Meaning, OnboardingError, holder, items};
use crate::{
    IdempotencyRecord, Store, StoreError,
    by::{self, written},
    items::{Item, key_item, read},
    keys::{self, Key},
    transaction::{Cancelled, Obstacle, Refusal, Transaction, When},
};

/// What changes in what an account's item says of its devices.
pub(super) enum Devices {
    /// It has one more request.
    Requested(String),
    /// It has one more device.
    Connected(String),
    /// It has one less.
    Disconnected(String),
}

impl Store {
    /// Stores a new request, with the claim on its device if that is known: in one transaction and without a read.
    ///
    /// # Errors
    /// See [`OnboardingError`].
    pub async fn create_onboarding(
        &self,
        request: &OnboardingRequest,
        by: &Actor,
        record: Option<&IdempotencyRecord>,
    ) -> Result<(), OnboardingError> {
        let mut transaction = Transaction::new();
        transaction.put(
            self,
            written(items::request(request)?, request.organisation, by),
            &When::Absent,
            Meaning::Subject,
        )?;
        if let Some(key) = self.claim_key(request) {
            transaction.put(self, items::claim(key, request)?, &When::Absent, Meaning::Claim)?;
        }
        if let Some(account) = request.account {
            let change = Devices::Requested(request.id.to_string());
            self.note_devices(&mut transaction, (request.organisation, account), &change, by, request.created_at)?;
        }
        if let Some(collective) = request.collective {
            let key = keys::collective(request.organisation, collective);
            transaction.require_existing(self, key, Meaning::Collective)?;
        }
        self.finish_onboarding(transaction, request.organisation, record, |item| is(request, item)).await
    }

    /// Puts a request in the place of what it was, if it still is that: claims its device if that has become known, and
    /// frees it if the request has ended.
    ///
    /// # Errors
    /// See [`OnboardingError`].
    pub async fn replace_onboarding(
        &self,
        old: &OnboardingRequest,
        new: &OnboardingRequest,
        by: &Actor,
    ) -> Result<(), OnboardingError> {
        let mut transaction = Transaction::new();
        transaction.put(
            self,
            written(items::request(new)?, new.organisation, by),
            &items::unchanged(old),
            Meaning::Subject,
        )?;
        let held = |request: &OnboardingRequest| request.is_live().then(|| self.claim_key(request)).flatten();
        match (held(old), held(new)) {
            (None, Some(key)) => transaction.put(self, items::claim(key, new)?, &When::Absent, Meaning::Claim)?,
            (Some(key), None) => transaction.delete(self, key, &items::held_by(old.id), Meaning::Subject)?,
            _ => {}
        }
        self.finish_onboarding(transaction, new.organisation, None, |item| is(new, item)).await
    }

    /// Who has the device of a request, or is on the way to it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn device_holder(&self, request: &OnboardingRequest) -> Result<Option<DeviceHolder>, StoreError> {
        let Some(key) = self.claim_key(request) else { return Ok(None) };
        self.get(key).await?.map(holder).transpose()
    }

    /// The claim that a request has on its device, or wants.
    pub(super) fn claim_key(&self, request: &OnboardingRequest) -> Option<Key> {
        let claim = request.device.claim()?;
        let key = if request.taking_over { keys::take_over } else { keys::device };
        Some(key(self.scope, request.organisation, &claim))
    }

    /// Notes on an account's item what it has of requests and devices. Its version counts that, so that whoever has read
    /// the account and writes it does not undo it.
    pub(super) fn note_devices(
        &self,
        transaction: &mut Transaction<Meaning>,
        (organisation, account): (OrganisationId, AccountId),
        change: &Devices,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (verb, set, id, meaning) = match change {
            Devices::Requested(id) => ("ADD", "onboardings", id, Meaning::Account),
            Devices::Connected(id) => ("ADD", "entities", id, Meaning::Account),
            // Erased, it takes the device along a moment later: whoever wants to part them has to look anew.
            Devices::Disconnected(id) => ("DELETE", "entities", id, Meaning::Subject),
        };
        let text = |text: String| AttributeValue::S(text);
        let mut update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key_item(keys::account(organisation, account))))
            .update_expression(format!(
                "{verb} #set :id SET #account.#version = #account.#version + :one, #account.#updated = :now, \
                 #by = :by"
            ))
            .expression_attribute_names("#set", set)
            .expression_attribute_names("#by", by::BY)
            .expression_attribute_values(":by", text(by::text(organisation, by)))
            .expression_attribute_names("#account", "account")
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#updated", "updated_at")
            .expression_attribute_values(":id", AttributeValue::Ss(vec![id.clone()]))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":now", text(now.to_string()))
            .return_values_on_condition_check_failure(
                aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld,
            );
        update = match change {
            Devices::Requested(_) => update
                .condition_expression(
                    "attribute_exists(pk) AND NOT #account.#profile.#status = :deleted AND \
                     (attribute_not_exists(#set) OR size(#set) < :most)",
                )
                .expression_attribute_names("#profile", "profile")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(
                    ":deleted",
                    text(wattbook_domain::AccountStatus::Deleted.word().to_owned()),
                )
                .expression_attribute_values(":most", AttributeValue::N(Account::MAX_ONBOARDINGS.to_string())),
            Devices::Connected(_) | Devices::Disconnected(_) => update.condition_expression("attribute_exists(pk)"),
        };
        let update = update.build().map_err(|error| StoreError::Setup(error.to_string()))?;
        transaction.update(update, meaning);
        Ok(())
    }

    /// Writes all or nothing, and says what stood in the way. `is_done` tells the item that this very transaction has
    /// written in an earlier try, whose answer was lost.
    pub(super) async fn finish_onboarding(
        &self,
        mut transaction: Transaction<Meaning>,
        organisation: OrganisationId,
        record: Option<&IdempotencyRecord>,
        is_done: impl Fn(&Item) -> bool,
    ) -> Result<(), OnboardingError> {
        transaction.record(self, organisation, record, Meaning::Idempotency)?;
        match transaction.commit(self).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error.into()),
            Err(Cancelled::Refused(refusals)) => explain(refusals, is_done),
        }
    }
}

/// Whether the item holds this very request, in this very version.
fn is(request: &OnboardingRequest, item: &Item) -> bool {
    read::<items::RequestItem>("onboarding request", item.clone()).is_ok_and(|stored| stored.onboarding == *request)
}

/// Turns refused actions into what they mean: an answer that was given before first, then what has changed, then what is
/// taken, and at last what was only in somebody's hands just then.
fn explain(refusals: Vec<Refusal<Meaning>>, is_done: impl Fn(&Item) -> bool) -> Result<(), OnboardingError> {
    let (mut answered, mut stale, mut gone, mut taken, mut in_progress) = (None, false, None, None, false);
    for Refusal { meaning, obstacle } in refusals {
        match (meaning, obstacle) {
            (Meaning::Subject, Obstacle::Item(item)) if is_done(&item) => return Ok(()),
            (Meaning::Subject, Obstacle::Item(_)) => stale = true,
            (Meaning::Claim, Obstacle::Item(item)) => taken = Some(holder(item)?),
            (Meaning::Account, Obstacle::Item(item)) => gone = gone.or(Some(account_refusal(item))),
            (Meaning::Collective, Obstacle::Item(_)) => gone = gone.or(Some(OnboardingError::CollectiveGone)),
            (Meaning::Idempotency, Obstacle::Item(item)) => answered = Some(item),
            (Meaning::Idempotency, Obstacle::Contention) => in_progress = true,
            (_, Obstacle::Contention) | (Meaning::Follows, Obstacle::Item(_)) => {}
        }
    }
    if let Some(item) = answered {
        return Err(OnboardingError::Answered(Box::new(read("idempotency record", item)?)));
    }
    if stale {
        return Err(OnboardingError::Stale);
    }
    if in_progress {
        return Err(OnboardingError::InProgress);
    }
    if let Some(holder) = taken {
        return Err(OnboardingError::Taken(Box::new(holder)));
    }
    Err(gone.unwrap_or_else(|| StoreError::Busy("transaction conflict".into()).into()))
}

/// Why an account takes no more requests.
fn account_refusal(item: Item) -> OnboardingError {
    let full = read::<crate::items::AccountItem>("account", item).is_ok_and(|item| !item.is_deleted());
    if full { OnboardingError::AccountFull } else { OnboardingError::AccountGone }
}
