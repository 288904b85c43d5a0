//! `POST /installation/{external_installation_id}/move`: one customer moves out, another moves in.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_provisioning::{
    answer::{AccountView, ProvisionedIds},
    bodies::MoveBody,
    change::Change,
    contract::REHEARSED,
    request,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "move-installation",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Move out, move in",
                "Ends the occupancy of the account that has the installation and starts that of a new one, on the same \
                 installation and meters, all at once. Every id stays what it is, and both accounts show the day of the \
                 move. `If-Match` is for the account that moves out.",
            )
            .takes(json::<MoveBody>())
            .creates(json::<ProvisionedIds>(), "Moved: the ids of the account that moved in.")
            .conditional()
            .rehearses(json::<AccountView>(), REHEARSED)
    },
);

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let change = Change::read_by_path(services, request, &mut faults)?;
    let body = request.json(&mut faults)?.value;
    match request::relocation(&body, &mut faults) {
        Some((date, draft)) if faults.is_empty() => change.hand_over(&body, date, &draft).await,
        _ => Err(Failure::Faults(faults)),
    }
}
