//! What wrong passwords were tried: on a name, and from an address. Whether there is such a name makes no difference.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, ReturnValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wattbook_domain::{Claim, Email, OrganisationId, user::Patience};

use crate::{
    Store, StoreError, UniquenessScope,
    error::conditional,
    items::{self, ClaimItem, key_item},
    keys::{self, Key},
    users::expiry,
    writes::{Held, Holder},
};

/// Wrong passwords that were tried on a name or from an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tries {
    /// How many, in a row.
    #[serde(default)]
    pub failures: u32,
    /// When the last one was, in seconds since the epoch.
    #[serde(default)]
    pub last: i64,
}

impl Tries {
    /// For how many seconds more nothing is tried at all; none if it is.
    #[must_use]
    pub fn wait(&self, patience: Patience, now: Timestamp) -> Option<u32> {
        let pause = i64::try_from(patience.pause(self.failures).as_secs()).unwrap_or(i64::MAX);
        let left = self.last.saturating_add(pause).saturating_sub(now.as_second());
        u32::try_from(left).ok().filter(|left| *left > 0)
    }
}

/// On what a password is tried, and from where.
#[derive(Debug, Clone)]
pub struct SignIn<'a> {
    /// The organisation that was named.
    pub organisation: Option<OrganisationId>,
    /// The name; none if what was given can be nobody's.
    pub name: Option<&'a Email>,
    /// What was given, as it is told apart.
    pub given: &'a str,
    /// The address that it comes from; none that is known.
    pub address: Option<&'a str>,
}

/// What there is to know before a password is looked at.
#[derive(Debug)]
pub struct SignInState {
    /// Who has the name.
    pub holder: Option<Holder>,
    /// What was tried on it.
    pub of_name: Tries,
    /// What was tried from the address.
    pub of_address: Tries,
}

impl SignIn<'_> {
    fn claim(&self, store: &Store) -> Option<Key> {
        let claim = Claim::email(self.name?);
        match (store.scope, self.organisation) {
            (UniquenessScope::Platform, _) => Some(keys::platform_claim(&claim)),
            (UniquenessScope::Organisation, Some(organisation)) => Some(keys::claim(store.scope, organisation, &claim)),
            (UniquenessScope::Organisation, None) => None,
        }
    }

    fn of_name(&self) -> Key {
        let organisation = self.organisation.map(|it| it.to_string()).unwrap_or_default();
        let name = self.name.map_or_else(|| self.given.to_owned(), Email::canonical);
        keys::tries('n', &format!("{organisation}/{name}"))
    }

    fn of_address(&self) -> Key {
        keys::tries('a', self.address.unwrap_or_default())
    }
}

impl Store {
    /// Who has a name, and what was tried on it: in one round trip, whether there is such a name or not.
    ///
    /// # Errors
    /// The store failed.
    pub async fn sign_in_state(&self, sign_in: &SignIn<'_>) -> Result<SignInState, StoreError> {
        // Where a name cannot be anybody's, something is looked for all the same, each time somewhere else.
        let nobody = || keys::tries('0', &OrganisationId::new_random().to_string());
        let claim = sign_in.claim(self).unwrap_or_else(nobody);
        let (of_name, of_address) = (sign_in.of_name(), sign_in.of_address());
        let mut state = SignInState { holder: None, of_name: Tries::default(), of_address: Tries::default() };
        for item in self.batch_get(vec![claim.clone(), of_name.clone(), of_address.clone()]).await? {
            let key: Key = items::read("key", item.clone())?;
            if key == of_name {
                state.of_name = items::read("tries of a name", item)?;
            } else if key == of_address {
                state.of_address = items::read("tries from an address", item)?;
            } else if key == claim {
                state.holder = Some(Holder::of(items::read::<ClaimItem>("claim", item)?));
            }
        }
        Ok(state)
    }

    /// Takes the turn to try a password on a name of which the last one had to be waited for: of many at a time one gets
    /// it. It counts as wrong until it is known to be right. Whether it is this one's.
    ///
    /// # Errors
    /// The store failed.
    pub async fn take_turn(&self, sign_in: &SignIn<'_>, seen: Tries, now: Timestamp) -> Result<bool, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(sign_in.of_name())))
            .update_expression("SET failures = :more, #last = :now, expires_at = :expires")
            .condition_expression("failures = :seen AND #last = :last")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":more", number(i64::from(seen.failures) + 1))
            .expression_attribute_values(":seen", number(i64::from(seen.failures)))
            .expression_attribute_values(":last", number(seen.last))
            .expression_attribute_values(":now", number(now.as_second()))
            .expression_attribute_values(":expires", number(expiry(now, Patience::MEMORY)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let Some(answer) = conditional("UpdateItem", update.send().await)? else { return Ok(false) };
        self.counter.add(answer.consumed_capacity());
        Ok(true)
    }

    /// Notes that a password was wrong; with the name, unless that was noted with the turn.
    ///
    /// # Errors
    /// The store failed.
    pub async fn note_wrong_password(
        &self,
        sign_in: &SignIn<'_>,
        of_name: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if of_name {
            self.note_try(sign_in.of_name(), now).await?;
        }
        self.note_try(sign_in.of_address(), now).await
    }

    async fn note_try(&self, key: Key, now: Timestamp) -> Result<(), StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key_item(key)))
            .update_expression("ADD failures :one SET #last = :now, expires_at = :expires")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now.as_second()))
            .expression_attribute_values(":expires", number(expiry(now, Patience::MEMORY)))
            .return_values(ReturnValue::None)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(|error| StoreError::call("UpdateItem", &error))?;
        self.counter.add(answer.consumed_capacity());
        Ok(())
    }

    /// Forgets the wrong passwords that were tried on a name: the right one was given.
    ///
    /// # Errors
    /// The store failed.
    pub async fn forget_wrong_passwords(&self, sign_in: &SignIn<'_>) -> Result<(), StoreError> {
        self.delete_existing(sign_in.of_name()).await.map(|_| ())
    }
}

impl SignInState {
    /// The id of the account or of the user that has the name.
    #[must_use]
    pub fn held(&self) -> Option<(OrganisationId, Held)> {
        self.holder.as_ref().map(|holder| (holder.organisation, holder.by))
    }
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
