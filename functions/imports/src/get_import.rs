//! `GET /imports/{id}`: tells how far an import has come.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Refusal, json},
};
use wattbook_events::imports::{self, ImportView};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_events::function(
    "get-import",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named(
                "Get an import",
                "How far it has come, what came of its records so far, and when it is going to end.",
            )
            .answers(200, json::<ImportView>(), "The import.")
            .refuses(&[Refusal::NotFound])
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    faults.none()?;
    let progress = imports::progress(services, &caller, request.path_parameter("id")).await?;
    Answer::json(200, &ImportView::of_progress(&progress))
}
