//! `PUT /rest/v1/accounts`: changes an account, or adds it under the caller's own id.

use wattbook_accounts::{
    answer::{AccountView, Fields},
    bodies,
    change::{self, writing},
    contract::{envelope, fields, of_account},
    request::Stated,
    target::Target,
};
use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_domain::Account;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "update-account",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        of_account(operation)
            .named(
                "Update or add an account",
                "A member that is present is set, an absent one stays as it is. Path, query or else the body name the \
                 account: by `accountId`, which must be there, or by `providerAccountId`, under which it is added if it \
                 is not.",
            )
            .with(fields())
            .takes(json::<bodies::AccountBody>())
            .changes(200, envelope::<AccountView>("Account"), "The account as it is now.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let fields = Fields::read(&mut request.query(), &mut faults);
    let body = request.json(&mut faults)?.value;
    let stated = Stated::read(&body, &writing.principal, &mut faults);
    let target = Target::named(request, &mut faults).unwrap_or_else(|| stated.target(&body, &mut faults));
    faults.none()?;
    let answer = |_: Option<&Account>, account: &Account| change::view(&writing, fields, account);
    change::update(&writing, &answer, target, &body, &stated).await
}
