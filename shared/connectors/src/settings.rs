//! What an operator states of a manufacturer's sign-in.

use serde::{Deserialize, Serialize};
use wattbook_api::fault::Reason;
use wattbook_domain::catalogue::Connector;

use crate::{DevicesAddress, Secret, WebAddress};

/// How a manufacturer's sign-in is reached, and who we are to it. Written out only to be sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInSettings {
    /// Where the owner is sent (RFC 6749, 3.1). Its query may have what the manufacturer asks for beyond the standard.
    pub authorize_url: WebAddress,
    /// Where codes and refresh tokens become access tokens (3.2).
    pub token_url: WebAddress,
    /// Our name at the manufacturer's.
    pub client_id: ClientText<200>,
    /// What proves that it is us; none for a public client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// What is asked for; none for what the manufacturer gives by itself.
    pub scopes: Vec<Scope>,
    /// Where the devices of whoever has signed in are listed. Without it a sign-in proves no device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices_url: Option<DevicesAddress>,
    /// Where the secret stands.
    pub client_authentication: ClientAuthentication,
}

/// How we prove to the token end point that it is us (RFC 6749, 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientAuthentication {
    /// With HTTP Basic, which every server has to take.
    #[default]
    Basic,
    /// In the body of the form.
    Body,
}

/// Printable ASCII, blanks included, of 1 to `MAX` characters: what RFC 6749 has for ids and secrets of clients (A.1,
/// A.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientText<const MAX: usize>(String);

impl<const MAX: usize> ClientText<MAX> {
    /// Takes `raw` as it is.
    ///
    /// # Errors
    /// It has another length or another character.
    pub fn parse(raw: &str) -> Result<Self, Reason> {
        let fits = (1..=MAX).contains(&raw.len()) && raw.bytes().all(|b| (b' '..=b'~').contains(&b));
        if fits {
            Ok(Self(raw.to_owned()))
        } else {
            Err(Reason::new("invalid_client_text", format!("must have 1 to {MAX} printable characters of ASCII")))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A scope (RFC 6749, 3.3), of 1 to 200 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(String);

impl Scope {
    /// Takes `raw` as it is.
    ///
    /// # Errors
    /// It has another length, or a blank, a quotation mark, a backslash or what is not printable ASCII in it.
    pub fn parse(raw: &str) -> Result<Self, Reason> {
        let is_clean = raw.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b));
        if is_clean && (1..=200).contains(&raw.len()) {
            Ok(Self(raw.to_owned()))
        } else {
            let message = "must be one scope: 1 to 200 printable characters of ASCII without blanks, \" and \\";
            Err(Reason::new("invalid_scope", message))
        }
    }

    /// The scope.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a connector proves that a device is its owner's, with the sign-in that it has: [`Connector::proves_device`].
#[must_use]
pub fn proves_device(connector: Connector, sign_in: Option<&SignInSettings>) -> bool {
    connector.proves_device(sign_in.is_some_and(|settings| settings.devices_url.is_some()))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Settings of a sign-in at `base`, whose secret is `s3cret&:%`.
    pub(crate) fn settings(base: &str) -> SignInSettings {
        SignInSettings {
            authorize_url: WebAddress::parse(&format!("{base}/authorize?audience=fleet")).unwrap(),
            token_url: WebAddress::parse(&format!("{base}/token")).unwrap(),
            client_id: ClientText::parse("wattbook").unwrap(),
            client_secret: Some(Secret::new("s3cret&:%")),
            scopes: ["vehicles", "offline_access"].map(|scope| Scope::parse(scope).unwrap()).to_vec(),
            devices_url: Some(DevicesAddress::parse(&format!("{base}/devices")).unwrap()),
            client_authentication: ClientAuthentication::Basic,
        }
    }

    #[test]
    fn the_secret_is_shown_to_nobody_and_comes_back_from_where_it_is_sealed() {
        let settings = settings("https://id.example.com");
        assert!(!format!("{settings:#?}").contains("s3cret"));
        let written = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<SignInSettings>(&written).unwrap(), settings);
    }

    #[test]
    fn texts_and_scopes_are_those_of_the_standard() {
        for taken in ["a", "a b", "4711-äbc".replace('ä', "a").as_str(), "~!\"\\"] {
            assert_eq!(ClientText::<200>::parse(taken).unwrap().as_str(), taken);
        }
        for refused in ["", "ä", "a\n", "\u{7f}", &"x".repeat(201)] {
            assert!(ClientText::<200>::parse(refused).is_err(), "{refused}");
        }
        for taken in ["openid", "https://www.example.com/auth/fleet.read", "a:b/c?d=e&f"] {
            assert_eq!(Scope::parse(taken).unwrap().as_str(), taken);
        }
        for refused in ["", "a b", "a\"", "a\\", "é", &"x".repeat(201)] {
            assert!(Scope::parse(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_metering_point_and_a_sign_in_without_a_list_prove_nothing() {
        let listed = settings("https://id.example.com");
        let unlisted = SignInSettings { devices_url: None, ..listed.clone() };
        for (connector, sign_in, proves) in [
            (Connector::Oauth2, Some(&listed), true),
            (Connector::Oauth2, Some(&unlisted), false),
            (Connector::Oauth2, None, false),
            (Connector::PairingCode, None, true),
            (Connector::MeteringPoint, None, false),
            (Connector::Sandbox, None, true),
        ] {
            assert_eq!(proves_device(connector, sign_in), proves, "{connector:?}");
        }
    }
}
