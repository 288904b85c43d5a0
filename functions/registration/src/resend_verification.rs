//! `POST /registration/resend`: asks for an e-mail with a token, which verifies the e-mail and sets a password.

use deserr::Deserr;
use serde::Serialize;
use utoipa::ToSchema;
use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Services, body, clock,
    contract::json,
    fault::{Pointer, Reason},
    problem,
    schema_types::EmailText,
    verification,
};
use wattbook_domain::{Account, AccountId, Actor, Email, OrganisationId};
use wattbook_store::{Store, UniquenessScope, WriteError};

/// The function.
pub(crate) static FUNCTION: Function = Function::open(
    "resend-verification",
    &problem::DIALECT,
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Ask for an e-mail to register with, or to reset the password",
                "The answer is the same whether the e-mail is known or not. A customer is sent a token, once a minute at \
                 most, and the one before stops working: to verify the e-mail; where that is verified already, to set a \
                 password; and where there is a password, to set another one.",
            )
            .takes(json::<ResendBody>())
            .answers(202, json::<Accepted>(), "If there is such a customer, an e-mail is on its way.")
    },
);

/// How often it is tried anew when the account was changed by somebody else meanwhile.
const TRIES: usize = 8;

/// Who asks.
#[derive(Deserr, ToSchema)]
#[deserr(error = Faults, deny_unknown_fields)]
#[serde(deny_unknown_fields)]
#[schema(as = ResendVerification)]
struct ResendBody {
    /// The customer's e-mail, in any case.
    #[schema(value_type = EmailText)]
    email: Email,
    /// The organisation of the account. Required where e-mails are unique within an organisation only
    /// (deployment parameter `UniquenessScope`), since the e-mail alone does not say which account then.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    organisation_id: Option<OrganisationId>,
}

/// The same, whatever there is to do.
#[derive(Serialize, ToSchema)]
struct Accepted {
    /// Always `accepted`.
    #[schema(pattern = "^accepted$")]
    status: &'static str,
}

async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let store = services.store()?;
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let body = request.json(&mut faults)?.value;
    let names_organisation = body.get("organisation_id").is_some_and(|id| !id.is_null());
    if store.scope() == UniquenessScope::Organisation && !names_organisation {
        faults.body(&Pointer::root().child("organisation_id"), Reason::required());
    }
    let read = body::read::<ResendBody>(&body, &mut faults);
    let Some(read) = read.filter(|_| faults.is_empty()) else { return Err(Failure::Faults(faults)) };
    ask(store, read.organisation_id, &read.email).await?;
    Answer::json(202, &Accepted { status: "accepted" })
}

/// Notes with the account that a token is asked for; what follows is made of that change. Whether there is one must
/// not show in how long it takes: whatever is found, it is two reads and a write.
async fn ask(store: &Store, organisation: Option<OrganisationId>, email: &Email) -> Result<(), Failure> {
    for _ in 0..TRIES {
        let now = clock::now();
        let found = store.account_by_email(organisation, email).await?;
        if found.is_none() {
            store.account(OrganisationId::new_random(), AccountId::new_random()).await?;
        }
        let due = found.filter(|account| verification::may_be_asked_for(account, now));
        let Some(account) = due else {
            let nobody = Account::blank(OrganisationId::new_random(), None, now);
            return match store.replace_account(&nobody, &nobody, &Actor::Registration, None).await {
                Ok(()) | Err(WriteError::Stale(_)) => Ok(()),
                Err(error) => Err(error.into()),
            };
        };
        let mut asked = account.clone();
        asked.request_token(now);
        asked.version += 1;
        asked.updated_at = now;
        match store.replace_account(&account, &asked, &Actor::Registration, None).await {
            Ok(()) => return Ok(()),
            Err(WriteError::Stale(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Contended)
}
