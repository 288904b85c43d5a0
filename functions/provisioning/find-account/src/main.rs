//! `GET /account?external_authentication_provider_id=…`: finds the account of a customer who comes
//! from an identity provider.

use utoipa::OpenApi;
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    contract::{NotAuthorized, ServerTrouble},
    fault::Reason,
    http::ETag,
    problem::{self, Problem},
    schema_types::Line256,
};
use wattbook_domain::{Claim, Text};
use wattbook_provisioning::answer::{AccountView, Ids};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "find-account",
    entry: Entry::Http { handle: |services, request| Box::pin(find(services, request)), refuse: problem::refuse },
    uses: &[Resource::Table],
    contract: Some(Contract::openapi),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(find))]
struct Contract;

/// Find an account
///
/// By the customer's id at your identity provider. An account of another organisation or brand answers
/// exactly like one that does not exist.
#[utoipa::path(
    get,
    path = "/account",
    operation_id = "find-account",
    tag = "provisioning",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("external_authentication_provider_id" = inline(Line256), Query, description = "The customer's id at your identity provider."),
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
        (status = 404, description = "No account with this id that you can see.", body = Problem, content_type = "application/problem+json"),
        NotAuthorized,
        ServerTrouble,
    ),
)]
async fn find(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let mut query = request.query();
    let parse = |raw: &str| Text::parse(raw).map_err(Reason::from);
    let id = query.required("external_authentication_provider_id", parse, &mut faults);
    query.close(&mut faults);
    let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    let claim = Claim::authentication_provider_id(&id);
    let found = services.store()?.account_by_claim(principal.reach.organisation, &claim).await?;
    let account = found
        .filter(|account| principal.reach.covers(account.organisation, account.label_partner.as_ref()))
        .ok_or(Failure::NotFound)?;
    let etag = ETag(account.version);
    if etag.is_known_to(request) {
        return Ok(Answer::new(304).header("etag", etag));
    }
    Ok(Answer::json(200, &AccountView::of(&account, &principal.reach, Ids::Shown))?.header("etag", etag))
}
