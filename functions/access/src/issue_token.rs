//! `POST /v1/token` (OAuth 2.0 client credentials, RFC 6749 §4.4) and `POST /v1/authentication`, the
//! same for callers that speak JSON: exchanges a credential for a bearer token.

use deserr::Deserr;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services, body,
    contract::{Operation, Refusal, json},
    credentials,
    fault::{Pointer, Reason},
    oauth,
    persons::{self, Outcome},
    token,
};

/// The function.
pub(crate) static FUNCTION: Function =
    Function::open("issue-token", &oauth::DIALECT, |services, request| Box::pin(answer(services, request)), describe)
        .using(&[Resource::Table, Resource::SigningKeys, Resource::HashKeys]);

/// A request of the OAuth end point. The credential may stand in a Basic header instead.
#[derive(Deserialize, ToSchema)]
struct TokenForm {
    /// `client_credentials` of an organisation; `password` of a person, for the customers API.
    #[schema(required = true, nullable = false, pattern = "^(client_credentials|password)$")]
    grant_type: Option<String>,
    /// The app id.
    #[schema(nullable = false)]
    client_id: Option<String>,
    /// The app key.
    #[schema(nullable = false)]
    client_secret: Option<String>,
    /// Of a person: the e-mail.
    #[schema(nullable = false)]
    username: Option<String>,
    /// Of a person: the password.
    #[schema(nullable = false)]
    password: Option<String>,
}

/// A token, as RFC 6749 has it.
#[derive(Serialize, ToSchema)]
struct OauthToken {
    /// The token.
    access_token: String,
    /// Always `Bearer`.
    #[schema(pattern = "^Bearer$")]
    token_type: &'static str,
    /// For how many seconds it is good.
    expires_in: i64,
}

/// A request for a token in JSON.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields, rename_all = camelCase)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = AuthenticationRequest)]
struct JsonRequest {
    /// The app id.
    client_id: String,
    /// The app key.
    client_secret: String,
}

/// A token.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuthenticationAnswer)]
struct JsonToken {
    /// The token.
    access_token: String,
    /// Always `Bearer`.
    #[schema(pattern = "^Bearer$")]
    token_type: &'static str,
    /// For how many seconds it is good.
    expires_in: i64,
}

fn describe(operation: Operation) -> Operation {
    let operation = operation.with_header("Cache-Control").refuses(&[Refusal::WrongCredential]);
    if operation.path().ends_with(oauth::TOKEN_PATH) {
        operation
            .named("Get a bearer token (OAuth 2.0)", "Exchanges a credential for a token that is good for an hour.")
            .takes_basic_too()
            .refuses(&[Refusal::TooManyTries])
            .takes_as("application/x-www-form-urlencoded", json::<TokenForm>())
            .answers(200, json::<OauthToken>(), "A token.")
            .fails_as(&oauth::FAILURES)
    } else {
        operation
            .id("issue-token-json")
            .named("Get a bearer token (JSON)", "The same as `POST /v1/token`, for callers that speak JSON.")
            .takes(json::<JsonRequest>())
            .answers(200, json::<JsonToken>(), "A token.")
    }
}

/// What a caller shows: app id and app key, or name and password.
type Shown = (String, String);

async fn answer(services: &Services, request: &Request) -> Result<Answer, Failure> {
    if request.path().ends_with(oauth::TOKEN_PATH) {
        by_form(services, request).await
    } else {
        by_json(services, request).await
    }
}

async fn by_form(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let body = request.body("application/x-www-form-urlencoded")?;
    let unreadable = |_| Failure::Unreadable(Reason::new("malformed_form", "the body is not a form"));
    let form: TokenForm = serde_urlencoded::from_bytes(&body).map_err(unreadable)?;
    let access_token = match form.grant_type.as_deref() {
        Some("client_credentials") => of_organisation(services, request, form).await?,
        Some("password") => of_person(services, request, form).await?,
        stated => {
            let unsupported = || Reason::new(oauth::UNSUPPORTED_GRANT_TYPE, "must be client_credentials or password");
            let mut faults = Faults::default();
            let reason = stated.map_or_else(Reason::required, |_| unsupported());
            faults.body(&Pointer::root().child("grant_type"), reason);
            return Err(Failure::Faults(faults));
        }
    };
    let token = OauthToken { access_token, token_type: "Bearer", expires_in: token::LIFETIME_SECONDS };
    Ok(Answer::json(200, &token)?.header("cache-control", "no-store"))
}

async fn of_organisation(services: &Services, request: &Request, form: TokenForm) -> Result<String, Failure> {
    let shown = match request.header("authorization") {
        Some(header) => credentials::from_basic(header),
        None => Some(both([("client_id", form.client_id), ("client_secret", form.client_secret)])?),
    };
    exchange(services, shown).await
}

/// RFC 6749 §4.3. Who has an app of an organisation's own trusts it with the password.
async fn of_person(services: &Services, request: &Request, form: TokenForm) -> Result<String, Failure> {
    let (name, password) = both([("username", form.username), ("password", form.password)])?;
    let shown = persons::Shown { name: &name, password: &password, address: request.source_address() };
    match persons::by_password(services, &shown).await? {
        Outcome::Known(signed_in) => persons::token(services.signing_keys()?, &signed_in, Timestamp::now()),
        Outcome::Unknown => {
            let mut faults = Faults::default();
            let wrong = Reason::new(oauth::INVALID_GRANT, "or password is wrong");
            faults.body(&Pointer::root().child("username"), wrong);
            Err(Failure::Faults(faults))
        }
        Outcome::Wait(wait) => Err(Failure::TooManyTries { wait }),
    }
}

/// Two members of a form, both of which must be there.
fn both([first, second]: [(&'static str, Option<String>); 2]) -> Result<Shown, Failure> {
    let mut faults = Faults::default();
    for (name, value) in [&first, &second] {
        if value.is_none() {
            faults.body(&Pointer::root().child(name), Reason::required());
        }
    }
    first.1.zip(second.1).ok_or(Failure::Faults(faults))
}

async fn by_json(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let body = request.json(&mut faults)?.value;
    let shown = body::read::<JsonRequest>(&body, &mut faults).map(|shown| (shown.client_id, shown.client_secret));
    faults.none()?;
    let access_token = exchange(services, shown).await?;
    let token = JsonToken { access_token, token_type: "Bearer", expires_in: token::LIFETIME_SECONDS };
    Ok(Answer::json(200, &token)?.header("cache-control", "no-store"))
}

async fn exchange(services: &Services, shown: Option<Shown>) -> Result<String, Failure> {
    let (app_id, app_key) = shown.ok_or(Failure::Unauthenticated)?;
    let principal = credentials::by_key(services, &app_id, &app_key).await?.ok_or(Failure::Unauthenticated)?;
    token::issue(services.signing_keys()?, principal.app_id().unwrap_or_default(), Timestamp::now())
        .map_err(|error| Failure::Internal(error.into()))
}
