//! Makes the users of an organisation who are no customers, and looks after them. It has no route; who may invoke it is a
//! matter of IAM alone. The event is a JSON object with an `action`:
//!
//! | `action` | takes besides | answers |
//! |---|---|---|
//! | `create-user` | `organisation_id`, `email`, `first_name`, `last_name`, `roles`; if it is to see one brand alone, `label_partner`; perhaps `mobile` | the user, with a `password` that is shown this once |
//! | `get-user` | `organisation_id`, `user_id` | the user |
//! | `set-roles` | `organisation_id`, `user_id`, `roles` | the user |
//! | `reset-password` | `organisation_id`, `user_id` | the user, with another `password` |
//! | `disable-user`, `enable-user` | `organisation_id`, `user_id` | the user: nobody signs in as one who is disabled |
//! | `delete-user` | `organisation_id`, `user_id` | the `user_id` |
//!
//! Roles are `Technician`, `Staff` and `SuperUser`. The e-mail is the name to sign in with, and nobody else's.

use std::collections::BTreeSet;

use deserr::Deserr;
use serde_json::{Value, json, value::RawValue};
use wattbook_api::{
    Entry, Failure, Faults, Function, Resource, Services, clock,
    contract::Declaration,
    direct,
    fault::{Pointer, Reason},
    password, secret,
    writing::Rounds,
};
use wattbook_domain::{
    Email, Flaw, LabelPartnerCode, Name, OrganisationId, PhoneNumber,
    user::{Role, User, UserId},
};
use wattbook_store::UserPut;

/// The function.
pub(crate) static FUNCTION: Function = Function {
    name: "administer-users",
    entry: Entry::Direct(|services, event| Box::pin(administer(services, event))),
    uses: &[Resource::Table],
    contract: Declaration::NONE,
};

/// What an operator asks for.
#[derive(Deserr)]
#[deserr(error = Faults, tag = "action", deny_unknown_fields)]
enum Action {
    #[deserr(rename = "create-user")]
    Create {
        organisation_id: OrganisationId,
        email: Email,
        first_name: Name,
        last_name: Name,
        #[deserr(try_from(Vec<Role>) = given -> Flaw)]
        roles: BTreeSet<Role>,
        #[deserr(default)]
        label_partner: Option<LabelPartnerCode>,
        #[deserr(default)]
        mobile: Option<PhoneNumber>,
    },
    #[deserr(rename = "get-user")]
    Get { organisation_id: OrganisationId, user_id: UserId },
    #[deserr(rename = "set-roles")]
    SetRoles {
        organisation_id: OrganisationId,
        user_id: UserId,
        #[deserr(try_from(Vec<Role>) = given -> Flaw)]
        roles: BTreeSet<Role>,
    },
    #[deserr(rename = "reset-password")]
    ResetPassword { organisation_id: OrganisationId, user_id: UserId },
    #[deserr(rename = "disable-user")]
    Disable { organisation_id: OrganisationId, user_id: UserId },
    #[deserr(rename = "enable-user")]
    Enable { organisation_id: OrganisationId, user_id: UserId },
    #[deserr(rename = "delete-user")]
    Delete { organisation_id: OrganisationId, user_id: UserId },
}

/// The words for `action`.
const ACTIONS: &[&str] =
    &["create-user", "get-user", "set-roles", "reset-password", "disable-user", "enable-user", "delete-user"];

