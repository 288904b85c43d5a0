//! `POST /api/customers/{customerId}/apps/{appshortname}/terms`: accepts terms of an app; `POST …/eula`: the general ones.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services, body, clock,
    contract::{Refusal, json},
};
use wattbook_customers::{
    change::Change,
    terms::{Current, TermsBody, TermsView},
};
use wattbook_domain::record::TermsKind;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "accept-terms",
    |services, request| Box::pin(accept(services, request)),
    |operation| {
        let eula = operation.path().ends_with(EULA);
        let operation = operation
            .named("Accept terms", "In their current versions. Only the customer can: nobody accepts for another.")
            .refuses(&[Refusal::Forbidden])
            .changes(200, json::<TermsView>(), "The terms as they are accepted now, or would be.");
        if eula { operation.id("accept-eula") } else { operation.takes(json::<TermsBody>()) }
    },
);

const EULA: &str = "/eula";

async fn accept(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (eula, mut faults) = (request.path().ends_with(EULA), Faults::default());
    let (change, seen) = Change::read(services, request, !eula, &mut faults).await?;
    let organisation = seen.customer()?.organisation;
    let all = TermsBody { accept_general_terms: Some(true), ..TermsBody::default() };
    let wanted = if eula { Some(all) } else { body::read(change.body(), &mut faults) };
    let current = Current::find(services, organisation, request.path_parameter("appshortname")).await?;
    let Some(wanted) = wanted.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    let edit = |_: &_, account: &mut _| {
        let stated = [
            (TermsKind::General, wanted.accept_general_terms),
            (TermsKind::Additional, wanted.accept_additional_terms),
        ];
        for (kind, _) in stated.into_iter().filter(|(_, accepted)| *accepted == Some(true)) {
            current.accept(account, kind, clock::now());
        }
        Ok(())
    };
    change.carry_out(&edit, &|seen| Answer::json(200, &current.view(&seen.account))).await
}
