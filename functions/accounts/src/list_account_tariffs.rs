//! `GET /rest/v1/accounts/{accountId}/tariffs`: the tariffs of an account.

use wattbook_accounts::{
    answer::TariffView,
    contract::{self, envelope},
    envelope::Envelope,
    target,
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
    let wanted = |faults: &mut Faults| tariffs::Filter::read(request, faults);
    let (_, account, wanted) = target::asked(services, request, wanted).await?;
    let zone = account.time_zone();
    let views = account.tariffs.iter().filter(|tariff| wanted.matches(tariff, zone)).map(TariffView::of).collect();
    Ok(Envelope::of("Tariff", views).answer()?.header("etag", ETag(account.version)))
}
