//! `POST /registration/resend`: asks for another e-mail with a token.

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
use wattbook_domain::{AccountId, Email, OrganisationId};
use wattbook_store::{Store, UniquenessScope, WriteError};

/// The function.
pub(crate) static FUNCTION: Function = Function::open(
    "resend-verification",
    &problem::DIALECT,
    |services, request| Box::pin(run(services, request)),
    |operation| {
        operation
            .named(
                "Ask for another verification e-mail",
                "The answer is the same for an e-mail that is known, unknown or verified already. If a verification is \
                 owed, another token is sent, once a minute at most, and the one before stops working.",
            )
            .takes(json::<ResendBody>())
            .answers(202, json::<Accepted>(), "If that account owes a verification, an e-mail is on its way.")
    },
);

/// How often it is tried anew when the account was changed by somebody else meanwhile.
const TRIES: usize = 8;

/// Whose verification to ask for.
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

/// Notes with the account that a verification is asked for; what follows is made of that change.
async fn ask(store: &Store, organisation: Option<OrganisationId>, email: &Email) -> Result<(), Failure> {
    for _ in 0..TRIES {
        let now = clock::now();
        let Some(account) = store.account_by_email(organisation, email).await? else {
            // A known e-mail takes two reads, so an unknown one does, too. What remains to be measured
            // is the write for an account that owes a verification, once a minute at most.
            store.account(OrganisationId::new_random(), AccountId::new_random()).await?;
            return Ok(());
        };
        if !verification::may_be_asked_for(&account, now) {
            return Ok(());
        }
        let mut asked = account.clone();
        asked.request_verification(now);
        asked.version += 1;
        asked.updated_at = now;
        match store.replace_account(&account, &asked, None).await {
            Ok(()) => return Ok(()),
            Err(WriteError::Stale(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Contended)
}
