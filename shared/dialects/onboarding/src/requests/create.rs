//! From what is asked for to a new request.

use serde_json::Value;
use wattbook_api::{
    Failure, Faults, Principal, Services, clock,
    fault::{Pointer, Reason},
    link::{self, Purpose},
};
use wattbook_domain::{
    Account, Claim, Flaw, LabelPartnerCode,
    catalogue::Manufacturer,
    entity::Collective,
    onboarding::{Device, OnboardingId, OnboardingRequest, Origins, ReturnUrl},
};

use super::body::{OnboardingBody, place};
use crate::{
    catalogue::{self, Offer},
    own,
};

/// What the body leads to, beside the device.
struct Ties {
    account: Option<Account>,
    collective: Option<Collective>,
    brand: Option<LabelPartnerCode>,
}

/// Makes a request of what is asked for; nothing is stored.
///
/// # Errors
/// The body has faults, all of which are noted, or names what the caller cannot see; or the store failed.
pub async fn request(
    services: &Services,
    caller: &Principal,
    body: &OnboardingBody,
    document: &Value,
    mut faults: Faults,
) -> Result<OnboardingRequest, Failure> {
    let device = device(services, body, document, &mut faults).await?;
    check_return_url(services, caller, body, &mut faults).await?;
    check_brand(caller, body, &mut faults);
    if let (Some((device, manufacturer)), true) = (device, faults.is_empty()) {
        let ties = ties(services, caller, body).await?;
        return made(services, caller, body, (device, &manufacturer), ties);
    }
    faults.sort_by(document);
    Err(Failure::Faults(faults))
}

/// The device, and the way to it.
async fn device(
    services: &Services,
    body: &OnboardingBody,
    document: &Value,
    faults: &mut Faults,
) -> Result<Option<(Device, Manufacturer)>, Failure> {
    let stated = body.attributes(faults);
    let at = Pointer::root().child("manufacturer");
    let Offer { manufacturer, available, proves_device } =
        match catalogue::one(services, body.entity_type.word(), body.manufacturer.as_str()).await {
            Ok(offer) => offer,
            Err(Failure::NotFound) => {
                let kind = body.entity_type.word();
                let message = format!("is none of {kind}; GET /onboarding/entities/types/{kind} lists them");
                faults.body(&at, Reason::new("unknown_manufacturer", message));
                return Ok(None);
            }
            Err(failure) => return Err(failure),
        };
    if !available {
        let message = "cannot be onboarded here yet: whoever operates the deployment has to set up its sign-in";
        faults.body(&at, Reason::new("not_available", message));
    }
    // Of a sign-in that is not there yet it cannot be said.
    if body.take_over == Some(true) && available && !proves_device {
        faults.body(&Pointer::root().child("takeOver"), Flaw::Unproved);
    }
    match Device::stated(&manufacturer, stated) {
        Ok(device) => Ok(Some((device, manufacturer))),
        Err(flaws) => {
            for (name, flaw) in flaws {
                faults.body(&place(&name, document), flaw);
            }
            Ok(None)
        }
    }
}

/// Whether the owner may be sent there. The organisation is read only if he is to be sent anywhere.
async fn check_return_url(
    services: &Services,
    caller: &Principal,
    body: &OnboardingBody,
    faults: &mut Faults,
) -> Result<(), Failure> {
    let Some(origin) = body.return_url.as_ref().and_then(ReturnUrl::origin) else { return Ok(()) };
    let organisation = services.store()?.organisation(caller.reach.organisation).await?;
    if !organisation.is_some_and(|it| it.return_origins.contains(&origin)) {
        let flaw = Flaw::ForeignOrigin { origin: origin.to_string() };
        faults.body(&Pointer::root().child("returnUrl"), flaw);
    }
    Ok(())
}

fn check_brand(caller: &Principal, body: &OnboardingBody, faults: &mut Faults) {
    if body.label_partner.as_ref().is_some_and(|brand| caller.default_service_type(brand).is_none()) {
        faults.body(&Pointer::root().child("labelPartner"), Flaw::UnknownLabelPartner);
    }
}

/// Finds the account and the collective that the body names, and the brand that follows.
async fn ties(services: &Services, caller: &Principal, body: &OnboardingBody) -> Result<Ties, Failure> {
    let at = |member: &str| Pointer::root().child(member);
    if body.tenant_id.is_some_and(|tenant| tenant != caller.reach.organisation) {
        return Err(Failure::Unseen(at("tenantId")));
    }
    let collective = match body.collective_id {
        Some(id) => Some(own::collective(services, caller, &id.to_string()).await.map_err(own::named("collectiveId"))?),
        None => None,
    };
    let account = match (body.account_id, &body.external_meter_id) {
        (Some(id), _) => Some(own::account(services, caller, id).await.map_err(own::named("accountId"))?),
        (None, Some(meter)) => {
            let claim = Claim::external_meter_id(meter, 0, 0);
            let found = services.store()?.account_by_claim(caller.reach.organisation, &claim).await?;
            let found = found.filter(|it| caller.reach.covers_account_of(it.label_partner.as_ref()));
            Some(found.ok_or_else(|| Failure::Unseen(at("externalMeterId")))?)
        }
        (None, None) => None,
    };
    if let (Some(account), Some(meter)) = (&account, &body.external_meter_id) {
        let mut meters = account.installations.iter().flat_map(|it| &it.meters);
        if !meters.any(|it| it.external_id.as_ref() == Some(meter)) {
            return Err(Failure::Unseen(at("externalMeterId")));
        }
    }
    let mut broken = Faults::default();
    if account.as_ref().is_some_and(Account::is_deleted) {
        broken.body(&at(if body.account_id.is_some() { "accountId" } else { "externalMeterId" }), Flaw::Deleted);
    }
    let of_account = account.as_ref().and_then(|it| it.label_partner.as_ref());
    if body.label_partner.is_some() && of_account.is_some() && body.label_partner.as_ref() != of_account {
        broken.body(&at("labelPartner"), Flaw::Contradiction { other: "the brand of the account" });
    }
    let of_collective = collective.as_ref().and_then(|it| it.label_partner.as_ref());
    let brand = body.label_partner.as_ref().or(of_account).or(of_collective).or(caller.brand()).cloned();
    if collective.as_ref().is_some_and(|it| it.label_partner != brand) {
        broken.body(&at("collectiveId"), Flaw::AnotherBrand);
    }
    if broken.is_empty() { Ok(Ties { account, collective, brand }) } else { Err(Failure::Rules(broken)) }
}

fn made(
    services: &Services,
    caller: &Principal,
    body: &OnboardingBody,
    (device, manufacturer): (Device, &Manufacturer),
    ties: Ties,
) -> Result<OnboardingRequest, Failure> {
    let (id, organisation) = (OnboardingId::new_random(), caller.reach.organisation);
    let (_, consent_link) = link::new(services.signing_keys()?, Purpose::Consent, organisation, id);
    let origins = Origins { id, organisation, label_partner: ties.brand, consent_link };
    Ok(OnboardingRequest {
        account: ties.account.map(|account| account.id),
        external_meter_id: body.external_meter_id.clone(),
        collective: ties.collective.map(|collective| collective.id),
        reference: body.reference.clone(),
        owner: body.owner.clone(),
        take_over: body.take_over.unwrap_or(false),
        documentation: manufacturer.documentation.clone(),
        return_url: body.return_url.clone(),
        ..OnboardingRequest::new(origins, device, &manufacturer.steps, clock::now())
    })
}
