//! What a request may ask for, in the contract.

use serde_json::json;
use wattbook_accounts::contract::fields;
use wattbook_api::{
    contract::{self, Operation, Parameter, Shape, schema_of},
    schema_types::{EmailText, ExternalIdText, LabelPartner, StatusWord, TypeWord},
};
use wattbook_domain::ListField;

/// The parameters of the list.
pub(crate) fn parameters(operation: Operation) -> Operation {
    let number = |least: u32, most: u32| json!({ "type": "integer", "minimum": least, "maximum": most });
    let text = || json!({ "type": "string" });
    let switch = || json!({ "type": "boolean" });
    let list = |name: &str, values: &[&str], most: Option<usize>| {
        let items = json!({ "$ref": format!("#/components/schemas/{name}") });
        let schema = match most {
            Some(most) => json!({ "type": "array", "items": items, "minItems": 1, "maxItems": most }),
            None => json!({ "type": "array", "items": items, "minItems": 1 }),
        };
        Shape { schema, named: [(name.to_owned(), json!({ "type": "string", "enum": values }))].into() }
    };
    let search = json!({ "type": "string", "maxLength": 255 });
    [
        Parameter::query("pageStart", number(0, 100_000), "How many accounts to pass over.").default(0),
        Parameter::query("pageCount", number(1, 1_000), "How many accounts a page has at most.").default(25),
        Parameter::query(
            "pageToken",
            text(),
            "The `nextPageToken` of the page before, with otherwise the same parameters; in place of `pageStart`.",
        ),
        Parameter::query("search", search, "A text to look for; case does not count."),
        Parameter::query("searchOn", list("ListField", ListField::WORDS, None), "The fields to look in.")
            .default(json!(["accountName", "customerOrgName"])),
        Parameter::query(
            "startsWith",
            switch(),
            "Whether a field must begin with the text. On accountName alone this costs no more than the page.",
        )
        .default(false),
        Parameter::query("endsWith", switch(), "Whether a field must end with the text.").default(false),
        Parameter::query(
            "isRegex",
            switch(),
            "Whether the text is a regular expression, without look-around and back references.",
        )
        .default(false),
        Parameter::query(
            "sortOn",
            list("ListField", ListField::WORDS, Some(4)),
            "The fields to sort by. Another order than by accountName is for up to 100000 matches.",
        )
        .default(json!(["accountName"])),
        Parameter::query(
            "sortOrder",
            list("SortOrder", &["ASC", "DESC"], Some(4)),
            "One for all fields, or one for each.",
        )
        .default(json!(["ASC"])),
        fields(),
        Parameter::query(
            "status",
            contract::json::<StatusWord>(),
            "Only those of this status; without it, all but the deleted ones.",
        ),
        Parameter::query("type", contract::json::<TypeWord>(), "Only those of this type."),
        Parameter::query("customerOrgId", text(), "Only those of this group."),
        Parameter::query("labelPartner", schema_of::<LabelPartner>(), "Only those of this brand."),
        Parameter::query("email", schema_of::<EmailText>(), "Only the one with this e-mail."),
        Parameter::query(
            "providerAccountId",
            schema_of::<ExternalIdText>(),
            "The one with this id of yours; 404 if there is none.",
        ),
    ]
    .into_iter()
    .fold(operation, Operation::with)
}
