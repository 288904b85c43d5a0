//! `POST /registration`: a customer shows the token from an e-mail and chooses a password.

mod advice;
mod password;

use deserr::Deserr;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services, body, clock,
    contract::json,
    fault::{Pointer, Reason},
    problem, verification,
};
use wattbook_domain::{Account, Actor};
use wattbook_store::WriteError;

use self::password::Password;

/// The function.
pub(crate) static FUNCTION: Function = Function::open(
    "register-customer",
    &problem::DIALECT,
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Register",
                "Verifies the e-mail and sets the password, also another one. A token that has expired, was used, was altered or never was \
                 one always answers the same: `invalid_token`. How strong the password is can only be said once the token \
                 is known to be good.",
            )
            .takes(json::<RegistrationBody>())
            .answers(200, json::<Registered>(), "The e-mail is verified and the password is set.")
    },
).using(&[Resource::Table, Resource::SigningKeys]);

/// How often it is tried anew when the account was changed by somebody else meanwhile.
const TRIES: usize = 8;

/// What a customer registers with.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = Registration)]
struct RegistrationBody {
    /// The token from the e-mail. It works once, for seven days or, where it sets another password, for one, and only
    /// until another one is sent.
    token: String,
    /// The password. Characters are counted, and later compared, in their composed form (Unicode NFC).
    /// It must not be easy to guess, also for whoever knows the customer's name and e-mail.
    #[deserr(from(&String) = Password::read)]
    #[schema(value_type = String, min_length = 10, max_length = 128, pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$")]
    password: Result<Password, Reason>,
}

/// How far the account has come.
#[derive(Serialize, ToSchema)]
struct Registered {
    /// `registered`, or `active` if an installation has a meter.
    #[schema(pattern = "^(registered|active)$")]
    status: &'static str,
}

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let body = request.json(&mut faults)?.value;
    let read = body::read::<RegistrationBody>(&body, &mut faults);
    let Some(RegistrationBody { token, password }) = read else { return Err(Failure::Faults(faults)) };

    let now = clock::now();
    let owing = account_owing(services, &token, now).await?;
    if owing.is_none() {
        note_invalid_token(&mut faults);
    }
    // Only now: guessing at passwords takes time, of which strangers get none.
    let weakness = match (&password, &owing) {
        (Err(reason), _) => Some(reason.clone()),
        (Ok(password), Some(account)) => password.weakness(&account.customer),
        (Ok(_), None) => None,
    };
    if let Some(weakness) = weakness {
        faults.body(&Pointer::root().child("password"), weakness);
    }
    faults.sort_by(&body);
    let (Some(account), Ok(password), true) = (owing, password, faults.is_empty()) else {
        return Err(Failure::Faults(faults));
    };
    // On the thread at hand: a function has one request at a time, and nobody waits beside it.
    let hash = password.hash()?;
    register(services, account, &token, &hash, now).await
}

/// The account that the token verifies, if the token is good.
async fn account_owing(services: &Services, token: &str, now: Timestamp) -> Result<Option<Account>, Failure> {
    let Some((organisation, id)) = verification::names(token) else { return Ok(None) };
    let account = services.store()?.account(organisation, id).await?;
    let keys = services.signing_keys()?;
    Ok(account.filter(|account| verification::is_good(keys, token, account, now)))
}

/// Of many with the same token one finds the account as it was. To the others the token is a used one.
async fn register(
    services: &Services,
    mut account: Account,
    token: &str,
    hash: &str,
    now: Timestamp,
) -> Result<Answer, Failure> {
    for _ in 0..TRIES {
        let mut registered = account.clone();
        registered.register(hash.to_owned(), now);
        registered.version += 1;
        registered.updated_at = now;
        match services.store()?.replace_account(&account, &registered, &Actor::Registration, None).await {
            Ok(()) => return Answer::json(200, &Registered { status: registered.state().word() }),
            Err(WriteError::Stale(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let Some(current) = account_owing(services, token, now).await? else {
            let mut faults = Faults::default();
            note_invalid_token(&mut faults);
            return Err(Failure::Faults(faults));
        };
        account = current;
    }
    Err(Failure::Contended)
}

/// One thing to say of every token that does not work: which kind it is is nobody's business.
fn note_invalid_token(faults: &mut Faults) {
    let reason = Reason::new("invalid_token", "is not valid, or no longer; ask for another e-mail and use its token");
    faults.body(&Pointer::root().child("token"), reason);
}
