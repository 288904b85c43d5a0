//! `GET /api/customers/{customerId}/contracts/{contractNo}/meters/{meterId}/exists`: whether a meter is one of a contract.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Refusal, schema_of},
};
use wattbook_customers::{meters, seen::Seen};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "check-contract-meter",
    |services, request| Box::pin(check(services, request)),
    |operation| {
        operation
            .named("Check whether a meter exists", "`false` where the contract is there, and the meter is not on it.")
            .answers(200, Some(schema_of::<bool>().into()), "Whether it is.")
            .refuses(&[Refusal::NotFound])
    },
);

async fn check(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let seen = Seen::find(services, request).await?;
    faults.none()?;
    let number = request.path_parameter("contractNo");
    // A contract that has ended has no meters any more.
    seen.any_contract(number)?;
    let installation = seen.contract(number).ok();
    let meter = installation.and_then(|it| meters::find(&seen.account, it, request.path_parameter("meterId")));
    Answer::json(200, &meter.is_some())
}
