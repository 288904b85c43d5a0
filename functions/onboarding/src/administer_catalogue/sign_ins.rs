//! The sign-ins of manufacturers. A `signIn` is a JSON object:
//!
//! | member | holds |
//! |---|---|
//! | `authorizeUrl` | where the owner is sent; its query may have what the manufacturer asks for beyond the standard |
//! | `tokenUrl` | where codes and refresh tokens become access tokens |
//! | `clientId` | your name at the manufacturer's |
//! | `clientSecret` | what proves that it is you; left out for a public client |
//! | `scopes` | a list of what is asked for; left out for what the manufacturer gives by itself |
//! | `devicesUrl` | where the devices of whoever has signed in are listed, with `{identifier}` for that of one device if it is asked for; without it a sign-in does not prove that the device is his |
//! | `clientAuthentication` | `basic` (HTTP Basic, unless given) or `body` (in the form): where the token end point wants id and secret |
//!
//! Addresses are `https`; `http` only on the machine itself, for trying out.

use deserr::Deserr;
use jiff::Timestamp;
use serde_json::{Value, json};
use wattbook_api::{
    Failure, Faults, Services, body,
    fault::{Location, Pointer, Reason},
};
use wattbook_connectors::{
    ClientAuthentication, ClientText, DevicesAddress, Scope, Secret, SignInSettings, WebAddress, proves_device, stored,
};
use wattbook_domain::catalogue::{Connector, EntityType, ManufacturerName};
use wattbook_onboarding::catalogue;

/// The most scopes.
const MAX_SCOPES: usize = 30;

/// Settings, as they are read.
#[derive(Deserr)]
#[deserr(error = Faults, deny_unknown_fields, rename_all = camelCase)]
struct SignInBody {
    #[deserr(try_from(&String) = WebAddress::parse -> Reason)]
    authorize_url: WebAddress,
    #[deserr(try_from(&String) = WebAddress::parse -> Reason)]
    token_url: WebAddress,
    #[deserr(try_from(&String) = ClientText::parse -> Reason)]
    client_id: ClientText<200>,
    #[deserr(default, try_from(Option<String>) = secret -> Reason)]
    client_secret: Option<Secret>,
    #[deserr(default, try_from(Vec<ScopeBody>) = few -> Reason)]
    scopes: Vec<Scope>,
    #[deserr(default, try_from(Option<String>) = devices -> Reason)]
    devices_url: Option<DevicesAddress>,
    #[deserr(default, try_from(&String) = authentication -> Reason)]
    client_authentication: ClientAuthentication,
}

#[derive(Deserr)]
#[deserr(error = Faults, try_from(&String) = ScopeBody::parse -> Reason)]
struct ScopeBody(Scope);

impl ScopeBody {
    fn parse(raw: &str) -> Result<Self, Reason> {
        Scope::parse(raw).map(Self)
    }
}

fn secret(raw: Option<String>) -> Result<Option<Secret>, Reason> {
    raw.map(|raw| ClientText::<1000>::parse(&raw).map(|text| Secret::new(text.as_str()))).transpose()
}

fn few(scopes: Vec<ScopeBody>) -> Result<Vec<Scope>, Reason> {
    if scopes.len() > MAX_SCOPES {
        return Err(Reason::new("too_many", format!("must have at most {MAX_SCOPES} elements")));
    }
    Ok(scopes.into_iter().map(|ScopeBody(scope)| scope).collect())
}

fn devices(raw: Option<String>) -> Result<Option<DevicesAddress>, Reason> {
    raw.map(|raw| DevicesAddress::parse(&raw)).transpose()
}

fn authentication(raw: &str) -> Result<ClientAuthentication, Reason> {
    match raw {
        "basic" => Ok(ClientAuthentication::Basic),
        "body" => Ok(ClientAuthentication::Body),
        _ => Err(Reason::new("not_allowed", "must be one of basic, body")),
    }
}

/// Keeps a sign-in in the place of what there was of that name, and says what it is.
pub(super) async fn put(
    services: &Services,
    entity_type: EntityType,
    name: &ManufacturerName,
    sign_in: &Value,
) -> Result<Value, Failure> {
    let mut faults = Faults::default();
    let manufacturer = match catalogue::one(services, entity_type.word(), name.as_str()).await {
        Ok(offer) if offer.manufacturer.connector == Connector::Oauth2 => Some(offer.manufacturer.name),
        Ok(_) => {
            let message = "must have the connector oauth2; with any other no owner signs in";
            faults.body(&Pointer::root().child("manufacturer"), Reason::new("inconsistent", message));
            None
        }
        Err(Failure::NotFound) => {
            let message = "is not in the catalogue, or hidden; put it there first";
            faults.body(&Pointer::root().child("manufacturer"), Reason::new("unknown_manufacturer", message));
            None
        }
        Err(failure) => return Err(failure),
    };
    let mut found = Faults::default();
    let settings = body::read::<SignInBody>(sign_in, &mut found);
    for fault in found.list() {
        if let Location::Body(below) = &fault.location {
            faults.body(&Pointer::root().child("signIn").joined(below), fault.reason.clone());
        }
    }
    let (Some(manufacturer), Some(settings)) = (manufacturer, settings) else { return Err(Failure::Faults(faults)) };
    let settings = SignInSettings {
        authorize_url: settings.authorize_url,
        token_url: settings.token_url,
        client_id: settings.client_id,
        client_secret: settings.client_secret,
        scopes: settings.scopes,
        devices_url: settings.devices_url,
        client_authentication: settings.client_authentication,
    };
    let set_at = stored::put(services, entity_type, &manufacturer, &settings).await?;
    Ok(view(entity_type, &manufacturer, set_at, Some(&settings)))
}

/// Forgets a sign-in, whether or not its manufacturer is still there.
pub(super) async fn remove(
    services: &Services,
    entity_type: EntityType,
    name: &ManufacturerName,
) -> Result<Value, Failure> {
    if services.store()?.remove_sign_in(entity_type, name).await? {
        Ok(json!({"type": entity_type, "manufacturer": name}))
    } else {
        Err(Failure::NotFound)
    }
}

/// Every sign-in.
pub(super) async fn list(services: &Services) -> Result<Value, Failure> {
    let found = stored::list(services).await?;
    let views = found.iter().map(|it| view(it.entity_type, &it.manufacturer, it.set_at, it.settings.as_ref()));
    Ok(json!({"signIns": views.collect::<Vec<_>>()}))
}

/// What is told of a sign-in: all but its secret. Of one that cannot be opened there is nothing to tell.
fn view(
    entity_type: EntityType,
    manufacturer: &ManufacturerName,
    set_at: Timestamp,
    settings: Option<&SignInSettings>,
) -> Value {
    let head =
        json!({"type": entity_type, "manufacturer": manufacturer, "setAt": set_at, "readable": settings.is_some()});
    let (Value::Object(mut members), Some(settings)) = (head.clone(), settings) else { return head };
    let authentication = match settings.client_authentication {
        ClientAuthentication::Basic => "basic",
        ClientAuthentication::Body => "body",
    };
    for (name, value) in [
        ("authorizeUrl", json!(settings.authorize_url)),
        ("tokenUrl", json!(settings.token_url)),
        ("clientId", json!(settings.client_id)),
        ("hasClientSecret", json!(settings.client_secret.is_some())),
        ("scopes", json!(settings.scopes)),
        ("devicesUrl", json!(settings.devices_url)),
        ("clientAuthentication", json!(authentication)),
        ("provesDevice", json!(proves_device(Connector::Oauth2, Some(settings)))),
    ] {
        members.insert(name.into(), value);
    }
    members.into()
}
