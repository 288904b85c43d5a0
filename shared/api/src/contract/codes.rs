//! The codes that failures are told apart by. Further ones may come, so a document takes any text beside them.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type, schema::AnyOfBuilder},
};

/// A schema of these codes, or any other.
#[must_use]
pub fn open_enumeration(codes: &[&str], description: &str) -> RefOr<Schema> {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    AnyOfBuilder::new()
        .item(text().enum_values(Some(codes.iter().copied())))
        .item(text())
        .description(Some(description))
        .into()
}

/// Of a problem document.
pub struct ProblemCode;

impl PartialSchema for ProblemCode {
    fn schema() -> RefOr<Schema> {
        let codes = [
            "invalid_request",
            "malformed_json",
            "malformed_body",
            "malformed_form",
            "too_deep",
            "not_utf8",
            "unknown_columns",
            "repeated_columns",
            "unclosed_quote",
            "row_too_long",
            "cut_short",
            "damaged",
            "unauthenticated",
            "not_found",
            "unknown_path",
            "method_not_allowed",
            "conflict",
            "rule_broken",
            "request_in_progress",
            "erased",
            "version_mismatch",
            "body_too_large",
            "account_too_large",
            "unsupported_media_type",
            "unsupported_content_encoding",
            "idempotency_key_reused",
            "internal",
            "busy",
        ];
        open_enumeration(&codes, "What kind of failure it is, for programs. Further codes may come.")
    }
}

impl ToSchema for ProblemCode {
    fn name() -> Cow<'static, str> {
        "ProblemCode".into()
    }
}

/// Of one fault in a problem document.
pub struct FaultCode;

impl PartialSchema for FaultCode {
    fn schema() -> RefOr<Schema> {
        let codes = [
            "required",
            "empty",
            "not_allowed",
            "taken",
            "unknown_member",
            "unknown_parameter",
            "unreliable_path",
            "repeated_member",
            "repeated_parameter",
            "repeated_value",
            "repeated_meter",
            "wrong_type",
            "too_few",
            "too_many",
            "too_many_unique_values",
            "too_short",
            "too_long",
            "wrong_length",
            "out_of_range",
            "control_character",
            "invisible_character",
            "surrounding_space",
            "invalid_account_id",
            "invalid_country_code",
            "invalid_date",
            "invalid_email",
            "invalid_idempotency_key",
            "invalid_label_partner",
            "invalid_organisation_id",
            "invalid_phone_number",
            "invalid_postal_code",
            "invalid_service_type",
            "invalid_time",
            "ends_before_start",
            "invalid_token",
            "invalid_value",
            "unknown_label_partner",
            "contradiction",
            "immutable",
            "meter_required",
            "meter_id_required",
            "last_installation",
            "primary_installation",
            "before_last_move",
            "before_account",
            "before_installed",
            "too_far_ahead",
            "never_moved",
            "former_account_gone",
            "unknown_account",
            "same_account",
            "account_deleted",
            "other_brands",
            "password_too_weak",
            "identifier_length",
            "identifier_character",
            "identifier_form",
            "check_digit",
            "invalid_id",
            "invalid_manufacturer_name",
            "invalid_url",
            "url_not_allowed",
            "unknown",
            "unknown_manufacturer",
            "not_available",
            "too_large",
            "ended",
            "another_brand",
            "invalid_attribute_name",
            "not_proved",
            "malformed_body",
            "not_utf8",
            "line_too_long",
            "too_many_objects",
            "cell_without_column",
            "spreadsheet_number",
            "disabled",
            "erased",
        ];
        open_enumeration(&codes, "What is wrong, for programs. Further codes may come.")
    }
}

impl ToSchema for FaultCode {
    fn name() -> Cow<'static, str> {
        "FaultCode".into()
    }
}
