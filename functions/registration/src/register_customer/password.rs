//! Passwords: which are taken, and how hard they are to guess.

use wattbook_api::{
    Failure,
    fault::Reason,
    password::{self, MAX},
};
use wattbook_domain::{Customer, Email, ExternalId, Flaw, Name};
use zxcvbn::{Score, zxcvbn};

use super::advice;

/// The fewest characters.
const MIN: usize = 10;

/// How many characters are judged: what is hard to guess so far only gets harder, and judging takes
/// time that grows with the square.
const JUDGED: usize = 48;

/// A password of allowed length, in its composed form: keyboards differ in how they send `é`.
pub(crate) struct Password(String);

impl Password {
    /// Reads a password as it stands in a body.
    pub(crate) fn read(raw: &str) -> Result<Self, Reason> {
        let composed = password::composed(raw);
        if let Some(found) = composed.chars().find(|c| c.is_control()) {
            return Err(Flaw::ControlCharacter { found }.into());
        }
        match composed.chars().count() {
            0..MIN => Err(Reason::new("too_short", format!("must not be shorter than {MIN} characters"))),
            MIN..=MAX => Ok(Self(composed)),
            _ => Err(Flaw::TooLong { max: MAX }.into()),
        }
    }

    /// Why the password is too easy to guess, if it is: fewer than about 10^8 guesses for somebody who
    /// knows common passwords, words and names, and who the customer is.
    pub(crate) fn weakness(&self, customer: &Customer) -> Option<Reason> {
        let contact = &customer.contact;
        let email = customer.email.as_ref().map(Email::as_str);
        let names = [contact.first_name.as_ref(), contact.last_name.as_ref()].map(|name| name.map(Name::as_str));
        let mut known: Vec<_> = names.into_iter().chain([email]).flatten().collect();
        known.extend(customer.external_id.as_ref().map(ExternalId::as_str));
        for text in names.into_iter().chain([email]).flatten() {
            known.extend(text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2));
        }
        known.extend(email.and_then(|email| email.rsplit_once('@')).map(|(local, _)| local));
        let judged: String = self.0.chars().take(JUDGED).collect();
        let estimate = zxcvbn(&judged, &known);
        (estimate.score() < Score::Three).then(|| Reason::new("password_too_weak", advice::about(estimate.feedback())))
    }

    /// The hash to keep.
    pub(crate) fn hash(&self) -> Result<String, Failure> {
        password::hash(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wattbook_domain::Contact;

    use super::*;

    fn customer() -> Customer {
        Customer {
            external_id: ExternalId::parse("9999999999338").ok(),
            email: Email::parse("wilhelmina.ouwehand@zonnestroom.example").ok(),
            contact: Contact {
                first_name: Name::parse("Wilhelmina").ok(),
                last_name: Name::parse("Ouwehand-Zevenbergen").ok(),
                ..Contact::default()
            },
            ..Customer::default()
        }
    }

    fn weakness(password: &str) -> Option<Reason> {
        Password::read(password).unwrap_or_else(|reason| panic!("{password}: {reason:?}")).weakness(&customer())
    }

    fn refused(value: &str) -> &'static str {
        Password::read(value).err().map_or("taken", |reason| reason.code)
    }

    #[test]
    fn its_length_is_that_of_the_composed_form() {
        for (value, code) in [
            ("x".repeat(9), "too_short"),
            ("x".repeat(10), "taken"),
            ("e\u{301}".repeat(9), "too_short"),
            ("e\u{301}".repeat(128), "taken"),
            ("x".repeat(129), "too_long"),
            ("  white space stays  ".to_owned(), "taken"),
            ("line\nbreak here".to_owned(), "control_character"),
            (String::new(), "too_short"),
        ] {
            assert_eq!(refused(&value), code, "{value}");
        }
        let hash = Password::read("cafe\u{301} au lait").unwrap().hash().unwrap();
        assert!(password::is_of(Some(&hash), "caf\u{e9} au lait").unwrap());
    }

    #[test]
    fn what_is_easy_to_guess_is_refused_with_advice() {
        for weak in ["password12", "1234567890", "qwertyuiop", "aaaaaaaaaaaa", "abcabcabcabc", "01-02-1990x"] {
            let reason = weakness(weak).unwrap_or_else(|| panic!("{weak} was taken"));
            assert_eq!(reason.code, "password_too_weak");
            assert!(reason.message.starts_with("is easy to guess") && !reason.message.contains(weak), "{reason:?}");
        }
        for own in ["Wilhelmina1", "ouwehand2024", "zonnestroom", "zevenbergen", "wilhelmina.ouwehand"] {
            assert!(weakness(own).is_some(), "{own} was taken");
        }
        for strong in ["correct horse battery staple", "vuurtoren kiwi molenwiek", "kT9#vw2!qLx7"] {
            assert_eq!(weakness(strong), None, "{strong}");
        }
    }

    /// Of what takes longest to judge, a judgement comes in time.
    #[test]
    fn no_password_takes_long_to_judge() {
        for slow in ["4@8({[<369&#!1/|0$5+7%2", "1990", "ab", "1/2/90", "aA4@", "passw0rd"] {
            let started = std::time::Instant::now();
            let long: String = slow.chars().cycle().take(MAX).collect();
            weakness(&long);
            assert!(started.elapsed().as_secs() < 3, "{slow}: {:?}", started.elapsed());
        }
    }

    proptest! {
        /// A function is built to abort where it panics, and the estimate is not of our making.
        #[test]
        fn no_password_panics(raw in "\\PC{10,128}|[a-cA-C0-3@$!/\\-. ]{10,128}|(19|20)[0-9]{2}[./ -][0-9]{1,8}\\PC{0,20}") {
            if let Ok(password) = Password::read(&raw) {
                password.weakness(&customer());
            }
        }
    }
}
