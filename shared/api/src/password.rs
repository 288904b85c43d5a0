//! How passwords are kept and compared: argon2id (RFC 9106), with a salt of each one's own.

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version, password_hash};
use unicode_normalization::UnicodeNormalization;

use crate::Failure;

/// The most characters: more would only be work for whoever hashes them.
pub const MAX: usize = 128;

/// What a guess costs: memory in KiB, passes, threads. What OWASP asks of argon2id at the least. The
/// 19 MiB and, where passwords are chosen, the word lists of the estimate come on top of the 12 MB that every other
/// function stays within; the smallest Lambda has 128.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// What a password is hashed and compared in: its composed form (Unicode NFC), for keyboards differ in how they send `é`;
/// of one that is too long a character more than there may be.
#[must_use]
pub fn composed(raw: &str) -> String {
    raw.nfc().take(MAX + 1).collect()
}

/// The hash to keep of a composed password, as a PHC string.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn hash(composed: &str) -> Result<String, Failure> {
    let internal = |error: password_hash::Error| Failure::Internal(error.into());
    Ok(hasher().map_err(internal)?.hash_password(composed.as_bytes()).map_err(internal)?.to_string())
}

/// Whether a hash is that of a password. Without a hash it is not, and that takes as long to find out.
///
/// # Errors
/// The hasher cannot be set up, which no password brings about.
pub fn is_of(hash: Option<&str>, composed: &str) -> Result<bool, Failure> {
    let internal = |error: password_hash::Error| Failure::Internal(error.into());
    if let Some(known) = hash.and_then(|hash| PasswordHash::new(hash).ok()) {
        return Ok(Argon2::default().verify_password(composed.as_bytes(), &known).is_ok());
    }
    let mut spent = [0; Params::DEFAULT_OUTPUT_LEN];
    let hasher = hasher().map_err(internal)?;
    hasher
        .hash_password_into(composed.as_bytes(), b"the salt of nobody", &mut spent)
        .map_err(|error| internal(error.into()))?;
    Ok(false)
}

fn hasher() -> Result<Argon2<'static>, password_hash::Error> {
    let (memory, passes, threads) = COST;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(memory, passes, threads, None)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_salted_and_says_how_it_was_made() {
        let password = composed("vuurtoren kiwi molenwiek");
        let (one, two) = (hash(&password).unwrap(), hash(&password).unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two);
        assert!(is_of(Some(&one), &password).unwrap());
        for (hash, other) in [
            (Some(&*one), "Vuurtoren kiwi molenwiek"),
            (Some(&*one), ""),
            (Some("no hash"), &*password),
            (None, &*password),
            (None, ""),
        ] {
            assert!(!is_of(hash, other).unwrap());
        }
    }

    #[test]
    fn how_a_letter_was_typed_makes_no_other_password() {
        let hash = hash(&composed("cafe\u{301} au lait")).unwrap();
        assert!(is_of(Some(&hash), &composed("caf\u{e9} au lait")).unwrap());
        assert_eq!(composed(&"x".repeat(1000)).len(), MAX + 1);
    }
}
