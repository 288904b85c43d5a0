//! `GET /account/{account_id}`: reads an account with its installations and meters.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json, http::ETag};
use wattbook_provisioning::{
    answer::{AccountView, Ids},
    path::IdType,
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "get-provisioned-account",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        operation
            .named(
                "Get an account",
                "An account of another organisation or brand answers exactly like one that does not exist.",
            )
            .reads(json::<AccountView>(), "The account.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let mut query = request.query();
    let id_type = IdType::read(&mut query, &mut faults);
    query.close(&mut faults);
    faults.none()?;
    let account = id_type.account(services, &principal, request).await?;
    let view = || Answer::json(200, &AccountView::of(&account, &principal.reach, Ids::Shown));
    ETag(account.version).answer(request, view)
}
