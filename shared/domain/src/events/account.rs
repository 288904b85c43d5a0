//! What others hear of when an account changes.
//!
//! An account's version counts what changes in its sets of onboarding requests and of entities, too. So such a change is
//! told of as any other is: who keeps accounts by their version, or what `state` says of one, misses nothing.

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Account, InstallationId, TokenPurpose, changes::of_account, webhook::EventType};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// The account is new.
    Created,
    /// The account was changed; the paths say where. They name fields, never their values.
    Updated(Vec<String>),
    /// The account is gone.
    Deleted,
    /// An account that was there has one more installation: a new one, or one that has moved in.
    InstallationAdded(InstallationId),
    /// The customer is sent a token.
    TokenRequested(TokenPurpose),
}

/// One thing that happened to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEvent<'a> {
    /// What.
    pub happening: Happening,
    /// The account as it is; one that is gone, as it was.
    pub account: &'a Account,
    /// When.
    pub occurred_at: Timestamp,
}

impl AccountEvent<'_> {
    /// The event's type.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        let event_type = match self.happening {
            Happening::Created => EventType::AccountCreated,
            Happening::Updated(_) => EventType::AccountUpdated,
            Happening::Deleted => EventType::AccountDeleted,
            Happening::InstallationAdded(_) => EventType::InstallationAdded,
            Happening::TokenRequested(TokenPurpose::VerifyEmail) => EventType::EmailVerificationRequested,
            Happening::TokenRequested(TokenPurpose::SetPassword) => EventType::PasswordRequested,
            Happening::TokenRequested(TokenPurpose::ResetPassword) => EventType::PasswordResetRequested,
        };
        event_type.word()
    }

    /// The event's id: the same whenever the same event is told of again. A version of an account
    /// comes about once, and brings at most one event of each type, or one for each installation.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let Account { organisation, id, version, .. } = self.account;
        match self.happening {
            Happening::InstallationAdded(installation) => {
                super::id(self.kind(), *organisation, &format!("{id} {installation}"), *version)
            }
            _ => super::id(self.kind(), *organisation, id, *version),
        }
    }
}

/// The events that follow from an account's being `after` what was `before`, noticed at `at`.
#[must_use]
pub fn follow<'a>(before: Option<&'a Account>, after: Option<&'a Account>, at: Timestamp) -> Vec<AccountEvent<'a>> {
    let (happening, account, occurred_at) = match (before, after) {
        (None, Some(after)) => (Happening::Created, after, after.created_at),
        (Some(before), Some(after)) => (Happening::Updated(of_account(before, after).paths), after, after.updated_at),
        (Some(before), None) => (Happening::Deleted, before, at),
        (None, None) => return Vec::new(),
    };
    let mut events = vec![AccountEvent { happening, account, occurred_at }];
    if let (Some(before), Some(after)) = (before, after) {
        let is_new = |id: &InstallationId| before.installations.iter().all(|was| was.id != *id);
        let added = after.installations.iter().map(|it| it.id).filter(is_new);
        events.extend(added.map(|id| AccountEvent {
            happening: Happening::InstallationAdded(id),
            account,
            occurred_at,
        }));
    }
    let requested = |account: Option<&Account>| account.and_then(|account| account.customer.token_requested_at);
    if let (Some(account), Some(requested_at)) = (after, requested(after))
        && requested(before) != Some(requested_at)
    {
        let happening = Happening::TokenRequested(account.customer.token_purpose());
        events.push(AccountEvent { happening, account, occurred_at: requested_at });
    }
    events
}

#[cfg(test)]
mod tests;
