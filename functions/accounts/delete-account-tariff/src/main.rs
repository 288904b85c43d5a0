//! `DELETE /rest/v1/accounts/{accountId}/tariffs/{masterTariffId}`: takes a tariff out.

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    answer::TariffView,
    change::{self, Change, writing},
    contract::{Faulty, IfMatch, Missing, NotAuthorized, Refused, TariffsParameter, Trouble, with_aliases},
    envelope::Envelope,
    target::Target,
    tariffs,
};
use wattbook_api::{Answer, Entry, Failure, Faults, Function, Request, Resource, Services};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "delete-account-tariff",
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

/// Delete a tariff of an account
///
/// If the account has it for several services or periods, all of them, unless the query names one. The
/// likeliest tariff takes its place. One that is not there is deleted already.
#[utoipa::path(
    delete,
    path = "/rest/v1/accounts/{accountId}/tariffs/{masterTariffId}",
    operation_id = "delete-account-tariff",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("accountId" = String, Path, description = "The account."),
        ("masterTariffId" = String, Path, description = "The id of the tariff."),
        TariffsParameter,
        IfMatch,
    ),
    responses(
        (status = 200, description = "It is not there any more.", body = Envelope<TariffView>, headers(
            ("etag" = String, description = "The version of the account."),
        )),
        Faulty,
        Missing,
        Refused,
        NotAuthorized,
        Trouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let target = Target::of(request, &mut faults);
    let wanted = tariffs::Filter::read(request, &mut faults);
    faults.none()?;
    let id: Option<u64> = request.path_parameter("masterTariffId").parse().ok();
    let change = Change {
        writing: &writing,
        target,
        missing: change::Missing::Refuse,
        change: &|account| {
            account.tariffs.retain(|tariff| Some(tariff.facts.master_tariff_id) != id || !wanted.matches(tariff));
            Ok(())
        },
        answer: &|_| Envelope::<TariffView>::nothing("Tariff").answer(),
        body: &serde_json::Value::Null,
        place: change::place,
    };
    change.carry_out().await
}
