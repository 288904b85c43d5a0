//! `POST /rest/v1/accounts`: adds an account.

use wattbook_accounts::{
    answer::{AccountView, Fields},
    bodies,
    change::{self, writing},
    contract::{envelope, fields},
    request::Stated,
};
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Refusal, json},
};
use wattbook_domain::Account;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "add-account",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Add an account",
                "With as much of it as is known; an empty object will do. What is not stated of its address follows from \
                 the rest, as does its likeliest tariff. An own id that is taken is a conflict, never an update.",
            )
            .with(fields())
            .takes(json::<bodies::AccountBody>())
            .answers(200, envelope::<AccountView>("Account"), "The account as it was stored.")
            .versioned()
            .refuses(&[Refusal::Conflict])
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let fields = Fields::read(&mut request.query(), &mut faults);
    let body = request.json(&mut faults)?.value;
    let stated = Stated::read_new(&body, &writing.principal, &mut faults);
    faults.none()?;
    let answer = |_: Option<&Account>, account: &Account| change::view(&writing, fields, account);
    change::add(&writing, &answer, &body, &stated).await
}
