//! `GET /rest/v1/accounts/{accountId}/tariffs`: the tariffs of an account.

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    answer::TariffView,
    contract::{Faulty, Missing, NotAuthorized, TariffsParameter, Trouble, with_aliases},
    envelope::Envelope,
    target::Target,
    tariffs,
};
use wattbook_api::{Answer, Entry, Failure, Faults, Function, Request, Resource, Services, http::ETag};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "list-account-tariffs",
    entry: Entry::Http { handle: |services, request| Box::pin(run(services, request)), refuse: accounts::refuse },
    uses: &[Resource::Table],
    contract: Some(|| with_aliases(Contract::openapi())),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(run))]
struct Contract;

/// List the tariffs of an account
///
/// By service and effective date.
#[utoipa::path(
    get,
    path = "/rest/v1/accounts/{accountId}/tariffs",
    operation_id = "list-account-tariffs",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(("accountId" = String, Path, description = "The account."), TariffsParameter),
    responses(
        (status = 200, description = "The tariffs.", body = Envelope<TariffView>, headers(
            ("etag" = String, description = "The version of the account."),
        )),
        Faulty,
        Missing,
        NotAuthorized,
        Trouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let target = Target::of(request, &mut faults);
    let wanted = tariffs::Filter::read(request, &mut faults);
    faults.none()?;
    let account = target.find(services, &principal).await?.ok_or(Failure::NotFound)?;
    let views = account.tariffs.iter().filter(|tariff| wanted.matches(tariff)).map(TariffView::of).collect();
    Ok(Envelope::of("Tariff", views).answer()?.header("etag", ETag(account.version)))
}
