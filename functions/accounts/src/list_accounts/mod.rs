//! `GET /rest/v1/accounts`: lists accounts in pages, and searches them.

mod answer;
mod asked;
mod contract;
mod pages;
mod search;

use wattbook_api::{
    Answer, Failure, Faults, Function, Principal, Request, Resource, Services,
    contract::{Refusal, json},
};
use wattbook_domain::{Account, AccountStatus, Claim, Email};
use wattbook_store::listing;

use self::{answer::AccountList, asked::Asked, contract::parameters, pages::Page};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_accounts::function(
    "list-accounts",
    |services, request| Box::pin(list(services, request)),
    |operation| {
        parameters(operation)
            .named(
                "List accounts",
                "By name unless `sortOn` says otherwise, without those that are deleted. A page by `nextPageToken` costs \
                 the same wherever it is; `pageStart` reads what it passes over. A search that has to look at every account \
                 stops after 200000 of them, or ten seconds: `countIsExact` is then `false`, and `nextPageToken` goes on. \
                 Parameters that are not known are ignored.",
            )
            .answers(200, json::<AccountList>(), "The page.")
            .refuses(&[Refusal::NotFound])
    },
).using(&[Resource::Table, Resource::SigningKeys]);

async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let asked = Asked::read(request, &principal.reach, &mut faults);
    faults.none()?;
    let brand = principal.brand().or(asked.brand.as_ref()).cloned();
    // Opens the token, if there is one, whatever else is asked for.
    let page = Page::new(services, &principal.reach, &asked, brand.clone())?;
    if asked.provider_account_id.is_some() || asked.email.is_some() {
        return single(&principal, &asked, found(services, &principal, &asked).await?.as_ref())?.answer();
    }
    if asked.brand.is_some() && asked.brand != brand {
        return single(&principal, &asked, None)?.answer();
    }
    page.answer().await?.answer()
}

/// The account with the values that are asked for, through their claims.
async fn found(services: &Services, principal: &Principal, asked: &Asked) -> Result<Option<Account>, Failure> {
    let (store, organisation) = (services.store()?, principal.reach.organisation);
    let sees = |account: &Account| principal.reach.covers(account.organisation, account.label_partner.as_ref());
    let account = match (&asked.provider_account_id, &asked.email) {
        (Some(id), _) => {
            let account = store.account_by_claim(organisation, &Claim::external_account_id(id)).await?;
            // This is how one account is read by the caller's own id, deleted or not.
            Some(account.filter(sees).ok_or(Failure::NotFound)?)
        }
        (None, Some(email)) => {
            let account = store.account_by_email(Some(organisation), email).await?;
            account.filter(sees).filter(|account| asked.status.is_some() || !account.is_deleted())
        }
        (None, None) => None,
    };
    let email = asked.email.as_ref().map(Email::canonical);
    let matches = |account: &Account| {
        email.as_ref().is_none_or(|email| account.customer.email.as_ref().map(Email::canonical).as_ref() == Some(email))
            && asked.status.is_none_or(|status| (status == AccountStatus::Deleted) == account.is_deleted())
            && asked.brand.as_ref().is_none_or(|brand| account.label_partner.as_ref() == Some(brand))
            && asked.criteria.matches(&listing::Entry::of(account))
    };
    Ok(account.filter(matches))
}

/// A list of at most one.
fn single(principal: &Principal, asked: &Asked, account: Option<&Account>) -> Result<AccountList, Failure> {
    let count = u64::from(account.is_some());
    let shown = account.filter(|_| asked.page_start == 0);
    let results = shown.map(|account| answer::account(account, &principal.reach, asked.fields)).transpose()?;
    Ok(AccountList {
        status: "success",
        count,
        kind: "Account",
        results: results.into_iter().collect(),
        page_start: asked.page_start,
        page_count: asked.page_count,
        next_page_token: None,
        count_is_exact: None,
    })
}
