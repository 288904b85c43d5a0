//! `POST /account/{account_id}/installation/{installation_id}/meter/{meter_id}/replacement`: exchanges a meter.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, clock, contract::json, fault::Pointer};
use wattbook_domain::change::Part;
use wattbook_provisioning::{
    answer::{AccountView, MeterIds},
    bodies::ReplacementBody,
    change::{Change, Plan, refused},
    contract::REHEARSED,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "replace-meter",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Exchange a meter",
                "A new meter takes the place of this one from a day on, all at once, so that a service that needs a meter \
                 is never without. The old one's id is free at once; the installation keeps that it had it.",
            )
            .takes(json::<ReplacementBody>())
            .creates(json::<MeterIds>(), "Exchanged: the ids of the new meter.")
            .conditional()
            .rehearses(json::<AccountView>(), REHEARSED)
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (change, wanted) = Change::read_with(services, request, |body, _, faults| request::replacement(body, faults))?;
    // A body without faults asks for something.
    let (date, draft) = wanted.ok_or_else(|| Failure::Faults(Faults::default()))?;
    let plan = Plan {
        edit: &|account| {
            let (installation, meter) = change.meter(account)?;
            let replaced = account.replace_meter(installation, meter, draft.clone(), date, clock::now());
            replaced.map_err(|r| refused(r, place))
        },
        pointer: &|_| meter().child("external_meter_id"),
        answer: &|account| {
            let installation = change.installation(account)?;
            change.created(account, MeterIds::of_replacement(account, installation))
        },
    };
    change.carry_out(&plan).await
}

fn meter() -> Pointer {
    Pointer::root().child("meter")
}

fn place(part: Part) -> Pointer {
    match part {
        Part::Date => Pointer::root().child("exchange_date"),
        Part::EnergyType => meter().child("meter_energy_type"),
        Part::ExternalId => meter().child("external_meter_id"),
        _ => meter(),
    }
}
