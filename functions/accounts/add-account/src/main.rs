//! `POST /rest/v1/accounts`: adds an account.

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    answer::{AccountView, Fields},
    change::{self, writing},
    contract::{
        BodyRefused, DryRun, Faulty, FieldsParameter, IdempotencyKey, KeyReused, NotAuthorized, Refused, Trouble,
        with_aliases,
    },
    envelope::Envelope,
    request::AccountBody,
    schema,
};
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Request, Resource, Services,
    fault::{Pointer, Reason},
};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "add-account",
    entry: Entry::Http { handle: |services, request| Box::pin(run(services, request)), refuse: accounts::refuse },
    uses: &[Resource::Table],
    contract: Some(|| with_aliases(Contract::openapi())),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(run))]
struct Contract;

/// Add an account
///
/// With as much of it as is known; an empty object will do. What is not stated of its address follows
/// from the rest, as does its likeliest tariff. An own id that is taken is a conflict, never an update.
#[utoipa::path(
    post,
    path = "/rest/v1/accounts",
    operation_id = "add-account",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(DryRun, FieldsParameter, IdempotencyKey),
    request_body = schema::AccountBody,
    responses(
        (status = 200, description = "The account as it was stored.", body = Envelope<AccountView>, headers(
            ("etag" = String, description = "Its version."),
            ("idempotent-replayed" = bool, description = "`true` where an earlier request under the key was answered with this."),
        )),
        Faulty,
        Refused,
        BodyRefused,
        KeyReused,
        NotAuthorized,
        Trouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let fields = Fields::read(&mut request.query(), &mut faults);
    let body = request.json(&mut faults)?.value;
    let stated = AccountBody::read(&body, &writing.principal, &mut faults);
    if stated.id.is_some() {
        let message = "is drawn by us; leave it out, or use PUT to change an account";
        faults.body(&Pointer::root().child("accountId"), Reason::new("not_allowed", message));
        faults.sort_by(&body);
    }
    faults.none()?;
    change::add(&writing, fields, &body, &stated).await
}
