//! The authorizer: turns a credential or a bearer token into the organisation that calls.

use wattbook_api::{
    Entry, Failure, Function, Resource, Services,
    authorizer::{Asked, Verdict},
    contract::Declaration,
    credentials, token,
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "authorize-request",
    entry: Entry::Authorizer(|services, asked| Box::pin(decide(services, asked))),
    uses: &[Resource::Table, Resource::SigningKeys, Resource::HashKeys],
    contract: Declaration::NONE,
};

/// Decides who calls. Every way of not being known has the same answer.
async fn decide(services: &Services, asked: &Asked) -> Result<Verdict, Failure> {
    let authorization = asked.authorization();
    let found = if let Some((app_id, app_key)) = credentials::from_basic(authorization) {
        credentials::by_key(services, &app_id, &app_key).await?
    } else {
        let vouched = credentials::from_bearer(authorization);
        match vouched.and_then(|token| services.signing_keys().ok().and_then(|keys| token::verify(keys, token))) {
            Some(app_id) => credentials::by_id(services, &app_id).await?,
            None => credentials::nobody(services).await?,
        }
    };
    Ok(found.into())
}
