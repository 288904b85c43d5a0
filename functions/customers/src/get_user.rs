//! `GET /api/users/{userId}`: reads a user; `GET …/privileges`: what the user may do.

use wattbook_api::{
    Answer, Caller, Failure, Faults, Function, Request, Services,
    contract::{Refusal, json, schema_of},
};
use wattbook_customers::users::{UserView, privileges};
use wattbook_domain::{
    Account, LabelPartnerCode,
    user::{Privilege, Role, User, UserId},
};

/// The function.
pub(crate) static FUNCTION: Function = wattbook_customers::function(
    "get-user",
    |services, request| Box::pin(get(services, request)),
    |operation| {
        let operation = operation.refuses(&[Refusal::NotFound]);
        if operation.path().ends_with(PRIVILEGES) {
            operation.id("list-privileges").named("List privileges", "What a user may do.").answers(
                200,
                Some(schema_of::<Vec<String>>().into()),
                "The privileges.",
            )
        } else {
            operation
                .named("Get a user", "Oneself, or one of the organisation for whoever may read its users.")
                .answers(200, json::<UserView>(), "The user.")
        }
    },
);

const PRIVILEGES: &str = "/privileges";

enum Found {
    Customer(Box<Account>),
    User(Box<User>),
}

async fn get(services: &Services, request: &Request) -> Result<Answer, Failure> {
    let (caller, mut faults) = (request.caller()?, Faults::default());
    request.query().close(&mut faults);
    let found = find(services, &caller, request.path_parameter("userId")).await?;
    faults.none()?;
    match (found, request.path().ends_with(PRIVILEGES)) {
        (Found::Customer(account), false) => Answer::json(200, &UserView::of_customer(&account)),
        (Found::Customer(_), true) => Answer::json(200, &privileges(&[Role::Customer])),
        (Found::User(user), false) => Answer::json(200, &UserView::of(&user)),
        (Found::User(user), true) => Answer::json(200, &privileges(&user.roles)),
    }
}

/// The user of a path, if the caller may see it.
async fn find(services: &Services, caller: &Caller, raw: &str) -> Result<Found, Failure> {
    let id: UserId = match (raw, caller) {
        ("me", Caller::Person(person)) => person.user,
        _ => raw.parse().map_err(|_| Failure::NotFound)?,
    };
    let may = match caller {
        Caller::Organisation(_) => true,
        Caller::Person(person) => person.user == id || person.may(Privilege::ReadUsers),
    };
    if !may {
        return Err(Failure::NotFound);
    }
    let (store, organisation) = (services.store()?, caller.organisation());
    if let Some(user) = store.user(organisation, id).await? {
        let brand = user.label_partner.clone();
        return seen(caller, brand.as_ref(), Found::User(user.into()));
    }
    let account = store.account(organisation, id.into()).await?.ok_or(Failure::NotFound)?;
    let signs_in = account.customer.registration.is_some() && !account.is_deleted();
    let brand = account.label_partner.clone();
    if signs_in { seen(caller, brand.as_ref(), Found::Customer(account.into())) } else { Err(Failure::NotFound) }
}

/// Whoever is to see one brand sees its users alone.
fn seen(caller: &Caller, brand: Option<&LabelPartnerCode>, found: Found) -> Result<Found, Failure> {
    let sees = match caller {
        Caller::Organisation(principal) => principal.reach.covers_account_of(brand),
        Caller::Person(person) => person.label_partner.is_none() || person.label_partner.as_ref() == brand,
    };
    if sees { Ok(found) } else { Err(Failure::NotFound) }
}
