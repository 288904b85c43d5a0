//! Tokens that are sent to a customer's e-mail: to verify it, and to set a password.
//!
//! A token is signed and names an account, its e-mail and until when it is good. All of that is
//! computed from the account, so nothing secret is stored and the token can be made again. It works
//! once, because nothing is asked for any longer afterwards, and an older one does not work after
//! another has been asked for.

use hmac::Mac;
use jiff::{SignedDuration, Timestamp};
use wattbook_domain::{Account, AccountId, Email, OrganisationId, TokenPurpose};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::secret::{KeyRing, mac};

/// How long a token is good for that somebody new gets, from when it was asked for.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long one is good for that sets another password: whoever asked for it is waiting for it.
pub const RESET_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// How long one must wait before another can be asked for: nobody's mailbox is to be flooded.
pub const PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// Whether the account's customer can be sent one, and the last one was asked for long enough ago.
#[must_use]
pub fn may_be_asked_for(account: &Account, now: Timestamp) -> bool {
    let rested = |asked: Timestamp| now >= asked.saturating_add(PAUSE).unwrap_or(Timestamp::MAX);
    !account.is_deleted() && account.customer.token_requested_at.is_none_or(rested)
}

/// Until when the token that was asked for at `requested_at` is good.
#[must_use]
pub fn expires_at(account: &Account, requested_at: Timestamp) -> Timestamp {
    let lifetime = match account.customer.token_purpose() {
        TokenPurpose::VerifyEmail | TokenPurpose::SetPassword => LIFETIME,
        TokenPurpose::ResetPassword => RESET_LIFETIME,
    };
    requested_at.saturating_add(lifetime).unwrap_or(Timestamp::MAX)
}

/// The token that was asked for; `None` if none was.
#[must_use]
pub fn token(keys: &KeyRing, account: &Account) -> Option<String> {
    let (key_id, key) = keys.current();
    sign(key_id, key, account)
}

/// The account that a token names. Whether the token is good is for [`is_good`] to say, once the
/// account has been read.
#[must_use]
pub fn names(token: &str) -> Option<(OrganisationId, AccountId)> {
    let mut parts = token.split('.');
    let (organisation, account) = (parts.next()?, parts.next()?);
    Some((organisation.parse().ok()?, account.parse().ok()?))
}

/// Whether a token is the one that was asked for, and has not expired.
#[must_use]
pub fn is_good(keys: &KeyRing, token: &str, account: &Account, now: Timestamp) -> bool {
    let Some((rest, signature)) = token.rsplit_once('.') else { return false };
    let Some((_, key_id)) = rest.rsplit_once('.') else { return false };
    let (Some(key), Ok(signature)) = (keys.key(key_id), URL_SAFE_NO_PAD.decode(signature)) else { return false };
    let Some(requested_at) = account.customer.token_requested_at else { return false };
    let current = head(account, key_id) == rest;
    let genuine = mac(key).chain_update(message(account, requested_at)).verify_slice(&signature).is_ok();
    current && genuine && !account.is_deleted() && now < expires_at(account, requested_at)
}

fn sign(key_id: &str, key: &[u8], account: &Account) -> Option<String> {
    let requested_at = account.customer.token_requested_at?;
    let signature = mac(key).chain_update(message(account, requested_at)).finalize().into_bytes();
    Some(format!("{}.{}", head(account, key_id), URL_SAFE_NO_PAD.encode(signature)))
}

fn head(account: &Account, key_id: &str) -> String {
    format!("{}.{}.{key_id}", account.organisation, account.id)
}

/// What is signed. The purpose comes first, so that nothing signed for another one fits.
fn message(account: &Account, requested_at: Timestamp) -> String {
    let email = account.customer.email.as_ref().map(Email::canonical).unwrap_or_default();
    format!("customer\n{}\n{}\n{requested_at}\n{email}", account.organisation, account.id)
}

#[cfg(test)]
mod tests {
    use wattbook_domain::{
        Email, ExternalId, LabelPartnerCode, Name,
        change::CustomerChange,
        draft::{AccountDraft, InstallationDraft},
    };

    use super::*;
    use crate::secret::tests::ring;

