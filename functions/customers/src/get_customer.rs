//! `GET /api/customers/{customerId}`: reads a customer; `GET …/import`: the same, and gives one that has no number so far a
//! number first.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, clock, contract::json, http::ETag};
use wattbook_customers::{customer::CustomerView, seen::Seen};
use wattbook_domain::Account;
use wattbook_store::WriteError;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "get-customer",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        let imports = operation.path().ends_with("/import");
        let operation = if imports { operation.id("import-customer").with_header("Cache-Control") } else { operation };
        let (summary, about) = if imports {
            ("Get a customer, and draw a number", "A customer from before there were such numbers is given one.")
        } else {
            ("Get a customer", "Who it is, how he is reached, and what he has contracts about.")
        };
        operation.named(summary, about).reads(json::<CustomerView>(), "The customer.")
    },
);

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let mut seen = Seen::find(services, request).await?;
    faults.none()?;
    let imports = request.path().ends_with("/import");
    if imports && seen.account.number.is_none() && !is_prefetch(request) {
        seen.account = numbered(services, &seen).await?;
    }
    let etag = ETag(seen.account.version);
    let answer = etag.answer(request, || Answer::json(200, &CustomerView::of(&seen)))?;
    Ok(if imports { answer.header("cache-control", "no-store") } else { answer })
}

/// The account with a number. Of several that ask for one at the same time one draws it.
async fn numbered(services: &Services, seen: &Seen) -> Result<Account, Failure> {
    let (store, old) = (services.store()?, &seen.account);
    let new = Account { version: old.version + 1, updated_at: clock::now(), ..old.clone() };
    match store.replace_account(old, &new, &seen.caller.actor(), None).await {
        Ok(()) | Err(WriteError::Stale(_)) => {}
        Err(error) => return Err(error.into()),
    }
    store.account(old.organisation, old.id).await?.ok_or(Failure::NotFound)
}

/// Whether a browser fetches it for somebody who may never look at it.
fn is_prefetch(request: &Request) -> bool {
    request.header("sec-purpose").is_some_and(|purpose| purpose.contains("prefetch"))
}
