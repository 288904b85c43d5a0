//! Lists of this dialect: what is said about a page, and by what they are filtered.

use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Faults,
    contract::{self, Operation, Parameter, schema_of},
    fault::Reason,
    list,
    reader::Parameters,
    schema_types::{EntityTypeWord, ExternalIdText, Line64},
};
use wattbook_domain::{
    AccountId, ExternalId, Flaw, Text,
    catalogue::{EntityType, matched},
};

use crate::catalogue::entity_type;

/// A page that is asked for.
pub type Page = list::Page<PageMeta>;

/// A page of a list.
pub type ListView<T> = list::ListView<T, PageMeta>;

/// About a page.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageMeta {
    /// How many entries a page may have. One may have fewer although more follow.
    page_size: usize,
    /// Leads to the next page, with the same parameters; null on the last one.
    #[schema(required = true)]
    continuation_token: Option<String>,
}

impl list::PageMeta for PageMeta {
    const SIZE: &'static str = "pageSize";
    const TOKEN: &'static str = "continuationToken";

    fn new(page_size: usize, continuation_token: Option<String>) -> Self {
        Self { page_size, continuation_token }
    }
}

/// Declares the parameters of every list.
#[must_use]
pub fn paged(operation: Operation) -> Operation {
    list::paged::<PageMeta>(operation)
}

/// Declares the filters that lists of requests and of entities have in common.
#[must_use]
pub fn filtered(operation: Operation) -> Operation {
    let uuid = serde_json::json!({ "type": "string", "format": "uuid" });
    operation
        .with(Parameter::query("type", contract::json::<EntityTypeWord>(), "Only those of this type."))
        .with(Parameter::query("manufacturer", schema_of::<Line64>(), "Only those of this manufacturer."))
        .with(Parameter::query("accountId", uuid, "Only those of this account."))
        .with(Parameter::query("reference", schema_of::<ExternalIdText>(), "Only those of this reference of yours."))
}

/// Reads them: what entries of the list have to have.
pub fn filters(query: &mut Parameters<'_>, faults: &mut Faults) -> Vec<(&'static str, String)> {
    let all = [
        ("type", query.optional("type", type_word, faults)),
        ("manufacturer", query.optional("manufacturer", manufacturer, faults)),
        ("account", query.optional("accountId", account_id, faults)),
        ("reference", query.optional("reference", reference, faults)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

fn type_word(raw: &str) -> Result<String, Reason> {
    let word = entity_type(raw).map(|it| it.word().to_owned());
    word.ok_or_else(|| Flaw::NotOneOf { allowed: EntityType::WORDS }.into())
}

fn manufacturer(raw: &str) -> Result<String, Reason> {
    Ok(matched(Text::<64>::parse(raw)?.as_str()))
}

fn account_id(raw: &str) -> Result<String, Reason> {
    raw.parse::<AccountId>().map(|id| id.to_string()).map_err(|_| Flaw::AccountId.into())
}

fn reference(raw: &str) -> Result<String, Reason> {
    Ok(ExternalId::parse(raw)?.canonical().into_owned())
}
