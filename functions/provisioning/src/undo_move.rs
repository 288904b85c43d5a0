//! `DELETE /installation/{external_installation_id}/move`: undoes the last move.

use wattbook_api::{Answer, Failure, Function, Request, Services, contract::json};
use wattbook_provisioning::{answer::AccountView, change::Change};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "undo-move",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Undo the last move",
                "The account that had the installation before gets it back, as its last one, and neither account tells of \
                 the move any more. The account that moved in stays, without the installation. `If-Match` is for that one.",
            )
            .changes(200, json::<AccountView>(), "The account that has the installation again.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    Change::read(services, request)?.undo_move().await
}
