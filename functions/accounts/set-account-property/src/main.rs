//! `POST` or `PUT /rest/v1/accounts/{accountId}/properties`: sets one field, property or tariff.

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    answer::PropertyView,
    change::{self, Change, writing},
    contract::{
        BodyRefused, DryRun, Faulty, IdempotencyKey, IfMatch, KeyReused, Missing, NotAuthorized, Refused, Trouble,
        with_aliases,
    },
    envelope::Envelope,
    request::PropertyBody,
    schema,
    target::Target,
};
use wattbook_api::{Answer, Entry, Failure, Faults, Function, Request, Resource, Services};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "set-account-property",
    entry: Entry::Http { handle: |services, request| Box::pin(run(services, request)), refuse: accounts::refuse },
    uses: &[Resource::Table],
    contract: Some(|| with_aliases(Contract::openapi())),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(run, by_put))]
struct Contract;

/// Set a property of an account
///
/// Or a field of its header or its address, by its name; or, as `masterTariffId`, its electricity tariff,
/// for a period if one is given.
#[utoipa::path(
    post,
    path = "/rest/v1/accounts/{accountId}/properties",
    operation_id = "set-account-property",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(("accountId" = String, Path, description = "The account."), DryRun, IdempotencyKey, IfMatch),
    request_body = schema::PropertyBody,
    responses(
        (status = 200, description = "What was set.", body = Envelope<PropertyView>, headers(
            ("etag" = String, description = "The version of the account."),
            ("idempotent-replayed" = bool, description = "`true` where an earlier request under the key was answered with this."),
        )),
        Faulty,
        Missing,
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
    let target = Target::of(request, &mut faults);
    let body = request.json(&mut faults)?.value;
    let stated = PropertyBody::read(&body, &mut faults);
    faults.none()?;
    let change = Change {
        writing: &writing,
        target,
        missing: change::Missing::Refuse,
        change: &|account| change::merge(account, stated.change.clone(), |part, flaw| stated.pointer(part, flaw)),
        answer: &|account| Envelope::of("PropertyData", vec![PropertyView::of_set(&stated, account)]).answer(),
        body: &body,
        place: |_| PropertyBody::value(),
    };
    change.carry_out().await
}

/// Set a property of an account
///
/// As with POST.
#[utoipa::path(
    put,
    path = "/rest/v1/accounts/{accountId}/properties",
    operation_id = "put-account-property",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(("accountId" = String, Path, description = "The account."), DryRun, IfMatch),
    request_body = schema::PropertyBody,
    responses(
        (status = 200, description = "What was set.", body = Envelope<PropertyView>, headers(
            ("etag" = String, description = "The version of the account."),
        )),
        Faulty,
        Missing,
        Refused,
        BodyRefused,
        NotAuthorized,
        Trouble,
    ),
)]
#[allow(dead_code, reason = "only describes")]
fn by_put() {}
