//! `GET /rest/v1/accounts/{accountId}/properties`: the properties of an account.

use wattbook_accounts::{answer::PropertyView, contract::envelope, envelope::Envelope, target};
use wattbook_api::{Answer, Failure, Function, Request, Services, contract::Refusal, http::ETag};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "list-account-properties",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named("List the properties of an account", "All of them, by their keys.")
            .answers(200, envelope::<PropertyView>("PropertyData"), "The properties.")
            .versioned()
            .refuses(&[Refusal::NotFound])
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (_, account, ()) = target::asked(services, request, |_| ()).await?;
    let properties = account.properties.iter().map(|(key, property)| PropertyView::of(key, property)).collect();
    Ok(Envelope::of("PropertyData", properties).answer()?.header("etag", ETag(account.version)))
}
