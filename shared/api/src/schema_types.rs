//! The values that callers give, described for the contract. Each stands once, whatever dialect
//! uses it, beside the type of the domain that reads it.

use serde::Deserialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};
use wattbook_domain::{CountryCode, Email, EnergyType, InputMethod, ServiceType};

/// One line of text: no control characters, no white space around it. The white space is spelt out,
/// for `\s` is another set in every dialect of regular expressions.
const LINE: &str = concat!(
    r"^[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]",
    r"([^\u0000-\u001f\u007f-\u009f]*",
    r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000])?$",
);

macro_rules! described {
    ($($(#[doc = $doc:literal])+ $name:ident => $schema:expr;)+) => {$(
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

        impl ToSchema for $name {}
    )+};
}

fn line(text: ObjectBuilder, max: usize) -> ObjectBuilder {
    text.min_length(Some(1)).max_length(Some(max)).pattern(Some(LINE))
}

described! {
    /// An id that your systems gave: one line of text.
    ExternalIdText => |text| line(text, 128);
    /// One line of text of up to 16 characters.
    Line16 => |text| line(text, 16);
    /// One line of text of up to 100 characters.
    Line100 => |text| line(text, 100);
    /// One line of text of up to 256 characters.
    Line256 => |text| line(text, 256);
    /// An e-mail address; letters beyond ASCII and IDNA domains are fine.
    EmailText => |text| text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Email))).max_length(Some(Email::MAX));
    /// A calendar date (RFC 3339, full-date).
    Day => |text| text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));
    /// The code of a label partner.
    LabelPartner => |text| text.pattern(Some("^[A-Z][A-Z0-9_-]*$")).max_length(Some(32));
    /// An ISO 3166-1 alpha-2 country code.
    Country => |text| text.enum_values(Some(CountryCode::all().iter().copied()));
    /// A service type: live or in batches, high or low resolution, with or without disaggregation,
    /// with or without hardware.
    Service => |text| text.enum_values(Some(ServiceType::all().map(|service_type| service_type.to_string())));
    /// How readings come in.
    Input => |text| text.enum_values(Some(InputMethod::WORDS.iter().copied()));
    /// What a meter measures.
    Energy => |text| text.enum_values(Some(EnergyType::WORDS.iter().copied()));
}
