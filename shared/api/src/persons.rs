//! From the name and the password that a person shows to who it is.
//!
//! Whether there is somebody of a name must not show, in what is answered or in how long that takes: for a name that
//! nobody has, as much is read and hashed as for one that somebody has. Wrong passwords slow down what is tried on a name
//! or from an address ([`Patience`]), by one and the same rule for both.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use wattbook_domain::{
    Account, AccountId, Email, OrganisationId,
    user::{Patience, User, UserId},
};
use wattbook_store::{Held, SignIn};

use crate::{
    Failure, Person, Principal, Services, clock, credentials, password,
    secret::{self, KeyRing},
    token,
};

/// What somebody shows.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    /// The name: an e-mail; where e-mails are unique within an organisation only, behind its id and a slash.
    pub name: &'a str,
    /// The password.
    pub password: &'a str,
    /// The address that it comes from.
    pub address: Option<&'a str>,
}

/// Who somebody turned out to be.
#[derive(Debug)]
pub enum SignedIn {
    /// A customer.
    Customer(Box<Account>),
    /// A user who is no customer.
    User(Box<User>),
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// The name and the password are right.
    Known(SignedIn),
    /// One of them is not.
    Unknown,
    /// Nothing is tried for so many seconds.
    Wait(u32),
}

impl SignedIn {
    /// Who it is.
    #[must_use]
    pub fn person(&self) -> Person {
        match self {
            Self::Customer(account) => Person::customer(account),
            Self::User(user) => Person::user(user),
        }
    }

    /// The hash of the password; none of somebody who may not sign in.
    fn hash(&self) -> Option<&str> {
        match self {
            Self::Customer(account) => {
                let registration = account.customer.registration.as_ref();
                let may = account.customer.email_verified && !account.is_deleted();
                registration.filter(|_| may).map(|it| it.password_hash.as_str())
            }
            Self::User(user) => user.disabled_at.is_none().then_some(user.password_hash.as_str()),
        }
    }

    /// What a token says of the password, so that it ends with it.
    fn stamp(&self) -> Option<String> {
        let digest = Sha256::digest(self.hash()?);
        Some(URL_SAFE_NO_PAD.encode(digest).chars().take(12).collect())
    }
}

/// Who shows this name and this password.
///
/// # Errors
/// The store failed.
pub async fn by_password(services: &Services, shown: &Shown<'_>) -> Result<Outcome, Failure> {
    let (store, now) = (services.store()?, clock::now());
    let (organisation, name) = named(shown.name);
    let sign_in = SignIn { organisation, name: name.as_ref(), given: shown.name, address: shown.address };
    let state = store.sign_in_state(&sign_in).await?;
    let waits = [state.of_name.wait(Patience::NAME, now), state.of_address.wait(Patience::ADDRESS, now)];
    if let Some(wait) = waits.into_iter().flatten().max() {
        return Ok(Outcome::Wait(wait));
    }
    // After a pause one try is made, and not as many as come at the same time.
    let in_turn = state.of_name.failures > Patience::NAME.free;
    if in_turn && !store.take_turn(&sign_in, state.of_name, now).await? {
        return Ok(Outcome::Wait(1));
    }
    let found = find(services, state.held()).await?;
    let composed = password::composed(shown.password);
    // On the thread at hand: a function has one request at a time, and nobody waits beside it.
    if password::is_of(found.as_ref().and_then(SignedIn::hash), &composed)? {
        if state.of_name.failures > 0 {
            store.forget_wrong_passwords(&sign_in).await?;
        }
        return Ok(found.map_or(Outcome::Unknown, Outcome::Known));
    }
    store.note_wrong_password(&sign_in, !in_turn, now).await?;
    Ok(Outcome::Unknown)
}

/// Who an `Authorization` header says calls.
#[derive(Debug)]
pub enum Known {
    /// An organisation.
    Organisation(Principal),
    /// A person.
    Person(SignedIn),
    /// Nobody.
    Nobody,
    /// Nothing is tried for so many seconds.
    Wait(u32),
}

impl From<Option<Principal>> for Known {
    fn from(found: Option<Principal>) -> Self {
        found.map_or(Self::Nobody, Self::Organisation)
    }
}

