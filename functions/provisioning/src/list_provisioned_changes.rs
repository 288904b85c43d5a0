//! `GET /account/{account_id}/changes`: who changed an account, when, and in which fields.

use wattbook_api::{
    Answer, Failure, Faults, Function, Request, Resource, Services,
    changes::{self, ChangeView, Filter, Names},
    contract::json,
    list::{self, ListView, Page, SnakeCase},
};
use wattbook_provisioning::path::IdType;
use wattbook_store::LogOf;

/// The function.
pub(crate) static FUNCTION: Function = wattbook_provisioning::function(
    "list-provisioned-changes",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        list::paged::<SnakeCase>(changes::listed(operation, "List the changes of an account", Names::OURS)).answers(
            200,
            json::<ListView<ChangeView, SnakeCase>>(),
            "A page.",
        )
    },
)
.using(&[Resource::Table, Resource::SigningKeys]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let caller = request.principal()?;
    let (mut query, mut faults) = (request.query(), Faults::default());
    let id_type = IdType::read(&mut query, &mut faults);
    let filter = Filter::read(&mut query, Names::OURS, &mut faults);
    let page = Page::<SnakeCase>::read(request, &caller, query, faults)?;
    let below: Option<u64> = page.place(services)?;
    let account = id_type.account(services, &caller, request).await?;
    let of = LogOf::Account(account.organisation, account.id);
    let (changes, next) = filter.page(services, of, &caller.reach, (below, page.size)).await?;
    page.answer(services, changes, next)
}
