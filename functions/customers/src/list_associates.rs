//! `GET /api/customers/{customerId}/associates`: lists the customers that are tied to one.

use wattbook_api::{Answer, Failure, Faults, Function, Request, Services, contract::json};
use wattbook_customers::{customer::AssociateView, list, seen::Seen};
use wattbook_domain::record::Associate;
use wattbook_store::RecordOf;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "list-associates",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        operation
            .named(
                "List associates",
                "Other customers that the organisation has tied to this one, by their names alone.",
            )
            .answers(200, list::array(json::<AssociateView>()), "The associates.")
            .with_header("X-Total-Count")
            .refuses(&[wattbook_api::contract::Refusal::NotFound])
    },
);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let mut faults = Faults::default();
    request.query().close(&mut faults);
    let seen = Seen::find(services, request).await?;
    let account = &seen.account;
    faults.none()?;
    let (store, of) = (services.store()?, RecordOf::Account(account.organisation, account.id));
    let tied = store.all_records::<Associate>(of, "").await?;
    let ids: Vec<_> = tied.iter().map(|it| it.value.account).collect();
    let accounts = store.accounts(account.organisation, &ids).await?;
    let view = |tie: &Associate| {
        let other = accounts.get(&tie.account).filter(|other| !other.is_deleted() && seen.sees_account(other))?;
        Some(AssociateView::of(other, tie.relationship.as_str()))
    };
    list::whole(&tied.iter().filter_map(|it| view(&it.value)).collect::<Vec<_>>())
}
