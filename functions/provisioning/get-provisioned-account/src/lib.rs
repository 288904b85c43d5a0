//! `GET /account/{account_id}`: reads an account with its installations and meters.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{NotAuthorized, ServerTrouble},
    fault::Reason,
    http::ETag,
    problem::{self, Problem},
    provisioning::answer::{AccountView, Ids},
};
use wattbook_domain::{Account, ExternalId, Flaw, OrganisationId};

/// The function.
pub static FUNCTION: Function = Function {
    name: "get-provisioned-account",
    entry: Entry::Http { handle: |services, request| Box::pin(get(services, request)), refuse: problem::refuse },
    uses: &[Resource::Table],
    contract: Some(Contract::openapi),
};

#[derive(OpenApi)]
#[openapi(paths(get))]
struct Contract;

/// Get an account
///
/// The account as it was provisioned, its primary installation first. An account of another
/// organisation or brand answers exactly like one that does not exist.
#[utoipa::path(
    get,
    path = "/account/{account_id}",
    operation_id = "get-provisioned-account",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("account_id" = String, Path, description = "Our id of the account, or yours with `id_type=external`."),
        ("id_type" = inline(Option<IdType>), Query, description = "Whose id the path has; `internal` is ours, and the default."),
        ("If-None-Match" = Option<String>, Header, nullable = false, description = "Versions you have; if the current one is among them, the answer is 304."),
    ),
    responses(
        (status = 200, description = "The account.", body = AccountView, headers(
            ("etag" = String, description = "Its version."),
        )),
        (status = 304, description = "You have the current version.", headers(
            ("etag" = String, description = "Its version."),
        )),
        (status = 400, description = "The request has faults; all are listed.", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No account of this id that you can see.", body = Problem, content_type = "application/problem+json"),
        NotAuthorized,
        ServerTrouble,
    ),
)]
async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let mut query = request.query();
    let id_type = query.optional("id_type", id_type, &mut faults).unwrap_or(IdType::Internal);
    query.close(&mut faults);
    if !faults.is_empty() {
        return Err(Failure::Faults(faults));
    }
    let found = find(services, principal.reach.organisation, id_type, request.path_parameter("account_id")).await?;
    let account = found
        .filter(|account| principal.reach.covers(account.organisation, &account.label_partner))
        .ok_or(Failure::NotFound)?;
    let etag = ETag(account.version);
    if etag.is_known_to(request) {
        return Ok(Answer::new(304).header("etag", etag));
    }
    Ok(Answer::json(200, &AccountView::of(&account, &principal.reach, Ids::Shown))?.header("etag", etag))
}

/// Whose id a path has.
#[derive(Clone, Copy, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
enum IdType {
    Internal,
    External,
}

fn id_type(word: &str) -> Result<IdType, Reason> {
    match word {
        "internal" => Ok(IdType::Internal),
        "external" => Ok(IdType::External),
        _ => Err(Flaw::NotOneOf { allowed: &["internal", "external"] }.into()),
    }
}

/// What is no id at all is not found either: the answer must not tell the two apart.
async fn find(
    services: &Services,
    organisation: OrganisationId,
    id_type: IdType,
    id: &str,
) -> Result<Option<Account>, Failure> {
    let store = services.store()?;
    Ok(match id_type {
        IdType::Internal => match id.parse() {
            Ok(id) => store.account(organisation, id).await?,
            Err(_) => None,
        },
        IdType::External => match ExternalId::parse(id) {
            Ok(id) => store.account_by_external_id(organisation, &id).await?,
            Err(_) => None,
        },
    })
}
