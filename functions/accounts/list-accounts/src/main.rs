//! `GET /rest/v1/accounts`: lists accounts in pages, and searches them.

mod answer;
mod asked;
mod pages;
mod search;

use utoipa::OpenApi;
use wattbook_accounts::{
    self as accounts,
    contract::{Faulty, FieldsParameter, Missing, NotAuthorized, Trouble},
};
use wattbook_api::{
    Answer, Entry, Failure, Faults, Function, Principal, Request, Resource, Services,
    schema_types::{EmailText, ExternalIdText, LabelPartner, StatusWord, TypeWord},
};
use wattbook_domain::{AccessLevel, Account, AccountStatus, Claim, Email};
use wattbook_store::listing;

use self::{answer::AccountList, asked::Asked, pages::Page};

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "list-accounts",
    entry: Entry::Http { handle: |services, request| Box::pin(list(services, request)), refuse: accounts::refuse },
    uses: &[Resource::Table, Resource::SigningKeys],
    contract: Some(Contract::openapi),
};

fn main() -> std::process::ExitCode {
    wattbook_api::serve(&FUNCTION)
}

#[derive(OpenApi)]
#[openapi(paths(list))]
struct Contract;

/// List accounts
///
/// By name unless `sortOn` says otherwise, without those that are deleted. A page by `nextPageToken` costs the same
/// wherever it is; `pageStart` reads what it passes over. A search that has to look at every account stops after
/// 200000 of them, or ten seconds: `countIsExact` is then `false`, and `nextPageToken` goes on. Parameters that are
/// not known are ignored.
#[utoipa::path(
    get,
    path = "/rest/v1/accounts",
    operation_id = "list-accounts",
    tag = "accounts",
    security(("basic" = []), ("oauth2" = [])),
    params(
        ("pageStart" = Option<u32>, Query, nullable = false, maximum = 100_000, description = "How many accounts to pass over; 0 by default."),
        ("pageCount" = Option<u32>, Query, nullable = false, minimum = 1, maximum = 1_000, description = "How many accounts a page has at most; 25 by default."),
        ("pageToken" = Option<String>, Query, nullable = false, description = "The `nextPageToken` of the page before, with otherwise the same parameters; in place of `pageStart`."),
        ("search" = Option<String>, Query, nullable = false, max_length = 255, description = "A text to look for; case does not count."),
        ("searchOn" = Option<String>, Query, nullable = false, pattern = "^(accountId|providerAccountId|accountName|customerOrgId|customerOrgName|owner|status|type|email|city|state|zip|country|labelPartner|timeZone)(,(accountId|providerAccountId|accountName|customerOrgId|customerOrgName|owner|status|type|email|city|state|zip|country|labelPartner|timeZone))*$", description = "The fields to look in, with commas: accountId, providerAccountId, accountName, customerOrgId, customerOrgName, owner, status, type, email, city, state, zip, country, labelPartner, timeZone. By default accountName,customerOrgName."),
        ("startsWith" = Option<bool>, Query, nullable = false, description = "Whether a field must begin with the text. On accountName alone this costs no more than the page."),
        ("endsWith" = Option<bool>, Query, nullable = false, description = "Whether a field must end with the text."),
        ("isRegex" = Option<bool>, Query, nullable = false, description = "Whether the text is a regular expression, without look-around and back references."),
        ("sortOn" = Option<String>, Query, nullable = false, pattern = "^(accountId|providerAccountId|accountName|customerOrgId|customerOrgName|owner|status|type|email|city|state|zip|country|labelPartner|timeZone)(,(accountId|providerAccountId|accountName|customerOrgId|customerOrgName|owner|status|type|email|city|state|zip|country|labelPartner|timeZone)){0,3}$", description = "Up to four fields, with commas, as in `searchOn`. Another order than by accountName is for up to 100000 matches."),
        ("sortOrder" = Option<String>, Query, nullable = false, pattern = "^(ASC|DESC)(,(ASC|DESC)){0,3}$", description = "ASC or DESC, one for all fields or one for each, with commas; ASC by default."),
        FieldsParameter,
        ("status" = inline(Option<StatusWord>), Query, nullable = false, description = "ACTIVE, INACTIVE or DELETED; by default all but the deleted ones."),
        ("type" = inline(Option<TypeWord>), Query, nullable = false, description = "Only those of this type."),
        ("customerOrgId" = Option<String>, Query, nullable = false, description = "Only those of this group."),
        ("labelPartner" = inline(Option<LabelPartner>), Query, nullable = false, description = "Only those of this brand."),
        ("email" = inline(Option<EmailText>), Query, nullable = false, description = "Only the one with this e-mail."),
        ("providerAccountId" = inline(Option<ExternalIdText>), Query, nullable = false, description = "The one with this id of yours; 404 if there is none."),
    ),
    responses(
        (status = 200, description = "The page.", body = AccountList),
        Faulty,
        Missing,
        NotAuthorized,
        Trouble,
    ),
)]
async fn list(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let principal = request.principal()?;
    let mut faults = Faults::default();
    let asked = Asked::read(request, &principal.reach, &mut faults);
    faults.none()?;
    let brand = match &principal.reach.access {
        AccessLevel::Admin => asked.brand.clone(),
        AccessLevel::LabelPartner { label_partner } => Some(label_partner.clone()),
    };
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
