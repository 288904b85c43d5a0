//! Keys of the deployment, and app keys under them.

use std::{collections::BTreeMap, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use wattbook_domain::OrganisationId;

use crate::seal;

/// The shortest key that is taken, in bytes: the output of the hash it is used with.
const MIN_KEY_BYTES: usize = 32;

/// Keys by id, one of them current. Written as a JSON object: `{"current": "k1", "k1": "..."}`,
/// which is what Secrets Manager can generate.
#[derive(Clone)]
pub struct KeyRing {
    current: String,
    keys: BTreeMap<String, String>,
}

/// Why keys are not usable. Says nothing of the keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingError {
    /// Not an object of strings.
    #[error("it is not a JSON object of strings")]
    Form,
    /// `current` names no key.
    #[error("`current` does not name one of the keys")]
    Current,
    /// A key is short.
    #[error("key {0} is shorter than 32 bytes")]
    Short(String),
}

impl KeyRing {
    /// Reads keys.
    ///
    /// # Errors
    /// They are not in the form above, or one is too short to be safe.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let object: BTreeMap<String, Value> = serde_json::from_str(text).map_err(|_| KeyRingError::Form)?;
        let mut keys = BTreeMap::new();
        for (id, value) in object {
            let Value::String(key) = value else { return Err(KeyRingError::Form) };
            keys.insert(id, key);
        }
        let current = keys.remove("current").ok_or(KeyRingError::Current)?;
        if !keys.contains_key(&current) {
            return Err(KeyRingError::Current);
        }
        match keys.iter().find(|(_, key)| key.len() < MIN_KEY_BYTES) {
            Some((id, _)) => Err(KeyRingError::Short(id.clone())),
            None => Ok(Self { current, keys }),
        }
    }

    /// The key in use, with its id.
    #[must_use]
    pub fn current(&self) -> (&str, &[u8]) {
        (&self.current, self.key(&self.current).unwrap_or_default())
    }

    /// The key of that id.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&[u8]> {
        self.keys.get(id).map(String::as_bytes)
    }

    /// The keyed hash (HMAC-SHA256) of a secret under the key in use, with the key's id in front.
    #[must_use]
    pub fn hash(&self, secret: &str) -> String {
        let (id, key) = self.current();
        let mac = mac(key).chain_update(secret).finalize().into_bytes();
        format!("{id}:{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// Whether `hash` is that of `secret`, in time that does not tell how much of it is right.
    #[must_use]
    pub fn matches(&self, hash: &str, secret: &str) -> bool {
        let Some((id, encoded)) = hash.split_once(':') else { return false };
        let (Some(key), Ok(expected)) = (self.key(id), URL_SAFE_NO_PAD.decode(encoded)) else { return false };
        mac(key).chain_update(secret).verify_slice(&expected).is_ok()
    }
}

impl KeyRing {
    /// Seals a text with the key in use, with the key's id in front. `place` says where it belongs: put elsewhere, it
    /// cannot be opened.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn seal(&self, place: &str, text: &str) -> Result<String, getrandom::Error> {
        let (id, key) = self.current();
        Ok(format!("{id}:{}", seal::seal(key, place, text)?))
    }

    /// The text that was sealed with any of the keys; `None` if it was with another one, for another place, or was
    /// altered.
    #[must_use]
    pub fn open(&self, place: &str, sealed: &str) -> Option<String> {
        let (id, sealed) = sealed.rsplit_once(':')?;
        seal::open(self.key(id)?, place, sealed)
    }
}

/// HMAC takes a key of any length; the error in its signature cannot happen.
pub(crate) fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()))
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("current", &self.current).finish_non_exhaustive()
    }
}

/// A new credential: an app id that names its organisation, so that one read finds both, and an
/// app key of 256 random bits.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn new_credential(organisation: OrganisationId) -> Result<(String, String), getrandom::Error> {
    let app_id = format!("{}.{}", organisation.to_string().replace('-', ""), random_text::<9>()?);
    Ok((app_id, random_text::<32>()?))
}

/// So many random bytes, in base64 as it stands in addresses. 32 are a secret that nobody guesses.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn random_text<const BYTES: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// The organisation that an app id names.
#[must_use]
pub fn organisation_of(app_id: &str) -> Option<OrganisationId> {
    let (organisation, suffix) = app_id.split_once('.')?;
    let well_formed = organisation.len() == 32 && suffix.len() == 12 && app_id.is_ascii();
    if well_formed { organisation.parse().ok() } else { None }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A ring of two keys, for tests of what is signed.
    pub(crate) fn ring(current: &str) -> KeyRing {
        let (a, b) = ("a".repeat(32), "b".repeat(32));
        KeyRing::parse(&format!(r#"{{"current":"{current}","k1":"{a}","k2":"{b}"}}"#)).unwrap()
    }

    #[test]
    fn refuses_keys_that_are_not_safe() {
        for (text, error) in [
            ("", KeyRingError::Form),
            ("[]", KeyRingError::Form),
            (r#"{"current":1}"#, KeyRingError::Form),
            (r#"{"k1":"x"}"#, KeyRingError::Current),
            (r#"{"current":"k2","k1":"x"}"#, KeyRingError::Current),
            (r#"{"current":"k1","k1":"short"}"#, KeyRingError::Short("k1".into())),
        ] {
            assert_eq!(KeyRing::parse(text).unwrap_err(), error, "{text}");
        }
    }

    #[test]
    fn a_hash_outlives_the_rotation_of_its_key() {
        let hash = ring("k1").hash("secret");
        assert!(!hash.contains("secret"));
        assert!(ring("k2").matches(&hash, "secret"));
        assert_ne!(ring("k2").hash("secret"), hash);
        for wrong in ["", "Secret", "secret "] {
            assert!(!ring("k1").matches(&hash, wrong));
        }
        for broken in ["", "k1", "k3:AAAA", "k1:***"] {
            assert!(!ring("k1").matches(broken, "secret"));
        }
    }

    #[test]
    fn what_is_sealed_outlives_the_rotation_of_its_key_and_not_its_loss() {
        let sealed = ring("k1").seal("here", "text").unwrap();
        assert!(sealed.starts_with("k1:"));
        assert_eq!(ring("k2").open("here", &sealed).as_deref(), Some("text"));
        assert!(ring("k2").seal("here", "text").unwrap().starts_with("k2:"));
        assert_eq!(ring("k1").open("there", &sealed), None);
        for broken in [
            "",
            "k1",
            "k1:",
            ":",
            sealed.trim_start_matches("k1:"),
            &sealed.replacen("k1", "k2", 1),
            &sealed.replacen("k1", "k3", 1),
        ] {
            assert_eq!(ring("k1").open("here", broken), None, "{broken}");
        }
    }

    #[test]
    fn an_app_id_names_its_organisation() {
        let organisation = OrganisationId::new_random();
        let (app_id, key) = new_credential(organisation).unwrap();
        assert_eq!(organisation_of(&app_id), Some(organisation));
        assert_eq!(key.len(), 43);
        for id in ["", ".", "a.b", "0b5c1c0e6a534d0c9d5e1f6f6b7f9c11", "é.é"] {
            assert_eq!(organisation_of(id), None, "{id}");
        }
    }

    #[test]
    fn keys_are_not_shown() {
        assert!(!format!("{:?}", ring("k1")).contains("aaaa"));
    }

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let (one, other) = (random_text::<32>().unwrap(), random_text::<32>().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(one, other);
    }
}
