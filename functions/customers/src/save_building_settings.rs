//! `POST /api/customers/{customerId}/contracts/{contractNo}/meters/{meterId}/settings/building`: says what building a meter is
//! in; `POST …/settings`: the same, and how the customer is reached.

use serde_json::Value;
use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, body, clock, contract::json, fault::Pointer};
use wattbook_customers::{
    change::Change,
    customer::{CustomerPatch, CustomerView},
    meters::{self, BuildingBody, MeterSettingsBody, MeterSettingsView},
    seen::today,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "save-building-settings",
    |services, request| Box::pin(save(services, request)),
    |operation| {
        let of_building = operation.path().ends_with(OF_BUILDING);
        let operation = if of_building { operation } else { operation.id("save-meter-settings") };
        let operation = operation.named("Save the settings of a meter", "Sets what is given, and leaves the rest.");
        let body = if of_building { json::<BuildingBody>() } else { json::<MeterSettingsBody>() };
        operation.takes(body).changes(200, json::<MeterSettingsView>(), "The settings as they are now, or would be.")
    },
);

const OF_BUILDING: &str = "/building";

async fn save(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let (change, seen) = Change::read(services, request, true, &mut faults).await?;
    let id = meters::of_path(&seen, request)?;
    let building: Option<BuildingBody> = body::read(change.body(), &mut faults);
    let patch = match change.body().get("Customer").filter(|it| !request.path().ends_with(OF_BUILDING) && !it.is_null())
    {
        Some(customer) => of_customer(customer, &CustomerView::of(&seen), &mut faults),
        None => CustomerPatch::default(),
    };
    let Some(building) = building.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    let edit = |_: &_, account: &mut _| {
        building.apply(account, id, today(account, clock::now()))?;
        patch.apply(account, clock::now())
    };
    change.carry_out(&edit, &|seen| Answer::json(200, &MeterSettingsView::of(seen, id)?)).await
}

/// How the customer is to be reached, which stands below the rest.
fn of_customer(customer: &Value, shown: &CustomerView, faults: &mut Faults) -> CustomerPatch {
    let mut found = Faults::default();
    let patch = CustomerPatch::read(customer, shown, &mut found);
    faults.extend(found.below(&Pointer::root().child("Customer")));
    patch
}
