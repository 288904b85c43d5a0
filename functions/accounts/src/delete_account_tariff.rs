//! `DELETE /rest/v1/accounts/{accountId}/tariffs/{masterTariffId}`: takes a tariff out.

use wattbook_accounts::{
    answer::TariffView,
    change,
    contract::{self, envelope},
    envelope::Envelope,
    tariffs,
};
use wattbook_api::{Answer, Failure, Function, Request, Services};
use wattbook_domain::{Account, Flaw};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "delete-account-tariff",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        contract::tariffs(operation)
            .named(
                "Delete a tariff of an account",
                "If the account has it for several services or periods, all of them, unless the query names one. The \
                 likeliest tariff takes its place. One that is not there is deleted already.",
            )
            .changes(200, envelope::<TariffView>("Tariff"), "It is not there any more.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (writing, target, (id, wanted)) = change::asked(services, request, |faults| {
        let id: Option<u64> = request.path_parameter("masterTariffId").parse().ok();
        if id.is_none() {
            faults.query("masterTariffId", Flaw::WholeNumber);
        }
        Ok((id, tariffs::Filter::read(request, faults)))
    })?;
    let edit = |account: &mut Account| {
        change::check_live(account)?;
        let zone = account.time_zone().cloned();
        account
            .tariffs
            .retain(|tariff| Some(tariff.facts.master_tariff_id) != id || !wanted.matches(tariff, zone.as_ref()));
        Ok(())
    };
    let answer = |_: &Account| Envelope::<TariffView>::nothing("Tariff").answer();
    change::existing(&writing, target, change::place, &edit, &answer).await
}
