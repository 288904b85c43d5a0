//! What a sign-in leaves behind, sealed with the deployment's keys and each bound to what it is of, so that nothing
//! can be put in the place of another.

use jiff::{SignedDuration, Timestamp};
use wattbook_api::{Failure, secret::KeyRing};
use wattbook_domain::{OrganisationId, entity::EntityId, onboarding::OnboardingRequest};
use wattbook_store::SealedTokens;

use crate::{Secret, sign_in::Tokens};

/// What a request keeps until its device is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// What proves that it was us who began.
    Verifier,
    /// The code that came back.
    Code,
}

impl Kept {
    /// Seals it for a request.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn seal(self, keys: &KeyRing, request: &OnboardingRequest, secret: &Secret) -> Result<String, Failure> {
        seal(keys, &self.place(request), secret.reveal())
    }

    /// What was sealed for that very request; none if it cannot be opened.
    #[must_use]
    pub fn open(self, keys: &KeyRing, request: &OnboardingRequest) -> Option<Secret> {
        let sign_in = request.sign_in.as_ref()?;
        let sealed = match self {
            Self::Verifier => &sign_in.verifier,
            Self::Code => sign_in.code.as_ref()?,
        };
        keys.open(&self.place(request), sealed).map(Secret::new)
    }

    fn place(self, request: &OnboardingRequest) -> String {
        let word = match self {
            Self::Verifier => "verifier",
            Self::Code => "code",
        };
        format!("{word}\n{}\n{}", request.organisation, request.id)
    }
}

/// The most time before its end at which an access token is replaced.
const BEFORE: SignedDuration = SignedDuration::from_hours(24);

impl Tokens {
    /// When they are to be refreshed: after three quarters of their life, for the manufacturer may not be reached at
    /// the first try, and at most a day before their end. None if they do not end; what cannot be refreshed ends with
    /// its life.
    #[must_use]
    pub fn refresh_at(&self, now: Timestamp) -> Option<Timestamp> {
        let end = self.expires_at?;
        if self.refresh.is_none() {
            return Some(end);
        }
        let before = (now.duration_until(end) / 4).clamp(SignedDuration::ZERO, BEFORE);
        end.checked_sub(before).ok()
    }

    /// The tokens of an entity as they are kept, in a version of theirs.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn sealed(
        &self,
        keys: &KeyRing,
        (organisation, entity): (OrganisationId, EntityId),
        refresh_at: Option<Timestamp>,
        version: u64,
    ) -> Result<SealedTokens, Failure> {
        let text = serde_json::to_string(self).map_err(|error| Failure::Internal(error.into()))?;
        let sealed = seal(keys, &place(organisation, entity), &text)?;
        Ok(SealedTokens { sealed, refresh_at, version })
    }

    /// The tokens that an entity has; none if they cannot be opened.
    #[must_use]
    pub fn opened(keys: &KeyRing, organisation: OrganisationId, entity: EntityId, kept: &SealedTokens) -> Option<Self> {
        let text = keys.open(&place(organisation, entity), &kept.sealed)?;
        serde_json::from_str(&text).ok()
    }
}

fn place(organisation: OrganisationId, entity: EntityId) -> String {
    format!("tokens\n{organisation}\n{entity}")
}

fn seal(keys: &KeyRing, place: &str, text: &str) -> Result<String, Failure> {
    keys.seal(place, text).map_err(|error| Failure::Internal(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(life: Option<i64>, refresh: bool) -> Tokens {
        let expires_at = life.map(|seconds| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds));
        Tokens { access: Secret::new("access-1"), refresh: refresh.then(|| Secret::new("refresh-1")), expires_at }
    }

    #[test]
    fn tokens_are_refreshed_before_they_end() {
        for (life, refresh, after) in [
            (Some(3600), true, Some(2700)),
            (Some(3600), false, Some(3600)),
            (Some(0), true, Some(0)),
            (Some(60 * 24 * 3600), true, Some(59 * 24 * 3600)),
            (None, true, None),
        ] {
            let due = tokens(life, refresh).refresh_at(Timestamp::UNIX_EPOCH).map(Timestamp::as_second);
            assert_eq!(due, after, "{life:?} {refresh}");
        }
    }

    #[test]
    fn tokens_are_their_entitys_alone_and_cannot_be_read() {
        let keys = KeyRing::parse(&format!(r#"{{"current":"k1","k1":"{}"}}"#, "a".repeat(32))).unwrap();
        let (organisation, entity) = (OrganisationId::new_random(), EntityId::new_random());
        let tokens = tokens(Some(3600), true);
        let kept = tokens.sealed(&keys, (organisation, entity), None, 7).unwrap();
        assert_eq!((kept.version, kept.sealed.starts_with("k1:")), (7, true));
        assert!(!kept.sealed.contains("access") && !kept.sealed.contains("refresh"));
        assert_eq!(Tokens::opened(&keys, organisation, entity, &kept), Some(tokens));
        assert_eq!(Tokens::opened(&keys, organisation, EntityId::new_random(), &kept), None);
        assert_eq!(Tokens::opened(&keys, OrganisationId::new_random(), entity, &kept), None);
    }
}
