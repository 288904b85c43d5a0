//! What the operations of this dialect share in the contract.

use std::collections::BTreeMap;

use utoipa::{
    IntoParams, IntoResponses,
    openapi::{Content, OneOfBuilder, OpenApi, PathItem, Ref, RefOr, Response, Schema},
};
use wattbook_api::contract::unauthorized;

use crate::envelope::ErrorEnvelope;

/// What operations refer to by name alone, for the document that they become a part of.
#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(ErrorEnvelope)))]
pub struct Shared;

/// What whoever is not known is answered.
pub struct NotAuthorized;

impl IntoResponses for NotAuthorized {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let kinds = ["ErrorEnvelope", "GatewayMessage"].map(Ref::from_schema_name);
        let either = kinds.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item);
        unauthorized([("application/json", Content::new(Some(Schema::from(either))))])
    }
}

/// Which account, where the path does not say it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only describes")]
pub struct IdsParameter {
    /// Our id of the account.
    #[param(rename = "accountId", nullable = false)]
    account_id: Option<String>,
    /// Your own id of it.
    #[param(rename = "providerAccountId", nullable = false)]
    provider_account_id: Option<String>,
}

/// Which fields the answer has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only describes")]
pub struct FieldsParameter {
    /// `min`: the ids and the name; `ext`: also the formatted address, the customer, the brand and the
    /// installations.
    #[param(inline, nullable = false)]
    fields: Option<super::answer::Fields>,
}

/// Which of the tariffs of an account.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only describes")]
pub struct TariffsParameter {
    /// Those for this service.
    #[param(rename = "serviceType", inline, nullable = false)]
    service_type: Option<wattbook_api::schema_types::TariffServiceWord>,
    /// Those that apply from this day on.
    #[param(rename = "effectiveDate", inline, nullable = false)]
    effective_date: Option<wattbook_api::schema_types::Day>,
}

/// That nothing is to be stored.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only describes")]
pub struct DryRun {
    /// Check everything, store nothing, and answer what would be stored.
    #[param(rename = "dryRun", nullable = false)]
    dry_run: Option<bool>,
}

/// Which version a change is for.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "only describes")]
pub struct IfMatch {
    /// The version that the change is for; another one answers 412.
    #[param(rename = "If-Match", nullable = false)]
    if_match: Option<String>,
}

/// That a call can be repeated safely.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "only describes")]
pub struct IdempotencyKey {
    /// Makes the call safe to repeat for 24 hours: a repetition is answered like the first one.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]([ -~]*[!-~])?$"
    )]
    idempotency_key: Option<String>,
}

/// What a request is refused with that is wrong by itself.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only describes")]
pub enum Faulty {
    /// The request has errors; all are listed.
    #[response(status = 400)]
    Faults(ErrorEnvelope),
}

/// What is answered where there is no such account.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only describes")]
pub enum Missing {
    /// Nothing of this id that you can see.
    #[response(status = 404)]
    NotFound(ErrorEnvelope),
}

/// What a change may be refused with.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only describes")]
pub enum Refused {
    /// The change clashes with what is stored: values are taken, ids would change, tariffs overlap. All
    /// is listed. Or the same request is being carried out.
    #[response(status = 409)]
    Conflict(ErrorEnvelope),
    /// The account is not in the version of `If-Match`.
    #[response(status = 412)]
    Precondition(ErrorEnvelope),
}

/// What a body may be refused with.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only describes")]
pub enum BodyRefused {
    /// The body, or what would be stored, is too large.
    #[response(status = 413)]
    TooLarge(ErrorEnvelope),
    /// The body is not JSON by its media type.
    #[response(status = 415)]
    MediaType(ErrorEnvelope),
}

/// What an idempotency key may be refused with.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only describes")]
pub enum KeyReused {
    /// Another request has used the idempotency key.
    #[response(status = 422)]
    Reused(ErrorEnvelope),
}

/// What any operation may answer when something is wrong on this side.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only describes")]
pub enum Trouble {
    /// Something went wrong on our side.
    #[response(status = 500)]
    Internal(ErrorEnvelope),
    /// Contention or throttling that outlived the retries; ask again after `Retry-After`.
    #[response(
        status = 503,
        headers(("retry-after" = u32, description = "After how many seconds to ask again."))
    )]
    Busy(ErrorEnvelope),
}

/// Adds the other paths under which operations are served: by the caller's own id, and below `/account`.
#[must_use]
pub fn with_aliases(mut document: OpenApi) -> OpenApi {
    for (path, item) in document.paths.paths.clone() {
        let own = path.replace("{accountId}", "pid/{providerAccountId}");
        let singular = |path: &str| path.replace("/accounts", "/account");
        let aliases = [own.clone(), singular(&path), singular(&own)];
        for alias in aliases.into_iter().filter(|alias| *alias != path) {
            let item = renamed(&item, &alias);
            document.paths.paths.entry(alias).or_insert(item);
        }
    }
    document
}

/// The same operations under another path: their ids, which must differ, end in it.
fn renamed(item: &PathItem, alias: &str) -> PathItem {
    let mut item = item.clone();
    for operation in [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten() {
        let id = operation.operation_id.take().unwrap_or_default();
        operation.operation_id = Some(format!("{id}{}", alias.replace(['/', '{', '}'], "-")));
        if alias.contains("{providerAccountId}") {
            let named = operation.parameters.iter_mut().flatten().filter_map(|parameter| match parameter {
                RefOr::T(parameter) if parameter.name == "accountId" => Some(parameter),
                _ => None,
            });
            for parameter in named {
                parameter.name = "providerAccountId".into();
                parameter.description = Some("Your own id of the account.".into());
            }
        }
    }
    item
}
