//! `PUT /installation/{external_installation_id}/move`: puts another day on the last move.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_provisioning::{
    answer::AccountView, bodies::MoveCorrectionBody, change::Change, contract::CHANGED, request,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "correct-move",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Correct the day of the last move",
                "Of an installation; in the account that has it and in the one that had it before.",
            )
            .takes(json::<MoveCorrectionBody>())
            .changes(200, json::<AccountView>(), CHANGED)
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (change, date) =
        Change::read_with(services, request, |body, _, faults| request::move_correction(body, faults))?;
    // A body without faults says when.
    change.correct_move(date.ok_or_else(|| Failure::Faults(Faults::default()))?).await
}
