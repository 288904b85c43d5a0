//! Signatures of what is sent to webhooks, in the form of the Standard Webhooks specification (version 1.0.0): HMAC-SHA256
//! over id, time and body, with a secret that the receiver has, too.
//!
//! The specification's own crate was turned down: a second base64, a second HMAC and a second clock, for one line.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::Mac;
use jiff::Timestamp;
use wattbook_domain::{OrganisationId, webhook::WebhookId};

use crate::secret::mac;

/// What the text of a secret begins with.
const PREFIX: &str = "whsec_";

/// A new secret, as it is shown: 256 random bits.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// Where a webhook's secret belongs, as it is sealed.
#[must_use]
pub fn place(organisation: OrganisationId, id: WebhookId) -> String {
    format!("webhook secret\n{organisation}\n{id}")
}

/// The signature of what is sent at that time; none if the secret is none.
#[must_use]
pub fn of(secret: &str, id: &str, at: Timestamp, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let signed = mac(&key).chain_update(format!("{id}.{}.{body}", at.as_second())).finalize().into_bytes();
    Some(format!("v1,{}", STANDARD.encode(signed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn signs_as_the_specification_has_it() {
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let signature =
            of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#);
        assert_eq!(signature.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        for none in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert_eq!(of(none, "1", at, ""), None);
        }
    }

    #[test]
    fn a_secret_is_long_and_never_the_same() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert!(one.starts_with(PREFIX) && one.len() == PREFIX.len() + 44);
        assert_ne!(one, other);
    }
}
