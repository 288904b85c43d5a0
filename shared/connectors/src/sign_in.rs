//! The sign-in itself: OAuth 2.0 authorization code (RFC 6749, 4.1) with PKCE by S256 (RFC 7636), as OAuth 2.1 has it.

use std::time::Duration;

use jiff::Timestamp;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, Scope, TokenResponse, TokenUrl,
    basic::{BasicClient, BasicErrorResponse, BasicTokenResponse, BasicTokenType},
};
use serde::{Deserialize, Serialize};
use wattbook_api::{clock, secret::random_text};

use crate::{ClientAuthentication, Secret, SignInError, SignInSettings, WebAddress, http::Http, refusal};

/// A sign-in that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Where the owner's browser goes now. It has the state in it.
    pub redirect: String,
    /// What proves, with the code that comes back, that it was us who began. Kept sealed until then.
    pub verifier: Secret,
}

/// What a sign-in leaves. Written out only to be sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Opens the owner's devices.
    pub access: Secret,
    /// Gets the next ones; none if the manufacturer gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Secret>,
    /// When the access token ends; none if the manufacturer does not say. At most [`MAX_LIFE`] from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The longest life of an access token that is believed: ten years.
pub const MAX_LIFE: Duration = Duration::from_hours(10 * 365 * 24);

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Begins a sign-in that comes back to `callback` with `state`. Asks nobody.
///
/// # Errors
/// The operating system gives no random bytes.
pub fn begin(settings: &SignInSettings, callback: &WebAddress, state: &str) -> Result<Begun, getrandom::Error> {
    let verifier = Secret::new(random_text::<32>()?);
    Ok(Begun { redirect: again(settings, callback, state, &verifier), verifier })
}

/// Where the owner's browser goes who has begun and comes back before he has signed in. `callback`, `state` and `verifier`
/// are those of the beginning.
#[must_use]
pub fn again(settings: &SignInSettings, callback: &WebAddress, state: &str, verifier: &Secret) -> String {
    let verifier = PkceCodeVerifier::new(verifier.reveal().to_owned());
    let (redirect, _) = client(settings)
        .set_redirect_uri(RedirectUrl::from_url(callback.url()))
        .authorize_url(|| CsrfToken::new(state.to_owned()))
        .add_scopes(settings.scopes.iter().map(|scope| Scope::new(scope.as_str().to_owned())))
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .url();
    redirect.into()
}

/// Exchanges the code that came back. `callback` and `verifier` are those of the beginning.
///
/// # Errors
/// The token end point refuses it, cannot be reached, or is not understood.
pub async fn exchange(
    http: &Http,
    settings: &SignInSettings,
    callback: &WebAddress,
    code: &Secret,
    verifier: &Secret,
) -> Result<Tokens, SignInError> {
    let client = client(settings).set_redirect_uri(RedirectUrl::from_url(callback.url()));
    let answer = client
        .exchange_code(AuthorizationCode::new(code.reveal().to_owned()))
        .set_pkce_verifier(PkceCodeVerifier::new(verifier.reveal().to_owned()))
        .request_async(http)
        .await;
    tokens(answer, None)
}

/// Gets the next tokens. The refresh token is the old one if no new one comes with them.
///
/// # Errors
/// The token end point refuses it, cannot be reached, or is not understood.
pub async fn refresh(http: &Http, settings: &SignInSettings, refresh: &Secret) -> Result<Tokens, SignInError> {
    let answer = client(settings)
        .exchange_refresh_token(&RefreshToken::new(refresh.reveal().to_owned()))
        .request_async(http)
        .await;
    tokens(answer, Some(refresh))
}

fn client(settings: &SignInSettings) -> Client {
    let client = BasicClient::new(ClientId::new(settings.client_id.as_str().to_owned()))
        .set_auth_uri(AuthUrl::from_url(settings.authorize_url.url()))
        .set_token_uri(TokenUrl::from_url(settings.token_url.url()))
        .set_auth_type(match settings.client_authentication {
            ClientAuthentication::Basic => AuthType::BasicAuth,
            ClientAuthentication::Body => AuthType::RequestBody,
        });
    match &settings.client_secret {
        Some(secret) => client.set_client_secret(ClientSecret::new(secret.reveal().to_owned())),
        None => client,
    }
}

fn tokens(
    answer: Result<BasicTokenResponse, RequestTokenError<SignInError, BasicErrorResponse>>,
    before: Option<&Secret>,
) -> Result<Tokens, SignInError> {
    let answer = answer.map_err(|error| match error {
        RequestTokenError::ServerResponse(refused) => refusal(refused.error().as_ref()),
        RequestTokenError::Request(error) => error,
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            SignInError::Unintelligible { what: "no answer of a token end point" }
        }
    })?;
    // Whoever does not know a type must not use the token (RFC 6749, 7.1).
    if *answer.token_type() != BasicTokenType::Bearer {
        return Err(SignInError::Unintelligible { what: "a token of another type" });
    }
    if answer.access_token().secret().is_empty() {
        return Err(SignInError::Unintelligible { what: "an empty token" });
    }
    let refresh = answer.refresh_token().map(|token| Secret::new(token.secret().as_str()));
    let refresh = refresh.filter(|token| !token.reveal().is_empty()).or_else(|| before.cloned());
    let life = answer.expires_in().map(|life| life.min(MAX_LIFE));
    Ok(Tokens {
        access: Secret::new(answer.access_token().secret().as_str()),
        refresh,
        expires_at: life.and_then(|life| clock::now().checked_add(life).ok()),
    })
}

#[cfg(test)]
mod tests;
