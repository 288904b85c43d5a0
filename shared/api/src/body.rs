//! Bodies that are declared once: a struct that derives `Deserr` is the reader, and with `ToSchema`
//! beside it the description in the contract.
//!
//! `serde` stops at the first fault; `deserr` notes it and goes on. What it finds are [`Faults`], each
//! with its place. Rules that span several values need a body that could be read.

use std::{
    ops::ControlFlow::{self, Continue},
    str::FromStr,
};

use deserr::{
    DeserializeError, Deserr, ErrorKind, IntoValue, MergeWithError, Value as Node, ValueKind, ValuePointerRef,
    take_cf_content,
};
use serde_json::Value;
use wattbook_domain::{
    AccountId, AccountStatus, AccountType, ContractKind, CountryCode, DateOrTime, Email, EnergyType, Flaw, Id,
    IdentifierKind, InputMethod, LabelPartnerCode, OrganisationId, PhoneNumber, ServiceType, TariffService, Text,
    TimeZone,
    catalogue::{Connector, Consent, EntityType, HttpsLink, ManufacturerName, Step, attributes::AttributeName},
    entity::{CollectiveId, CollectiveKind, EntityId, Setting},
    onboarding::Origin,
    property::DataType,
    user::{Role, UserId},
    webhook::EventType,
};

use crate::{
    Faults,
    fault::{Pointer, Reason},
};

/// Reads a body. `None` if it cannot be read. Its faults, with those noted before, are then in its order.
pub fn read<T: Deserr<Faults>>(body: &Value, faults: &mut Faults) -> Option<T> {
    let read = deserr::deserialize::<T, _, Faults>(body.clone()).map_err(|found| faults.extend(found)).ok();
    faults.sort_by(body);
    read
}

/// Reads a value as two structures that share its members.
///
/// # Errors
/// The one or the other cannot be read. What is no object at all is one fault, not two.
pub fn both<A, B, V>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<(A, B), Faults>
where
    A: Deserr<Faults>,
    B: Deserr<Faults>,
    V: IntoValue,
{
    let is_object = value.kind() == ValueKind::Map;
    let value = Value::from(value);
    let first = A::deserialize_from_value(value.clone().into_value(), at);
    if !is_object {
        return first.and_then(|first| Ok((first, B::deserialize_from_value(value.into_value(), at)?)));
    }
    match (first, B::deserialize_from_value(value.into_value(), at)) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (Err(found), Ok(_)) | (Ok(_), Err(found)) => Err(found),
        (Err(first), Err(second)) => Err(merge(Some(first), second)),
    }
}

/// A list that must have an element.
///
/// # Errors
/// It is empty.
pub fn at_least_one<T>(list: Vec<T>) -> Result<Vec<T>, Reason> {
    if list.is_empty() { Err(Reason::new("too_few", "must have at least one element")) } else { Ok(list) }
}

impl DeserializeError for Faults {
    fn error<V: IntoValue>(
        noted: Option<Self>,
        error: ErrorKind<'_, V>,
        at: ValuePointerRef<'_>,
    ) -> ControlFlow<Self, Self> {
        let at = pointer(at);
        let (at, reason) = match error {
            ErrorKind::MissingField { field } => (at.child(field), Reason::required()),
            ErrorKind::UnknownKey { key, accepted } => {
                let message = format!("is not known here; known are {}", accepted.join(", "));
                (at.child(key), Reason::new("unknown_member", message))
            }
            ErrorKind::IncorrectValueKind { actual, accepted } => {
                (at, Reason::wrong_type(expected(accepted), &Value::from(actual)))
            }
            ErrorKind::UnknownValue { accepted, .. } => {
                (at, Reason::new("not_allowed", format!("must be one of {}", accepted.join(", "))))
            }
            ErrorKind::BadSequenceLen { expected, .. } => {
                (at, Reason::new("wrong_length", format!("must have {expected} elements")))
            }
            ErrorKind::Unexpected { msg } => (at, Reason::new("invalid_value", msg)),
        };
        let mut noted = noted.unwrap_or_default();
        noted.body(&at, reason);
        Continue(noted)
    }
}

/// Faults that were noted, with those found since.
#[must_use]
pub fn merge(noted: Option<Faults>, found: Faults) -> Faults {
    let mut noted = noted.unwrap_or_default();
    noted.extend(found);
    noted
}

impl MergeWithError<Faults> for Faults {
    fn merge(noted: Option<Self>, found: Self, _: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        Continue(merge(noted, found))
    }
}

impl MergeWithError<Reason> for Faults {
    fn merge(noted: Option<Self>, reason: Reason, at: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        let mut noted = noted.unwrap_or_default();
        noted.body(&pointer(at), reason);
        Continue(noted)
    }
}

impl MergeWithError<Flaw> for Faults {
    fn merge(noted: Option<Self>, flaw: Flaw, at: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        Self::merge(noted, Reason::from(flaw), at)
    }
}

/// Where a value stands.
#[must_use]
pub fn pointer(at: ValuePointerRef<'_>) -> Pointer {
    match at {
        ValuePointerRef::Origin => Pointer::root(),
        ValuePointerRef::Key { key, prev } => pointer(*prev).child(key),
        ValuePointerRef::Index { index, prev } => pointer(*prev).child(index),
    }
}

fn expected(accepted: &[ValueKind]) -> &'static str {
    match accepted {
        [ValueKind::Boolean, ..] => "true or false",
        [ValueKind::String, ..] => "a string",
        [ValueKind::Sequence, ..] => "an array",
        [ValueKind::Map, ValueKind::Sequence, ..] => "an object or an array",
        [ValueKind::Map, ..] => "an object",
        [ValueKind::Null, ..] => "null",
        _ => "a number",
    }
}

