//! Where a webhook's events are sent.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::Flaw;

/// Which receivers a deployment sends to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receivers {
    /// Those on the internet, over `https`.
    Public,
    /// Any, also on this machine and in its network, and over `http`: for development.
    Any,
}

/// An absolute address without user, password and fragment, of up to 1000 characters of ASCII: `https`, and of a host on
/// the internet, as far as that can be told without looking its name up. Kept as browsers write it, so that a number is a
/// number in one notation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiverUrl(String);

/// The names, and what names end with, that are never looked up outside (RFC 6761, RFC 6762, RFC 8375; `internal` is
/// ICANN's for private use).
const NOT_PUBLIC_NAMES: [&str; 6] = ["localhost", "local", "internal", "home.arpa", "invalid", "test"];

impl ReceiverUrl {
    /// The most characters.
    pub const MAX: usize = 1000;

    /// Takes `raw` as the WHATWG's URL standard reads it.
    ///
    /// # Errors
    /// It is none that this deployment sends to.
    pub fn parse(raw: &str, receivers: Receivers) -> Result<Self, Flaw> {
        if raw.len() > Self::MAX {
            return Err(Flaw::TooLong { max: Self::MAX });
        }
        // What no address has as it is (RFC 3986); the standard would mend it, and then it is not what was written.
        let is_clean = raw.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b));
        let url = Url::parse(raw).ok().filter(|_| is_clean).ok_or(Flaw::ReceiverUrl)?;
        let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let is_safe = url.scheme() == "https" || (receivers == Receivers::Any && url.scheme() == "http");
        // The standard takes `https:a` and `https:///a`, and mends them.
        let is_whole = raw
            .split_once("://")
            .is_some_and(|(scheme, rest)| scheme.eq_ignore_ascii_case(url.scheme()) && !rest.starts_with('/'));
        match url.host() {
            Some(host) if is_bare && is_safe && is_whole => {
                if receivers == Receivers::Public && !may_be_public(&host) {
                    return Err(Flaw::ReceiverNotPublic);
                }
                Ok(Self(url.into()))
            }
            _ => Err(Flaw::ReceiverUrl),
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its host, if that is a number.
    #[must_use]
    pub fn number(&self) -> Option<IpAddr> {
        match Url::parse(&self.0).ok()?.host()? {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }
}

/// Whether a host may be on the internet. Where a name leads is seen whenever something is sent.
fn may_be_public(host: &Host<&str>) -> bool {
    match host {
        Host::Ipv4(address) => super::is_public((*address).into()),
        Host::Ipv6(address) => super::is_public((*address).into()),
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            let ends_with =
                |end: &&str| name.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            name.contains('.') && !NOT_PUBLIC_NAMES.iter().any(ends_with)
        }
    }
}
