//! Users who are no customers. The e-mail that one signs in with is claimed like that of a customer.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wattbook_domain::{
    Claim, OrganisationId,
    user::{User, UserId},
};

use crate::{
    Store, StoreError,
    items::{self, ClaimItem},
    keys,
    transaction::{Cancelled, Obstacle, Transaction, When},
};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UserItem<U> {
    pub(crate) user: U,
}

/// How creating a user went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserPut {
    /// It is there.
    Done,
    /// The e-mail belongs to somebody.
    Taken,
}

/// What an action of the creating transaction stands for.
enum Part {
    User,
    Claim,
}

impl Store {
    /// Stores a new user with the claim of its e-mail.
    ///
    /// # Errors
    /// The store failed.
    pub async fn create_user(&self, user: &User) -> Result<UserPut, StoreError> {
        let mut transaction = Transaction::new();
        let key = keys::user(user.organisation, user.id);
        transaction.put(self, items::write(key, UserItem { user })?, &When::Absent, Part::User)?;
        let key = keys::claim(self.scope, user.organisation, &Claim::email(&user.email));
        transaction.put(self, items::write(key, ClaimItem::of_user(user))?, &When::Absent, Part::Claim)?;
        let refusals = match transaction.commit(self).await {
            Ok(()) => return Ok(UserPut::Done),
            Err(Cancelled::Store(error)) => return Err(error),
            Err(Cancelled::Refused(refusals)) => refusals,
        };
        let mut taken = false;
        for refusal in refusals {
            match (refusal.meaning, refusal.obstacle) {
                // A random id that is there already is our own lost write.
                (Part::User, Obstacle::Item(_)) => return Ok(UserPut::Done),
                (Part::Claim, Obstacle::Item(_)) => taken = true,
                (_, Obstacle::Contention) => {}
            }
        }
        if taken { Ok(UserPut::Taken) } else { Err(StoreError::Busy("transaction conflict".into())) }
    }

    /// The user of that id in that organisation.
    ///
    /// # Errors
    /// The store failed.
    pub async fn user(&self, organisation: OrganisationId, id: UserId) -> Result<Option<User>, StoreError> {
        let item: Option<UserItem<User>> = self.get_value("user", keys::user(organisation, id)).await?;
        Ok(item.map(|it| it.user))
    }

    /// Puts a user in the place of what it was, with the same e-mail. `false` if it is not that any more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn replace_user(&self, old: &User, new: &User) -> Result<bool, StoreError> {
        let item = items::write(keys::user(new.organisation, new.id), UserItem { user: new })?;
        self.put_when(item, &When::Version("user", old.version)).await
    }

    /// Erases a user and frees its e-mail. `false` if it is not what it was any more.
    ///
    /// # Errors
    /// The store failed.
    pub async fn delete_user(&self, user: &User) -> Result<bool, StoreError> {
        let mut transaction = Transaction::new();
        let key = keys::user(user.organisation, user.id);
        transaction.delete(self, key, &When::Version("user", user.version), Part::User)?;
        let key = keys::claim(self.scope, user.organisation, &Claim::email(&user.email));
        transaction.delete(self, key, &When::Held("user_id", user.id.to_string()), Part::Claim)?;
        match transaction.commit(self).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Store(error)) => Err(error),
            Err(Cancelled::Refused(_)) => Ok(false),
        }
    }
}

/// When what is kept of somebody who has signed in goes by itself.
pub(crate) fn expiry(now: Timestamp, after: std::time::Duration) -> i64 {
    now.as_second().saturating_add(i64::try_from(after.as_secs()).unwrap_or(i64::MAX))
}
