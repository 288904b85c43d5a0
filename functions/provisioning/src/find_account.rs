//! `GET /account?external_authentication_provider_id=…`: finds the account of a customer who comes
//! from an identity provider.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Parameter, json, schema_of},
    fault::Reason,
    http::ETag,
    schema_types::Id256,
};
use wattbook_domain::{Claim, ProviderId};
use wattbook_provisioning::answer::{AccountView, Ids};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "find-account",
    |services, request| Box::pin(find(services, request)),
    |operation| {
        operation
            .named(
                "Find an account",
                "By the customer's id at your identity provider. An account of another organisation or brand answers \
                 exactly like one that does not exist.",
            )
            .with(Parameter::query(BY, schema_of::<Id256>(), "The customer's id there.").required())
            .reads(json::<AccountView>(), "The account.")
    },
);

/// What the account is found by: the customer's id at the identity provider.
const BY: &str = "external_authentication_provider_id";

async fn find(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let mut query = request.query();
    let parse = |raw: &str| ProviderId::parse(raw).map_err(Reason::from);
    let id = query.required(BY, parse, &mut faults);
    query.close(&mut faults);
    let Some(id) = id.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    let claim = Claim::authentication_provider_id(&id);
    let found = services.store()?.account_by_claim(principal.reach.organisation, &claim).await?;
    let account = found
        .filter(|account| principal.reach.covers(account.organisation, account.label_partner.as_ref()))
        .ok_or(Failure::NotFound)?;
    let view = || Answer::json(200, &AccountView::of(&account, &principal.reach, Ids::Shown));
    ETag(account.version).answer(request, view)
}