async fn administer(services: &Services, event: &RawValue) -> Result<Value, Failure> {
    match direct::action(event, ACTIONS)? {
        Action::Create { organisation_id, email, first_name, last_name, roles, label_partner, mobile } => {
            let (password, password_hash) = new_password()?;
            let now = clock::now();
            let user = User {
                id: UserId::new_random(),
                organisation: organisation_id,
                label_partner,
                email,
                first_name,
                last_name,
                mobile,
                roles,
                password_hash,
                disabled_at: None,
                version: 1,
                created_at: now,
                updated_at: now,
            };
            create(services, &user).await?;
            Ok(view(&user, Some(&password)))
        }
        Action::Get { organisation_id, user_id } => Ok(view(&find(services, organisation_id, user_id).await?, None)),
        Action::SetRoles { organisation_id, user_id, roles } => {
            let set = |user: &User| User { roles: roles.clone(), ..user.clone() };
            Ok(view(&change(services, organisation_id, user_id, &set).await?, None))
        }
        Action::ResetPassword { organisation_id, user_id } => {
            let (password, hash) = new_password()?;
            let set = |user: &User| User { password_hash: hash.clone(), ..user.clone() };
            Ok(view(&change(services, organisation_id, user_id, &set).await?, Some(&password)))
        }
        Action::Disable { organisation_id, user_id } => {
            let set = |user: &User| User { disabled_at: user.disabled_at.or(Some(clock::now())), ..user.clone() };
            Ok(view(&change(services, organisation_id, user_id, &set).await?, None))
        }
        Action::Enable { organisation_id, user_id } => {
            let set = |user: &User| User { disabled_at: None, ..user.clone() };
            Ok(view(&change(services, organisation_id, user_id, &set).await?, None))
        }
        Action::Delete { organisation_id, user_id } => {
            let mut rounds = Rounds::default();
            loop {
                let user = find(services, organisation_id, user_id).await?;
                if services.store()?.delete_user(&user).await? {
                    return Ok(json!({ "user_id": user_id }));
                }
                rounds.again().await?;
            }
        }
    }
}

async fn create(services: &Services, user: &User) -> Result<(), Failure> {
    let store = services.store()?;
    let organisation = store.organisation(user.organisation).await?.ok_or(Failure::NotFound)?;
    let mut faults = Faults::default();
    if user.label_partner.as_ref().is_some_and(|brand| organisation.label_partner(brand).is_none()) {
        faults.body(&Pointer::root().child("label_partner"), Flaw::UnknownLabelPartner);
    } else if store.create_user(user).await? == UserPut::Taken {
        let reason = Reason::new("taken", "is the e-mail of a customer or of another user already");
        faults.body(&Pointer::root().child("email"), reason);
    }
    faults.none()
}

async fn find(services: &Services, organisation: OrganisationId, id: UserId) -> Result<User, Failure> {
    services.store()?.user(organisation, id).await?.ok_or(Failure::NotFound)
}

async fn change(
    services: &Services,
    organisation: OrganisationId,
    id: UserId,
    set: &(dyn Fn(&User) -> User + Sync),
) -> Result<User, Failure> {
    let mut rounds = Rounds::default();
    loop {
        let old = find(services, organisation, id).await?;
        let new = User { version: old.version + 1, updated_at: clock::now(), ..set(&old) };
        if services.store()?.replace_user(&old, &new).await? {
            return Ok(new);
        }
        rounds.again().await?;
    }
}

/// A password by chance, and its hash.
fn new_password() -> Result<(String, String), Failure> {
    let password = secret::random_text::<15>().map_err(|error| Failure::Internal(error.into()))?;
    let hash = password::hash(&password)?;
    Ok((password, hash))
}

fn given(roles: Vec<Role>) -> Result<BTreeSet<Role>, Flaw> {
    let only_given = roles.iter().all(|role| Role::GIVEN.contains(role));
    if only_given { Ok(roles.into_iter().collect()) } else { Err(Flaw::NotOneOf { allowed: GIVEN }) }
}

/// The words for the roles that can be given.
const GIVEN: &[&str] = &[Role::Technician.word(), Role::Staff.word(), Role::SuperUser.word()];

/// A user, as operators see it.
fn view(user: &User, password: Option<&str>) -> Value {
    let mut view = json!({
        "user_id": user.id,
        "organisation_id": user.organisation,
        "email": user.email.as_str(),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "roles": user.roles,
        "created_at": user.created_at.to_string(),
    });
    if let Some(members) = view.as_object_mut() {
        let text = |name: &str, value: String| (name.to_owned(), Value::from(value));
        members.extend(user.label_partner.as_ref().map(|brand| text("label_partner", brand.to_string())));
        members.extend(user.mobile.as_ref().map(|mobile| text("mobile", mobile.to_string())));
        members.extend(user.disabled_at.map(|at| text("disabled_at", at.to_string())));
        members.extend(password.map(|password| text("password", password.to_owned())));
    }
    view
}
