//! `GET /rest/v1/accounts/{accountId}/tariffs`: the tariffs of an account.

use wattbook_accounts::{
    answer::TariffView,
    contract::{self, envelope},
    envelope::Envelope,
    target::Target,
    tariffs,
};
use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::Refusal, http::ETag};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "list-account-tariffs",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        contract::tariffs(operation)
            .named("List the tariffs of an account", "By service and effective date.")
            .answers(200, envelope::<TariffView>("Tariff"), "The tariffs.")
            .versioned()
            .refuses(&[Refusal::NotFound])
    },
);

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
