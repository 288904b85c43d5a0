//! `PATCH /api/customers/{customerId}/apps/{appshortname}/resetterms`: withdraws what was accepted of an app's terms.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_customers::{
    change::Change,
    terms::{Current, TermsView},
};
use wattbook_domain::Account;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "reset-terms",
    |services, request| Box::pin(reset(services, request)),
    |operation| {
        operation.named("Withdraw acceptances", "What was accepted when stays in the change log.").changes(
            200,
            json::<TermsView>(),
            "The terms as they are accepted now.",
        )
    },
);

async fn reset(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let (change, seen) = Change::read(services, request, false, &mut faults).await?;
    faults.none()?;
    let app = request.path_parameter("appshortname");
    let current = Current::find(services, seen.account.organisation, app).await?;
    let edit = |_: &_, account: &mut Account| {
        account.terms.remove(&current.app);
        Ok(())
    };
    change.carry_out(&edit, &|seen| Answer::json(200, &current.view(&seen.account))).await
}
