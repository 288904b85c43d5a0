//! E-mail addresses, as given and as compared.

use email_address::{EmailAddress, Options};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::Flaw;

/// An e-mail address. It is kept as given and compared by its [`Email::canonical`] form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The most characters an address can have on the wire (RFC 5321 §4.5.3.1.3, less the brackets).
    pub const MAX: usize = 254;

    /// Takes an address with a domain of at least two labels: RFC 5322 syntax, RFC 6531 for
    /// letters beyond ASCII, an IDNA domain. No display name, no quoted local part, no IP literal.
    ///
    /// # Errors
    /// It is none, or its domain is not one.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        if raw.chars().any(|c| c.is_control() || c.is_whitespace() || c == '"') {
            return Err(Flaw::Email);
        }
        // RFC 6532 §3.1 asks for NFC; the checker knows letters but no combining marks.
        let composed: String = raw.nfc().collect();
        let address = EmailAddress::parse_with_options(&composed, options).map_err(|_| Flaw::Email)?;
        let domain = ascii_domain(address.domain())?;
        if address.local_part().len() + 1 + domain.len() > Self::MAX {
            return Err(Flaw::TooLong { max: Self::MAX });
        }
        Ok(Self(raw.to_owned()))
    }

    /// The address as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is compared: the local part case-folded (full Unicode folding over NFC), the
    /// domain in its ASCII form. Mail systems may tell cases apart; people do not.
    #[must_use]
    pub fn canonical(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let composed: String = local.nfc().collect();
        let folded: String = caseless::default_case_fold_str(&composed).nfc().collect();
        let domain = ascii_domain(domain).unwrap_or_else(|_| domain.to_lowercase());
        format!("{folded}@{domain}")
    }
}

/// The ASCII form of a domain: UTS 46 processing with the letters and lengths of DNS. Two hyphens in
/// the third and fourth place are let pass, because registered domains have them.
fn ascii_domain(domain: &str) -> Result<String, Flaw> {
    idna::uts46::Uts46::new()
        .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Flaw::Email)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn compares_without_case_and_with_an_ascii_domain() {
        let canonical = |raw| Email::parse(raw).unwrap().canonical();
        assert_eq!(canonical("Jo@Example.COM"), "jo@example.com");
        assert_eq!(canonical("JO@bücher.example"), canonical("jo@xn--bcher-kva.example"));
        assert_eq!(canonical("STRASSE@x.nl"), canonical("straße@x.nl"));
        // Composed and decomposed spellings of one letter.
        assert_eq!(canonical("jos\u{e9}@x.nl"), canonical("jose\u{301}@x.nl"));
        assert_ne!(canonical("jo@x.nl"), canonical("jo@y.nl"));
    }

    #[test]
    fn refuses_what_is_no_address() {
        for raw in [
            "",
            "jo",
            "jo@",
            "@x.nl",
            "jo@x",
            "jo@@x.nl",
            "jo x@x.nl",
            "jo@x .nl",
            "jo@-x.nl",
            "jo@x..nl",
            "jo@[127.0.0.1]",
            "Jo <jo@x.nl>",
            "\"jo\"@x.nl",
            "jo@x.nl\0",
            "jo@exa_mple.nl",
            ".jo@x.nl",
            "jo.@x.nl",
            "j..o@x.nl",
        ] {
            assert!(Email::parse(raw).is_err(), "{raw:?} was taken");
        }
        let long = format!("jo@{}.nl", "x.".repeat(126));
        assert!(Email::parse(&long).is_err());
    }

    proptest! {
        #[test]
        fn case_never_makes_a_second_address(raw in "[a-zA-Z0-9.+_-]{1,20}@[a-zA-Z0-9]{1,10}\\.(nl|com)") {
            if let Ok(email) = Email::parse(&raw) {
                let upper = Email::parse(&raw.to_uppercase()).unwrap();
                prop_assert_eq!(email.canonical(), upper.canonical());
            }
        }

        #[test]
        fn nothing_panics(raw in "\\PC{0,40}@\\PC{0,40}") {
            if let Ok(email) = Email::parse(&raw) {
                let again = Email::parse(&email.canonical());
                // The canonical form is stable.
                if let Ok(again) = again {
                    prop_assert_eq!(again.canonical(), email.canonical());
                }
            }
        }
    }
}
