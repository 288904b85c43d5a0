//! `GET /rest/v1/accounts/{accountId}`: an account, by our id or the caller's own.

use wattbook_accounts::{
    answer::{AccountView, Fields},
    contract::{envelope, fields, of_account},
    envelope::Envelope,
    target::Target,
};
use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, http::ETag};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "get-account",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        of_account(operation)
            .named(
                "Get an account",
                "An account of another organisation or brand answers exactly like one that does not exist.",
            )
            .with(fields())
            .reads(envelope::<AccountView>("Account"), "The account.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let fields = Fields::read(&mut request.query(), &mut faults);
    let target = Target::of(request, &mut faults);
    faults.none()?;
    let account = target.find(services, &principal).await?.ok_or(Failure::NotFound)?;
    let view = || Envelope::of("Account", vec![AccountView::of(&account, &principal.reach, fields)]).answer();
    ETag(account.version).answer(request, view)
}
