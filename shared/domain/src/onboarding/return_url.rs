//! Where an owner is sent when he is done.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::Flaw;

/// An address that a browser can be sent to: `https`, or `http` on this very machine; no user, no fragment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReturnUrl(String);

/// Scheme, host and port of addresses that an organisation's owners may be sent to, as browsers compare them (RFC 6454).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(String);

/// The longest address, in characters.
const MAX: usize = 2000;

impl ReturnUrl {
    /// Takes an address, written as browsers write it.
    ///
    /// # Errors
    /// It is none that a browser may be sent to.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        if raw.chars().count() > MAX {
            return Err(Flaw::TooLong { max: MAX });
        }
        let url = web_address(raw).ok_or(Flaw::ReturnUrl)?;
        if url.fragment().is_some() { Err(Flaw::ReturnUrl) } else { Ok(Self(url.into())) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its origin.
    #[must_use]
    pub fn origin(&self) -> Option<Origin> {
        Url::parse(&self.0).ok().map(|url| Origin(url.origin().ascii_serialization()))
    }

    /// The address with these appended to its query.
    #[must_use]
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let Ok(mut url) = Url::parse(&self.0) else { return self.0.clone() };
        url.query_pairs_mut().extend_pairs(parameters);
        url.into()
    }
}

impl Origin {
    /// Takes an origin: an address without path and query.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let url = web_address(raw).ok_or(Flaw::Origin)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && !raw.contains('*');
        if bare { Ok(Self(url.origin().ascii_serialization())) } else { Err(Flaw::Origin) }
    }

    /// The origin.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An absolute address that a browser may be sent to. A parser would pass over blanks and line ends: what has them was
/// not meant.
fn web_address(raw: &str) -> Option<Url> {
    if !raw.bytes().all(|byte| byte.is_ascii_graphic()) || raw.contains('\\') {
        return None;
    }
    let url = Url::parse(raw).ok()?;
    let local = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let allowed = url.scheme() == "https" || (url.scheme() == "http" && local);
    (allowed && url.username().is_empty() && url.password().is_none()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_a_browser_may_be_sent_to() {
        for good in ["https://app.example.com/done?x=1", "https://app.example.com:8443/", "http://localhost:3001/a"] {
            assert_eq!(ReturnUrl::parse(good).map(|it| it.0).as_deref(), Ok(good));
        }
        for bad in [
            "",
            "app.example.com",
            "//app.example.com",
            "http://app.example.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://user@app.example.com",
            "https://app.example.com/#a",
            "https://app.example.com\\@evil.example",
            "https://app.example.com/ a",
            "https://app.example.com\n.evil.example",
            "https://",
        ] {
            assert!(ReturnUrl::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(ReturnUrl::parse(&format!("https://a.nl/{}", "a".repeat(MAX))), Err(Flaw::TooLong { max: MAX }));
    }

    #[test]
    fn origins_are_compared_as_browsers_do() {
        let origin = Origin::parse("https://APP.example.com:443").unwrap();
        assert_eq!(origin.as_str(), "https://app.example.com");
        for same in ["https://app.example.com/a", "https://App.Example.com:443/?b=c"] {
            assert_eq!(ReturnUrl::parse(same).unwrap().origin().as_ref(), Some(&origin), "{same}");
        }
        for other in ["https://app.example.com.evil.example/", "https://app.example.com:444/", "https://example.com/"] {
            assert_ne!(ReturnUrl::parse(other).unwrap().origin().as_ref(), Some(&origin), "{other}");
        }
        for bad in ["https://app.example.com/a", "https://app.example.com?a", "*", "https://*.example.com", "null"] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_came_of_it_is_appended() {
        let with = |raw: &str| ReturnUrl::parse(raw).unwrap().with(&[("status", "Succeeded"), ("id", "a b")]);
        assert_eq!(with("https://a.nl/x"), "https://a.nl/x?status=Succeeded&id=a+b");
        assert_eq!(with("https://a.nl/x?y=1"), "https://a.nl/x?y=1&status=Succeeded&id=a+b");
    }
}
