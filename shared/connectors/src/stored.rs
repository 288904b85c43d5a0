//! The settings of sign-ins where they are kept: in the table, sealed with the deployment's keys
//! ([`Resource::ConnectorKeys`]) and each bound to its manufacturer, so that one cannot be put in the place of
//! another.
//!
//! [`Resource::ConnectorKeys`]: wattbook_api::Resource::ConnectorKeys

use jiff::Timestamp;
use wattbook_api::{Failure, Services, clock};
use wattbook_domain::{
    catalogue::{Connector, EntityType, ManufacturerName},
    onboarding::Device,
};
use wattbook_store::SealedSignIn;

use crate::SignInSettings;

/// The sign-in of a manufacturer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The type of its devices.
    pub entity_type: EntityType,
    /// Its name, as it is shown.
    pub manufacturer: ManufacturerName,
    /// When it was set.
    pub set_at: Timestamp,
    /// The settings; none if they cannot be opened: the key that sealed them is gone, or they were altered.
    pub settings: Option<SignInSettings>,
}

/// Settings are there and cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "the settings of the sign-in of {entity_type:?} {manufacturer} cannot be opened: their key is gone, or they were altered"
)]
struct Lost {
    entity_type: EntityType,
    manufacturer: ManufacturerName,
}

/// Keeps the settings of a manufacturer's sign-in, in the place of those that there were. Answers as of when.
///
/// # Errors
/// The function does not declare what this uses, or the store failed.
pub async fn put(
    services: &Services,
    entity_type: EntityType,
    manufacturer: &ManufacturerName,
    settings: &SignInSettings,
) -> Result<Timestamp, Failure> {
    let text = serde_json::to_string(settings).map_err(internal)?;
    let (matched, manufacturer, set_at) = (manufacturer.matched(), manufacturer.clone(), clock::now());
    let sealed = services.connector_keys()?.seal(&place(entity_type, &matched), &text).map_err(internal)?;
    let lists_devices = settings.devices_url.is_some();
    let sign_in = SealedSignIn { entity_type, matched, manufacturer, sealed, lists_devices, set_at };
    services.store()?.put_sign_in(sign_in).await?;
    Ok(set_at)
}

/// The settings of a manufacturer's sign-in, if it has one. One eventually consistent read.
///
/// # Errors
/// They cannot be opened, the function does not declare what this uses, or the store failed.
pub async fn read(
    services: &Services,
    entity_type: EntityType,
    manufacturer: &ManufacturerName,
) -> Result<Option<SignInSettings>, Failure> {
    let Some(sealed) = services.store()?.sign_in(entity_type, manufacturer).await? else { return Ok(None) };
    let SignIn { settings, manufacturer, .. } = opened(services, sealed)?;
    settings.map(Some).ok_or_else(|| internal(Lost { entity_type, manufacturer }))
}

/// The settings of the sign-in by which a device is connected; none if it is not connected so, or its manufacturer has
/// none any more.
///
/// # Errors
/// See [`read`].
pub async fn of(services: &Services, device: &Device) -> Result<Option<SignInSettings>, Failure> {
    match device.connector {
        Connector::Oauth2 => read(services, device.entity_type, &device.manufacturer).await,
        Connector::PairingCode | Connector::MeteringPoint | Connector::Sandbox => Ok(None),
    }
}

/// Every sign-in of the deployment, by type and name.
///
/// # Errors
/// The function does not declare what this uses, or the store failed.
pub async fn list(services: &Services) -> Result<Vec<SignIn>, Failure> {
    let sealed = services.store()?.sign_ins().await?;
    sealed.into_iter().map(|sealed| opened(services, sealed)).collect()
}

fn opened(services: &Services, sealed: SealedSignIn) -> Result<SignIn, Failure> {
    let SealedSignIn { entity_type, matched, manufacturer, sealed, set_at, .. } = sealed;
    let text = services.connector_keys()?.open(&place(entity_type, &matched), &sealed);
    // What a reader says of a text may have a part of it in it.
    let settings = text.and_then(|text| serde_json::from_str(&text).ok());
    Ok(SignIn { entity_type, manufacturer, set_at, settings })
}

/// Where sealed settings belong, however the name is spelt.
fn place(entity_type: EntityType, matched: &str) -> String {
    format!("sign-in\n{}\n{matched}", entity_type.word())
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::Internal(error.into())
}
