//! What the operations of this dialect share in the contract.

use utoipa::{
    IntoParams, IntoResponses,
    openapi::{OpenApi, Paths},
};

use crate::accounts::envelope::ErrorEnvelope;

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
    service_type: Option<crate::schema_types::TariffServiceWord>,
    /// Those that apply from this day on.
    #[param(rename = "effectiveDate", inline, nullable = false)]
    effective_date: Option<crate::schema_types::Day>,
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

/// Adds the other paths under which an operation is served: `(path, alias)`, which differ in words or in
/// the names of their parameters.
#[must_use]
pub fn with_aliases(mut document: OpenApi, aliases: &[(&str, &str)]) -> OpenApi {
    for (path, alias) in aliases {
        let Some(item) = document.paths.paths.get(*path) else { continue };
        let Ok(written) = serde_json::to_string(item) else { continue };
        // By the words of the document: its types leave no other way to rename a parameter.
        let own = alias.contains("{providerAccountId}");
        let renamed = if own { written.replace("\"accountId\"", "\"providerAccountId\"") } else { written };
        let Ok(mut item) = serde_json::from_str::<utoipa::openapi::PathItem>(&renamed) else { continue };
        for operation in operations(&mut item) {
            let suffix = alias.replace(['/', '{', '}'], "-");
            let id = operation.operation_id.take().unwrap_or_default();
            operation.operation_id = Some(format!("{id}{}", suffix.trim_end_matches('-')));
        }
        merge(&mut document.paths, alias, item);
    }
    document
}

fn operations(item: &mut utoipa::openapi::PathItem) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().filter_map(Option::as_mut)
}

fn merge(paths: &mut Paths, path: &str, item: utoipa::openapi::PathItem) {
    paths.paths.insert(path.to_owned(), item);
}
