//! `PUT /rest/v1/accounts/{accountId}/tariffs`: sets tariffs of an account.

use wattbook_accounts::{
    answer::TariffView, bodies, change, contract::envelope, envelope::Envelope, request::StatedTariffs,
};
use wattbook_api::{Answer, Failure, Function, Request, Services, contract::json};
use wattbook_domain::Account;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "set-account-tariffs",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Set tariffs of an account",
                "One, or a list of them. Each takes the place of the one of the same service and effective date, of which \
                 what is absent stays. What is stated displaces the default of its service; no two may apply to the same \
                 service on the same day.",
            )
            .takes(json::<bodies::TariffsBody>())
            .changes(200, envelope::<TariffView>("Tariff"), "All tariffs of the account as they are now.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (writing, target, stated) =
        change::asked(services, request, |faults| Ok(StatedTariffs::read(&request.json(faults)?.value, faults)))?;
    let edit =
        |account: &mut Account| change::merge(account, stated.change.clone(), |part, flaw| stated.pointer(part, flaw));
    let answer =
        |account: &Account| Envelope::of("Tariff", account.tariffs.iter().map(TariffView::of).collect()).answer();
    change::existing(&writing, target, change::place, &edit, &answer).await
}
