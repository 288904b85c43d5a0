//! Tokens that lead to the next page of a list.
//!
//! A token says where the page before ended. It is opaque to callers and signed together with what was
//! asked for and by whom: one that is altered, comes from another query or from another credential's reach
//! is none. It is not encrypted; what is in it, the caller has just been answered.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use wattbook_domain::{LabelPartnerCode, Reach};

use crate::{
    Failure,
    fault::Reason,
    secret::{KeyRing, mac},
};

/// What a token begins with: the version of its form.
const VERSION: &str = "1";

/// Everything that makes a list what it is, as a digest: who asks, for which list, with which parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a list by its operation's name, for whom it is, and the parameters that shape it, in any order.
    #[must_use]
    pub fn of<'p>(list: &str, reach: &Reach, parameters: impl IntoIterator<Item = (&'p str, &'p str)>) -> Self {
        let brand = reach.access.label_partner().map_or("", LabelPartnerCode::as_str);
        let mut parameters: Vec<_> = parameters.into_iter().collect();
        parameters.sort_unstable();
        let mut digest = Sha256::new();
        let organisation = reach.organisation.to_string();
        let texts = [list, &organisation, brand].into_iter();
        for text in texts.chain(parameters.into_iter().flat_map(|(name, value)| [name, value])) {
            // With their lengths, so that no two lists of texts run together into the same bytes.
            digest.update(text.len().to_be_bytes());
            digest.update(text);
        }
        Self(URL_SAFE_NO_PAD.encode(digest.finalize()))
    }
}

/// Makes the token of a place in a list.
///
/// # Errors
/// The place cannot be written as JSON.
pub fn seal(keys: &KeyRing, list: &Fingerprint, place: &impl Serialize) -> Result<String, Failure> {
    let place = serde_json::to_vec(place).map_err(|error| Failure::Internal(error.into()))?;
    let (key_id, key) = keys.current();
    let head = format!("{VERSION}.{}.{}", URL_SAFE_NO_PAD.encode(key_id), URL_SAFE_NO_PAD.encode(place));
    let signature = mac(key).chain_update(message(list, &head)).finalize().into_bytes();
    Ok(format!("{head}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The place that a token stands for.
///
/// # Errors
/// It is not a token of this very list.
pub fn open<T: DeserializeOwned>(keys: &KeyRing, list: &Fingerprint, token: &str) -> Result<T, Reason> {
    read(keys, list, token).ok_or_else(|| {
        let message = "is not a token of this list: send nextPageToken as it came, with the same parameters and \
             credential, or leave it out to begin anew";
        Reason::new("invalid_token", message)
    })
}

fn read<T: DeserializeOwned>(keys: &KeyRing, list: &Fingerprint, token: &str) -> Option<T> {
    let (head, signature) = token.rsplit_once('.')?;
    let mut parts = head.split('.');
    let (version, key_id, place) = (parts.next()?, parts.next()?, parts.next()?);
    if version != VERSION || parts.next().is_some() {
        return None;
    }
    let key_id = String::from_utf8(URL_SAFE_NO_PAD.decode(key_id).ok()?).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    mac(keys.key(&key_id)?).chain_update(message(list, head)).verify_slice(&signature).ok()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(place).ok()?).ok()
}

/// What is signed. The purpose comes first, so that nothing signed for another one fits.
fn message(list: &Fingerprint, head: &str) -> String {
    format!("page of a list\n{}\n{head}", list.0)
}

#[cfg(test)]
mod tests {
    use wattbook_domain::{AccessLevel, OrganisationId};

    use super::*;
    use crate::secret::tests::ring;

    fn reach(organisation: OrganisationId, brand: Option<&str>) -> Reach {
        let access = brand.map_or(AccessLevel::Admin, |brand| AccessLevel::LabelPartner {
            label_partner: LabelPartnerCode::parse(brand).unwrap(),
        });
        Reach { organisation, access }
    }

    #[test]
    fn leads_back_to_its_place_also_after_the_rotation_of_the_key() {
        let reach = reach(OrganisationId::new_random(), None);
        let list = Fingerprint::of("list", &reach, [("a", "1"), ("b", "2")]);
        let token = seal(&ring("k1"), &list, &("here", 7)).unwrap();
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "{token}");
        let same = Fingerprint::of("list", &reach, [("b", "2"), ("a", "1")]);
        assert_eq!(open::<(String, u8)>(&ring("k2"), &same, &token), Ok(("here".to_owned(), 7)));
    }

    #[test]
    fn another_list_or_another_reach_knows_it_not() {
        let (keys, organisation) = (ring("k1"), OrganisationId::new_random());
        let own = reach(organisation, None);
        let token = seal(&keys, &Fingerprint::of("list", &own, [("ab", "c")]), &1).unwrap();
        for other in [
            Fingerprint::of("tsil", &own, [("ab", "c")]),
            Fingerprint::of("list", &own, [("a", "bc")]),
            Fingerprint::of("list", &own, [("ab", "c"), ("", "")]),
            Fingerprint::of("list", &own, []),
            Fingerprint::of("list", &reach(organisation, Some("NORTH")), [("ab", "c")]),
            Fingerprint::of("list", &reach(OrganisationId::new_random(), None), [("ab", "c")]),
        ] {
            assert_eq!(open::<u8>(&keys, &other, &token).unwrap_err().code, "invalid_token");
        }
    }

    #[test]
    fn no_bit_of_it_can_be_another() {
        let keys = ring("k1");
        let list = Fingerprint::of("list", &reach(OrganisationId::new_random(), None), []);
        let token = seal(&keys, &list, &("here", 7)).unwrap();
        for position in 0..token.len() {
            for bit in 0..8 {
                let mut bytes = token.clone().into_bytes();
                bytes[position] ^= 1 << bit;
                let Ok(altered) = String::from_utf8(bytes) else { continue };
                assert!(open::<(String, u8)>(&keys, &list, &altered).is_err(), "{position} {bit}");
            }
        }
        for made_up in
            ["", ".", "...", "1...", "1.a.b.c", "2.a.b.c", &format!("1{token}"), &format!("{token}A"), "é.é.é.é"]
        {
            assert!(open::<(String, u8)>(&keys, &list, made_up).is_err(), "{made_up}");
        }
        let unknown = token.replacen(&URL_SAFE_NO_PAD.encode("k1"), &URL_SAFE_NO_PAD.encode("k9"), 1);
        assert!(open::<(String, u8)>(&keys, &list, &unknown).is_err());
    }
}
