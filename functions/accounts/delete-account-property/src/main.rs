//! `DELETE /rest/v1/accounts/{accountId}/properties/{keyName}`: takes a property or a field out.

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    answer::PropertyView,
    change::{self, Change, writing},
    contract::{Faulty, IfMatch, Missing, NotAuthorized, Refused, Trouble, with_aliases},
    envelope::Envelope,
    field,
    target::Target,
};
use wattbook_api::{Answer, Entry, Failure, Faults, Function, Request, Resource, Services, fault::Pointer};
use wattbook_domain::Account;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "delete-account-property",
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

/// Delete a property of an account
///
/// Or take out a field of its header or its address, or, as `masterTariffId`, its stated electricity
/// tariffs. One that is not there is deleted already.
#[utoipa::path(
    delete,
    path = "/rest/v1/accounts/{accountId}/properties/{keyName}",
    operation_id = "delete-account-property",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("accountId" = String, Path, description = "The account."),
        ("keyName" = String, Path, description = "The key of the property, or the name of the field."),
        IfMatch,
    ),
    responses(
        (status = 200, description = "It is not there any more.", body = Envelope<PropertyView>, headers(
            ("etag" = String, description = "The version of the account."),
        )),
        Faulty,
        Missing,
        Refused,
        NotAuthorized,
        Trouble,
    ),
)]
async fn run(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    let writing = writing(services, request, &mut faults)?;
    let target = Target::of(request, &mut faults);
    faults.none()?;
    let key = request.path_parameter("keyName");
    let change = Change {
        writing: &writing,
        target,
        missing: change::Missing::Refuse,
        change: &|account| take_out(account, key),
        answer: &|_| Envelope::<PropertyView>::nothing("PropertyData").answer(),
        body: &serde_json::Value::Null,
        place: change::place,
    };
    change.carry_out().await
}

fn take_out(account: &mut Account, key: &str) -> Result<(), Failure> {
    match field::removable(key) {
        Some(Ok(part)) => account.remove_part(part),
        Some(Err(flaw)) => {
            let mut faults = Faults::default();
            faults.body(&Pointer::root().child(key), flaw);
            return Err(Failure::Rules(faults));
        }
        None if key == field::TARIFF => account.remove_electricity_tariffs(),
        None => account.properties.retain(|stored, _| stored.as_str() != key),
    }
    Ok(())
}
