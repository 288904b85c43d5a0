//! The values that callers give, described for the contract. Each stands once, whatever dialect
//! uses it, beside the type of the domain that reads it.

use std::borrow::Cow;

use serde::Deserialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type, schema::SchemaType},
};
use wattbook_domain::{
    AccountStatus, AccountType, Actor, ContractKind, CountryCode, Email, EnergyType, IdentifierKind, InputMethod,
    ServiceType, TariffService,
    catalogue::{Connector, Consent, EntityType, Step},
    changes::ChangeKind,
    entity::{CollectiveKind, DisconnectReason, EntityStatus, Permission},
    import::{FileFormat, ImportDialect, ImportOutcome, ImportStatus},
    onboarding::{CanceledBy, Happening, OnboardingStatus, StepState},
    property::DataType,
    webhook::{DeliveryFailure, DeliveryStatus, DisabledBy, EventType, ReceiverUrl},
};

// Spelt out, for `\s` is another set in every dialect of regular expressions, and most have no `\p`. What cannot be seen
// beyond U+FFFF is left out: many dialects take no such range.

/// What no text may have: control characters, separators of lines, and what is not seen.
macro_rules! unseen {
    () => {
        r"\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    };
}

/// Other spaces than U+0020.
macro_rules! other_spaces {
    () => {
        r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
    };
}

/// What some scripts are written with, though it is not seen by itself.
macro_rules! ignorable {
    () => {
        r"\u034f\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u200c-\u200d\u2800\u3164\ufe00-\ufe0f\uffa0"
    };
}

/// Signs that are seen, and are formatting.
macro_rules! formatting {
    () => {
        r"\u0600-\u0605\u06dd\u070f\u0890-\u0891\u08e2"
    };
}

/// One line of text, with no white space around it.
const LINE: &str = concat!(
    concat!("^[^ ", unseen!(), other_spaces!(), ignorable!(), "]"),
    concat!("([^", unseen!(), "]*[^ ", unseen!(), other_spaces!(), "])?$"),
);

/// An id: one line on which every character can be seen.
const ID: &str = concat!(
    concat!("^[^ ", unseen!(), other_spaces!(), ignorable!(), formatting!(), "]"),
    concat!("([^", unseen!(), other_spaces!(), ignorable!(), formatting!(), "]*"),
    concat!("[^ ", unseen!(), other_spaces!(), ignorable!(), formatting!(), "])?$"),
);

/// A date, or a date with a time: no format of JSON Schema allows both. Which days and hours there are is not said here.
const MOMENT: &str = concat!(
    "^([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    r"(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?)?$",
);

macro_rules! described {
    ($($(#[doc = $doc:literal])+ $name:ident $(as $public:literal)? => $schema:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Deserialize)]
        pub struct $name(pub String);

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new().schema_type(Type::String);
                let describe: fn(ObjectBuilder) -> ObjectBuilder = $schema;
                describe(text).description(Some(concat!($($doc),+).trim())).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                // Those without are plain text, of which the contract makes no type.
                [$($public,)? stringify!($name)][0].into()
            }
        }
    )+};
}

/// The key of a property: an id of up to 128 characters.
#[must_use]
pub fn key_name() -> Schema {
    id(ObjectBuilder::new().schema_type(Type::String), 128).into()
}

fn line(text: ObjectBuilder, max: usize) -> ObjectBuilder {
    text.min_length(Some(1)).max_length(Some(max)).pattern(Some(LINE))
}

fn id(text: ObjectBuilder, max: usize) -> ObjectBuilder {
    text.min_length(Some(1)).max_length(Some(max)).pattern(Some(ID))
}

