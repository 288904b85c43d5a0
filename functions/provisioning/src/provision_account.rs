//! `POST /account`: creates an account with its installations and meters, whole or not at all.

use wattbook_api::{Answer, Failure, Function, Request, Services, contract::json, http::ETag, posted::Posted};
use wattbook_provisioning::{
    answer::{AccountView, ProvisionedIds},
    bodies::AccountBody,
    provision,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "provision-account",
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Provision an account",
                "Stores the account, its installations and meters and claims their unique values in one transaction. Values \
                 that are taken are all listed at once.",
            )
            .takes(json::<AccountBody>())
            .creates(json::<ProvisionedIds>(), "Created.")
            .rehearses(json::<AccountView>(), "A dry run: what would be stored.")
    },
);

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    provision::create(services, Posted::read(request)?, &|_, account| {
        Ok(Answer::json(201, &ProvisionedIds::of(account))?
            .header("location", format!("/account/{}", account.id))
            .header("etag", ETag(account.version)))
    })
    .await
}
