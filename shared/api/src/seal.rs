//! Text that only who has the key can read, and nobody can alter: AES-256-GCM.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

/// Seals a text with a secret. `place` says where it belongs: put elsewhere, it cannot be opened.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn seal(secret: impl AsRef<[u8]>, place: &str, text: &str) -> Result<String, getrandom::Error> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce)?;
    let mut sealed = text.as_bytes().to_vec();
    let sealing = key(secret).and_then(|key| {
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut sealed).ok()
    });
    // It fails for texts of 64 GB.
    sealing.ok_or(getrandom::Error::UNEXPECTED)?;
    Ok(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
}

/// The text that was sealed; `None` if it was with another secret, for another place, or was altered.
#[must_use]
pub fn open(secret: impl AsRef<[u8]>, place: &str, sealed: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, rest) = bytes.split_first_chunk()?;
    let mut rest = rest.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let text = key(secret)?.open_in_place(nonce, Aad::from(place), &mut rest).ok()?;
    String::from_utf8(text.to_vec()).ok()
}

/// A secret is text of any length, which has to have the chance in it.
fn key(secret: impl AsRef<[u8]>) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, &Sha256::digest(secret)).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn opens_what_it_sealed_and_nothing_else(text in "\\PC{0,200}", altered in 0usize..1000) {
            let sealed = seal("secret", "here", &text).unwrap();
            let opened = open("secret", "here", &sealed);
            prop_assert_eq!(opened.as_deref(), Some(text.as_str()));
            prop_assert_ne!(&sealed, &seal("secret", "here", &text).unwrap());
            prop_assert_eq!(open("Secret", "here", &sealed), None);
            prop_assert_eq!(open("secret", "there", &sealed), None);
            let mut other = sealed.clone().into_bytes();
            let at = altered % other.len();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            // The last letter may have bits that stand for nothing, which the decoder refuses.
            prop_assert_eq!(open("secret", "here", &String::from_utf8(other).unwrap()), None);
            prop_assert!(text.len() < 8 || !sealed.contains(&text));
        }
    }

    #[test]
    fn opens_nothing_that_is_none() {
        for sealed in ["", "A", "not base64 !", &"A".repeat(16), &"A".repeat(100)] {
            assert_eq!(open("secret", "here", sealed), None, "{sealed}");
        }
    }
}
