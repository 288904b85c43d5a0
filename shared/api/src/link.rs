//! Links that the owner of a device is given: to consent, and to withdraw his consent.
//!
//! A link's token names the request and is signed; only its hash is stored. Whoever has the signing keys can make it
//! again, so that who asks for the request is told the link anew. What a link may still be used for is for the request to
//! say.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use sha2::{Digest, Sha256};
use wattbook_domain::{
    OrganisationId,
    onboarding::{Link, OnboardingId, OnboardingRequest},
};

use crate::secret::{KeyRing, mac};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To agree or to decline.
    Consent,
    /// To withdraw what was agreed to.
    Withdrawal,
}

impl Purpose {
    const fn word(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Withdrawal => "withdrawal",
        }
    }

    /// The path of the page that a token leads to.
    #[must_use]
    pub fn path(self, token: &str) -> String {
        format!("/onboarding/{}/{token}", self.word())
    }

    /// The link of this kind that a request has.
    fn of(self, request: &OnboardingRequest) -> Option<&Link> {
        match self {
            Self::Consent => Some(&request.consent_link),
            Self::Withdrawal => request.withdrawal_link.as_ref(),
        }
    }
}

/// A new link of a request, with its token.
#[must_use]
pub fn new(keys: &KeyRing, purpose: Purpose, organisation: OrganisationId, id: OnboardingId) -> (String, Link) {
    let (key_id, key) = keys.current();
    let token = sign(key, purpose, organisation, id);
    let link = Link { hash: hash(&token), key_id: key_id.to_owned() };
    (token, link)
}

/// The token of the link that a request has; none if it has no such link, or the key is gone that it was made with.
#[must_use]
pub fn token(keys: &KeyRing, purpose: Purpose, request: &OnboardingRequest) -> Option<String> {
    let link = purpose.of(request)?;
    let token = sign(keys.key(&link.key_id)?, purpose, request.organisation, request.id);
    (hash(&token) == link.hash).then_some(token)
}

/// The request that a token names. Whether the token is its own is for [`is_of`] to say, once that has been read.
#[must_use]
pub fn names(token: &str) -> Option<(OrganisationId, OnboardingId)> {
    let mut parts = token.split('.');
    let (organisation, id, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let well_formed = parts.next().is_none() && signature.len() == 43;
    if well_formed { Some((organisation.parse().ok()?, id.parse().ok()?)) } else { None }
}

/// Whether a token is that of the request's link. What is compared are hashes, so that the time it takes tells nothing.
#[must_use]
pub fn is_of(token: &str, purpose: Purpose, request: &OnboardingRequest) -> bool {
    purpose.of(request).is_some_and(|link| hash(token) == link.hash)
}

/// What is stored of a secret that somebody else keeps: SHA-256, in base64. Such a secret has the chance in it.
#[must_use]
pub fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}

fn sign(key: &[u8], purpose: Purpose, organisation: OrganisationId, id: OnboardingId) -> String {
    // The purpose comes first, so that nothing signed for another one fits.
    let message = format!("{} link\n{organisation}\n{id}", purpose.word());
    let signature = mac(key).chain_update(message).finalize().into_bytes();
    format!("{organisation}.{id}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::tests::ring;

    #[test]
    fn a_token_names_its_request_and_is_for_one_purpose() {
        let (organisation, id) = (OrganisationId::new_random(), OnboardingId::new_random());
        let (consent, link) = new(&ring("k1"), Purpose::Consent, organisation, id);
        assert_eq!(names(&consent), Some((organisation, id)));
        assert_eq!(link.hash, hash(&consent));
        assert!(!link.hash.contains(&consent) && !consent.contains(&link.hash));
        let (withdrawal, _) = new(&ring("k1"), Purpose::Withdrawal, organisation, id);
        let (rotated, _) = new(&ring("k2"), Purpose::Consent, organisation, id);
        assert!(consent != withdrawal && consent != rotated);
        assert_eq!(Purpose::Consent.path(&consent), format!("/onboarding/consent/{consent}"));
    }

    #[test]
    fn what_is_no_token_names_nothing() {
        let (good, _) = new(&ring("k1"), Purpose::Consent, OrganisationId::new_random(), OnboardingId::new_random());
        let cut = good.get(..good.len() - 1).unwrap();
        for bad in ["", ".", "..", "a.b.c", cut, &format!("{good}x"), &format!("{good}.x"), &good.replace('.', "-")] {
            assert_eq!(names(bad), None, "{bad}");
        }
    }
}
