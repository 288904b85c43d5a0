//! `GET /api/customers/{customerId}/contracts/{contractNo}/meters/{meterId}/settings`: what a customer says of a meter.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json, http::ETag};
use wattbook_customers::{
    meters::{self, MeterSettingsView},
    seen::Seen,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "get-building-settings",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named("Get the settings of a meter", "What the customer says of the building, and how he is reached.")
            .reads(json::<MeterSettingsView>(), "The settings.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let seen = Seen::find(services, request).await?;
    faults.none()?;
    let id = meters::of_path(&seen, request)?;
    let view = MeterSettingsView::of(&seen, id)?;
    ETag(seen.account.version).answer(request, || Answer::json(200, &view))
}
