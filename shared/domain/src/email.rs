//! E-mail addresses, as given and as compared.

use email_address::{EmailAddress, Options};
use icu_casemap::CaseMapper;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{
    Flaw,
    text::{self, composed},
};

/// An e-mail address. It is kept as given and compared by its [`Email::canonical`] form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// The most characters an address can have on the wire (RFC 5321 §4.5.3.1.3, less the brackets).
    pub const MAX: usize = 254;

    /// Takes an address with a domain of at least two labels: RFC 5322 syntax, RFC 6531 for
    /// letters and signs beyond ASCII, an IDNA domain. No display name, no quoted local part, no IP literal, and nothing
    /// that cannot be seen, save the joiners that a domain may have.
    ///
    /// # Errors
    /// It is none, or its domain is not one.
    pub fn parse(raw: &str) -> Result<Self, Flaw> {
        let (local, domain) = raw.rsplit_once('@').unwrap_or((raw, ""));
        text::check_edges(raw)?;
        text::check_seen(local, text::breaks_id)?;
        text::check_seen(domain, text::breaks_text)?;
        if local.contains(|c: char| c.is_whitespace() || c == '"') {
            return Err(Flaw::Email);
        }
        let domain = ascii_domain(domain)?;
        // RFC 6532 §3.1 asks for NFC. The checker knows the domains of DNS alone.
        let compared = format!("{}@{domain}", composed(local));
        let options = Options::default().without_display_text().without_domain_literal().with_required_tld();
        EmailAddress::parse_with_options(&compared, options).map_err(|_| Flaw::Email)?;
        if compared.len() > Self::MAX { Err(Flaw::TooLong { max: Self::MAX }) } else { Ok(Self(raw.to_owned())) }
    }

    /// The address as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is compared: the local part composed (NFC) and folded character by character (the simple case
    /// folding of Unicode), the domain in its ASCII form. Mail systems may tell cases apart; people do not. But `ß` is
    /// not `ss`: `straße@…` and `strasse@…` are two people's.
    #[must_use]
    pub fn canonical(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let domain = ascii_domain(domain).unwrap_or_else(|_| domain.to_lowercase());
        format!("{}@{domain}", folded(local))
    }
}