/// Reads a string, and from it a value of the domain.
fn text<T, V: IntoValue>(
    value: Node<V>,
    at: ValuePointerRef<'_>,
    parse: impl FnOnce(&str) -> Result<T, Reason>,
) -> Result<T, Faults> {
    let raw = String::deserialize_from_value(value, at)?;
    parse(&raw).map_err(|reason| take_cf_content(Faults::merge(None, reason, at)))
}

// The domain is nobody's JSON: that its values are read from strings is said here.
macro_rules! from_text {
    ($($value:ty = $parse:path;)+) => {$(
        impl Deserr<Faults> for $value {
            fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
                text(value, at, |raw| $parse(raw).map_err(Reason::from))
            }
        }
    )+};
}

from_text! {
    AccountId = account_id;
    AccountStatus = str::parse;
    AccountType = str::parse;
    AttributeName = AttributeName::parse;
    Connector = str::parse;
    ContractKind = str::parse;
    Consent = str::parse;
    CollectiveId = resource_id;
    CollectiveKind = str::parse;
    CountryCode = CountryCode::parse;
    DataType = str::parse;
    DateOrTime = DateOrTime::parse;
    Email = Email::parse;
    EnergyType = str::parse;
    EntityId = resource_id;
    EntityType = str::parse;
    EventType = str::parse;
    HttpsLink = HttpsLink::parse;
    IdentifierKind = str::parse;
    InputMethod = str::parse;
    LabelPartnerCode = LabelPartnerCode::parse;
    ManufacturerName = ManufacturerName::parse;
    OrganisationId = organisation_id;
    Origin = Origin::parse;
    PhoneNumber = PhoneNumber::parse;
    ServiceType = str::parse;
    Role = str::parse;
    Step = str::parse;
    TariffService = str::parse;
    TimeZone = TimeZone::parse;
    UserId = resource_id;
}

fn organisation_id(raw: &str) -> Result<OrganisationId, Reason> {
    raw.parse().map_err(|_| Reason::new("invalid_organisation_id", "must be the id of an organisation, a UUID"))
}

fn resource_id<T: FromStr>(raw: &str) -> Result<T, Flaw> {
    raw.parse().map_err(|_| Flaw::ResourceId)
}

fn account_id(raw: &str) -> Result<AccountId, Flaw> {
    raw.parse().map_err(|_| Flaw::AccountId)
}

impl<const MAX: usize> Deserr<Faults> for Text<MAX> {
    fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        text(value, at, |raw| Self::parse(raw).map_err(Reason::from))
    }
}

impl<const MAX: usize> Deserr<Faults> for Id<MAX> {
    fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        text(value, at, |raw| Self::parse(raw).map_err(Reason::from))
    }
}

/// `null` takes it out; a member that is absent is to have `#[deserr(default)]`.
impl<T: Deserr<Faults>> Deserr<Faults> for Setting<T> {
    fn deserialize_from_value<V: IntoValue>(value: Node<V>, at: ValuePointerRef<'_>) -> Result<Self, Faults> {
        Ok(Option::deserialize_from_value(value, at)?.map_or(Self::Removed, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wattbook_domain::{ExternalId, Name};

    use super::*;
    use crate::fault::Location;

    #[derive(Debug, Deserr)]
    #[deserr(error = Faults, deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Outer {
        id: ExternalId,
        email: Email,
        #[deserr(try_from(Vec<Inner>) = at_least_one -> Reason)]
        list: Vec<Inner>,
    }

    #[derive(Debug, Deserr)]
    #[deserr(error = Faults, deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Inner {
        #[deserr(default)]
        flag: Option<bool>,
        #[deserr(default)]
        name: Option<Name>,
    }

    fn faults(body: &Value) -> Vec<(String, &'static str)> {
        let mut faults = Faults::default();
        let read = read::<Outer>(body, &mut faults);
        assert_eq!(read.is_some(), faults.is_empty());
        let show = |location: &Location| match location {
            Location::Body(path) => path.as_str().to_owned(),
            other => format!("{other:?}"),
        };
        faults.list().iter().map(|fault| (show(&fault.location), fault.reason.code)).collect()
    }

    #[test]
    fn notes_every_fault_in_the_order_of_the_body() {
        let body = json!({
            "x/y": 1, "email": null, "list": [{"flag": "true"}, 7, {"flag": null, "name": ""}, {"name": "a", "b": 0}],
        });
        let expected = [
            ("/x~1y", "unknown_member"),
            ("/email", "wrong_type"),
            ("/list/0/flag", "wrong_type"),
            ("/list/1", "wrong_type"),
            ("/list/2/name", "empty"),
            ("/list/3/b", "unknown_member"),
            ("/id", "required"),
        ];
        assert_eq!(faults(&body), expected.map(|(path, code)| (path.to_owned(), code)));
        let body = json!({"id": "1", "email": "jo@example.com", "list": []});
        assert_eq!(faults(&body), [("/list".to_owned(), "too_few")]);
        assert_eq!(faults(&json!(null)), [(String::new(), "wrong_type")]);
    }

    #[test]
    fn a_long_list_of_faults_is_capped_and_counted() {
        let many: Vec<_> = (0..50_000).map(|i| json!({ "flag": i })).collect();
        let mut faults = Faults::default();
        assert!(read::<Outer>(&json!({"id": "1", "email": "a@b.example", "list": many}), &mut faults).is_none());
        assert_eq!((faults.list().len(), faults.omitted()), (Faults::MAX, 49_500));
    }
}