    fn account(now: Timestamp) -> Account {
        let draft = AccountDraft {
            label_partner: LabelPartnerCode::parse("NORTH").ok(),
            external_id: ExternalId::parse("a").ok(),
            email: Email::parse("jo@x.nl").ok(),
            first_name: Name::parse("Jo").ok(),
            last_name: Name::parse("Doe").ok(),
            installations: vec![InstallationDraft {
                external_id: ExternalId::parse("i").ok(),
                service_type: "RT-HR-NILM-HW".parse().ok(),
                ..InstallationDraft::default()
            }],
            ..AccountDraft::default()
        };
        draft.complete(OrganisationId::new_random(), now).unwrap()
    }

    #[test]
    fn is_computed_from_the_account_and_works_until_it_is_used() {
        let now = Timestamp::now();
        let mut account = account(now);
        let token = token(&ring("k1"), &account).unwrap();
        assert_eq!(token, super::token(&ring("k1"), &account).unwrap());
        assert_eq!(names(&token), Some((account.organisation, account.id)));
        assert!(is_good(&ring("k1"), &token, &account, now));
        // It outlives the rotation of its key, while that is kept.
        assert!(is_good(&ring("k2"), &token, &account, now));
        let late = now + LIFETIME;
        assert!(!is_good(&ring("k1"), &token, &account, late));
        account.register("hash".into(), now);
        assert!(!is_good(&ring("k1"), &token, &account, now));
        assert_eq!(super::token(&ring("k1"), &account), None);
    }

    #[test]
    fn another_request_or_another_email_makes_it_void() {
        let now = Timestamp::now();
        let mut moved = account(now);
        let token = token(&ring("k1"), &moved).unwrap();
        let mut asked_again = moved.clone();
        asked_again.request_token(now + SignedDuration::from_secs(1));
        assert!(!is_good(&ring("k1"), &token, &asked_again, now));
        let email = CustomerChange { email: Email::parse("other@x.nl").ok(), ..CustomerChange::default() };
        moved.change_customer(email, now).unwrap();
        assert!(!is_good(&ring("k1"), &token, &moved, now));
    }

    #[test]
    fn another_can_be_asked_for_after_a_pause() {
        let now = Timestamp::now();
        let mut account = account(now);
        assert!(!may_be_asked_for(&account, now + PAUSE - SignedDuration::from_millis(1)));
        assert!(may_be_asked_for(&account, now + PAUSE));
        account.profile.status = wattbook_domain::AccountStatus::Deleted;
        assert!(!may_be_asked_for(&account, now + PAUSE));
    }

    #[test]
    fn sets_another_password_within_a_day_and_once() {
        let now = Timestamp::now();
        let mut account = account(now);
        account.register("hash".into(), now);
        assert!(may_be_asked_for(&account, now));
        account.request_token(now);
        let reset = token(&ring("k1"), &account).unwrap();
        assert!(is_good(&ring("k1"), &reset, &account, now + RESET_LIFETIME - SignedDuration::from_secs(1)));
        assert!(!is_good(&ring("k1"), &reset, &account, now + RESET_LIFETIME));
        account.register("another".into(), now + PAUSE);
        assert!(!is_good(&ring("k1"), &reset, &account, now + PAUSE));
        let registration = account.customer.registration.unwrap();
        assert_eq!((registration.password_hash.as_str(), registration.registered_at), ("another", now));
    }

    #[test]
    fn an_altered_or_foreign_one_is_void() {
        let now = Timestamp::now();
        let (own, other) = (account(now), account(now));
        let token = token(&ring("k1"), &own).unwrap();
        assert!(!is_good(&ring("k1"), &token, &other, now));
        let foreign = super::token(&ring("k1"), &other).unwrap();
        let signature = foreign.rsplit_once('.').unwrap().1;
        let head = token.rsplit_once('.').unwrap().0;
        for bad in [format!("{head}.{signature}"), format!("{head}."), head.to_owned(), String::new(), "a.b.c.d".into()]
        {
            assert!(!is_good(&ring("k1"), &bad, &own, now), "{bad}");
        }
        assert!(!is_good(&ring("k1"), &token.replace(".k1.", ".k2."), &own, now));
    }
}