fn folded(local: &str) -> String {
    let mapper = CaseMapper::new();
    composed(local).chars().map(|c| mapper.simple_fold(c)).nfc().collect()
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
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn canonical(raw: &str) -> String {
        Email::parse(raw).unwrap_or_else(|flaw| panic!("{raw:?}: {flaw}")).canonical()
    }

    #[test]
    fn compares_without_case_and_with_an_ascii_domain() {
        assert_eq!(canonical("Jo@Example.COM"), "jo@example.com");
        assert_eq!(canonical("JO@bücher.example"), canonical("jo@xn--bcher-kva.example"));
        assert_eq!(canonical("STRAẞE@x.nl"), canonical("straße@x.nl"));
        assert_eq!(canonical("ΣΊΣΥΦΟΣ@x.nl"), canonical("σίσυφος@x.nl"));
        // Composed and decomposed spellings of one letter.
        assert_eq!(canonical("jos\u{e9}@x.nl"), canonical("jose\u{301}@x.nl"));
        assert_eq!(canonical("JOSE\u{301}@x.nl"), canonical("jos\u{e9}@x.nl"));
    }

    /// What full case folding would join, a dotless i, other letters that look alike, a domain with ß.
    #[test]
    fn two_mailboxes_are_two() {
        for (one, other) in [
            ("jo@x.nl", "jo@y.nl"),
            ("straße@x.nl", "strasse@x.nl"),
            ("STRASSE@x.nl", "straße@x.nl"),
            ("ﬁn@x.nl", "fin@x.nl"),
            ("ŉ@x.nl", "ʼn@x.nl"),
            ("ᾳ@x.nl", "αι@x.nl"),
            ("ıjo@x.nl", "ijo@x.nl"),
            ("İjo@x.nl", "ijo@x.nl"),
            ("ｊｏ@x.nl", "jo@x.nl"),
            ("jo@straße.de", "jo@strasse.de"),
        ] {
            assert_ne!(canonical(one), canonical(other));
        }
    }

    /// Hindi, Tamil (whose last letter has a sign), Thai, Arabic with harakat, Hebrew with points, a symbol, a flag,
    /// a decomposed accent, a local part of 64 bytes, a domain that is longer in letters than in ASCII.
    #[test]
    fn takes_addresses_of_all_scripts() {
        for raw in [
            "शक्ति@उदाहरण.भारत",
            "தமிழ்@உதாரணம்.இந்தியா",
            "jo@தமிழ்.இந்தியா",
            "ใครๆก็ได้@ตัวอย่าง.ไทย",
            "مُحَمَّد@مثال.إختبار",
            "שָׁלוֹם@דוגמה.טעסט",
            "🚀@example.com",
            "🇳🇱@example.com",
            "jo@i❤.ws",
            "jose\u{301}@cafe\u{301}.example",
            "葉書@例え.テスト",
            "ю+метка@почта.рф",
            "jo@எடுத்துக்காட்டுஎடுத்துக்காட்டு.இந்தியா",
            "o'neil@example.com",
            "jo+solar@example.com",
        ] {
            let email = Email::parse(raw).unwrap_or_else(|flaw| panic!("{raw:?}: {flaw}"));
            assert_eq!(email.as_str(), raw);
        }
        let long = |length: usize| Email::parse(&format!("{}@example.com", "é".repeat(length)));
        assert!(long(32).is_ok());
        assert_eq!(long(33), Err(Flaw::Email));
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

    #[test]
    fn what_cannot_be_seen_makes_no_second_mailbox() {
        for found in ['\u{200b}', '\u{feff}', '\u{ad}', '\u{202e}', '\u{2060}', '\u{fe0f}', '\u{200d}', '\u{3164}'] {
            assert_eq!(Email::parse(&format!("j{found}o@x.nl")), Err(Flaw::InvisibleCharacter { found }), "{found:?}");
        }
        for found in ['\u{200b}', '\u{feff}', '\u{202e}'] {
            assert_eq!(Email::parse(&format!("jo@x.nl{found}")), Err(Flaw::InvisibleCharacter { found }), "{found:?}");
        }
        for found in [' ', '\u{a0}', '\n'] {
            assert_eq!(Email::parse(&format!("jo@x.nl{found}")), Err(Flaw::SurroundingSpace { found }), "{found:?}");
        }
        // A joiner that IDNA asks for.
        assert_eq!(canonical("jo@نامه\u{200c}ای.com"), "jo@xn--mgba3gch31f060k.com");
    }

    /// Every character: folded once is folded for good, and is what its own cases are folded to.
    #[test]
    fn folding_is_that_of_one_character() {
        for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
            let folded = folded(&c.to_string());
            assert_eq!(super::folded(&folded), folded, "{c:?}");
            // The standard library may not know of it yet.
            if c.is_alphabetic() {
                assert!(differ_by_case_alone(&c.to_string(), &folded), "{c:?} became {folded:?}");
            }
        }
    }

    /// Whether two texts have the same characters but for their case, however these are composed. By the mappings of
    /// the standard library, which are of another table.
    fn differ_by_case_alone(one: &str, other: &str) -> bool {
        let cases = |c: char| {
            let mut cases: HashSet<String> = [c.to_string()].into();
            for _ in 0..3 {
                for known in cases.clone() {
                    cases.extend([known.to_lowercase(), known.to_uppercase()].map(|it| it.nfd().collect()));
                }
            }
            cases
        };
        let (one, other): (Vec<_>, Vec<_>) = (one.nfd().collect(), other.nfd().collect());
        one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| !cases(*a).is_disjoint(&cases(*b)))
    }

    /// What is easily confused: cases of several characters, marks, compositions.
    const LETTERS: &str = "[a-dsSſßẞkKÅåéÉeEiIİı\u{301}\u{307}\u{308}\u{345}ᾳᾼαΑιΙσςΣǆǅǄﬁﬀfꭰᎠвВᲀаА]{1,6}";

    proptest! {
        #[test]
        fn case_never_makes_a_second_address(raw in "[a-zA-Z0-9.+_-]{1,20}@[a-zA-Z0-9]{1,10}\\.(nl|com)") {
            if let Ok(email) = Email::parse(&raw) {
                let upper = Email::parse(&raw.to_uppercase()).unwrap();
                prop_assert_eq!(email.canonical(), upper.canonical());
            }
        }

        #[test]
        fn folding_is_idempotent_and_joins_cases_alone(one in LETTERS, other in LETTERS) {
            let (first, second) = (format!("{one}@x.nl"), format!("{other}@x.nl"));
            let canonical_form = canonical(&first);
            prop_assert_eq!(canonical(&canonical_form), canonical_form.clone());
            prop_assert!(differ_by_case_alone(&one, canonical_form.trim_end_matches("@x.nl")));
            if canonical_form == canonical(&second) {
                prop_assert!(differ_by_case_alone(&one, &other));
            }
            // However it is composed, it is the same.
            prop_assert_eq!(canonical(&first.nfd().collect::<String>()), canonical_form);
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
