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
                "Ends the occupancy of the account that has the installation and starts that of another one, which is \
                 created or there already, on the same installation and meters, all at once. Every id stays what it is, \
                 and both accounts show the day of the move. `If-Match` is for the account that moves out.",
            )
            .takes(json::<MoveBody>())
            .creates(json::<ProvisionedIds>(), "Moved: the ids of the account that moved in.")
            .conditional()
            .rehearses(json::<AccountView>(), REHEARSED)
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (change, wanted) = Change::read_with(services, request, |body, _, faults| request::relocation(body, faults))?;
    // A body without faults asks for something.
    let (date, incoming) = wanted.ok_or_else(|| Failure::Faults(Faults::default()))?;
    change.hand_over(date, &incoming).await
}
