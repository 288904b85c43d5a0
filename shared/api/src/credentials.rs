//! From what a caller shows to who it is.

use base64::{Engine, engine::general_purpose::STANDARD};
use wattbook_domain::OrganisationId;
use wattbook_store::Credential;

use crate::{
    Failure, Principal, Services,
    secret::{self, KeyRing},
};

/// The app id and app key in an `Authorization` header of the Basic scheme (RFC 7617).
#[must_use]
pub fn from_basic(authorization: &str) -> Option<(String, String)> {
    let encoded = in_scheme(authorization, "basic")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    decoded.split_once(':').map(|(id, key)| (id.to_owned(), key.to_owned()))
}

/// The token in an `Authorization` header of the Bearer scheme (RFC 6750).
#[must_use]
pub fn from_bearer(authorization: &str) -> Option<&str> {
    in_scheme(authorization, "bearer")
}

fn in_scheme<'a>(authorization: &'a str, scheme: &str) -> Option<&'a str> {
    let (given, rest) = authorization.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// The caller with this app id and app key. An unknown id, a revoked one and a wrong key answer
/// alike, and do the same work.
///
/// # Errors
/// The store failed.
pub async fn by_key(services: &Services, app_id: &str, app_key: &str) -> Result<Option<Principal>, Failure> {
    let keys = services.hash_keys()?;
    let found = find(services, app_id).await?;
    let hash = match &found {
        Some((_, credential)) => credential.key_hash.clone(),
        None => unmatched(keys),
    };
    Ok(if keys.matches(&hash, app_key) { found.map(|(principal, _)| principal) } else { None })
}

/// The caller with this app id, for whom something else has vouched.
///
/// # Errors
/// The store failed.
pub async fn by_id(services: &Services, app_id: &str) -> Result<Option<Principal>, Failure> {
    Ok(find(services, app_id).await?.map(|(principal, _)| principal))
}

/// Nobody, whatever was shown: told after the same read as all others, so that the time tells nothing either.
///
/// # Errors
/// The store failed.
pub async fn nobody(services: &Services) -> Result<Option<Principal>, Failure> {
    by_id(services, "").await
}

async fn find(services: &Services, app_id: &str) -> Result<Option<(Principal, Credential)>, Failure> {
    // What is no app id at all is looked for where nothing is, each time in another partition of the table.
    let (organisation, app_id) = match secret::organisation_of(app_id) {
        Some(organisation) => (organisation, app_id),
        None => (OrganisationId::new_random(), "nobody"),
    };
    let found = services.store()?.credential(organisation, app_id).await?;
    Ok(found.filter(|(_, credential)| credential.revoked_at.is_none()).map(|(organisation, credential)| {
        (Principal::new(credential.app_id.clone(), credential.access.clone(), &organisation), credential)
    }))
}

/// A well-formed hash that no key has, so that an unknown id takes the way of a wrong key.
fn unmatched(keys: &KeyRing) -> String {
    keys.hash("") + "AA"
}
