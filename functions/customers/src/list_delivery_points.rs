//! `GET /api/customers/{customerId}/deliverypoints`: lists where a customer is supplied; `GET …/contractdeliverypoints`: the
//! same within the contracts, with what is asked for besides.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Refusal, json},
};
use wattbook_customers::{
    area::{Area, in_area},
    delivery_points::{ContractPointsView, DeliveryPointView, Including, Points},
    list,
    seen::Seen,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "list-delivery-points",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        let operation = in_area(operation).with_header("X-Total-Count").refuses(&[Refusal::NotFound]);
        if operation.path().ends_with(OF_CONTRACTS) {
            Including::declared(operation)
                .id("list-contract-delivery-points")
                .named("List contracts with their delivery points", "Those that supply the customer now.")
                .answers(200, list::array(json::<ContractPointsView>()), "The contracts.")
        } else {
            operation.named("List delivery points", "Where the customer is supplied now.").answers(
                200,
                list::array(json::<DeliveryPointView>()),
                "The delivery points.",
            )
        }
    },
);

const OF_CONTRACTS: &str = "/contractdeliverypoints";

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (mut query, mut faults) = (request.query(), Faults::default());
    let of_contracts = request.path().ends_with(OF_CONTRACTS);
    let including = if of_contracts { Including::read(&mut query, &mut faults) } else { Including::default() };
    query.close(&mut faults);
    let area = Area::of(request, &mut faults);
    let seen = Seen::find(services, request).await?;
    faults.none()?;
    let points = Points::find(services, &seen, including).await?;
    let installations = seen.installations().filter(|it| area.has(&it.contract_kinds()));
    if of_contracts {
        list::whole(&installations.map(|it| points.of_contract(it)).collect::<Vec<_>>())
    } else {
        list::whole(&installations.map(|it| points.of(it)).collect::<Vec<_>>())
    }
}
