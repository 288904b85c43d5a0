//! Bearer tokens: JWTs (RFC 7519) signed with HMAC-SHA256, good for an hour.
//!
//! A token names a credential and nothing else. What the credential may do is read when the token
//! is used, so that a revoked credential's tokens end with it.

use std::sync::Once;

use hmac::Mac;
use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result as JwtResult},
    signature::{Error as SignatureError, Signer, Verifier},
};
use serde::{Deserialize, Serialize};

use crate::secret::{KeyRing, mac};

/// How long a token is good for, in seconds.
pub const LIFETIME_SECONDS: i64 = 3600;

const ISSUER: &str = "wattbook";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
}

/// Signs a token for a credential.
///
/// # Errors
/// The token cannot be written as JSON, which no app id can bring about.
pub fn issue(keys: &KeyRing, app_id: &str, now: Timestamp) -> JwtResult<String> {
    install_hmac();
    let (key_id, key) = keys.current();
    let header = Header { kid: Some(key_id.to_owned()), ..Header::new(Algorithm::HS256) };
    let iat = now.as_second();
    let claims = Claims { iss: ISSUER.into(), sub: app_id.into(), iat, exp: iat + LIFETIME_SECONDS };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(key))
}

/// The app id that a token names; `None` if the token is not ours, altered or expired.
#[must_use]
pub fn verify(keys: &KeyRing, token: &str) -> Option<String> {
    install_hmac();
    let key_id = jsonwebtoken::decode_header(token).ok()?.kid?;
    let key = DecodingKey::from_secret(keys.key(&key_id)?);
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "iss", "sub"]);
    validation.leeway = 0;
    jsonwebtoken::decode::<Claims>(token, &key, &validation).ok().map(|token| token.claims.sub)
}

/// Gives the JWT crate the HMAC of this crate, once. Any algorithm but HS256 is refused.
fn install_hmac() {
    static INSTALLED: Once = Once::new();
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |algorithm, key| match algorithm {
            Algorithm::HS256 => Ok(Box::new(Hs256(key.as_bytes().to_vec()))),
            _ => Err(ErrorKind::InvalidAlgorithm.into()),
        },
        verifier_factory: |algorithm, key| match (algorithm, key.try_get_as_bytes()) {
            (Algorithm::HS256, Ok(bytes)) => Ok(Box::new(Hs256(bytes.to_vec()))),
            _ => Err(ErrorKind::InvalidAlgorithm.into()),
        },
        key_utils: KeyUtils::new_unimplemented(),
    };
    // An error says that a provider is installed already, which is what is wanted.
    INSTALLED.call_once(|| {
        let _ = PROVIDER.install_default();
    });
}

struct Hs256(Vec<u8>);

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(mac(&self.0).chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        mac(&self.0).chain_update(message).verify_slice(signature).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use jiff::SignedDuration;

    use super::*;
    use crate::secret::tests::ring;

    #[test]
    fn names_the_credential_until_it_expires() {
        let now = Timestamp::now();
        let token = issue(&ring("k1"), "app", now).unwrap();
        assert_eq!(verify(&ring("k1"), &token).as_deref(), Some("app"));
        let old = issue(&ring("k1"), "app", now - SignedDuration::from_secs(LIFETIME_SECONDS + 1)).unwrap();
        assert_eq!(verify(&ring("k1"), &old), None);
    }

    #[test]
    fn outlives_the_rotation_of_the_signing_key_while_that_is_kept() {
        let token = issue(&ring("k1"), "app", Timestamp::now()).unwrap();
        assert!(verify(&ring("k2"), &token).is_some());
        let gone = KeyRing::parse(&format!(r#"{{"current":"k2","k2":"{}"}}"#, "b".repeat(32))).unwrap();
        assert_eq!(verify(&gone, &token), None);
    }

    #[test]
    fn an_altered_token_or_another_algorithm_is_refused() {
        let keys = ring("k1");
        let token = issue(&keys, "app", Timestamp::now()).unwrap();
        let parts: Vec<_> = token.split('.').collect();
        let claims = URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        let other = String::from_utf8(claims).unwrap().replace("app", "APP");
        let forged = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(other), parts[2]);
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT","kid":"k1"}"#);
        let longer = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS512","typ":"JWT","kid":"k1"}"#);
        for bad in [
            forged,
            format!("{none}.{}.", parts[1]),
            format!("{longer}.{}.{}", parts[1], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            String::new(),
            "a.b.c".into(),
        ] {
            assert_eq!(verify(&keys, &bad), None, "{bad}");
        }
    }
}
