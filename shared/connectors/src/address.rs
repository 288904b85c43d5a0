//! Addresses at a manufacturer's.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;
use wattbook_api::fault::Reason;
use wattbook_domain::Identifier;

/// An absolute `https` address without user and fragment, of up to 1000 characters of ASCII. On this machine alone
/// (`localhost`, `127.0.0.1`, `[::1]`) it may be `http`, for trying out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebAddress(Url);

/// The hosts that are this machine.
const HERE: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

impl WebAddress {
    /// The most characters.
    pub const MAX: usize = 1000;

    /// Takes `raw` as the WHATWG's URL standard reads it.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(raw: &str) -> Result<Self, Reason> {
        if raw.len() > Self::MAX {
            return Err(Reason::new("too_long", format!("must have at most {} characters", Self::MAX)));
        }
        // What no address has as it is (RFC 3986); the standard would mend it, and then it is not what was written.
        let is_clean = raw.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b));
        let url = Url::parse(raw).ok().filter(|url| is_clean && url.has_host()).ok_or_else(not_an_address)?;
        let is_safe = url.scheme() == "https";
        let is_here = url.scheme() == "http" && url.host_str().is_some_and(|host| HERE.contains(&host));
        if !is_safe && !is_here {
            return Err(not_an_address());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Reason::new("invalid_address", "must have no user and no password in it"));
        }
        if url.fragment().is_some() {
            return Err(Reason::new("invalid_address", "must have no fragment: nothing behind a #"));
        }
        Ok(Self(url))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn url(&self) -> Url {
        self.0.clone()
    }
}

fn not_an_address() -> Reason {
    let message = "must be an https address; http only for localhost, 127.0.0.1 and [::1]";
    Reason::new("invalid_address", message)
}

impl TryFrom<String> for WebAddress {
    type Error = String;

    fn try_from(raw: String) -> Result<Self, String> {
        Self::parse(&raw).map_err(|reason| reason.message)
    }
}

impl From<WebAddress> for String {
    fn from(address: WebAddress) -> Self {
        address.0.into()
    }
}

impl fmt::Debug for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A [`WebAddress`] that may have `{identifier}` in its path or query, in the place of which the device's identifier
/// goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DevicesAddress(String);

impl DevicesAddress {
    /// Stands for the identifier.
    const PLACE: &'static str = "{identifier}";

    /// Takes `raw` as it is.
    ///
    /// # Errors
    /// It is none, or the host would be another one for another device.
    pub fn parse(raw: &str) -> Result<Self, Reason> {
        let filled = |with| WebAddress::parse(&raw.replace(Self::PLACE, with));
        // So long are the longest identifiers.
        let (one, other) = (filled("a")?, filled(&"b".repeat(33))?);
        if one.0.origin() == other.0.origin() {
            Ok(Self(raw.to_owned()))
        } else {
            Err(Reason::new("invalid_address", "must have {identifier} in its path or its query"))
        }
    }

    /// The address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it is asked for a device. An identifier has letters and digits alone, so that it fits everywhere.
    pub(crate) fn of(&self, identifier: &Identifier) -> String {
        self.0.replace(Self::PLACE, identifier.as_str())
    }
}

impl TryFrom<String> for DevicesAddress {
    type Error = String;

    fn try_from(raw: String) -> Result<Self, String> {
        Self::parse(&raw).map_err(|reason| reason.message)
    }
}

impl From<DevicesAddress> for String {
    fn from(address: DevicesAddress) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use wattbook_domain::IdentifierKind;

    use super::*;

    #[test]
    fn an_address_is_https_or_of_this_machine() {
        for taken in [
            "https://id.example.com/authorize",
            "https://id.example.com",
            "https://id.example.com:8443/a?audience=fleet&prompt=consent",
            "https://xn--koda-g6a.example/",
            "http://localhost:8080/token",
            "http://127.0.0.1/token",
            "http://[::1]:9000/token",
        ] {
            let address = WebAddress::parse(taken).unwrap();
            let again: WebAddress = serde_json::from_str(&serde_json::to_string(&address).unwrap()).unwrap();
            assert_eq!((address.as_str().trim_end_matches('/'), &again), (taken.trim_end_matches('/'), &address));
        }
        for refused in [
            "",
            "id.example.com/token",
            "//id.example.com/token",
            "ftp://id.example.com",
            "javascript:alert(1)",
            "http://id.example.com/token",
            "http://localhost.example.com/",
            "http://127.0.0.2/",
            "http://127.1@id.example.com/",
            "https://",
            "https:///",
            "https://jo@id.example.com/",
            "https://jo:secret@id.example.com/",
            "https://id.example.com/#",
            "https://id.example.com/#a",
            "https://id.example.com/a b",
            "https://id.example.com\\@example.org/",
            "https://id.example.com/\"",
            "https://id.example.com/\n",
            " https://id.example.com/",
            "https://škoda.example/",
            "https://id.example.com:99999/",
            "https://id.example.com/{identifier}",
        ] {
            assert!(WebAddress::parse(refused).is_err(), "{refused}");
        }
        assert!(WebAddress::parse(&format!("https://a.example/{}", "x".repeat(982))).is_ok());
        assert_eq!(WebAddress::parse(&format!("https://a.example/{}", "x".repeat(983))).unwrap_err().code, "too_long");
    }

    #[test]
    fn the_identifier_goes_where_its_place_is_and_never_into_the_host() {
        let vin = Identifier::parse(IdentifierKind::Vin, "wau zzz ge1 nb 012345").unwrap();
        let of = |raw: &str| DevicesAddress::parse(raw).map(|address| address.of(&vin));
        assert_eq!(of("https://a.example/cars").as_deref(), Ok("https://a.example/cars"));
        assert_eq!(
            of("https://a.example/cars/{identifier}?vin={identifier}").as_deref(),
            Ok("https://a.example/cars/WAUZZZGE1NB012345?vin=WAUZZZGE1NB012345")
        );
        for refused in [
            "https://{identifier}/cars",
            "https://{identifier}.a.example/cars",
            "https://a.example{identifier}/cars",
            "https://a.example:4{identifier}/cars",
            "https://{identifier}@a.example/cars",
            "https://a.example/cars/{vin}",
            "https://a.example/#{identifier}",
            "http://a.example/{identifier}",
        ] {
            assert!(of(refused).is_err(), "{refused}");
        }
    }
}
