//! `DELETE /imports/{id}`: ends an import.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services, clock,
    contract::{Refusal, json},
    fault::Pointer,
    writing::Rounds,
};
use wattbook_domain::{Flaw, import::ImportStatus};
use wattbook_events::imports::{self, ImportView};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "cancel-import",
    |services, request| Box::pin(cancel(services, request)),
    |operation| {
        operation
            .named(
                "Cancel an import",
                "Ends an import that has not ended: what was carried out stays, and so does its report; the records that are \
                 being carried out at this moment still are. Again, it changes nothing.",
            )
            .answers(200, json::<ImportView>(), "The import, which is canceled.")
            .refuses(&[Refusal::NotFound, Refusal::Conflict])
    },
)
.using(&[Resource::Table, Resource::BUCKET]);

async fn cancel(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let mut rounds = Rounds::default();
    loop {
        let mut progress = imports::progress(services, &caller, request.path_parameter("id")).await?;
        if let Some(canceled) = progress.job.canceled(clock::now()) {
            if !services.store()?.replace_import(&progress.job, &canceled).await? {
                rounds.again().await?;
                continue;
            }
            progress.job = canceled;
        }
        if progress.job.status != ImportStatus::Canceled {
            let mut broken = Faults::default();
            broken.body(&Pointer::root(), Flaw::Ended { status: progress.job.status.word() });
            return Err(Failure::Rules(broken));
        }
        imports::remove_source(services, &progress.job).await?;
        return Answer::json(200, &ImportView::of_progress(&progress));
    }
}