/// Who an `Authorization` header says calls: a person by name and password or by a token, or an organisation.
///
/// # Errors
/// The store failed.
pub async fn by_header(services: &Services, authorization: &str, address: Option<&str>) -> Result<Known, Failure> {
    if let Some((name, password)) = credentials::from_basic(authorization) {
        // A name that has the form of an app id is one: no e-mail has it.
        if secret::organisation_of(&name).is_some() {
            return Ok(credentials::by_key(services, &name, &password).await?.into());
        }
        let shown = Shown { name: &name, password: &password, address };
        return Ok(match by_password(services, &shown).await? {
            Outcome::Known(signed_in) => Known::Person(signed_in),
            Outcome::Unknown => Known::Nobody,
            Outcome::Wait(wait) => Known::Wait(wait),
        });
    }
    let keys = services.signing_keys()?;
    let subject = credentials::from_bearer(authorization).and_then(|token| token::verify(keys, token));
    let Some(subject) = subject else { return Ok(credentials::nobody(services).await?.into()) };
    match by_token(services, &subject).await? {
        Some(signed_in) => Ok(Known::Person(signed_in)),
        None => Ok(credentials::by_id(services, &subject).await?.into()),
    }
}

/// A bearer token for somebody who has shown a password. It ends with the password.
///
/// # Errors
/// It cannot be written.
pub fn token(keys: &KeyRing, signed_in: &SignedIn, now: Timestamp) -> Result<String, Failure> {
    let person = signed_in.person();
    let kind = if person.own.is_some() { CUSTOMER } else { USER };
    let stamp = signed_in.stamp().unwrap_or_default();
    let subject = format!("{kind}.{}.{}.{stamp}", person.organisation, person.user);
    token::issue(keys, &subject, now).map_err(|error| Failure::Internal(error.into()))
}

/// The person that a token's subject names, if it names one who may still sign in with the same password.
async fn by_token(services: &Services, subject: &str) -> Result<Option<SignedIn>, Failure> {
    let Some((organisation, held, stamp)) = read(subject) else { return Ok(None) };
    let found = find(services, Some((organisation, held))).await?;
    Ok(found.filter(|it| it.stamp().as_deref() == Some(stamp)))
}

const CUSTOMER: &str = "customer";
const USER: &str = "user";

fn read(subject: &str) -> Option<(OrganisationId, Held, &str)> {
    let mut parts = subject.split('.');
    let (kind, organisation, id, stamp) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let user: UserId = id.parse().ok()?;
    let held = match kind {
        CUSTOMER => Held::ByAccount(user.into()),
        USER => Held::ByUser(Some(user)),
        _ => return None,
    };
    Some((organisation.parse().ok()?, held, stamp)).filter(|_| parts.next().is_none())
}

/// Who holds a name; where nobody does, something is looked for all the same.
async fn find(services: &Services, held: Option<(OrganisationId, Held)>) -> Result<Option<SignedIn>, Failure> {
    let store = services.store()?;
    let nobody = || (OrganisationId::new_random(), Held::ByAccount(AccountId::new_random()));
    Ok(match held.unwrap_or_else(nobody) {
        (organisation, Held::ByAccount(id)) => {
            store.account(organisation, id).await?.map(|account| SignedIn::Customer(Box::new(account)))
        }
        (organisation, Held::ByUser(id)) => {
            let user = store.user(organisation, id.unwrap_or_else(UserId::new_random)).await?;
            user.map(|user| SignedIn::User(Box::new(user)))
        }
    })
}

/// The organisation and the e-mail that a name is made of.
fn named(name: &str) -> (Option<OrganisationId>, Option<Email>) {
    let (organisation, email) = match name.split_once('/') {
        Some((id, rest)) if id.parse::<OrganisationId>().is_ok() => (id.parse().ok(), rest),
        _ => (None, name),
    };
    (organisation, Email::parse(email.trim()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_say_its_organisation() {
        let id = OrganisationId::new_random();
        let email = |raw: &str| Email::parse(raw).ok();
        for (name, expected) in [
            ("jo@example.com".to_owned(), (None, email("jo@example.com"))),
            (" JO@example.com ".into(), (None, email("JO@example.com"))),
            (format!("{id}/jo@example.com"), (Some(id), email("jo@example.com"))),
            ("a/b@example.com".into(), (None, email("a/b@example.com"))),
            ("jo".into(), (None, None)),
            (String::new(), (None, None)),
        ] {
            assert_eq!(named(&name), expected, "{name}");
        }
    }

    #[test]
    fn a_subject_of_a_token_names_a_person_and_no_credential() {
        let (organisation, id) = (OrganisationId::new_random(), AccountId::new_random());
        let subject = format!("customer.{organisation}.{id}.abc");
        assert_eq!(read(&subject), Some((organisation, Held::ByAccount(id), "abc")));
        assert_eq!(
            read(&subject.replace("customer", "user")),
            Some((organisation, Held::ByUser(Some(id.into())), "abc"))
        );
        assert_eq!(crate::secret::organisation_of(&subject), None);
        for none in ["", "customer", &format!("{subject}.d"), &subject.replace("customer", "staff"), "customer.a.b.c"] {
            assert_eq!(read(none), None, "{none}");
        }
        let (app_id, _) = crate::secret::new_credential(organisation).unwrap();
        assert_eq!(read(&app_id), None);
    }
}
