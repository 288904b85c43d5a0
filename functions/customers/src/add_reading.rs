//! `POST /api/customers/{customerId}/deliverypoints/{deliveryPointId}/readings`: adds a reading.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Refusal, json},
};
use wattbook_customers::{
    readings::{self, ReadingBody, ReadingView},
    seen::Seen,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "add-reading",
    |services, request| Box::pin(add(services, request)),
    |operation| {
        operation
            .without_key()
            .named(
                "Add a reading",
                "Of the meter of the delivery point: that of electricity or, without one, the first. The same reading again \
                 is answered the same; another one of the same time is a conflict. One that is lower than the one before is \
                 taken where the meter has begun at 0 again: the one before was in the last tenth of what it can show, and \
                 this one is in the first.",
            )
            .takes(json::<ReadingBody>())
            .answers(200, json::<ReadingView>(), "The reading; in a dry run, as it would be.")
            .refuses(&[Refusal::NotFound, Refusal::Conflict])
    },
);

async fn add(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let seen = Seen::find(services, request).await?;
    let point = seen.delivery_point(request.path_parameter("deliveryPointId"))?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let dry_run = query.switch("dryRun", &mut faults);
    query.close(&mut faults);
    let body = request.json(&mut faults)?.value;
    let reading = readings::read(&seen, point, &body, &mut faults);
    let Some(reading) = reading.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    Answer::json(200, &readings::add(services, &seen.account, &reading, dry_run).await?.view)
}