described! {
    /// An id that your systems gave: one line on which every character can be seen.
    ExternalIdText => |text| id(text, 128);
    /// An id of up to 100 characters, each of which can be seen.
    Id100 => |text| id(text, 100);
    /// An id of up to 256 characters, each of which can be seen.
    Id256 => |text| id(text, 256);
    /// One line of text of up to 8 characters.
    Line8 => |text| line(text, 8);
    /// One line of text of up to 16 characters.
    Line16 => |text| line(text, 16);
    /// One line of text of up to 32 characters.
    Line32 => |text| line(text, 32);
    /// One line of text of up to 64 characters.
    Line64 => |text| line(text, 64);
    /// One line of text of up to 100 characters.
    Line100 => |text| line(text, 100);
    /// One line of text of up to 128 characters.
    Line128 => |text| line(text, 128);
    /// One line of text of up to 255 characters.
    Line255 => |text| line(text, 255);
    /// One line of text of up to 500 characters.
    Line500 => |text| line(text, 500);
    /// One line of text of up to 1000 characters, or a number or a truth value, which are kept as text.
    Scalar => |text| line(text.schema_type(SchemaType::from_iter([Type::String, Type::Number, Type::Boolean])), 1000);
    /// An e-mail address; letters beyond ASCII and IDNA domains are fine.
    EmailText => |text| text.format(Some(SchemaFormat::Custom("idn-email".into()))).max_length(Some(Email::MAX));
    /// A calendar date (RFC 3339, full-date).
    Day => |text| text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    /// A date, or a date with a time (RFC 3339); without an offset or a time, UTC and midnight are meant.
    MomentText => |text| text.pattern(Some(MOMENT));
    /// The name of a time zone in the IANA database. Not a list: there are six hundred, and there will be others.
    Zone => |text| text.pattern(Some("^[A-Za-z][A-Za-z0-9_+/-]*$")).max_length(Some(64));
    /// Whether an account is in use; `DELETED`: deleted, but kept.
    StatusWord as "AccountStatus" => |text| text.enum_values(Some(AccountStatus::WORDS.iter().copied()));
    /// What an account stands for.
    TypeWord as "AccountType" => |text| text.enum_values(Some(AccountType::WORDS.iter().copied()));
    /// What the values of a property are.
    PropertyTypeWord as "PropertyType" => |text| text.enum_values(Some(DataType::WORDS.iter().copied()));
    /// What a tariff is for.
    TariffServiceWord as "TariffService" => |text| text.enum_values(Some(TariffService::WORDS.iter().copied()));
    /// The code of a label partner.
    LabelPartner => |text| text.pattern(Some("^[A-Z][A-Z0-9_-]*$")).max_length(Some(32));
    /// An ISO 3166-1 alpha-2 country code, or `XK` for Kosovo.
    Country as "CountryCode" => |text| text.enum_values(Some(CountryCode::all()));
    /// A service type: live or in batches, high or low resolution, with or without disaggregation,
    /// with or without hardware.
    Service as "ServiceType" => |text| text.enum_values(Some(ServiceType::all().map(|service_type| service_type.to_string())));
    /// How readings come in.
    Input as "MeterInputMethod" => |text| text.enum_values(Some(InputMethod::WORDS.iter().copied()));
    /// What a contract is about.
    ContractKindWord as "ContractKind" => |text| text.enum_values(Some(ContractKind::WORDS.iter().copied()));
    /// A telephone number: digits alone, which those of Arabic and Persian may be; of another country with 00 and its code.
    PhoneText => |text| text.pattern(Some(r"^[0-9\u0660-\u0669\u06f0-\u06f9]{1,14}$"));
    /// What a meter measures.
    Energy as "EnergyType" => |text| text.enum_values(Some(EnergyType::WORDS.iter().copied()));
    /// A type of entity.
    EntityTypeWord as "EntityType" => |text| text.enum_values(Some(EntityType::WORDS.iter().copied()));
    /// How a device is proved to be its owner's, and reached.
    ConnectorWord as "Connector" => |text| text.enum_values(Some(Connector::WORDS.iter().copied()));
    /// Where the owner consents: on our page, or there and then by signing in at the manufacturer.
    ConsentWord as "ConsentKind" => |text| text.enum_values(Some(Consent::WORDS.iter().copied()));
    /// A step on the way from a request to an entity.
    StepWord as "OnboardingStep" => |text| text.enum_values(Some(Step::WORDS.iter().copied()));
    /// Whether an entity is connected, or was.
    EntityStatusWord as "EntityStatus" => |text| text.enum_values(Some(EntityStatus::WORDS.iter().copied()));
    /// Why an entity is connected no longer.
    DisconnectReasonWord as "DisconnectReason" => |text| text.enum_values(Some(DisconnectReason::WORDS.iter().copied()));
    /// Something that can be done with an entity.
    PermissionWord as "EntityPermission" => |text| text.enum_values(Some(Permission::WORDS.iter().copied()));
    /// What kind of group it is: those who live together, or those who share energy.
    CollectiveKindWord as "CollectiveType" => |text| text.enum_values(Some(CollectiveKind::WORDS.iter().copied()));
    /// How far an onboarding request has come. The last three are its ends.
    OnboardingStatusWord as "OnboardingStatus" => |text| text.enum_values(Some(OnboardingStatus::WORDS.iter().copied()));
    /// How far a step has come.
    StepStateWord as "StepState" => |text| text.enum_values(Some(StepState::WORDS.iter().copied()));
    /// What happened to an onboarding request.
    HappeningWord as "OnboardingEvent" => |text| text.enum_values(Some(Happening::WORDS.iter().copied()));
    /// Who ended an onboarding request.
    CanceledByWord as "CanceledBy" => |text| text.enum_values(Some(CanceledBy::WORDS.iter().copied()));
    /// What the records of a file are bodies of.
    ImportDialectWord as "ImportDialect" => |text| text.enum_values(Some(ImportDialect::WORDS.iter().copied()));
    /// How a file is written.
    FileFormatWord as "FileFormat" => |text| text.enum_values(Some(FileFormat::WORDS.iter().copied()));
    /// How an import goes.
    ImportStatusWord as "ImportStatus" => |text| text.enum_values(Some(ImportStatus::WORDS.iter().copied()));
    /// What came of a record.
    ImportOutcomeWord as "ImportOutcome" => |text| text.enum_values(Some(ImportOutcome::WORDS.iter().copied()));
    /// A type of events; `*` is every one, those included that will come.
    EventTypeWord as "EventType" => |text| text.enum_values(Some(EventType::WORDS.iter().copied()));
    /// How far a delivery has come.
    DeliveryStatusWord as "DeliveryStatus" => |text| text.enum_values(Some(DeliveryStatus::WORDS.iter().copied()));
    /// Why a try did not succeed, or none was made.
    DeliveryFailureWord as "DeliveryFailure" => |text| text.enum_values(Some(DeliveryFailure::WORDS.iter().copied()));
    /// Why a webhook is told of nothing: an event could not be delivered, its receiver said that it is gone, or you did it.
    DisabledByWord as "DisabledBy" => |text| text.enum_values(Some(DisabledBy::WORDS.iter().copied()));
    /// An absolute `https` address at a host on the internet, without user and fragment.
    ReceiverAddress => |text| text
        .format(Some(SchemaFormat::Custom("uri".into())))
        .pattern(Some("^[Hh][Tt][Tt][Pp][Ss]?://"))
        .max_length(Some(ReceiverUrl::MAX));
    /// What a change was.
    ChangeWord as "ChangeKind" => |text| text.enum_values(Some(ChangeKind::WORDS.iter().copied()));
    /// What kind of actor made a change: a credential of the organisation; the customer, by a token sent to the e-mail;
    /// the owner of a device, on the pages that he was given a link to; what connects devices, by what a manufacturer
    /// said; a schedule; an import; a message that came by a queue.
    ActorWord as "ChangeActorType" => |text| text.enum_values(Some(Actor::WORDS.iter().copied()));
    /// A kind of identifier, by whose rules it is checked.
    IdentifierKindWord as "IdentifierKind" => |text| text.enum_values(Some(IdentifierKind::WORDS.iter().copied()));
}

#[cfg(test)]
mod tests {
    use regex::Regex;
    use wattbook_domain::{ExternalId, Text};

    use super::*;

    /// Each character up to U+FFFF, at the beginning, inside and at the end of a text and of an id.
    #[test]
    fn the_patterns_say_what_is_read() {
        let (line, id) = (Regex::new(LINE).unwrap(), Regex::new(ID).unwrap());
        for c in (0..=0xffff).filter_map(char::from_u32) {
            for raw in [c.to_string(), format!("{c}a"), format!("a{c}b"), format!("a{c}")] {
                assert_eq!(line.is_match(&raw), Text::<3>::parse(&raw).is_ok(), "text {raw:?}");
                assert_eq!(id.is_match(&raw), ExternalId::parse(&raw).is_ok(), "id {raw:?}");
            }
        }
    }
}
