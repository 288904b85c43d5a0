//! `GET /api/customers/{customerId}/contracts`: lists a customer's contracts in an area.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Refusal, json},
};
use wattbook_customers::{
    area::{Area, in_area},
    contracts::{self, ContractView},
    list,
    seen::Seen,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "list-contracts",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        in_area(operation)
            .named("List contracts", "Those in force first, of these the oldest first; also those that are over.")
            .answers(200, list::array(json::<ContractView>()), "The contracts.")
            .with_header("X-Total-Count")
            .refuses(&[Refusal::NotFound])
    },
);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let area = Area::of(request, &mut faults);
    let seen = Seen::find(services, request).await?;
    faults.none()?;
    list::whole(&contracts::all(&seen, area))
}
