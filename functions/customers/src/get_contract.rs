//! `GET /api/customers/{customerId}/contracts/{contractNo}`: reads a contract.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json, http::ETag};
use wattbook_customers::{
    area::{Area, in_area},
    contracts::{self, ContractView},
    seen::Seen,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "get-contract",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        in_area(operation)
            .named("Get a contract", "One that is not in the area is not found.")
            .reads(json::<ContractView>(), "The contract.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let area = Area::of(request, &mut faults);
    let seen = Seen::find(services, request).await?;
    faults.none()?;
    let contract = contracts::numbered(&seen, area, request.path_parameter("contractNo")).ok_or(Failure::NotFound)?;
    ETag(seen.account.version).answer(request, || Answer::json(200, &contract))
}
