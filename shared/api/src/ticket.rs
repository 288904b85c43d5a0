//! Tickets: addresses that open one thing of one account for whoever has them, for a few minutes. For what a browser or a
//! viewer fetches that sends no credential.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use jiff::Timestamp;
use wattbook_domain::{AccountId, OrganisationId};

use crate::secret::{KeyRing, mac};

/// What a ticket is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Whose it is.
    pub organisation: OrganisationId,
    /// Of which account.
    pub account: AccountId,
    /// What of it.
    pub purpose: String,
}

impl Ticket {
    /// The ticket as text, good until then. It has the account in it, so that it leads there; what it is for is signed.
    #[must_use]
    pub fn seal(&self, keys: &KeyRing, until: Timestamp) -> String {
        let (id, key) = keys.current();
        let head = format!("{}.{}.{}.{id}", self.organisation, self.account, until.as_second());
        let signature = mac(key).chain_update(self.message(&head)).finalize().into_bytes();
        format!("{head}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The account that a text leads to. Whether it is a ticket for it is for [`Self::is_good`] to say.
    #[must_use]
    pub fn leads_to(text: &str) -> Option<(OrganisationId, AccountId)> {
        let mut parts = text.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    }

    /// Whether a text is a ticket for this, and still good.
    #[must_use]
    pub fn is_good(&self, keys: &KeyRing, text: &str, now: Timestamp) -> bool {
        let Some((head, signature)) = text.rsplit_once('.') else { return false };
        let mut parts = head.split('.').skip(2);
        let (Some(until), Some(id), None) = (parts.next(), parts.next(), parts.next()) else { return false };
        let (Some(key), Ok(signature)) = (keys.key(id), URL_SAFE_NO_PAD.decode(signature)) else { return false };
        let genuine = mac(key).chain_update(self.message(head)).verify_slice(&signature).is_ok();
        let leads_here = Self::leads_to(head) == Some((self.organisation, self.account));
        genuine && leads_here && until.parse::<i64>().is_ok_and(|until| now.as_second() < until)
    }

    /// What is signed. The purpose comes first, so that nothing signed for another one fits.
    fn message(&self, head: &str) -> String {
        format!("ticket\n{}\n{head}", self.purpose)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::secret::tests::ring;

    #[test]
    fn it_is_good_for_one_thing_of_one_account_for_its_time() {
        let now = Timestamp::now();
        let until = now + SignedDuration::from_mins(5);
        let ticket = Ticket {
            organisation: OrganisationId::new_random(),
            account: AccountId::new_random(),
            purpose: "invoice 1".into(),
        };
        let text = ticket.seal(&ring("k1"), until);
        assert_eq!(Ticket::leads_to(&text), Some((ticket.organisation, ticket.account)));
        assert!(ticket.is_good(&ring("k1"), &text, now) && ticket.is_good(&ring("k2"), &text, now));
        assert!(!ticket.is_good(&ring("k1"), &text, until));
        for other in [
            Ticket { organisation: OrganisationId::new_random(), ..ticket.clone() },
            Ticket { account: AccountId::new_random(), ..ticket.clone() },
            Ticket { purpose: "invoice 2".into(), ..ticket.clone() },
        ] {
            assert!(!other.is_good(&ring("k1"), &text, now));
        }
        let later = text.replace(&until.as_second().to_string(), &(until.as_second() + 1).to_string());
        for bad in [&*later, "", "a.b.c.d.e", &text.replace("k1", "k3"), text.rsplit_once('.').unwrap().0] {
            assert!(!ticket.is_good(&ring("k1"), bad, now), "{bad}");
        }
    }
}
