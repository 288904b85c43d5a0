//! Whether a device is its owner's, as far as its connector can tell.

use std::time::Duration;

use wattbook_api::{Failure, Services, clock};
use wattbook_connectors::{
    Kept, SignInError, SignInSettings, Verdict, WebAddress, devices,
    http::Http,
    proves_device, sandbox,
    sign_in::{self, Tokens},
    stored,
};
use wattbook_domain::{
    Actor,
    catalogue::Connector,
    onboarding::{FailureCode, OnboardingRequest},
};
use wattbook_store::OnboardingError;

/// What is known.
pub(super) enum Proof {
    /// It is, or there is nothing that could be proved; with what a sign-in has left.
    Given(Option<Tokens>),
    /// It is not.
    Refuted(FailureCode),
    /// It is to be asked again.
    Later {
        /// After so many seconds.
        seconds: u32,
    },
    /// Nothing will be known.
    Never,
}

/// After which pauses, in milliseconds, a manufacturer is asked for the devices again: the code is spent by then.
const PAUSES: [u64; 1] = [500];

/// Asks the connector. A sign-in's request is, after that, the one in the table.
///
/// # Errors
/// It is worth another try; not if this is the last one.
pub(super) async fn of(
    services: &Services,
    request: &mut OnboardingRequest,
    put_off: u32,
    is_last: bool,
) -> Result<Proof, Failure> {
    let connector = request.device.connector;
    if connector == Connector::Oauth2 {
        return of_sign_in(services, request, is_last).await;
    }
    // A device is taken from nobody who is not proved to have it no longer.
    if request.taking_over && !proves_device(connector, None) {
        return Ok(Proof::Refuted(FailureCode::NotYourDevice));
    }
    let identifier = request.device.identifier.as_ref().map(wattbook_domain::Identifier::as_str);
    Ok(match (connector, identifier) {
        (_, None) => Proof::Refuted(FailureCode::NotConnected),
        (Connector::Sandbox, Some(identifier)) => match sandbox(identifier) {
            Verdict::Later { seconds } if put_off == 0 => Proof::Later { seconds: seconds.into() },
            Verdict::Succeed | Verdict::Later { .. } => Proof::Given(None),
            Verdict::Fail(code) => Proof::Refuted(code),
            Verdict::Stall => Proof::Never,
        },
        // That he knows the code, or has agreed, is all the proof there is.
        _ => Proof::Given(None),
    })
}

async fn of_sign_in(services: &Services, request: &mut OnboardingRequest, is_last: bool) -> Result<Proof, Failure> {
    let settings = stored::of(services, &request.device).await?;
    // Where an operator has taken the sign-in away meanwhile, its code is worth nothing.
    let Some(settings) = settings else { return Ok(Proof::Refuted(FailureCode::SignInFailed)) };
    if request.taking_over && !proves_device(Connector::Oauth2, Some(&settings)) {
        return Ok(Proof::Refuted(FailureCode::NotYourDevice));
    }
    let tokens = match exchanged(services, request, &settings).await? {
        Ok(tokens) => tokens,
        Err(error) if error.is_worth_another_try() && !is_last => {
            let now = clock::now();
            let released = request.not_exchanged(now);
            services.store()?.replace_onboarding(request, &released, &Actor::Connector).await?;
            return Err(Failure::Internal(error.into()));
        }
        Err(error) => return Ok(refuted(request, error)),
    };
    match is_theirs(&settings, request, &tokens).await {
        Ok(true) => Ok(Proof::Given(Some(tokens))),
        Ok(false) => Ok(Proof::Refuted(FailureCode::NotYourDevice)),
        // The code is spent, so that another try would end at it.
        Err(error) => Ok(refuted(request, error)),
    }
}

/// The tokens for the request's code. A code is good for one exchange: whoever is handed the same message meanwhile is
/// turned away, and comes again.
async fn exchanged(
    services: &Services,
    request: &mut OnboardingRequest,
    settings: &SignInSettings,
) -> Result<Result<Tokens, SignInError>, Failure> {
    let keys = services.connector_keys()?;
    let callback = request.sign_in.as_ref().and_then(|sign_in| WebAddress::parse(&sign_in.callback).ok());
    let kept = Kept::Verifier.open(keys, request).zip(Kept::Code.open(keys, request)).zip(callback);
    // The key is gone that they were sealed with.
    let Some(((verifier, code), callback)) = kept else { return Ok(Err(SignInError::Refused { code: "other" })) };
    let exchanging = request.exchanging(clock::now()).ok_or(Failure::InProgress)?;
    match services.store()?.replace_onboarding(request, &exchanging, &Actor::Connector).await {
        Ok(()) => *request = exchanging,
        Err(OnboardingError::Stale) => return Err(Failure::InProgress),
        Err(error) => return Err(error.into()),
    }
    Ok(sign_in::exchange(Http::shared(), settings, &callback, &code, &verifier).await)
}

async fn is_theirs(
    settings: &SignInSettings,
    request: &OnboardingRequest,
    tokens: &Tokens,
) -> Result<bool, SignInError> {
    let Some(address) = &settings.devices_url else { return Ok(true) };
    let Some(identifier) = &request.device.identifier else { return Ok(false) };
    for pause in PAUSES {
        match devices::proves(Http::shared(), address, &tokens.access, identifier).await {
            Err(error) if error.is_worth_another_try() => tokio::time::sleep(Duration::from_millis(pause)).await,
            known => return known,
        }
    }
    devices::proves(Http::shared(), address, &tokens.access, identifier).await
}

/// What it means to the owner that the manufacturer has refused. Why exactly is told to whoever reads the log.
fn refuted(request: &OnboardingRequest, error: SignInError) -> Proof {
    tracing::warn!(function = "connect-entity", onboarding_id = %request.id, cause = %error, "not signed in");
    Proof::Refuted(match error {
        SignInError::Unreachable { .. } => FailureCode::ManufacturerUnreachable,
        SignInError::Refused { .. } | SignInError::Unintelligible { .. } => FailureCode::SignInFailed,
    })
}
