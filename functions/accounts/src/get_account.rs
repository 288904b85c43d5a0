//! `GET /rest/v1/accounts/{accountId}`: an account, by our id or the caller's own.

use wattbook_accounts::{
    answer::{AccountView, Fields},
    contract::{envelope, fields, of_account},
    envelope::Envelope,
    target,
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
    let fields = |faults: &mut Faults| Fields::read(&mut request.query(), faults);
    let (principal, account, fields) = target::asked(services, request, fields).await?;
    let view = || Envelope::of("Account", vec![AccountView::of(&account, &principal.reach, fields)]).answer();
    ETag(account.version).answer(request, view)
}
