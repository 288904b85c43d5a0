//! Addresses that others gave, before a page leads there.

/// The origin of an address, as a policy names it: only of `http` and `https`, without a user, and with nothing in it
/// that could end the directive it stands in.
pub(crate) fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let is_web = ["https", "http"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let is_host = authority.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b));
    (is_web && is_host && !authority.is_empty()).then(|| format!("{scheme}://{authority}").to_ascii_lowercase())
}

/// The address, if a page may link to it.
pub(crate) fn linkable(address: &str) -> Option<&str> {
    Some(address).filter(|address| origin(address).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_led_to() {
        for (address, expected) in [
            ("https://login.audi.example/authorize?x=1", Some("https://login.audi.example")),
            ("HTTPS://Example.com", Some("https://example.com")),
            ("http://127.0.0.1:8080/back#x", Some("http://127.0.0.1:8080")),
            ("http://[::1]:80/", Some("http://[::1]:80")),
            ("https://example.com\\@evil.example/", Some("https://example.com")),
            ("javascript:alert(1)", None),
            ("javascript://example.com/%0aalert(1)", None),
            ("data:text/html,x", None),
            ("//example.com", None),
            ("/path", None),
            ("https://", None),
            ("https:///path", None),
            ("https://user@example.com", None),
            ("https://example.com; script-src *", None),
            ("https://example.com 'unsafe-inline'", None),
            ("https://exam\nple.com", None),
            ("https://škoda.example", None),
            ("", None),
        ] {
            assert_eq!(origin(address).as_deref(), expected, "{address:?}");
            assert_eq!(linkable(address).is_some(), expected.is_some(), "{address:?}");
        }
    }
}
