//! `GET /rest/v1/accounts/{accountId}/tariffs`: the tariffs of an account.

use wattbook_accounts::{
    answer::TariffView,
    contract,
    envelope::Envelope,
    query::{page_count, page_start},
    target, tariffs,
};
use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::Refusal, http::ETag};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "list-account-tariffs",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        contract::pages(contract::tariffs(operation))
            .named(
                "List the tariffs of an account",
                "By service and effective date; all of them, unless a page is asked for. `count` is that of all that match.",
            )
            .answers(200, contract::page::<TariffView>("Tariff"), "The tariffs.")
            .versioned()
            .refuses(&[Refusal::NotFound])
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let wanted = |faults: &mut Faults| {
        let mut query = request.query();
        let [start, count] = [page_start(&mut query, faults), page_count(&mut query, faults)];
        (tariffs::Filter::read(request, faults), start, count)
    };
    let (_, account, (wanted, start, count)) = target::asked(services, request, wanted).await?;
    let views = wanted.of(&account).map(TariffView::of).collect();
    Ok(Envelope::page("Tariff", views, start, count).answer()?.header("etag", ETag(account.version)))
}
