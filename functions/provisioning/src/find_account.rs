//! `GET /account?external_account_id=…`: finds an account by the caller's own id of it, whatever signs that has; or, as
//! `?external_authentication_provider_id=…`, that of a customer who comes from an identity provider.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services,
    contract::{Parameter, json, schema_of},
    fault::Reason,
    http::ETag,
    schema_types::{ExternalIdText, Id256},
};
use wattbook_domain::{Claim, ExternalId, Flaw, ProviderId};
use wattbook_provisioning::answer::{AccountView, Ids};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "find-account",
    |services, request| Box::pin(find(services, request)),
    |operation| {
        let provider = "The customer's id at your identity provider. One of the two is required.";
        operation
            .named(
                "Find an account",
                "By your own id of it, which may have signs that a path cannot have, or by the customer's id at your \
                 identity provider. An account of another organisation or brand answers exactly like one that does not \
                 exist.",
            )
            .with(Parameter::query(OWN, schema_of::<ExternalIdText>(), "Your own id of the account."))
            .with(Parameter::query(PROVIDER, schema_of::<Id256>(), provider))
            .reads(json::<AccountView>(), "The account.")
    },
);

/// The caller's own id of the account.
const OWN: &str = "external_account_id";

/// The customer's id at the identity provider.
const PROVIDER: &str = "external_authentication_provider_id";

/// What the account is found by.
fn asked(request: &Request) -> Result<Claim, Failure> {
    let mut faults = Faults::default();
    let mut query = request.query();
    let own = |raw: &str| ExternalId::parse(raw).map(|id| Claim::external_account_id(&id)).map_err(Reason::from);
    let provider =
        |raw: &str| ProviderId::parse(raw).map(|id| Claim::authentication_provider_id(&id)).map_err(Reason::from);
    let (own, provider) = (query.optional(OWN, own, &mut faults), query.optional(PROVIDER, provider, &mut faults));
    match (query.first(OWN), query.first(PROVIDER)) {
        (None, None) => {
            faults.query(PROVIDER, Reason::new("required", format!("is required, unless {OWN} is given")));
        }
        (Some(_), Some(_)) => faults.query(PROVIDER, Flaw::Contradiction { other: "external_account_id: give one" }),
        _ => {}
    }
    query.close(&mut faults);
    own.or(provider).filter(|_| faults.is_empty()).ok_or(Failure::Faults(faults))
}

async fn find(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let claim = asked(request)?;
    let found = services.store()?.account_by_claim(principal.reach.organisation, &claim).await?;
    let account = found
        .filter(|account| principal.reach.covers(account.organisation, account.label_partner.as_ref()))
        .ok_or(Failure::NotFound)?;
    let view = || Answer::json(200, &AccountView::of(&account, &principal.reach, Ids::Shown));
    ETag(account.version).answer(request, view)
}
